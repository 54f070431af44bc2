#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Queries of twelve shapes over the same entries, live and archived: seconds,
# CPU seconds and peak memory of mxlog-read, beside DuckDB, ripgrep, jq and lnav
# where they are installed and can say the same; ratios are of seconds. Of a
# shape whose cost depends on how common the value is, a common one is asked for,
# too. At last how long following takes.
#
#   tests/bench/bench_read.sh [BUILD]
#
# MXLOG_BENCH_MB (200; 1000 for the figures in the documents), MXLOG_BENCH_DAYS
# (3), MXLOG_BENCH_RUNS (3: the best counts), MXLOG_BENCH_ALONE=1 for mxlog-read
# without the others, MXLOG_BENCH_SLOW=1 for jq and lnav, too, which take minutes;
# MXLOG_DUCKDB: a directory in which `npm install @duckdb/node-api` was run.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$source/build/release}")
megabytes=${MXLOG_BENCH_MB:-200} days=${MXLOG_BENCH_DAYS:-3}
read=$build/mxlog-read

work=$(mktemp -d -p "${MXLOG_BENCH_TMP:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
log=$work/log
# shellcheck source=tests/bench/read_lib.sh
. "$source/tests/bench/read_lib.sh"
if [ -n "${MXLOG_BENCH_ALONE:-}" ]; then
	duckdb_dir=
fi

"$build/tests/bench_read" "$log" "$megabytes" "$days"
trace=$(sed -n 5000p "$log/2026-01-28.log" | cut -c14-39)

# One a line: name, options of mxlog-read, SQL, pattern for rg (where a line is
# found by its text alone), jq filter, condition for lnav (its own columns).
shapes() {
	local window="timestamp BETWEEN '2026-01-28 10:00:00' AND '2026-01-28 10:10:00'"
	local all="SELECT * FROM entries WHERE" by="ORDER BY timestamp"
	local jq_window='"2026-01-28T10:00:00" and .timestamp <= "2026-01-28T10:10:00.000000Z"'
	cat <<END
level~-l CRITICAL~$all level = 'CRITICAL' $by~"level":"CRITICAL"~select(.level == "CRITICAL")~level = 'CRITICAL'
level, common~-l WARNING~$all level = 'WARNING' $by~"level":"WARNING"~select(.level == "WARNING")~level = 'WARNING'
ten minutes~-S 2026-01-28T10:00:00Z -U 2026-01-28T10:10:00Z~$all $window $by~~select(.timestamp >= $jq_window)~log_time BETWEEN '2026-01-28 10:00:00' AND '2026-01-28 10:10:00'
module~-m smartd~$all module = 'smartd' OR module LIKE 'smartd.%' $by~"module":"smartd["\\\\.]~select(.module | test("^smartd(\$|\\\\.)"))~module = 'smartd' OR module LIKE 'smartd.%'
module, common~-m sshd~$all module = 'sshd' OR module LIKE 'sshd.%' $by~"module":"sshd["\\\\.]~select(.module | test("^sshd(\$|\\\\.)"))~module = 'sshd' OR module LIKE 'sshd.%'
trace~-t $trace~$all trace_id = '$trace' $by~"trace_id":"$trace"~select(.trace_id == "$trace")~trace_id = '$trace'
rare text~-g "checksum mismatch" --case-sensitive~$all contains(message, 'checksum mismatch') $by~checksum mismatch~select(.message | contains("checksum mismatch"))~message GLOB '*checksum mismatch*'
common text~-g "Timeout after" --case-sensitive~$all contains(message, 'Timeout after') $by~Timeout after~select(.message | contains("Timeout after"))~message GLOB '*Timeout after*'
caseless text~-g "CHECKSUM MISMATCH"~$all message ILIKE '%checksum mismatch%' $by~(?i)checksum mismatch~select(.message | test("checksum mismatch"; "i"))~message LIKE '%checksum mismatch%'
regex~-g "check.*in block$" --regex --case-sensitive~$all regexp_matches(message, 'check.*in block$') $by~check[^"]*in block"~select(.message | test("check.*in block\$"))~message REGEXP 'check.*in block$'
tags~-T critical_path~$all list_contains(tags, 'critical_path') $by~"critical_path"~select(.tags // [] | index("critical_path"))~tags LIKE '%"critical_path"%'
tags, common~-T state_transition~$all list_contains(tags, 'state_transition') $by~"state_transition"~select(.tags // [] | index("state_transition"))~tags LIKE '%"state_transition"%'
counts~--count-by level,module~SELECT level, module, count(*) FROM entries GROUP BY ALL~~~
slowest~--slowest 20~SELECT * FROM entries WHERE duration_ms IS NOT NULL ORDER BY duration_ms DESC LIMIT 20~~~
all of it~~SELECT * FROM entries ORDER BY timestamp~~.~
END
}

# What lnav needs to know of the lines.
lnav_seconds() { # WHERE
	[ -n "$1" ] || return 0
	echo ";SELECT * FROM mxlog_log WHERE $1" >"$work/lnav"
	measure "HOME=$work/home lnav -N -n -I $work/home -f $work/lnav $log/*.log" |
		cut -d' ' -f1
}

jq_seconds() { # COMMAND-THAT-PRINTS-THE-LINES FILTER
	[ -n "$2" ] || return 0
	echo "$2" >"$work/jq"
	measure "$1 | jq -c -f $work/jq" | cut -d' ' -f1
}

rg_seconds() { # COMMAND-THAT-PRINTS-THE-LINES PATTERN
	[ -n "$2" ] || return 0
	case $1 in
	cat*) measure "rg -N --no-filename '$2' $log/*.log" ;;
	*) measure "$1 | rg -N '$2'" ;;
	esac | cut -d' ' -f1
}

