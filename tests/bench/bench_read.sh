#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Queries of twelve shapes over the same entries, live and archived: seconds
# (best of three), CPU seconds and peak memory of mxlog-read, beside DuckDB,
# ripgrep, jq and lnav where they are installed and can say the same.
#
#   tests/bench/bench_read.sh [BUILD]
#
# MXLOG_BENCH_MB (200; 1000 for the figures in the documents), MXLOG_BENCH_DAYS
# (3), MXLOG_BENCH_SLOW=1 to run jq and lnav, too, which take minutes; DUCKDB_DIR:
# a directory in which `npm install @duckdb/node-api` was run.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$source/build/release}")
megabytes=${MXLOG_BENCH_MB:-200} days=${MXLOG_BENCH_DAYS:-3}
read=$build/mxlog-read

work=$(mktemp -d -p "${MXLOG_BENCH_TMP:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
log=$work/log

"$build/tests/bench_read" "$log" "$megabytes" "$days"
cp -r "$log" "$work/archived"
"$build/tests/read_archive" "$work/archived" 2026-03-01T00:00:00Z
# What the cycle said of itself is not the matter.
find "$work/archived" -maxdepth 1 -name '*.log' -delete
cat "$log"/*.log >/dev/null # into the page cache
trace=$(sed -n 5000p "$log/2026-01-28.log" | cut -c14-39)
du -sh "$log" "$work/archived" | sed 's,/.*/,,'

# name <tab> options of mxlog-read <tab> SQL <tab> pattern for rg <tab> jq filter
shapes() {
	local window="timestamp BETWEEN '2026-01-28 10:00:00' AND '2026-01-28 10:10:00'"
	tr '|' '\t' <<END
level|-l CRITICAL -o json|SELECT * FROM entries WHERE level = 'CRITICAL' ORDER BY timestamp|"level":"CRITICAL"|select(.level == "CRITICAL")
ten minutes|-S 2026-01-28T10:00:00Z -U 2026-01-28T10:10:00Z -o json|SELECT * FROM entries WHERE $window ORDER BY timestamp||
module|-m src.skills -o json|SELECT * FROM entries WHERE module = 'src.skills' OR module LIKE 'src.skills.%' ORDER BY timestamp||
trace|-t $trace -o json|SELECT * FROM entries WHERE trace_id = '$trace' ORDER BY timestamp|"trace_id":"$trace"|
rare text|-g "checksum mismatch" --case-sensitive -o json|SELECT * FROM entries WHERE contains(message, 'checksum mismatch') ORDER BY timestamp|checksum mismatch|
common text|-g "Timeout after" --case-sensitive -o json|SELECT * FROM entries WHERE contains(message, 'Timeout after') ORDER BY timestamp|Timeout after|
caseless text|-g "CHECKSUM MISMATCH" -o json|SELECT * FROM entries WHERE message ILIKE '%checksum mismatch%' ORDER BY timestamp|(?i)checksum mismatch|
regex|-g "check.*in block$" --regex -o json|SELECT * FROM entries WHERE regexp_matches(message, 'check.*in block$') ORDER BY timestamp||
tags|-T critical_path -o json|SELECT * FROM entries WHERE list_contains(tags, 'critical_path') ORDER BY timestamp||
counts|--count-by level,module -o json|SELECT level, module, count(*) FROM entries GROUP BY ALL||
slowest|--slowest 20 -o json|SELECT * FROM entries WHERE duration_ms IS NOT NULL ORDER BY duration_ms DESC LIMIT 20||
all of it|-o json|COPY (SELECT * FROM entries ORDER BY timestamp) TO '/dev/null' (FORMAT json)||.
END
}

# seconds, CPU seconds and KB of one command, the best of three by time
measure() {
	for _ in 1 2 3; do
		# shellcheck disable=SC2294
		/usr/bin/time -o "$work/time" -f '%e %U %S %M' \
			bash -c "exec $*" >/dev/null 2>"$work/err" || true
		tail -1 "$work/time"
	done | sort -n | head -1 | awk '{ printf "%.2f s %.2f CPU %5.1f MB", $1, $2 + $3, $4 / 1024 }'
}

duckdb() { # pattern
	if [ -z "${DUCKDB_DIR:-}" ]; then
		return
	fi
	shapes | cut -f1,3 | DUCKDB_DIR=$DUCKDB_DIR \
		node "$source/tests/bench/read_duckdb.cjs" "$1"
}

for where in live archived; do
	if [ $where = live ]; then
		dir=$log pattern="$log/*.log"
	else
		dir=$work/archived pattern="$work/archived/archive/*.log.gz"
	fi
	echo
	echo "== $where"
	duckdb "$pattern" >"$work/duckdb" || echo "DuckDB failed"
	while IFS=$'\t' read -r name options _ pattern_rg filter; do
		ours=$(measure "$read -D $dir $options")
		line=$(printf '%-14s mxlog-read %s' "$name" "$ours")
		duck=$(awk -F'\t' -v n="$name" '$1 == n { print $2 }' "$work/duckdb")
		if [ -n "$duck" ]; then
			line+=$(awk -v d="$duck" -v o="$ours" \
				'BEGIN { split(o, p, " "); printf "   DuckDB %.2f s (%.1fx)", d, d / (p[1] > 0 ? p[1] : 0.01) }')
		fi
		if [ -n "$pattern_rg" ] && command -v rg >/dev/null; then
			flags=$([ $where = archived ] && echo -z || true)
			line+="   rg $(measure "rg $flags -N --no-filename '$pattern_rg' $dir")"
		fi
		if [ -n "$filter" ] && [ -n "${MXLOG_BENCH_SLOW:-}" ] &&
			[ $where = live ] && command -v jq >/dev/null; then
			line+="   jq $(measure "cat $dir/*.log | jq -c '$filter'")"
		fi
		echo "$line"
	done < <(shapes | awk -F'\t' '{ for (i = 1; i <= 5; i++) if ($i == "") $i = " "; OFS = "\t"; print $1, $2, $3, $4, $5 }' | sed 's/\t \t/\t\t/g; s/\t $/\t/')
done
if [ -n "${MXLOG_BENCH_SLOW:-}" ] && command -v lnav >/dev/null; then
	echo "lnav, counts: $(measure "lnav -n -c ';SELECT log_level, count(*) FROM all_logs GROUP BY 1' $log/*.log")"
fi
