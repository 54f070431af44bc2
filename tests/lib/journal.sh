# SPDX-License-Identifier: Apache-2.0
# Shell helpers for tests with a journald of their own.
#
# Source it first: it runs the script again in a mount namespace of its own
# where /run and /var/log/journal are empty, so that the machine's journald and
# journal are neither seen nor touched. Skips (77) where that can't be done.
# shellcheck shell=bash

journald=/lib/systemd/systemd-journald
mxlogd=$MXLOG_BUILD/plugins/mxlogd/mxlogd
tools=$MXLOG_SOURCE/tests/lib

skip() {
	echo "skipped: $*" >&2
	exit 77
}

# MXLOG_KEEP=DIR: a test that fails leaves there what it had.
fail() {
	echo "FAILED: $*" >&2
	[ -z "${MXLOG_KEEP:-}" ] || keep "$MXLOG_KEEP"
	exit 1
}

keep() {
	mkdir -p "$1/run" "$1/var"
	cp -a --sparse=always "${work:-/run/test}" "$1/"
	cp -a --sparse=always /run/log/journal "$1/run/" 2>/dev/null
	cp -a --sparse=always /var/log/journal "$1/var/"
	df /run /var/log/journal >"$1/df"
}

if [ -z "${MXLOG_IN_NAMESPACE:-}" ]; then
	[ -x "$journald" ] || skip "no systemd-journald"
	command -v python3 >/dev/null || skip "no python3"
	[ "$(id -u)" = 0 ] || skip "needs root, for a mount namespace"
	unshare -m true 2>/dev/null || skip "can't make a mount namespace"
	MXLOG_IN_NAMESPACE=1 exec unshare -m --propagation private \
		bash "$0" "$@"
fi

set -u
machine_id=0123456789abcdef0123456789abcdef
mount -t tmpfs -o mode=755,size=4g mxlog-test /run ||
	skip "can't mount a tmpfs"
# All of /var/log: where another process removes the machine's own
# /var/log/journal, the kernel takes away what is mounted there, here too.
mount -t tmpfs -o mode=755 mxlog-test /var/log || skip "can't mount a tmpfs"
mkdir -p /var/log/journal /run/systemd/journald.conf.d /run/test
mount -t tmpfs -o mode=755 mxlog-test /var/log/journal
echo $machine_id >/run/machine-id
touch /etc/machine-id
mount --bind /run/machine-id /etc/machine-id
# journald does not start without control groups, which a bare chroot lacks.
mountpoint -q /sys/fs/cgroup ||
	mount -t cgroup2 mxlog-test /sys/fs/cgroup ||
	skip "no control groups"

work=/run/test
logs=$work/logs
config=$work/mxlog.yaml
# shellcheck disable=SC2034 # for those who source this
volatile=/run/log/journal/$machine_id
# shellcheck disable=SC2034
persistent=/var/log/journal/$machine_id
journald_pid=

# MXLOG_VALGRIND=1: every mxlogd runs under it, and its word is the test's.
if [ -n "${MXLOG_VALGRIND:-}" ]; then
	command -v valgrind >/dev/null || skip "no valgrind"
	{
		echo "#!/bin/sh"
		echo "exec valgrind -q --leak-check=full --error-exitcode=99" \
			"--log-file=$work/valgrind.%p '$mxlogd' \"\$@\""
	} >$work/mxlogd
	chmod +x $work/mxlogd
	mxlogd=$work/mxlogd
fi

# What valgrind said, also of those that were killed.
check_valgrind() {
	local reports
	reports=$(cat "$work"/valgrind.* 2>/dev/null)
	[ -z "$reports" ] && return
	printf 'FAILED: valgrind\n%s\n' "$reports" >&2
	exit 1
}

# Ends what a test has started, and nothing else.
cleanup() {
	local pid
	for pid in $(jobs -p); do
		kill -9 "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	check_valgrind
}
trap cleanup EXIT

# journald_conf [KEY=VALUE]...: beside what every test wants.
journald_conf() {
	{
		echo "[Journal]"
		echo "RateLimitIntervalSec=0"
		echo "ForwardToSyslog=no"
		echo "ForwardToWall=no"
		echo "ReadKMsg=no"
		echo "Audit=no"
		printf '%s\n' "$@"
	} >/run/systemd/journald.conf.d/test.conf
	# What tells journald that it need not wait for a flush.
	mkdir -p /run/systemd/journal
	rm -f /run/systemd/journal/flushed
	case $* in
	*Storage=persistent*) touch /run/systemd/journal/flushed ;;
	esac
}

journald_start() {
	rm -f /run/systemd/journal/socket
	"$journald" 2>>"$work/journald.err" &
	journald_pid=$!
	local i
	for i in $(seq 200); do
		[ -S /run/systemd/journal/socket ] &&
			[ -n "$(journal_files)" ] && return
		sleep 0.05
	done
	fail "journald did not start"
}

journal_files() {
	find /run/log/journal /var/log/journal -name '*.journal' 2>/dev/null
}

journald_stop() {
	kill "${1:--TERM}" "$journald_pid"
	wait "$journald_pid" 2>/dev/null
}

# Ask and wait until it is done: rotate, flush, sync.
journald_ctl() {
	timeout 20 journalctl "$@" >/dev/null 2>&1
}

# send COUNT [FIRST] [PER_SECOND]: numbered messages over the native protocol.
send() {
	python3 "$tools/journal_send.py" "$@"
}

# yaml [LINE]...: a configuration; lines of the journald section.
yaml() {
	{
		echo "log_dir: $logs"
		echo "level: DEBUG"
		echo "modules: [journald]"
		echo "module_path: $MXLOG_BUILD/plugins/journald"
		echo "journald:"
		echo "  checkpoint_interval_ms: 100"
		printf '  %s\n' "$@"
	} >"$config"
}

drain() {
	"$mxlogd" --config "$config" --drain
}

mxlogd_start() {
	"$mxlogd" --config "$config" 2>>"$work/mxlogd.err" &
	mxlogd_pid=$!
}

mxlogd_stop() {
	kill "${1:--TERM}" "$mxlogd_pid" 2>/dev/null
	wait "$mxlogd_pid" 2>/dev/null
}

# compare [OPTION]...: what the log directory holds against the journal.
compare() {
	python3 "$tools/journal_compare.py" --logs "$logs" "$@" ||
		fail "compare $*"
}

# A journald and a log directory as on the first day.
fresh() {
	[ -z "$journald_pid" ] || journald_stop
	journald_pid=
	rm -rf /run/log/journal /var/log/journal/* "$logs" "$work"/mxlogd.err
}

# Until mxlogd has stored so many entries: wait_for 500
wait_for() {
	for _ in $(seq 200); do
		[ "$(cat "$logs"/*.log 2>/dev/null | grep -c journal_id)" -ge "$1" ] &&
			return
		sleep 0.05
	done
	fail "mxlogd did not store $1 entries"
}
