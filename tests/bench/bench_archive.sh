#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compressing a day, beside gzip -6 and pigz, one core each, processor time; and
# what the sketches skip.
#
# usage: bench_archive.sh [MIB, default 400] [FILE of canonical lines instead]
set -euo pipefail

build=${MXLOG_BUILD:-build/release}
mib=${1:-400}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

file=${2:-$dir/day.log}
[ -n "${2:-}" ] || "$build/tests/bench_archive" --generate "$mib" "$file"
bytes=$(stat -c %s "$file")

# name, command: what it took, what came out
measure() {
	local name=$1 seconds size
	shift
	TIMEFORMAT='%U %S'
	seconds=$({ time taskset -c 0 "$@" <"$file" >"$dir/out"; } 2>&1 |
		awk '{ print $1 + $2 }')
	[ ! -s "$dir/day.gz" ] || mv "$dir/day.gz" "$dir/out"
	size=$(stat -c %s "$dir/out")
	awk -v n="$name" -v s="$seconds" -v b="$bytes" -v z="$size" 'BEGIN {
		printf "%-10s %6.2f s  %5.0f MB/s  %10d bytes  ratio %.3f\n",
		    n, s, b / 1e6 / s, z, b / z }'
}

echo "$bytes bytes of lines"
measure "gzip -6" gzip -6
measure "pigz" pigz -p 1 -6
measure "mxlog" "$build/tests/bench_archive" "$file" "$dir/day.gz"
zcat "$dir/out" 2>/dev/null | cmp - "$file" && echo "zcat gives the lines back"
if [ "$bytes" -lt 300000000 ]; then
	"$build/tests/bench_ngram_filter" "$file"
fi
