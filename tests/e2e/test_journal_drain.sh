#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A drain forwards every entry of every journal, with its fields, and a second
# one adds nothing.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

journald_conf Storage=volatile
journald_start
send 2000
echo "a line of output" | systemd-cat -t catted -p warning
logger --socket /run/systemd/journal/dev-log -t logged "by logger"
send 500 2000
journald_ctl --rotate
send 500 2500
journald_ctl --sync
yaml
drain || fail "drain"
journald_stop
drain || fail "drain after journald has stopped"
compare --fields
compare --numbers 0-2999
lines=$(cat "$logs"/*.log | wc -l)
drain || fail "a second drain"
[ "$(cat "$logs"/*.log | wc -l)" = "$lines" ] || fail "a drain added lines"
compare
