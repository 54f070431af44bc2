#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random LogQueries over canonical, foreign and damaged lines: mxlog-read's
# library agrees with an evaluator written independently, and the command with
# both. MXLOG_READ_LINES and MXLOG_READ_QUERIES say how many.
set -euo pipefail

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?}
evaluator=$source/tests/e2e/read_evaluator.py
queries=${MXLOG_READ_QUERIES:-2000} lines=${MXLOG_READ_LINES:-50000}
# Sanitizers and missing optimisation make it many times slower.
if ! grep -q 'CMAKE_BUILD_TYPE:.*=Rel' "$build/CMakeCache.txt"; then
	queries=${MXLOG_READ_QUERIES:-150} lines=${MXLOG_READ_LINES:-20000}
fi

if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 "$evaluator" make "$dir" "$lines" "$queries"
"$build/tests/read_many" "$dir/log" <"$dir/queries" |
	python3 "$evaluator" check "$dir"

# The command: the same answers, the damaged lines counted, exit status 1.
n=0
while read -r query && read -r _ digest <&3; do
	status=0
	printf '%s\n' "$query" >"$dir/query"
	# It exits 1, as there are damaged lines.
	got=$({ "$build/mxlog-read" -D "$dir/log" -o json \
		--query "$dir/query" 2>/dev/null || true; } |
		sha256sum | cut -d' ' -f1)
	if [ "$got" != "$digest" ]; then
		echo "mxlog-read --query: $query: $got instead of $digest"
		exit 1
	fi
	n=$((n + 1))
	[ "$n" -lt 20 ] || break
done <"$dir/queries" 3<"$dir/expected"

status=0
"$build/mxlog-read" -D "$dir/log" -o json >/dev/null 2>"$dir/stderr" ||
	status=$?
damaged=$(grep -o '[0-9]* damaged line' "$dir/stderr" |
	awk '{ n += $1 } END { print n }')
if [ "$status" != 1 ] || [ "$damaged" != "$(cat "$dir/damaged")" ]; then
	echo "status $status, $damaged damaged of $(cat "$dir/damaged")"
	exit 1
fi
echo "ok"
