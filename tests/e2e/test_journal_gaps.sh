#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What can't be read any more is told, once, and nothing else is: each number
# that journald gave out is in one line or in one gap entry, also when mxlogd is
# killed between; a journal that was replaced by another is told without a count.
#
# MXLOG_KILLS=200 for a longer run.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

kills=${MXLOG_KILLS:-20}
RANDOM=${MXLOG_SEED:-7}

# It complains: that is what is tested.
drain_telling() {
	drain 2>"$work/err" || fail "drain: $(cat "$work/err")"
}

gaps() {
	cat "$logs"/*.log | grep '"action":"journal_gap"'
}

# journald keeps three files while mxlogd is down more than up.
vacuum_under_kills() {
	journald_conf Storage=persistent SystemMaxFiles=3
	journald_start
	# Before a first start nothing is there to tell from.
	drain || fail "drain"
	send $((kills * 400)) 0 4000 &
	local sender=$! i
	for i in $(seq "$kills"); do
		mxlogd_start
		sleep "0.$(printf '%03d' $((RANDOM % 150 + 5)))"
		mxlogd_stop -KILL
		[ $((i % 4)) != 0 ] || journald_ctl --rotate
		[ $((i % 4)) != 0 ] || journald_ctl --rotate
		[ $((i % 4)) != 0 ] || journald_ctl --rotate
	done
	wait "$sender"
	journald_ctl --sync
	drain_telling
	compare --account
	# More than once is too often here, too.
	drain || fail "drain"
	compare --account
}

wait_for_position() {
	for _ in $(seq 200); do
		! grep -qs ';i=' "$logs"/.mxlog/checkpoint.journald || return
		sleep 0.05
	done
	fail "mxlogd saved no position"
}

# A first start that is killed before it saves a checkpoint of what it has read
# has saved where it began.
killed_at_first() {
	journald_conf Storage=persistent
	journald_start
	send 100
	journald_ctl --sync
	sed -i 's/\(checkpoint_interval_ms:\).*/\1 60000/' "$config"
	mxlogd_start
	wait_for 100
	mxlogd_stop -KILL
	send 70 100 # these are never read
	journald_ctl --sync
	journald_ctl --rotate
	journald_ctl --sync
	rm "$persistent"/system@*.journal
	send 10 170
	journald_ctl --sync
	drain_telling
	compare --account --gaps 1
	drain || fail "drain"
	compare --account --gaps 1
}

# The same of a volatile journal, where nothing came that matches.
killed_before_reading() {
	journald_conf Storage=volatile
	journald_start
	send 100
	journald_ctl --sync
	yaml "match: [NUMBER=1000]"
	mxlogd_start
	wait_for_position
	mxlogd_stop -KILL
	journald_ctl --rotate
	journald_ctl --sync
	rm "$volatile"/system@*.journal
	send 1 1000
	journald_ctl --sync
	drain_telling
	compare --gaps 1 --numbers 1000-1000
}

# Told at a start that can't save a checkpoint before it is killed.
gap_at_a_start() {
	local i
	journald_conf Storage=persistent
	journald_start
	send 100
	journald_ctl --sync
	drain || fail "drain"
	send 70 100 # these are never read
	journald_ctl --sync
	journald_ctl --rotate
	journald_ctl --sync
	rm "$persistent"/system@*.journal
	for i in 1 2 3; do
		mxlogd_start
		sleep 0.0$i
		mxlogd_stop -KILL
	done
	send 10 170
	journald_ctl --sync
	drain_telling
	compare --account --gaps 1
}

# A journal with all its files gives way to another.
replace_journal() {
	journald_stop
	rm -r "${1:?}"
	journald_start
}

replaced() {
	local place=$1 while=$2
	case $place in
	"$volatile") journald_conf Storage=volatile ;;
	*) journald_conf Storage=persistent ;;
	esac
	journald_start
	send 100
	journald_ctl --sync
	drain || fail "drain"
	compare --gaps 0
	[ "$while" = stopped ] || mxlogd_start
	[ "$while" = stopped ] || sleep 0.3
	replace_journal "$place"
	send 50 100
	journald_ctl --sync
	[ "$while" = stopped ] || { wait_for 150; mxlogd_stop; }
	drain_telling
	drain || fail "drain"
	compare --gaps 1 --numbers 0-149
	gaps | grep -q "how many entries is not known" || fail "$(gaps)"
	# The next one is told as well, and only that.
	replace_journal "$place"
	send 50 150
	journald_ctl --sync
	drain_telling
	drain || fail "drain"
	compare --gaps 2 --numbers 0-199
}

for scenario in vacuum_under_kills gap_at_a_start killed_at_first \
	killed_before_reading \
	"replaced $persistent stopped" "replaced $persistent running" \
	"replaced $volatile stopped" "replaced $volatile running"; do
	echo "-- $scenario"
	fresh
	yaml
	$scenario
done
