#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same answers when some days are archived, one of them by somebody else's
# gzip; a corrupt archive costs itself alone, and is told.
set -euo pipefail
export LC_ALL=C

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?}
evaluator=$source/tests/e2e/read_evaluator.py
queries=${MXLOG_READ_QUERIES:-1000} lines=${MXLOG_READ_LINES:-30000}
if ! grep -q 'CMAKE_BUILD_TYPE:.*=Rel' "$build/CMakeCache.txt"; then
	queries=${MXLOG_READ_QUERIES:-200} lines=${MXLOG_READ_LINES:-10000}
fi
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
log=$dir/log

agree() {
	"$build/tests/read_many" "$log" <"$dir/queries" |
		python3 "$evaluator" check "$dir"
}

python3 "$evaluator" make "$dir" "$lines" "$queries" 5
cp -r "$log" "$dir/live"
"$build/tests/read_archive" "$log" 2026-02-04T12:00:00Z
# What the cycle says of itself is not in the evaluator's book.
find "$log" -maxdepth 1 -newer "$dir/expected" -name '*.log' \
	! -name "2026-01-*" -delete
test -e "$log/archive/2026-01-27.log.gz"
agree

echo "-- a segment in both places is read once"
cp "$dir/live/2026-01-27.log" "$log"
agree
rm "$log/2026-01-27.log"

echo "-- one archive by somebody else"
python3 "$source/tests/e2e/foreign_archive.py" "$log" 2026-01-29.log
agree

echo "-- one bit of a member"
python3 - "$log/archive/2026-01-27.log.gz" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(1000)
    byte = file.read(1)
    file.seek(1000)
    file.write(bytes([byte[0] ^ 1]))
PYTHON
status=0
"$build/mxlog-read" -D "$log" -o json >"$dir/out" 2>"$dir/err" || status=$?
test "$status" = 1
grep -q '2026-01-27.log.gz.*corrupt' "$dir/err"
grep -q '2026-01-28T' "$dir/out"
test "$("$build/mxlog-read" -D "$log" -o json -l ERROR -g 'corrupt' \
	-m mxlog.audit 2>/dev/null | grep -c 'archive_corrupt')" = 1
"$build/mxlog-read" -D "$log" -n 1 >/dev/null 2>&1 || true
test "$("$build/mxlog-read" -D "$log" -o json -l ERROR -g 'corrupt' \
	-m mxlog.audit 2>/dev/null | grep -c 'archive_corrupt')" = 1
# No line of it is shown that is not one of the segment's.
cat "$dir/live"/*.log | sort -u >"$dir/known"
grep -a -v '"mxlog.audit"' "$dir/out" | sort -u | comm -23 - "$dir/known" \
	>"$dir/unknown"
if [ -s "$dir/unknown" ]; then
	echo "lines that nobody wrote:"
	head -3 "$dir/unknown"
	exit 1
fi
echo "ok"
