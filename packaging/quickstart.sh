#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Build mxlog, let a private rsyslogd write some hundred messages of several
# programs into ./Logs, and show them. The system's rsyslogd is left alone, and
# nothing stays running.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "$0")/lib.sh"

if [ $# -gt 0 ]; then
	echo "Usage: packaging/quickstart.sh   (MXLOG_LOG_DIR=DIR instead of ./Logs)"
	[ "$1" = --help ] || [ "$1" = -h ] || exit 2
	exit
fi

"$root/packaging/build.sh"

shown=${MXLOG_LOG_DIR:-./Logs}
logs=$(realpath -m "$shown") # rsyslogd wants it absolute
build=$root/build/release
data=$root/tests/data/quickstart
rounds=12
work=$(mktemp -d "${TMPDIR:-/tmp}/mxlog-quickstart.XXXXXX")
rsyslogd=$(PATH=$PATH:/usr/sbin:/sbin command -v rsyslogd)
pid=

cleanup()
{
	local status=$?
	[ -z "$pid" ] || { kill -KILL "$pid" && wait "$pid"; } 2>/dev/null || true
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

write_config()
{
	cat >"$work/rsyslog.conf" <<-END
		global(workDirectory="$work" maxMessageSize="256k")
		module(load="imuxsock" SysSock.Use="off")
		module(load="imptcp")
		module(load="ommxlog")
		input(type="imuxsock" Socket="$work/log" CreatePath="off")
		input(type="imptcp" port="0" address="127.0.0.1"
		      listenPortFileName="$work/port")
		action(type="ommxlog" logDirectory="$logs" level="DEBUG"
		       queue.type="LinkedList" queue.size="100000"
		       queue.dequeueBatchSize="1024"
		       action.resumeRetryCount="-1" action.resumeInterval="1")
	END
}

start_rsyslogd()
{
	local tries=0 modules
	# Modules are found by name: rsyslogd takes no path with a space in it.
	modules=$(dpkg -L rsyslog | sed -n 's,/lmnet\.so$,,p')
	"$rsyslogd" -n -M "$modules:$build/plugins/ommxlog" -f "$work/rsyslog.conf" -i "$work/pid" \
		</dev/null >"$work/output" 2>&1 &
	pid=$!
	until [ -S "$work/log" ] && [ -s "$work/port" ]; do
		if ! kill -0 "$pid" 2>/dev/null || [ $((tries += 1)) -gt 100 ]; then
			cat "$work/output" >&2
			die "rsyslogd did not start"
		fi
		sleep 0.1
	done
}

# Fill in what varies from round to round.
fill()
{
	local line=$1 n=$2
	line=${line//@PID@/$((2000 + n * 37))}
	line=${line//@N@/$((10 + n))}
	line=${line//@TRACE@/"QZ7XW0000000000000000$((10 + n))"}
	line=${line//@TIME@/$now}
	line=${line//@CLOCK@/$clock}
	printf '%s' "$line"
}

# The local programs log as programs do, through a socket like /dev/log.
send_local()
{
	local priority tag message
	while IFS=$'\t' read -r priority tag message; do
		logger --socket "$work/log" --priority "$priority" \
			--tag "$(fill "$tag" "$1")" -- "$(fill "$message" "$1")"
		sent=$((sent + 1))
	done <"$data/local.tsv"
}

# Other machines send RFC 5424 and RFC 3164 over TCP.
send_network()
{
	local line
	while IFS= read -r line; do
		fill "$line" "$1"
		printf '\n'
		sent=$((sent + 1))
	done <"$data/network.txt" >"/dev/tcp/127.0.0.1/$(cat "$work/port")"
}

stored()
{
	[ -d "$logs" ] || { echo 0; return; }
	find "$logs" -name '[0-9]*.log' -exec cat {} + | wc -l
}

wait_until_stored()
{
	local tries=0
	until [ "$(stored)" -ge $((before + sent)) ]; do
		[ $((tries += 1)) -lt 100 ] ||
			die "only $(($(stored) - before)) of $sent messages arrived"
		sleep 0.1
	done
}

stop_rsyslogd()
{
	kill -TERM "$pid"
	wait "$pid" || die "rsyslogd ended with status $?"
	pid=
}

show()
{
	printf '\n%s$ mxlog-read' "$bold"
	printf ' %s' "$@"
	printf '%s\n' "$plain"
	"$build/mxlog-read" "$@" || die "mxlog-read failed"
}

say "Starting a private rsyslogd that writes to $shown"
write_config
before=$(stored)
sent=0
start_rsyslogd
for ((round = 0; round < rounds; round++)); do
	now=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
	clock=$(LC_ALL=C date '+%b %e %H:%M:%S')
	send_local "$round"
	send_network "$round"
done
wait_until_stored
stop_rsyslogd
say "$sent messages sent, $(($(stored) - before)) entries stored"

if grep -rqE 'correct-horse|s3cr3t-|sk-live-|hunter[0-9]+hunter' "$logs"; then
	die "a secret that was sent is on disk"
fi
say "None of the secrets that were sent is on disk"

say "What arrived last, as a person would like to see it"
show -D "$shown" -r -n 12

say "Three queries worth copying"
show -D "$shown" --since -1h --level ERROR,CRITICAL -n 8
show -D "$shown" --module shop --search 'payment' -n 5
show -D "$shown" --trace-id 01KQZ7XW000000000000000012 -o json

say "The files, for every other tool"
ls -l "$logs"
