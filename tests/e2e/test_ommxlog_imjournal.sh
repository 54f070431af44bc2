#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What comes through rsyslog's imjournal has the fields that the journal module
# makes: each message once, found by unit and boot, exceptions among it.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

rsyslogd=$(PATH=$PATH:/usr/sbin:/sbin command -v rsyslogd) ||
	skip "rsyslogd is not installed"
module=$MXLOG_BUILD/plugins/ommxlog/ommxlog.so
[ -e "$module" ] || skip "ommxlog.so was not built"
[ -e /usr/lib/x86_64-linux-gnu/rsyslog/imjournal.so ] ||
	[ -e /usr/lib64/rsyslog/imjournal.so ] || skip "no imjournal"
case $(nm -D "$module") in
*__asan_init*) skip "rsyslogd can't load a module built with AddressSanitizer" ;;
esac

ln -s "$module" $work/ommxlog.so
printf 'log_dir: %s\nlevel: DEBUG\n' "$logs" >"$config"
cat >$work/rsyslog.conf <<-END
	global(workDirectory="$work")
	module(load="imjournal" StateFile="$work/imjournal.state"
	       IgnorePreviousMessages="off" RateLimit.Interval="0")
	module(load="$work/ommxlog.so")
	action(type="ommxlog" config="$config")
END

journald_conf Storage=persistent
journald_start
python3 - <<-'END'
	import socket, struct
	to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	def send(**fields):
	    out = b""
	    for name, value in fields.items():
	        value = value.encode()
	        out += name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
	    to.sendto(out, "/run/systemd/journal/socket")
	send(MESSAGE="placed", PRIORITY="4", SYSLOG_IDENTIFIER="shop", CODE_FUNC="cart",
	     CODE_LINE="12", ORDER_ID="77", HOSTNAME="forged")
	send(MESSAGE="ready", PRIORITY="6", SYSLOG_IDENTIFIER="conmon", CODE_FUNC="write_journald",
	     CONTAINER_NAME="web", CONTAINER_ID="4cb6")
	send(MESSAGE="it failed\nTraceback (most recent call last):\n"
	     '  File "/srv/a.py", line 3, in f\n    g()\nOSError: no space',
	     PRIORITY="6", SYSLOG_IDENTIFIER="job", CONTAINER_ID="4cb6")
END
journald_ctl --sync
"$rsyslogd" -n -f $work/rsyslog.conf -i $work/rsyslogd.pid 2>$work/rsyslogd.err &
pid=$!
for _ in $(seq 200); do
	grep -q OSError "$logs"/*.log 2>/dev/null && break
	sleep 0.1
done
sleep 0.5
kill $pid
wait $pid

python3 - "$logs" <<-'END' || fail "fields"
	import glob, json, sys
	entries = [json.loads(line) for path in glob.glob(sys.argv[1] + "/*.log")
	           for line in open(path, encoding="utf-8")]
	def one(message):
	    found = [e for e in entries if message in e["message"]]
	    assert len(found) == 1, (message, found)
	    print(json.dumps(found[0]))
	    return found[0]
	e = one("placed")
	assert e["module"] == "shop" and e["level"] == "WARNING", e
	assert e["function"] == "cart" and e["line_number"] == 12, e
	c = e["context"]
	assert c["order_id"] == "77" and len(c["boot_id"]) == 32, c
	assert c["transport"] == "journal" and isinstance(c["uid"], int), c
	assert c["sender_hostname"] == "forged" and c["hostname"] != "forged", c
	assert c["comm"].startswith("python3"), c
	assert not [k for k in c if k.startswith("_") or k in ("message", "priority")], c
	e = one("ready")
	assert e["module"] == "web" and "function" not in e, e
	e = one("it failed")
	assert e["exception"]["type"] == "OSError" and e["level"] == "ERROR", e
END
