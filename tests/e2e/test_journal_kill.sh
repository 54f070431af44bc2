#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mxlogd is killed again and again while entries flow and the journal rotates:
# none is lost, none doubled, no line damaged.
#
# MXLOG_KILLS=1000 makes it the long run: 200,000 entries.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

kills=${MXLOG_KILLS:-30}
entries=$((kills * 200))
[ "$entries" -ge 12000 ] || entries=12000
rate=$((entries * 10 / kills))
RANDOM=${MXLOG_SEED:-7}

# journald must not vacuum what is not read yet: each file takes 8 MiB.
every=$((kills / 60 + 4))
journald_conf Storage=persistent SystemMaxUse=6G SystemMaxFileSize=64M \
	SystemMaxFiles=100000 SystemKeepFree=16M
journald_start
yaml
send "$entries" 0 "$rate" &
sender=$!
for i in $(seq "$kills"); do
	# While it starts: files are renamed as it lists and opens them.
	[ $((i % every)) != 0 ] || journald_ctl --rotate &
	mxlogd_start
	sleep "0.$(printf '%03d' $((RANDOM % 180 + 5)))"
	mxlogd_stop -KILL
	[ $((i % (2 * every))) != 5 ] || journald_ctl --rotate
done
wait "$sender"
journald_ctl --sync
drain || fail "the last drain"
compare --account --gaps 0 --numbers "0-$((entries - 1))"
[ ! -s "$work/mxlogd.err" ] || { cat "$work/mxlogd.err"; fail "complaints"; }
echo "$kills kills, $entries entries"
