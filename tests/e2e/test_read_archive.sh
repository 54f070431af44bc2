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

echo "-- counts by level, from directories where these are enough"
for query in "" "-l ERROR,DEBUG" "-S 2026-01-27T06:00:00Z -U 2026-01-29T17:00:00Z" \
	"-U 2026-01-28" "-m src" "-g a" "--exclude-module src" "-T a"; do
	for where in "$log" "$dir/live"; do
		# shellcheck disable=SC2086 # options, each a word
		"$build/mxlog-read" -D "$where" --count-by level -o json $query \
			2>/dev/null || test $? = 1
	done | sort | uniq -c | awk -v query="$query" '
		$1 % 2 { print query ": counts differ: " $0; differ = 1 }
		END { exit differ }'
done
mkdir -m 700 "$dir/clean"
(
	umask 077
	for day in 25 26; do
		for ((i = 0; i < 3000; i++)); do
			printf '{"trace_id":"01HQ8Z9X0ABCDEFGHJKMNPQRST","timestamp":"2026-01-%sT%02d:%02d:00.000000Z","level":"%s","module":"a","message":"%d"}\n' \
				"$day" $((i / 125)) $((i % 60)) "$([ $((i % 3)) = 0 ] && echo ERROR || echo INFO)" "$i"
		done >"$dir/clean/2026-01-$day.log"
	done
)
"$build/tests/read_archive" "$dir/clean" 2026-02-04T12:00:00Z
got=$("$build/mxlog-read" -D "$dir/clean" --count-by level -U 2026-01-26 \
	--explain 2>"$dir/err")
test "$(echo "$got" | tr -s ' ')" = " 4000 INFO
 2000 ERROR"
grep -q 'by directory' "$dir/err"
grep -q ' 0 looked at, 6000 matched' "$dir/err"
for query in "-U 2026-01-25T10:20:00Z" "-S 2026-01-25T10:20:00Z" \
	"-S 2026-01-25T10:20:00Z -U 2026-01-26T03:00:00Z" "-l INFO" "-m b"; do
	# shellcheck disable=SC2086 # options, each a word
	test "$("$build/mxlog-read" -D "$dir/clean" --count-by level -U 2026-01-26 $query)" = \
		"$("$build/mxlog-read" -D "$dir/clean" --count-by level,module -U 2026-01-26 $query |
			sed 's/ *a$//')"
done

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
