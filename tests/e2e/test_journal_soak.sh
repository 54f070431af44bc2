#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hours in seconds: entries flow, the journal rotates and is vacuumed all the
# time. Memory of its own and descriptors stay what they are.
#
# MXLOG_SOAK=<rounds> for more than the usual 24: hours at one rotation an hour.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

rounds=${MXLOG_SOAK:-24}
sanitized=$(nm "$mxlogd" 2>/dev/null | grep -cE '__(asan|tsan)_init')

memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/$mxlogd_pid/status"
}

descriptors() {
	find "/proc/$mxlogd_pid/fd" -mindepth 1 2>/dev/null | wc -l
}

journald_conf Storage=volatile
journald_start
yaml
mxlogd_start
for i in $(seq "$rounds"); do
	send 400 $(((i - 1) * 400))
	journald_ctl --rotate
	wait_for $((i * 400))
	journald_ctl --vacuum-files=2
	if [ "$i" = $((rounds / 3)) ]; then
		early_memory=$(memory)
		early_descriptors=$(descriptors)
	fi
done
sleep 0.5
late_memory=$(memory)
late_descriptors=$(descriptors)
echo "memory $early_memory to $late_memory KiB," \
	"descriptors $early_descriptors to $late_descriptors"
[ "$late_descriptors" -le $((early_descriptors + 2)) ] ||
	fail "descriptors grow"
[ "$sanitized" != 0 ] || [ "$late_memory" -le $((early_memory + 512)) ] ||
	fail "memory grows"
[ "$sanitized" != 0 ] || [ "$late_memory" -le 32768 ] || fail "memory"
mxlogd_stop
compare --subset --gaps 0 --numbers "0-$((rounds * 400 - 1))"
