# SPDX-License-Identifier: Apache-2.0
# Measuring queries beside others, and tables of it. Wants $source and $work.
export LC_ALL=C
: "${source:?}" "${work:?}"

# DuckDB as npm installed it; DUCKDB_DIR is the older name.
duckdb_dir=${MXLOG_DUCKDB:-${DUCKDB_DIR:-}}
runs=${MXLOG_BENCH_RUNS:-3}

# measure COMMAND: "seconds CPU-seconds MB", the best of some runs by time. What
# fails is said, so that nothing counts that was not answered.
measure() {
	for _ in $(seq "$runs"); do
		/usr/bin/time -f '%e %U %S %M' -o "$work/time" \
			bash -c "$1" >/dev/null 2>"$work/err" || {
			status=$?
			# rg: nothing found.
			[ "$status" = 1 ] && [ ! -s "$work/err" ] ||
				echo "status $status: $1: $(cat "$work/err")" >&2
		}
		tail -1 "$work/time"
	done | sort -n | head -1 | awk '{ printf "%.2f %.2f %.1f", $1, $2 + $3, $4 / 1024 }'
}

# duckdb PATTERN < "name<tab>SQL" lines: "name<tab>seconds<tab>CPU-seconds"
duckdb() {
	if [ -z "$duckdb_dir" ]; then
		cat >/dev/null
		return
	fi
	DUCKDB_DIR=$duckdb_dir MXLOG_BENCH_RUNS=$runs \
		node "$source/tests/bench/read_duckdb.cjs" "$1"
}

# The ratio of a peer's seconds to ours; both have a tick of 0.01.
ratio() { # OURS PEER
	[ -n "$2" ] || return 0
	awk -v o="$1" -v p="$2" 'BEGIN {
		r = p / (o > 0.01 ? o : 0.01); printf r < 10 ? "%.1fx" : "%.0fx", r }'
}

# A row of the table: name, how many lines we print, our three figures, then
# "seconds" of each peer or "".
header() { # PEER...
	printf '%-16s %9s %7s %7s %7s' "" lines seconds CPU MB
	for peer in "$@"; do
		printf ' | %8s %6s' "$peer" ratio
	done
	echo
}

row() { # NAME COMMAND PEER...
	local name=$1 lines ours seconds
	lines=$(bash -c "$2" | wc -l)
	ours=$(measure "exec $2")
	shift 2
	# shellcheck disable=SC2086
	printf '%-16s %9s %7s %7s %7s' "$name" "$lines" $ours
	for seconds in "$@"; do
		printf ' | %8s %6s' "${seconds:--}" "$(ratio "${ours%% *}" "$seconds")"
	done
	echo
}
