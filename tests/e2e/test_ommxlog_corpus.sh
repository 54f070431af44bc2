#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real messages through a real rsyslogd over a unix socket and octet-counted
# TCP: as many lines as messages, each valid, private, and without the secrets.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
[ -d "$corpus/loghub" ] || skip "no corpus in $corpus"
total=${MXLOG_E2E_MESSAGES:-50000} # over each of the two sockets
mark=Zq7Xv9Kp2Lm4

rsyslog_init
rsyslog_config "logDirectory=\"$logs\" level=\"DEBUG\""
rsyslog_start
send "unix:$socket" corpus "$corpus" "$total" --plant 500 >/dev/null
send "tcp:$port" corpus "$corpus" "$total" --plant 500 >/dev/null
wait_for_lines $((2 * total)) 120
rsyslog_stop

[ "$(tr -d '\n' <"$work/count" | wc -c)" -eq $((2 * total)) ] ||
	fail "rsyslogd did not get every message"
check_log_directory
if grep -rl "$mark" "$logs" "$work/spool"; then
	fail "a planted secret is on disk"
fi
[ "$(cat "$logs"/*.log | grep -c planted)" -eq $((2 * ((total + 499) / 500))) ] ||
	fail "messages with secrets are missing"
echo "$((2 * total)) messages, as many lines"
