#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What happens to journals: rotation, restarts and kills of journald, a flush
# from runtime to persistent, vacuum of what was not read yet. Nothing is lost,
# nothing doubled, and what was removed unread is said once.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

rotation() {
	journald_conf Storage=persistent
	journald_start
	mxlogd_start
	for i in 0 1 2 3 4; do
		send 300 $((i * 300))
		journald_ctl --rotate
	done
	send 300 1500
	journald_ctl --sync
	wait_for 1800
	mxlogd_stop
	drain || fail "drain"
	compare --gaps 0
	compare --numbers 0-1799
}

journald_restarts() {
	journald_conf Storage=persistent
	journald_start
	mxlogd_start
	send 200
	journald_ctl --sync
	journald_stop -KILL
	journald_start
	send 200 200
	journald_ctl --sync
	journald_stop -TERM
	journald_start
	send 200 400
	journald_ctl --sync
	mxlogd_stop
	drain || fail "drain"
	compare --gaps 0
	compare --numbers 0-599
}

# A flush copies all under another seqnum id.
flush() {
	journald_conf Storage=auto
	rmdir /var/log/journal/* 2>/dev/null
	umount /var/log/journal
	mv /var/log/journal "$work/hidden" 2>/dev/null
	journald_start
	mxlogd_start
	send 300
	journald_ctl --sync
	case $1 in
	caught-up) wait_for 300 ;;
	stopped) wait_for 300; mxlogd_stop ;;
	behind) kill -STOP "$mxlogd_pid" ;;
	esac
	send 300 300
	mkdir -p /var/log/journal
	mount -t tmpfs -o mode=755 mxlog-test /var/log/journal
	journald_ctl --flush
	send 300 600
	journald_ctl --sync
	case $1 in
	stopped) mxlogd_start ;;
	behind) kill -CONT "$mxlogd_pid" ;;
	esac
	wait_for 900
	mxlogd_stop
	drain || fail "drain"
	[ "$(find /run/log/journal -name '*.journal' | wc -l)" = 0 ] ||
		fail "not flushed"
	compare --numbers 0-899
}

vacuum() {
	journald_conf Storage=persistent
	journald_start
	send 100
	journald_ctl --sync
	yaml
	drain || fail "drain"
	send 70 100 # these are never read
	journald_ctl --sync
	journald_ctl --rotate
	send 30 170
	journald_ctl --sync
	journald_ctl --rotate
	journald_ctl --sync
	rm "$(find "$persistent" -name 'system@*.journal' | sort | head -1)"
	send 10 200
	journald_ctl --sync
	drain || fail "drain"
	drain || fail "drain"
	compare --gaps 1 --account
	compare --numbers 170-209
	cat "$logs"/*.log | grep -q '"action":"journal_gap"' ||
		fail "the gap is not said"
	cat "$logs"/*.log | grep 'journal_gap' | grep -q 'at most 7[0-9] entries' ||
		fail "the gap's bound: $(grep -h journal_gap "$logs"/*.log)"
}

two_at_once() {
	journald_conf Storage=volatile
	journald_start
	send 50
	yaml
	mxlogd_start
	wait_for 50
	if "$mxlogd" --config "$config" --drain 2>"$work/second.err"; then
		fail "a second mxlogd ran"
	fi
	grep -q "another process already captures 'journald'" \
		"$work/second.err" || fail "$(cat "$work/second.err")"
	send 50 50
	wait_for 100
	mxlogd_stop
	compare --numbers 0-99
}

for scenario in rotation journald_restarts two_at_once vacuum \
	"flush caught-up" "flush stopped" "flush behind"; do
	echo "-- $scenario"
	fresh
	yaml
	$scenario
done
