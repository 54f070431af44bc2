#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random questions to canonical, foreign and damaged lines, live, archived and
# archived by others: mxlog-read's library agrees with an evaluator written
# independently, the command with both, and all with DuckDB where SQL can say the
# same. MXLOG_READ_LINES, MXLOG_READ_QUERIES and MXLOG_READ_COMMANDS say how many;
# 50000, 5000 and 1000 are the whole proof and take half an hour.
set -euo pipefail

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?}
# shellcheck source=tests/lib/duckdb.sh
. "$source/tests/lib/duckdb.sh"
export TZ=UTC
evaluator=$source/tests/e2e/read_evaluator.py
queries=${MXLOG_READ_QUERIES:-1000} lines=${MXLOG_READ_LINES:-30000}
commands=${MXLOG_READ_COMMANDS:-100}
# Sanitizers and missing optimisation make it many times slower.
if ! grep -q 'CMAKE_BUILD_TYPE:.*=Rel' "$build/CMakeCache.txt"; then
	queries=${MXLOG_READ_QUERIES:-150} lines=${MXLOG_READ_LINES:-10000}
	commands=${MXLOG_READ_COMMANDS:-20}
fi

if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Of four days the first two are archived, the third is by somebody else.
archive() { # LOG
	"$build/tests/read_archive" "$1" 2026-02-03T12:00:00Z
	# What the cycle says of itself is not in the evaluator's book.
	find "$1" -maxdepth 1 -name '*.log' ! -name '2026-01-*' -delete
	(cd "$1" && python3 "$source/tests/e2e/foreign_archive.py" . \
		2026-01-28*.log)
	test -e "$1/archive/2026-01-27.log.gz"
	test -e "$1/archive/metrics/2026-01-27.metrics.log.gz"
	test ! -e "$1/2026-01-28.log"
}

agree() { # DIR FIRST
	head -n "$2" "$1/queries" | "$build/tests/read_many" "$1/log" |
		python3 "$evaluator" check "$1" "$2"
}

echo "-- live"
all=$dir/all
mkdir "$all"
python3 "$evaluator" make "$all" "$lines" "$queries"
agree "$all" $((queries / 4))
status=0
"$build/mxlog-read" -D "$all/log" -o json >/dev/null 2>"$dir/stderr" ||
	status=$?
damaged=$(grep -o '[0-9]* damaged line' "$dir/stderr" |
	awk '{ n += $1 } END { print n }')
if [ "$status" != 1 ] || [ "$damaged" != "$(cat "$all/damaged")" ]; then
	echo "status $status, $damaged damaged of $(cat "$all/damaged")"
	exit 1
fi

echo "-- live, archived, and archived by others"
archive "$all/log"
agree "$all" "$queries"
python3 "$evaluator" command "$all" "$build/mxlog-read" 1 "$commands"

echo "-- a LogQuery from a file"
n=0
while read -r query && read -r _ digest <&3; do
	[[ $query != *$'\x1e'* ]] || continue
	printf '%s\n' "$query" >"$dir/query"
	# It exits 1, as there are damaged lines.
	got=$({ "$build/mxlog-read" -D "$all/log" -o json \
		--query "$dir/query" 2>/dev/null || true; } |
		sha256sum | cut -d' ' -f1)
	if [ "$got" != "$digest" ]; then
		echo "mxlog-read --query: $query: $got instead of $digest"
		exit 1
	fi
	n=$((n + 1))
	[ "$n" -lt 20 ] || break
done <"$all/queries" 3<"$all/expected"

echo "-- DuckDB, lines that nothing is wrong with"
if ! modules=$(duckdb_modules "$dir/duckdb"); then
	echo "   skipped: no npm, or no DuckDB from it"
	exit 0
fi
clean=$dir/clean
mkdir "$clean"
python3 "$evaluator" make --clean "$clean" "$lines" "$queries" 2
archive "$clean/log"
agree "$clean" "$queries"
NODE_PATH=$modules node "$source/tests/e2e/read_sql.cjs" "$clean/log" \
	<"$clean/sql" >"$dir/answers"
python3 "$evaluator" sql "$clean" <"$dir/answers"
