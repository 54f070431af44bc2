#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A shorter run of real messages under valgrind: rsyslogd does not touch memory
# that is not ours, and ommxlog leaks none.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
command -v valgrind >/dev/null || skip "valgrind is not installed"
[ -d "$corpus/loghub" ] || skip "no corpus in $corpus"
total=${MXLOG_VALGRIND_MESSAGES:-3000}

rsyslog_init
rsyslog_wrapper=(valgrind --quiet --leak-check=full --show-leak-kinds=definite
	--errors-for-leak-kinds=definite --child-silent-after-fork=yes
	--suppressions="$source_dir/tests/e2e/rsyslogd.supp" "--log-file=$work/valgrind")
rsyslog_config "logDirectory=\"$logs\" level=\"DEBUG\""
rsyslog_start
send "unix:$socket" corpus "$corpus" "$total" --plant 50 >/dev/null
send "tcp:$port" corpus "$corpus" "$total" --plant 50 >/dev/null
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