measure_all() { # WHERE DIR PATTERN COMMAND-THAT-PRINTS-THE-LINES
	local name options text filter lnav peer peers
	printf '\n== %s, %s MB on disk\n' "$1" "$(du -sm "$2" | cut -f1)"
	cat "$2"/*.log "$2"/archive/*.gz >/dev/null 2>&1 || true # into memory
	shapes | awk -F'~' -v OFS='\t' '{ print $1, $3 }' |
		duckdb "$3" >"$work/duckdb"
	header "${names[@]}"
	while IFS='~' read -r name options _ text filter lnav; do
		peers=()
		for peer in "${names[@]}"; do
			case $peer in
			DuckDB) peers+=("$(awk -F'\t' -v n="$name" \
				'$1 == n { print $2 }' "$work/duckdb")") ;;
			rg) peers+=("$(rg_seconds "$4" "$text")") ;;
			jq) peers+=("$(jq_seconds "$4" "$filter")") ;;
			lnav) # it would unpack archives into a file first
				peers+=("$([ "$1" != live ] ||
					lnav_seconds "$lnav")") ;;
			esac
		done
		row "$name" "$read -D $2 $options -o json" "${peers[@]}"
	done < <(shapes)
	awk '$1 == "peak" { print "DuckDB: at most " $2 " MB in all of these" }' "$work/duckdb"
}

names=()
[ -z "$duckdb_dir" ] || names+=(DuckDB)
for peer in rg ${MXLOG_BENCH_SLOW:+jq lnav}; do
	[ -n "${MXLOG_BENCH_ALONE:-}" ] || ! command -v "$peer" >/dev/null ||
		names+=("$peer")
done
mkdir -p "$work/home/formats/installed"
cp "$source/etc/lnav/mxlog.json" "$work/home/formats/installed"

measure_all live "$log" "$log/*.log" "cat $log/*.log"

echo
printf '%-16s' follow
python3 "$source/tests/bench/read_follow.py" "$log/2026-01-28.log" \
	"$read" -D "$log" -f -n 0 -o json
if [ -z "${MXLOG_BENCH_ALONE:-}" ]; then
	printf '%-16s' "tail -f"
	python3 "$source/tests/bench/read_follow.py" "$log/2026-01-28.log" \
		tail -n 0 -f "$log/2026-01-28.log"
fi

# What the cycle says of itself is not the matter.
"$build/tests/read_archive" "$log" 2026-03-15T00:00:00Z >/dev/null
find "$log" -maxdepth 1 -name '*.log' -delete
measure_all archived "$log" "$log/archive/*.log.gz" "zcat $log/archive/*.log.gz"
