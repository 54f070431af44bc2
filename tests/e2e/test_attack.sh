#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may write a log directory, and what of it shows: tests/attack/attack.py.
# MXLOG_ATTACKS is the number of random combinations.
set -euo pipefail

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?}
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$source/tests/attack/attack.py" "$build/mxlog-archive" \
	"${MXLOG_ATTACKS:-40}"
