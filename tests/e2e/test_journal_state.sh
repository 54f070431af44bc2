#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What mxlogd knows of its past: a checkpoint that is damaged, cut or gone, times
# that are not the journal's, where a first start begins.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

journald_conf Storage=volatile

lines() {
	cat "$logs"/*.log "$logs"/metrics/*.log 2>/dev/null | wc -l
}

# Entries whose line has another time than the journal's.
send_timed() {
	python3 - <<-'END'
	import socket, time, json
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.connect("/run/systemd/journal/socket")
	now = time.time()
	def stamp(t):
	    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".123456Z"
	trace = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	for i, t in enumerate([now - 60, now + 60, now - 3600, now - 61]):
	    s.send(b"MESSAGE=" + json.dumps({"message": "m", "timestamp":
	           stamp(t), "trace_id": trace}).encode() + b"\n")
	for i in range(20):
	    s.send(f"MESSAGE=traced {i}\nTRACE_ID={trace}\n".encode())
	for i in range(5):
	    s.send(b"MESSAGE=" + json.dumps({"metric_name": "a.b",
	           "metric_type": "GAUGE", "value": i, "trace_id": trace,
	           "timestamp": stamp(now - 30 - i)}).encode() + b"\n")
	END
}

lost_checkpoint() {
	journald_start
	yaml
	send 100
	send_timed
	printf 'Traceback (most recent call last):\n  File "a.py", line 1, in m\n    f()\nValueError: x\n' |
		systemd-cat -t service
	journald_ctl --sync
	drain || fail "drain"
	compare
	[ "$(cat "$logs"/*.log | grep -c '"journal_joined":4')" = 1 ] ||
		fail "the traceback was not joined"
	cat "$logs"/*.log | grep '"journal_joined":4' |
		grep -q '"exception":{"type":"ValueError"' ||
		fail "the traceback is no exception"
	local before
	before=$(lines)
	rm -r "$logs/.mxlog"
	drain || fail "drain without a checkpoint"
	[ "$(lines)" = "$before" ] || fail "$(($(lines) - before)) more lines"
	compare
}

damaged_checkpoint() {
	journald_start
	yaml
	send 40
	journald_ctl --sync
	drain || fail "drain"
	local file=$logs/.mxlog/checkpoint.journald size at before
	size=$(stat -c %s "$file")
	before=$(lines)
	cp "$file" "$work/good"
	# Every byte is a core test; here some, through the whole program.
	for at in $(seq 0 $((size / 8)) $((size - 1))); do
		cp "$work/good" "$file"
		printf '\377' | dd of="$file" bs=1 seek="$at" conv=notrunc 2>/dev/null
		drain 2>"$work/err" || fail "drain: $(cat "$work/err")"
		grep -q "checkpoint is damaged" "$work/err" ||
			fail "byte $at: damage not noticed"
		[ "$(lines)" = "$before" ] || fail "byte $at: more lines"
		cp "$work/good" "$file"
		truncate -s "$at" "$file"
		drain 2>/dev/null || fail "drain"
		[ "$(lines)" = "$before" ] || fail "cut at $at: more lines"
	done
	send 10 40
	drain || fail "drain"
	compare --numbers 0-49
}

clock_steps() {
	command -v /lib/systemd/systemd-journal-remote >/dev/null ||
		{ echo "no systemd-journal-remote: skipped"; return; }
	local dir=$work/stepped
	mkdir -p "$dir"
	python3 - >"$work/stepped.txt" <<-'END'
	import time
	now = int(time.time() * 1e6)
	day = 86400 * 1000000
	for i in range(300):
	    step = [0, -day, 3 * day, -400 * day, 1800 * 1000000][i // 60]
	    print(f"__REALTIME_TIMESTAMP={now + step + i * 7 % 60}\n"
	          f"__MONOTONIC_TIMESTAMP={1000 + i}\n"
	          "_BOOT_ID=0f6d2a48adfda43d1219c7c4c5404aaa\n"
	          f"NUMBER={i}\nMESSAGE=stepped {i}\n")
	END
	/lib/systemd/systemd-journal-remote -o "$dir/x.journal" \
		"$work/stepped.txt" >/dev/null 2>&1
	yaml "directory: $dir"
	drain || fail "drain"
	compare --journal "$dir"
	compare --numbers 0-299
	local before
	before=$(lines)
	rm -r "$logs/.mxlog"
	drain || fail "drain"
	[ "$(lines)" = "$before" ] || fail "$(($(lines) - before)) more lines"
}

starts() {
	journald_start
	send 30
	journald_ctl --sync
	yaml "start: tail"
	drain || fail "drain"
	[ "$(lines)" = 0 ] || fail "start: tail took what was there"
	send 10 30
	journald_ctl --rotate
	send 10 40
	drain || fail "drain"
	drain || fail "drain"
	compare --numbers 30-49
	# Without its checkpoint it does not go back behind its first line.
	rm -r "$logs/.mxlog"
	send 10 50
	journald_ctl --sync
	drain 2>"$work/err" || fail "drain: $(cat "$work/err")"
	[ ! -s "$work/err" ] || fail "$(cat "$work/err")"
	compare --numbers 30-59
	[ "$(cat "$logs"/*.log | grep -c '"number":"[12]\?[0-9]"')" = 0 ] ||
		fail "start: tail took what was there"
	rm -r "$logs"
	yaml "start: boot"
	drain || fail "drain"
	compare --numbers 0-59
	rm -r "$logs"
	yaml "start: $(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)"
	drain || fail "drain"
	[ "$(lines)" = 0 ] || fail "a start in the future took what was there"
	rm -r "$logs"
	yaml "match: [NUMBER=7, NUMBER=8, +, NUMBER=41]"
	drain || fail "drain"
	[ "$(lines)" = 3 ] || fail "match: $(lines) lines"
	send 1 7
	drain || fail "drain"
	drain || fail "drain"
	[ "$(lines)" = 4 ] || fail "match: $(lines) lines after one more"
}

for scenario in lost_checkpoint damaged_checkpoint clock_steps starts; do
	echo "-- $scenario"
	fresh
	$scenario
done
