# SPDX-License-Identifier: Apache-2.0
# A private rsyslogd for tests; sourced. MXLOG_BUILD names the build to test, as
# ctest does. Everything lives in $work, which goes away with the test.
# shellcheck shell=bash
set -euo pipefail

source_dir=${MXLOG_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${MXLOG_BUILD:-$source_dir/build/release}
# shellcheck disable=SC2034 # for those who source this
corpus=${MXLOG_CORPUS:-$source_dir/../shared/corpus}
module=$build/plugins/ommxlog/ommxlog.so
rsyslogd=$(PATH=$PATH:/usr/sbin:/sbin command -v rsyslogd || true)
work=
rsyslog_pid=
rsyslog_wrapper=() # a command that runs rsyslogd: valgrind and its options

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

# Say why and skip where this test can't run.
rsyslog_require()
{
	[ -n "$rsyslogd" ] || skip "rsyslogd is not installed"
	[ -e "$module" ] || skip "ommxlog.so was not built"
	command -v python3 >/dev/null || skip "python3 is not installed"
	if [[ $(nm -D "$module") == *__asan_init* ]]; then
		skip "rsyslogd can't load a module built with AddressSanitizer"
	fi
}

rsyslog_cleanup()
{
	local status=$?
	if [ -n "$rsyslog_pid" ]; then
		kill -KILL "$rsyslog_pid" 2>/dev/null || true
		wait "$rsyslog_pid" 2>/dev/null || true
	fi
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] && [ -s "$work/rsyslogd.err" ]; then
		tail -n 30 "$work/rsyslogd.err" >&2
	fi
	if mountpoint -q "$work/small" 2>/dev/null; then umount "$work/small" || true; fi
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}

# Make $work, its log directory $logs, and the socket's name.
rsyslog_init()
{
	work=$(mktemp -d "${TMPDIR:-/tmp}/mxlog-test.XXXXXX")
	trap rsyslog_cleanup EXIT
	trap 'exit 1' INT TERM
	logs=$work/logs
	socket=$work/log.sock
	mkdir -p "$work/spool"
	# rsyslogd takes no path with a space in it.
	ln -s "$module" "$work/ommxlog.so"
	module=$work/ommxlog.so
}

# rsyslog_config ACTION_PARAMETERS [MORE_CONFIGURATION]: inputs on a unix socket
# and, octet counted, on a free TCP port; all messages go to ommxlog, and one
# letter of each to $work/count, which so knows how many there were.
rsyslog_config()
{
	cat >"$work/rsyslog.conf" <<-END
		global(workDirectory="$work/spool" maxMessageSize="256k")
		main_queue(queue.size="200000" queue.timeoutShutdown="20000")
		module(load="imuxsock" SysSock.Use="off")
		module(load="imptcp")
		module(load="$module")
		input(type="imuxsock" Socket="$socket" CreatePath="off")
		input(type="imptcp" port="0" address="127.0.0.1"
		      listenPortFileName="$work/port" MaxFrameSize="262144")
		template(name="one" type="string" string="x\n")
		action(type="omfile" file="$work/count" template="one"
		       flushInterval="1" asyncWriting="off" ioBufferSize="1")
		${2:-}
		action(type="ommxlog" ${1:-}
		       queue.type="LinkedList" queue.size="200000"
		       queue.dequeueBatchSize="1024" queue.timeoutShutdown="20000"
		       queue.timeoutActionCompletion="5000"
		       action.resumeRetryCount="-1" action.resumeInterval="1")
	END
}

# Start rsyslogd and wait until its sockets are there.
rsyslog_start()
{
	rm -f "$work/port" "$work/rsyslogd.pid"
	"${rsyslog_wrapper[@]}" "$rsyslogd" -n -f "$work/rsyslog.conf" \
		-i "$work/rsyslogd.pid" </dev/null >>"$work/rsyslogd.out" 2>>"$work/rsyslogd.err" &
	rsyslog_pid=$!
	wait_until 60 test -S "$socket" -a -s "$work/port" ||
		fail "rsyslogd did not start"
	# shellcheck disable=SC2034
	port=$(cat "$work/port")
}

# Stop it as an init system does; its queues are drained first.
rsyslog_stop()
{
	kill -TERM "$rsyslog_pid"
	wait "$rsyslog_pid" || fail "rsyslogd ended with status $?"
	rsyslog_pid=
	rm -f "$socket"
}

rsyslog_kill()
{
	kill -KILL "$rsyslog_pid"
	wait "$rsyslog_pid" 2>/dev/null || true
	rsyslog_pid=
	rm -f "$socket"
}

# wait_until SECONDS COMMAND...: until it succeeds.
wait_until()
{
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}

send() { python3 "$source_dir/tests/lib/syslog_send.py" "$@"; }

# Lines of all live segments.
count_lines()
{
	[ -d "$logs" ] || { echo 0; return; }
	find "$logs" -name '[0-9]*.log' -exec cat {} + | wc -l
}
has_lines() { [ "$(count_lines)" -ge "$1" ]; }

# wait_for_lines N [SECONDS]: that many arrive, and no more than that.
wait_for_lines()
{
	wait_until "${2:-60}" has_lines "$1" ||
		fail "$(count_lines) lines of $1 after ${2:-60} s"
	sleep 0.3
	[ "$(count_lines)" -eq "$1" ] || fail "$(count_lines) lines instead of $1"
}

# Every line is an entry in canonical form, every file as private as it should.
check_log_directory()
{
	local bad
	find "$logs" -name '[0-9]*.log' -exec "$build/tests/check_lines" {} + ||
		fail "damaged lines"
	bad=$(find "$logs" -type f ! -perm 600 -o -type d ! -perm 700)
	[ -z "$bad" ] || fail "permissions: $bad"
}
