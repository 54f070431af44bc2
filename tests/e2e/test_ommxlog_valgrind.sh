#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A shorter run of real messages, or of the quickstart's where those are not
# here, under valgrind: rsyslogd does not touch memory that is not ours, and
# ommxlog leaks none.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
command -v valgrind >/dev/null || skip "valgrind is not installed"
total=${MXLOG_VALGRIND_MESSAGES:-3000}

# Send the messages to $1.
send_all()
{
	if [ -d "$corpus/loghub" ]; then
		send "$1" corpus "$corpus" "$total" --plant 50
		return
	fi
	sed 's/@[A-Z]*@/11/g' "$source_dir/tests/data/quickstart/network.txt" >"$work/once"
	for _ in $(seq $((total / $(wc -l <"$work/once") + 1))); do
		cat "$work/once"
	done >"$work/often"
	head -n "$total" "$work/often" >"$work/messages"
	send "$1" file "$work/messages"
}

rsyslog_init
rsyslog_wrapper=(valgrind --quiet --leak-check=full --show-leak-kinds=definite
	--errors-for-leak-kinds=definite --child-silent-after-fork=yes
	--suppressions="$source_dir/tests/e2e/rsyslogd.supp" "--log-file=$work/valgrind")
rsyslog_config "logDirectory=\"$logs\" level=\"DEBUG\""
rsyslog_start
send_all "unix:$socket" >/dev/null
send_all "tcp:$port" >/dev/null
wait_for_lines $((2 * total)) 200
kill -HUP "$rsyslog_pid"
sleep 1
send "tcp:$port" count 100 >/dev/null
wait_for_lines $((2 * total + 100)) 60
rsyslog_stop

check_log_directory
if [ -s "$work/valgrind" ]; then
	head -n 60 "$work/valgrind" >&2
	fail "valgrind complains"
fi
echo "$((2 * total + 100)) messages under valgrind"
