#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench_processes.sh in small; MXLOG_TEST_ENTRIES says how many.
set -euo pipefail
command -v python3 >/dev/null || { echo "skipped: there is no python3"; exit 77; }
exec bash "$MXLOG_SOURCE/tests/bench/bench_processes.sh" "$MXLOG_BUILD" \
	"${MXLOG_TEST_ENTRIES:-40000}"
