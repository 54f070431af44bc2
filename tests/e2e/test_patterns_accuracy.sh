#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How right messages are grouped: mean 0.90, no system under 0.75.
set -euo pipefail
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi
exec python3 "$MXLOG_SOURCE/tests/lib/pattern_accuracy.py" "$MXLOG_BUILD/tests/bench_patterns" "$MXLOG_CORPUS/loghub"
