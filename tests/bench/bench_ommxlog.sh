#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rsyslogd's CPU time per message and its messages per second: ommxlog beside
# omfile with a JSON template of four fields, for plain and for JSON messages
# read from a file by imfile, and for plain ones with imfile's metadata, which
# omfile then writes, too.
#
#   tests/bench/bench_ommxlog.sh [BUILD]    MXLOG_BENCH_MESSAGES=2000000
#
# The two take turns, MXLOG_BENCH_RUNS times (5); the median of each counts.
# With MXLOG_BENCH_CALLGRIND=1 once the same with fewer messages under callgrind: user
# instructions per message instead of time.
set -euo pipefail
MXLOG_SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
MXLOG_BUILD=$(realpath "${1:-$MXLOG_SOURCE/build/release}")
# shellcheck source=tests/lib/rsyslog.sh
. "$MXLOG_SOURCE/tests/lib/rsyslog.sh"

callgrind=${MXLOG_BENCH_CALLGRIND:-}
messages=${MXLOG_BENCH_MESSAGES:-${callgrind:+20000}}
messages=${messages:-2000000}
runs=${MXLOG_BENCH_RUNS:-5}
[ -z "$callgrind" ] || runs=1

rsyslog_require
rsyslog_init

# write_input KIND: lines as programs write them, a thousand different ones.
write_input()
{
	python3 - "$1" "$messages" >"$work/input" <<-'END'
		import sys
		kind, total = sys.argv[1], int(sys.argv[2])
		def plain(i):
		    return [f"Accepted publickey for deploy from 192.0.2.{i % 250} port {20000 + i} ssh2: ED25519",
		            f"connection from mail{i % 9}.example.net[203.0.113.{i % 250}] refused: too many of them",
		            f"GET /orders/{i} 200 {i * 7 % 4000} bytes in 0.0{i % 90} s, agent \"curl/7.88.1\"",
		            f"pam_unix(cron:session): session opened for user root(uid=0) by (uid={i % 50})"][i % 4]
		def json(i):
		    return ('{"timestamp": "2026-01-28T15:30:45.%06dZ", "level": "info", "logger": "shop.orders", '
		            '"message": "order %d accepted", "order_id": "A-%d", "items": %d, "duration_ms": %d.5}'
		            % (i, i, i, i % 9, i % 300))
		lines = [(json if kind == "json" else plain)(i) for i in range(1000)]
		out = sys.stdout
		for start in range(0, total, 1000):
		    out.write("\n".join(lines[:min(1000, total - start)]) + "\n")
	END
}

# write_config NAME ACTION: imfile to that action, both with the same queue.
write_config()
{
	cat >"$work/rsyslog.conf" <<-END
		global(workDirectory="$work/spool" maxMessageSize="256k")
		main_queue(queue.size="200000" queue.dequeueBatchSize="1024" queue.timeoutShutdown="20000")
		module(load="imfile" mode="inotify")
		$([ "$1" = omfile ] || echo "module(load=\"$module\")")
		input(type="imfile" file="$work/input" tag="bench[42]:" facility="local0" severity="info" addMetadata="$([ "$kind" = properties ] && echo on || echo off)")
		template(name="json4" type="list" option.jsonf="on") {
			property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
			property(outname="hostname" name="hostname" format="jsonf")
			property(outname="program" name="programname" format="jsonf")
			property(outname="message" name="msg" format="jsonf")
			$([ "$kind" != properties ] || echo 'property(outname="properties" name="$!all-json" format="jsonfr")')
		}
		action($2 queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="1024"
		       queue.timeoutShutdown="20000" action.resumeRetryCount="-1" action.resumeInterval="1")
	END
}

stored()
{
	if [ "$1" = omfile ]; then
		[ ! -e "$work/out" ] || wc -l <"$work/out"
	else
		count_lines
	fi
}
# Lines are counted when no more are written: counting takes time from who is
# measured.
size=0
all_stored()
{
	local before=$size
	size=$(du -sb "$work/out" "$logs" 2>/dev/null | awk '{ n += $1 } END { print n + 0 }')
	[ "$size" -eq "$before" ] && [ "$(stored "$1")" -ge "$messages" ] 2>/dev/null
}

# CPU time of rsyslogd so far, in clock ticks.
ticks() { awk '{ print $14 + $15 }' "/proc/$rsyslog_pid/stat"; }

# run NAME ACTION: CPU microseconds per message (or instructions), per second.
run()
{
	local start cpu elapsed
	rm -rf "$logs" "$work/out" "$work/spool"/* "$work"/callgrind.*
	write_config "$1" "$2"
	start=$(date +%s%N)
	"${wrapper[@]}" "$rsyslogd" -n -f "$work/rsyslog.conf" -i "$work/rsyslogd.pid" \
		</dev/null >/dev/null 2>>"$work/rsyslogd.err" &
	rsyslog_pid=$!
	wait_until 1200 all_stored "$1" || fail "$1: $(stored "$1") of $messages stored"
	elapsed=$(($(date +%s%N) - start))
	cpu=$(ticks)
	rsyslog_stop
	[ "$(stored "$1")" -eq "$messages" ] || fail "$1 stored $(stored "$1") of $messages"
	speed=$((messages * 1000000000 / elapsed))
	if [ -n "$callgrind" ]; then
		cost=$(awk -v n="$messages" '/^(summary|totals):/ { print int($2 / n); exit }' "$work"/callgrind.*)
		cp "$work"/callgrind.* "${MXLOG_BENCH_KEEP:-$work}/" 2>/dev/null || true
	else
		cost=$(awk -v t="$cpu" -v hz="$(getconf CLK_TCK)" -v n="$messages" 'BEGIN { printf "%.3f", t / hz * 1e6 / n }')
	fi
	printf '%s %s\n' "$cost" "$speed" >>"$work/$1.runs"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# report NAME: the medians; its cost stays in $cost.
report()
{
	cost=$(cut -d' ' -f1 "$work/$1.runs" | median)
	speed=$(cut -d' ' -f2 "$work/$1.runs" | median)
	if [ -n "$callgrind" ]; then
		printf '%-8s %-8s %8d instructions a message\n' "$kind" "$1" "$cost"
	else
		printf '%-8s %-8s %8s us CPU a message %10d messages/s\n' "$kind" "$1" "$cost" "$speed"
	fi
}

wrapper=()
[ -z "$callgrind" ] || wrapper=(valgrind --quiet --tool=callgrind "--callgrind-out-file=$work/callgrind.%p")

for kind in ${MXLOG_BENCH_KINDS:-plain json properties}; do
	write_input "$kind"
	rm -f "$work"/*.runs
	for ((i = 0; i < runs; i++)); do
		run omfile "type=\"omfile\" file=\"$work/out\" template=\"json4\""
		run ommxlog "type=\"ommxlog\" logDirectory=\"$logs\""
	done
	report omfile
	base=$cost
	report ommxlog
	awk -v k="$kind" -v a="$cost" -v b="$base" 'BEGIN { printf "%-8s %-8s %8.2f times omfile\n\n", k, "", a / b }'
done
