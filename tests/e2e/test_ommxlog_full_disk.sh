#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk is full in mid-stream: after space returns every message is there
# once, and no line was ever torn.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
rsyslog_init
mkdir "$work/small"
logs=$work/small/logs

# begin SIZE ACTION_PARAMETERS: rsyslogd writes to a tmpfs of that size.
begin()
{
	mount -t tmpfs -o "size=$1,mode=700" tmpfs "$work/small" 2>/dev/null ||
		skip "a tmpfs can't be mounted here"
	rm -f "$work/stats"
	rsyslog_config "logDirectory=\"$logs\" $2" \
		"module(load=\"impstats\" interval=\"1\" log.syslog=\"off\" log.file=\"$work/stats\")"
	rsyslog_start
}

stopped_for_want_of_space() { grep -qE 'ommxlog: .* suspended=[1-9]' "$work/stats" 2>/dev/null; }

# give_space N: then all N messages arrive, each once.
give_space()
{
	mount -o remount,size=60m "$work/small"
	wait_for_lines "$1"
	rsyslog_stop
	check_log_directory
	[ "$(cat "$logs"/*.log | grep -o 'seq=[0-9]*' | sort -u | wc -l)" -eq "$1" ] ||
		fail "some messages came twice, some are missing"
	umount "$work/small"
}

# Room for some batches: ommxlog waits before it takes the next one.
a_batch_waits_for_space()
{
	local before
	begin 6m ""
	dd if=/dev/zero of="$work/small/filler" bs=64k count=40 status=none
	send "unix:$socket" count 30000 >/dev/null
	wait_until 30 stopped_for_want_of_space || fail "ommxlog never waited for space"
	sleep 1
	before=$(count_lines)
	[ "$before" -lt 30000 ] || fail "the disk was never full"
	[ "$before" -eq 0 ] || check_log_directory
	give_space 30000
	echo "$before lines when the disk was full, then all, each once"
}

# A first batch that is larger than what was reserved for it, and than the disk:
# it is refused whole, and comes again.
a_batch_larger_than_its_room_comes_again()
{
	begin 4m 'queue.minDequeueBatchSize="1000" queue.minDequeueBatchSize.timeout="4000"'
	send "unix:$socket" count 2000 "$(head -c 6000 /dev/zero | tr '\0' y)" >/dev/null
	wait_until 30 stopped_for_want_of_space || fail "the batch was not refused"
	grep -q 'the batch could not be stored' "$work/rsyslogd.err" || fail "the refusal was not told"
	give_space 2000
}

for test in a_batch_waits_for_space a_batch_larger_than_its_room_comes_again; do
	"$test"
	echo "ok: $test"
done
