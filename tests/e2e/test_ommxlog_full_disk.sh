#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk is full in mid-stream: after space returns every message is there
# once, and no line was ever torn.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
total=30000

rsyslog_init
mkdir "$work/small"
mount -t tmpfs -o size=6m,mode=700 tmpfs "$work/small" 2>/dev/null ||
	skip "a tmpfs can't be mounted here"
logs=$work/small/logs
rsyslog_config "logDirectory=\"$logs\"" \
	"module(load=\"impstats\" interval=\"1\" log.syslog=\"off\" log.file=\"$work/stats\")"
rsyslog_start

# Leave room for some batches, not for all.
dd if=/dev/zero of="$work/small/filler" bs=64k count=40 status=none
send "unix:$socket" count "$total" >/dev/null
waits() { grep -qE 'ommxlog: .* suspended=[1-9]' "$work/stats"; }
wait_until 30 waits || fail "ommxlog never waited for space"
sleep 1
before=$(count_lines)
[ "$before" -lt "$total" ] || fail "the disk was never full"
find "$logs" -name '[0-9]*.log' -exec "$build/tests/check_lines" {} + ||
	fail "torn lines while the disk is full"
mount -o remount,size=40m "$work/small"
wait_for_lines "$total"
rsyslog_stop

check_log_directory
numbers=$(find "$logs" -name '[0-9]*.log' -exec cat {} + | grep -o 'seq=[0-9]*' | sort)
[ "$(uniq <<<"$numbers" | wc -l)" -eq "$total" ] || fail "messages are missing"
[ "$(wc -l <<<"$numbers")" -eq "$total" ] || fail "messages came twice"
echo "$before lines when the disk was full, then all $total, each once"
