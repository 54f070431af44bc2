#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One bad thing costs itself: what can't be read is named once, everything else
# is answered, and mxlog-read exits 1.
set -euo pipefail

build=${MXLOG_BUILD:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
read=$build/mxlog-read
log=$dir/log
mkdir -m 700 "$log"

line() { # NUMBER [DAY] [MESSAGE]
	printf '{"trace_id":"01KG2HBQC8QW74DE8BE0%06d","timestamp":"%sT15:30:01.000001Z","level":"INFO","module":"a","message":"%s"}\n' \
		"$1" "${2:-2026-01-28}" "${3:-x}"
}

# What it answers, and what it says: STATUS LINES TEXT ARGUMENT…
check() {
	local wanted=$1 lines=$2 text=$3 status=0 n
	shift 3
	timeout 60 "$read" --no-pager -o json "$@" >"$dir/out" 2>"$dir/err" ||
		status=$?
	n=$(wc -l <"$dir/out")
	if [ "$status" != "$wanted" ] || [ "$n" != "$lines" ] ||
		! grep -qF -- "$text" "$dir/err" ||
		[ "$(grep -cF -- "$text" "$dir/err")" -gt 1 ] && [ -n "$text" ]; then
		echo "mxlog-read $*: status $status, $n lines, stderr:"
		cat "$dir/err"
		exit 1
	fi
}

for i in 1 2 3; do line $i; done >"$log/2026-01-28.log"
check 0 3 "" -D "$log"

echo "-- a log directory that is missing, beside one that is there"
check 1 3 "$dir/none: No such file" -D "$dir/none" -D "$log"
check 1 0 "$dir/none: No such file" -D "$dir/none"

echo "-- a log directory behind a link"
ln -s log "$dir/link"
check 0 3 "" -D "$dir/link"

echo "-- a segment that is a link"
ln -s /etc/passwd "$log/2026-01-29.log"
check 1 3 "2026-01-29.log" -D "$log"
rm "$log/2026-01-29.log"

echo "-- an index that is no index"
mkdir -m 700 "$log/archive"
echo nonsense >"$log/archive/index.json"
check 1 3 "index.json" -D "$log"
rm -r "$log/archive"

echo "-- no archive folder but a file"
: >"$log/archive"
check 1 3 "Not a directory" -D "$log"
rm "$log/archive"

echo "-- blank lines and a byte order mark"
{ printf '\xef\xbb\xbf'; line 1; printf '\n \t\r\n'; line 2; } \
	>"$log/2026-01-28.log"
check 0 2 "" -D "$log"
check 0 1 "" -D "$log" -n 1 -r
printf '\xef\xbb\xbf\n' >"$log/2026-01-28.log"
check 0 0 "" -D "$log"

echo "-- files, wherever they stand and whatever they are called"
{ line 1; line 2; } >"$dir/old.log.1"
{ line 3 2025-01-01; line 4 2027-01-01; } | gzip >"$dir/older.gz"
check 0 4 "" "$dir/old.log.1" "$dir/older.gz"
check 0 2 "" - <"$dir/old.log.1"
check 0 2 "" - -S 2027-01-01 "$dir/older.gz" < <(line 5 2027-01-02)
check 0 1 "" - --count-by module < <(gzip -c "$dir/old.log.1")
head -c 40 "$dir/older.gz" >"$dir/torn.gz"
check 1 2 "$dir/torn.gz: Bad message" "$dir/torn.gz" "$dir/old.log.1"
printf '\xfd7zXZ\0' >"$dir/old.xz"
check 1 2 "xz -dc FILE" "$dir/old.xz" "$dir/old.log.1"
check 2 0 "there is no file" needle
check 2 0 "only log directories" -f "$dir/old.log.1"

echo "-- a message that exhausts a pattern"
{
	for i in 1 2 3; do line $i 2026-01-28 "needle $i"; done
	line 4 2026-01-28 "$(head -c 100000 /dev/zero | tr '\0' a)"
} >"$log/2026-01-28.log"
check 1 3 "1 line left out" -D "$log" --regex -g 'needle|\S+@\S+'
check 1 3 "1 line left out" -D "$log" --field 'message~needle|\S+@\S+'

echo "-- more segments than descriptors"
for i in $(seq 1100); do
	day=$(date -u -d "2020-01-01 + $i days" +%F)
	line "$i" "$day" >"$log/$day.log"
done
line 1 >"$log/2026-01-28.log"
(
	ulimit -n 64
	check 0 1101 "" -D "$log"
	check 0 1101 "" -D "$log" --order-by module -r
	check 0 5 "" -D "$log" --limit 5 --order-by trace_id
)
