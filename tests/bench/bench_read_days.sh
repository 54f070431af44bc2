#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Queries over thirty archived days, beside DuckDB and zcat | rg over the same
# files in one run; ratios are of seconds. What is rare stands in some archives
# only, what is common in all.
#
#   tests/bench/bench_read_days.sh [BUILD]
#
# MXLOG_BENCH_DAY_MB (10: megabytes of a day before it is archived),
# MXLOG_BENCH_RUNS (3: the best counts); MXLOG_DUCKDB: a directory in which
# `npm install @duckdb/node-api` was run.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$source/build/release}")
days=30 megabytes=$((30 * ${MXLOG_BENCH_DAY_MB:-10}))

work=$(mktemp -d -p "${MXLOG_BENCH_TMP:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
log=$work/log
# shellcheck source=tests/bench/read_lib.sh
. "$source/tests/bench/read_lib.sh"

"$build/tests/bench_read" "$log" "$megabytes" "$days"
day=$log/2026-02-10.log
trace=$(sed -n 5000p "$day" | cut -c14-39)
# A number that one message has.
needle=$(grep -o 'snapshot [0-9a-f]*' "$day" | sed -n '20s/.* //p')
"$build/tests/read_archive" "$log" 2026-03-15T00:00:00Z >/dev/null
# What the cycle says of itself is not the matter.
find "$log" -maxdepth 1 -name '*.log' -delete
cat "$log"/archive/*.gz >/dev/null # into memory

# One a line: name, options of mxlog-read, SQL, what rg is given.
shapes() {
	local all="SELECT * FROM entries WHERE" by="ORDER BY timestamp"
	cat <<END
needle~-g $needle~$all message ILIKE '%$needle%' $by~-i $needle
trace~-t $trace~$all trace_id = '$trace' $by~$trace
ten minutes~-S 2026-02-10T10:00:00Z -U 2026-02-10T10:10:00Z~$all timestamp BETWEEN '2026-02-10 10:00:00' AND '2026-02-10 10:10:00' $by~'"timestamp":"2026-02-10T10:0'
module, rare~-m smartd~$all module = 'smartd' OR module LIKE 'smartd.%' $by~'"module":"smartd["\\\\.]'
module, common~-m sshd~$all module = 'sshd' OR module LIKE 'sshd.%' $by~'"module":"sshd["\\\\.]'
level counts~--count-by level~SELECT level, count(*) FROM entries GROUP BY ALL~-o '"level":"[A-Z]*"' | sort | uniq -c
a condition~--field "duration_ms>895"~$all duration_ms > 895 $by~
all of it~~SELECT * FROM entries ORDER BY timestamp~'^'
END
}

echo "$days archived days, $(du -sm "$log/archive" | cut -f1) MB of $megabytes"
shapes | awk -F'~' -v OFS='\t' '{ print $1, $3 }' |
	duckdb "$log/archive/*.log.gz" >"$work/duckdb"
header DuckDB "zcat|rg"
while IFS='~' read -r name options _ text; do
	duck=$(awk -F'\t' -v n="$name" '$1 == n { print $2 }' "$work/duckdb")
	peer=$([ -z "$text" ] || ! command -v rg >/dev/null ||
		measure "zcat $log/archive/*.log.gz | rg -N $text" | cut -d' ' -f1)
	row "$name" "$build/mxlog-read -D $log $options -o json" "$duck" "$peer"
done < <(shapes)
