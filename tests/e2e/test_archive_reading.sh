#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Answers are exact while the cycle compresses what they read, and without
# complaint while it deletes.
set -euo pipefail

build=${MXLOG_BUILD:?}
rounds=${MXLOG_READING_ROUNDS:-3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
log=$dir/log

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

mkdir "$dir/days"
"$build/tests/archive_sizes" --lines 1 "$dir/lines"
for day in 10 11 12 13 14 15 16 17; do
	sed "s/\"timestamp\":\"2026-01-28T/\"timestamp\":\"2026-01-${day}T/" \
		"$dir/lines" >"$dir/days/2026-01-$day.log"
	touch -d 2026-01-18 "$dir/days/2026-01-$day.log"
	chmod 600 "$dir/days/2026-01-$day.log"
done
total=$(cat "$dir"/days/*.log | wc -l)
printf 'retention_days: 0\n' >"$dir/keep.yaml"
printf 'retention_days: 30\n' >"$dir/prune.yaml"

# What there is before the cycle's own entries of today.
count() {
	"$build/mxlog-read" -D "$log" --no-pager -o json \
		--until 2026-01-31T00:00:00Z >"$dir/out" 2>"$dir/err" ||
		fail "mxlog-read: $(cat "$dir/err")"
	wc -l <"$dir/out"
}

# Ask until the cycle is through; $1 is asked for each count.
while_cycle_runs() {
	local judge=$1 asked=0 n
	shift
	"$build/mxlog-archive" -D "$log" "$@" run >"$dir/run" 2>&1 &
	local cycle=$!
	while kill -0 "$cycle" 2>/dev/null; do
		n=$(count)
		"$judge" "$n"
		asked=$((asked + 1))
	done
	wait "$cycle" || fail "the cycle: $(cat "$dir/run")"
	echo "asked $asked times"
}

is_all() {
	[ "$1" = "$total" ] || fail "$1 lines of $total"
}

left=$total
is_less() {
	if [ "$1" -gt "$left" ] || [ $(($1 % (total / 8))) != 0 ]; then
		fail "$1 lines, $left before"
	fi
	left=$1
}

for round in $(seq "$rounds"); do
	echo "-- round $round"
	rm -rf "$log"
	cp -rp "$dir/days" "$log"
	chmod 700 "$log"
	while_cycle_runs is_all -c "$dir/keep.yaml"
	is_all "$(count)"
	[ "$(find "$log/archive" -name '*.log.gz' | wc -l)" = 8 ] ||
		fail "not all are archived"
	# No clock makes them old. A version without a ledger has seen sixty days
	# pass since they arrived.
	while_cycle_runs is_all -c "$dir/prune.yaml"
	rm -r "$log/.mxlog"
	mkdir -m 700 "$log/.mxlog"
	printf 'mxlog retention 1\n%s 1 5184000000000\n%s 0\n%s %s\n' \
		aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 1768867200000000 \
		1774051200000000 5184000000000 >"$log/.mxlog/retention"
	left=$total
	while_cycle_runs is_less -c "$dir/prune.yaml"
	[ "$(count)" = 0 ] || fail "not all are deleted"
done
