#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rsyslogd with the shipped configuration and mxlogd feed one log directory, and
# journald hands all it gets to rsyslogd, as on Debian: each message is there once.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

rsyslogd=$(PATH=$PATH:/usr/sbin:/sbin command -v rsyslogd) ||
	skip "rsyslogd is not installed"
ommxlog=$MXLOG_BUILD/plugins/ommxlog
[ -e "$ommxlog/ommxlog.so" ] || skip "ommxlog.so was not built"
! nm -D "$ommxlog/ommxlog.so" | grep -q __asan_init ||
	skip "rsyslogd can't load a module built with AddressSanitizer"
moddir=
for dir in /usr/lib/*/rsyslog /usr/lib/rsyslog /usr/lib64/rsyslog; do
	[ ! -e "$dir/imuxsock.so" ] || moddir=$dir
done
[ -n "$moddir" ] || skip "rsyslogd's modules are not found"

# count TEXT: lines that hold it.
count() {
	cat "$logs"/*.log 2>/dev/null | grep -c "$1"
}

# start_rsyslogd SNIPPET: a shipped one, its paths made the test's.
start_rsyslogd() {
	{
		echo 'module(load="imuxsock" SysSock.Name="/run/systemd/journal/syslog")'
		echo 'module(load="imptcp")'
		echo 'input(type="imptcp" port="0" address="127.0.0.1"'
		echo "      listenPortFileName=\"$work/port\")"
		sed "s|/etc/mxlog/mxlog.yaml|$config|" \
			"$MXLOG_SOURCE/etc/rsyslog.d/$1"
	} >"$work/rsyslog.conf"
	mkdir -p "$work/spool"
	sed -i "1i global(workDirectory=\"$work/spool\")" "$work/rsyslog.conf"
	"$rsyslogd" -n -M "$ommxlog:$moddir" -f "$work/rsyslog.conf" \
		-i "$work/rsyslogd.pid" >"$work/rsyslogd.err" 2>&1 &
	rsyslogd_pid=$!
	local i
	for i in $(seq 100); do
		[ -s "$work/port" ] && return
		sleep 0.05
	done
	fail "rsyslogd did not start: $(cat "$work/rsyslogd.err")"
}

say_all() {
	local i
	for i in $(seq 20); do
		logger --socket /run/systemd/journal/dev-log -t local "local $i."
		echo "<13>1 2026-01-28T15:30:45Z other app - - - remote $i." \
			>&3
	done 3>"/dev/tcp/127.0.0.1/$(cat "$work/port")"
	echo "output 1." | systemd-cat -t service
	send 20
}

journald_conf Storage=volatile ForwardToSyslog=yes
yaml
start_rsyslogd 50-mxlog-beside-journald.conf
journald_start
mxlogd_start
say_all
for _ in $(seq 100); do
	[ "$(count '"message":"remote')" -ge 20 ] &&
		[ "$(count '"message":"message number')" -ge 20 ] && break
	sleep 0.1
done
journald_ctl --sync
sleep 1
mxlogd_stop
kill "$rsyslogd_pid"
wait "$rsyslogd_pid"
for text in local remote; do
	for i in $(seq 20); do
		[ "$(count "\"message\":\"$text $i\\.\"")" = 1 ] ||
			fail "$text $i: $(count "\"message\":\"$text $i\\.\"") times"
	done
done
[ "$(count '"message":"output 1\."')" = 1 ] || fail "output 1"
[ "$(count '"message":"message number')" = 20 ] || fail "native entries"
[ "$(cat "$logs"/*.log | grep '"message":"local' | grep -c journal_id)" = 20 ] ||
	fail "local messages did not come through the journal"
echo "each of 61 messages once"
