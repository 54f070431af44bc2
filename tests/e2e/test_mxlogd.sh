#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The host of capture modules, with the example module: options, checks,
# refusals, reload, the watchdog, the end.
set -u
build=${MXLOG_BUILD:?set by ctest}
mxlogd=$build/plugins/mxlogd/mxlogd
[ -x "$mxlogd" ] || { echo "skipped: no mxlogd"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/mxlog-test.XXXXXX")
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT
logs=$work/logs
modules=$work/modules
mkdir -m 755 "$modules"
cp "$build/tests/tick.so" "$modules/"
chmod 755 "$modules/tick.so"

fail() {
	echo "FAILED: $*" >&2
	[ ! -f "$work/err" ] || cat "$work/err" >&2
	exit 1
}

# yaml [LINE]...: lines of the section tick.
yaml() {
	{
		echo "log_dir: $logs"
		echo "modules: [tick]"
		echo "module_path: $modules"
		echo "tick:"
		printf '  %s\n' "${@:-count: 3}"
	} >"$work/mxlog.yaml"
}

run() {
	"$mxlogd" --config "$work/mxlog.yaml" "$@" >"$work/out" 2>"$work/err"
}

# expect STATUS TEXT [OPTION]...: that exit status, that text on stderr.
expect() {
	local status=$1 text=$2
	shift 2
	run "$@"
	local got=$?
	[ $got = "$status" ] || fail "status $got, not $status: $text"
	grep -qF -- "$text" "$work/err" || fail "not said: $text"
}

count() {
	cat "$logs"/*.log 2>/dev/null | grep -c "$1"
}

wait_for() {
	for _ in $(seq 100); do
		[ "$(count "$2")" -ge "$1" ] && return
		sleep 0.05
	done
	fail "never $1 times $2"
}

echo "-- options"
yaml
run --check || fail "--check"
[ ! -e "$logs" ] || fail "--check made the log directory"
run --help && grep -q -- --drain "$work/out" || fail "--help"
run --version || fail "--version"
expect 2 "unknown option" --no-such-option
expect 2 "expected one of --check and --drain" --check --drain
expect 2 "unexpected argument" superfluous
"$mxlogd" --config "$work/none.yaml" 2>"$work/err" && fail "no configuration"
grep -q none.yaml "$work/err" || fail "the missing file is not named"

echo "-- configuration"
yaml "cuont: 3"
expect 2 "did you mean count?" --check
yaml "count: -1"
expect 2 "tick.count: expected a whole number from 0" --check
yaml 'text: ""'
expect 2 "tick.text: expected a text that is not empty" --check
sed -i 's/\[tick\]/[none]/; /^tick:/,$d' "$work/mxlog.yaml"
expect 2 "none.so: No such file" --check

echo "-- drain"
yaml "count: 5"
run --drain || fail "--drain"
[ "$(count '"message":"tick"')" = 5 ] || fail "$(count tick) entries, not 5"

echo "-- refusals"
yaml
chmod 757 "$modules"
expect 2 "others may write it" --check
chmod 755 "$modules"
chmod 775 "$modules/tick.so"
expect 2 "others may write it" --check
chmod 755 "$modules/tick.so"
if [ "$(id -u)" = 0 ]; then
	chown 12345 "$modules/tick.so"
	expect 2 "belongs to neither root nor the running user" --check
	chown 0 "$modules/tick.so"
fi
mv "$modules/tick.so" "$modules/real.so"
ln -s real.so "$modules/tick.so"
expect 2 "expected a regular file" --check
rm "$modules/tick.so"
echo "no library" >"$modules/tick.so"
expect 2 "tick.so" --check
rm "$modules/tick.so"
cp "$modules/real.so" "$modules/other.so"
cp "$modules/real.so" "$modules/tick.so"
sed -i 's/\[tick\]/[other]/; /^tick:/,$d' "$work/mxlog.yaml"
expect 2 "is not called other" --check

echo "-- a daemon's life"
rm -rf "$logs"
yaml "count: 2"
cat >"$work/notify.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
with open(sys.argv[2], "w") as out:
    while True:
        out.write(s.recv(4096).decode() + "\n")
        out.flush()
END
python3 "$work/notify.py" "$work/notify.sock" "$work/notified" &
notify=$!
trap 'kill -9 $pid $notify 2>/dev/null; rm -rf "$work"' EXIT
while [ ! -S "$work/notify.sock" ]; do sleep 0.02; done
NOTIFY_SOCKET=$work/notify.sock WATCHDOG_USEC=200000 \
	"$mxlogd" --config "$work/mxlog.yaml" 2>"$work/err" &
pid=$!
wait_for 2 '"message":"tick"'
grep -q READY=1 "$work/notified" || fail "no READY"
sleep 0.5
[ "$(grep -c WATCHDOG=1 "$work/notified")" -ge 3 ] || fail "no WATCHDOG"
yaml "count: 4" "text: tock"
kill -HUP $pid
wait_for 4 '"message":"tock"'
grep -q RELOADING=1 "$work/notified" || fail "no RELOADING"
yaml "count: nonsense"
kill -HUP $pid
for _ in $(seq 100); do
	grep -q "not reloaded" "$work/err" && break
	sleep 0.05
done
grep -q "not reloaded: tick.count" "$work/err" || fail "a bad reload"
kill -0 $pid || fail "a bad reload ended it"
start=$(date +%s%N)
kill -TERM $pid
wait $pid || fail "its status: $?"
[ $((($(date +%s%N) - start) / 1000000)) -lt 5000 ] || fail "it took too long"
pid=
grep -q STOPPING=1 "$work/notified" || fail "no STOPPING"
[ "$(count '"action":"started"')" = 1 ] || fail "its start is not recorded"
[ "$(count '"action":"stopped"')" = 1 ] || fail "its end is not recorded"
kill $notify

echo "-- a module that is newly named"
rm -rf "$logs"
yaml "count: 2"
sed -i 's/\[tick\]/[]/' "$work/mxlog.yaml"
run --check || fail "a section of a module that is not listed"
"$mxlogd" --config "$work/mxlog.yaml" 2>"$work/err" &
pid=$!
sleep 0.3
sed -i 's/\[\]/[tick]/' "$work/mxlog.yaml"
kill -HUP $pid
wait_for 2 '"message":"tick"'
sed -i 's/\[tick\]/[tick, none]/' "$work/mxlog.yaml"
kill -HUP $pid
for _ in $(seq 100); do
	grep -q "not reloaded" "$work/err" && break
	sleep 0.05
done
grep -q "not reloaded: .*none.so" "$work/err" || fail "a module that is not there"
yaml "count: 3" "text: tock"
kill -HUP $pid
wait_for 3 '"message":"tock"'
kill -TERM $pid
wait $pid || fail "its status: $?"
pid=
[ "$(count '"action":"reloaded".*"result":"success"')" -ge 1 ] || fail "no reload is recorded"
[ "$(count '"action":"reloaded".*"result":"failure"')" = 1 ] || fail "no refusal is recorded"
yaml "count: 3"
sed -i 's/\[tick\]/[]/; s/count: 3/count: x/' "$work/mxlog.yaml"
expect 2 "tick.count: expected" --check

echo "-- idle costs nothing"
yaml "count: 0"
"$mxlogd" --config "$work/mxlog.yaml" 2>"$work/err" &
pid=$!
sleep 0.5
before=$(awk '{ print $14 + $15 }' /proc/$pid/stat)
switches=$(awk '/^voluntary/ { print $2 }' /proc/$pid/status)
sleep 2
after=$(awk '{ print $14 + $15 }' /proc/$pid/stat)
[ "$before" = "$after" ] || fail "it used processor time: $before, $after"
[ "$(awk '/^voluntary/ { print $2 }' /proc/$pid/status)" = "$switches" ] ||
	fail "it woke up"
kill $pid
wait $pid
pid=
