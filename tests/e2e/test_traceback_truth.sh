#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tracebacks of real runtimes against what the runtimes say of them: exceptions
# raised by this machine's Python, the corpus's with their oracles, and those of
# other languages, of which none may be read.
set -euo pipefail
parser=$MXLOG_BUILD/tests/traceback_json
truth() { python3 "$MXLOG_SOURCE/tests/lib/traceback_truth.py" "$parser" "$@"; }

command -v python3 >/dev/null || { echo "skipped: there is no python3"; exit 77; }
truth live
for what in generated foreign; do
	dir=$MXLOG_CORPUS/stack-traces
	[ $what = foreign ] || dir+=-generated
	if [ -d "$dir" ]; then
		truth $what "$dir"
	else
		echo "$what: skipped, the corpus is not here"
	fi
done
