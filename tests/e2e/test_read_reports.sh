#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What mxlog-read makes of entries: counts, histogram, errors, traces, metrics,
# tables, CSV; and what it does to a terminal, a pipe and a wrong option.
set -euo pipefail

build=${MXLOG_BUILD:?}
read=$build/mxlog-read
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export TZ=UTC MXLOG_LOG_DIR=$dir/log NO_COLOR=
mkdir -m 700 "$dir/log" "$dir/log/metrics"

python3 - "$dir/log" <<'PYTHON'
import json, os, sys
log = sys.argv[1]
A, B = "01HQ8Z9X0ABCDEFGHJKMNPQRST", "01HQ8Z9X0BBCDEFGHJKMNPQRST"
def line(second, level, module, message, trace=A, **more):
    return json.dumps({"trace_id": trace, "timestamp": "2026-01-28T10:%02d:%02d.000000Z" % divmod(second, 60),
                       "level": level, "module": module, "message": message, **more},
                      separators=(",", ":"), ensure_ascii=False) + "\n"
with open(os.path.join(log, "2026-01-28.log"), "w") as f:
    f.write(line(0, "INFO", "src.queue", "moved task 17", context={"user": "alice", "unit": "q.service"}))
    f.write(line(1, "ERROR", "src.queue", "task 18 failed", exception={
        "type": "OSError", "message": "disk \u001b[31mfull", "stack_trace": [
            {"file": "a.py", "line": 3, "function": "move"}]}, duration_ms=12.5))
    f.write(line(2, "INFO", "src.child", "child, \"quoted\"\nsecond line", trace=B,
                 context={"parent_operation_id": A, "user": "bob"}, tags=["x", "y"]))
    f.write(line(300, "ERROR", "sshd", "task 99 failed", context={"user": "alice"}, duration_ms=900))
    f.write(line(301, "DEBUG", "sshd", "bidi \u202e here", trace="7ZZZZZZZZZZZZZZZZZZZZZZZZZ"))
os.chmod(os.path.join(log, "2026-01-28.log"), 0o600)
with open(os.path.join(log, "metrics", "2026-01-28.metrics.log"), "w") as f:
    for i in range(100):
        f.write(json.dumps({"trace_id": A, "timestamp": "2026-01-28T10:%02d:00.000000Z" % (i % 60 // 30 * 30),
                            "metric_name": "wait", "metric_type": "DURATION", "value": i,
                            "unit": "ms", "tags": {"op": "a"}}) + "\n")
PYTHON

expect() { # what, expected, command...
	local what=$1 expected=$2 got
	shift 2
	got=$("$@" 2>&1) || true
	if [ "$got" != "$expected" ]; then
		printf '%s:\n%s\ninstead of\n%s\n' "$what" "$got" "$expected"
		exit 1
	fi
}

expect "counts" '{"level":"ERROR","module":"src.queue","count":1}
{"level":"ERROR","module":"sshd","count":1}' \
	"$read" --count-by level,module -p ERROR -o json
expect "shapes" '        2  task <*> failed' \
	"$read" --count-by shape -l ERROR
expect "counts over time" '{"time":"2026-01-28T10:00:00.000000Z","count":3}
{"time":"2026-01-28T10:05:00.000000Z","count":2}' \
	"$read" --histogram=5m -o json
expect "bars of less than a second" '2026-01-28 10:00:00.000         1 ████████████████████████████████████████
2026-01-28 10:00:00.500         0 
2026-01-28 10:00:01.000         1 ████████████████████████████████████████' \
	"$read" --histogram=500ms -U 2026-01-28T10:00:01Z
expect "bars of less than a millisecond" '2026-01-28 10:00:00.000000         1 ████████████████████████████████████████
...
2026-01-28 10:00:01.000000         1 ████████████████████████████████████████' \
	"$read" --histogram=250us -U 2026-01-28T10:00:01Z
expect "a bar of weeks" '{"time":"2025-10-20T00:00:00.000000Z","count":5}' \
	"$read" --histogram=52w -o json
expect "local days" '{"time":"2026-01-27T15:00:00.000000Z","count":5}' \
	env TZ=Asia/Tokyo "$read" --histogram=1d -o json
expect "weeks" '{"time":"2026-01-25T23:00:00.000000Z","count":5}' \
	env TZ=Europe/Berlin "$read" --count-by time:1w -o json
expect "a field of context" '        2  -
        2  alice
        1  bob' "$read" --count-by context.user
expect "groups in columns" '        1  src.queue  ERROR
        1  sshd       ERROR' "$read" --count-by module,level -l ERROR
expect "errors without an exception" '        1       (none)' \
	bash -c "'$read' --errors -S 2026-01-28 -U 2026-01-29 |
		sed -n 's/new  /     /; /(none)/p'"
expect "the slowest" '{"duration_ms":900.0}' \
	"$read" --slowest 1 -o json --fields duration_ms
expect "a condition" 'task 99 failed' \
	"$read" -o cat --field 'duration_ms>12.5'
expect "a unit" 'moved task 17' "$read" -o cat --unit q.service
expect "an exception" 'task 18 failed' "$read" -o cat --exception OSError
expect "modules left out" '2' \
	bash -c "'$read' -o cat --exclude-module src | wc -l"
expect "CSV" 'level,message,tags
INFO,"child, ""quoted""
second line","x,y"' \
	bash -c "'$read' -o csv --fields level,message,tags -m src.child |
		tr -d '\r'"
expect "a metric" '{"time":"2026-01-28T10:00:00.000000Z","unit":"ms","count":60,"value":29.0}
{"time":"2026-01-28T10:30:00.000000Z","unit":"ms","count":40,"value":49.0}' \
	bash -c "'$read' --metric wait --agg p50 --bucket 30m -o json"

expect "levels add up" '3' \
	bash -c "'$read' -o cat -l DEBUG -l ERROR | wc -l"
expect "modules add up" '3' \
	bash -c "'$read' -o json -m src.child -m sshd | wc -l"
expect "a priority" '2' bash -c "'$read' -o cat -p 3 | wc -l"
expect "a range of priorities" '2' \
	bash -c "'$read' -o json -p notice..info -l INFO -l ERROR | wc -l"
expect "the newest, in order" 'task 99 failed
bidi' bash -c "'$read' -o cat -n2 | cut -d' ' -f1-3 | sed 's/bidi.*/bidi/'"
expect "the newest first" 'bidi
task 99 failed' bash -c "'$read' -o cat -r -n 2 | sed 's/bidi.*/bidi/'"
expect "the first ones" 'moved task 17' "$read" -o cat -n +1
expect "the first one, by limit" 'moved task 17' "$read" -o cat --limit 1
expect "the last by level" 'task 18 failed
task 99 failed' "$read" -o cat --order-by level -n 2
expect "a directory named twice" '5' \
	bash -c "'$read' -D '$dir/log' -D '$dir/log/.' --count-by module -o csv |
		awk -F, '{ n += \$2 } END { print n }'"
expect "units, hosts and texts" 'moved task 17' "$read" -o cat -u q -u z \
	-g moved -g TASK
expect "a unit by a pattern" 'moved task 17' "$read" -o cat -u 'q*'
expect "a text in another field" 'task 18 failed' "$read" -o cat -g FULL \
	--search-in exception.message,context.user
expect "a text by a pattern in another field" 'moved task 17' "$read" -o cat \
	-g '^q[.]' --regex --search-in context.unit
expect "values" 'alice
bob' "$read" -F context.user
expect "lines around" 'task 18 failed
child, "quoted"
second line
task 99 failed' "$read" -g quoted -C 1 -o cat
expect "lines of the same module" 'moved task 17
task 18 failed' "$read" -g 18 -C 2 --context-of module -o cat
expect "a time given back" '1' bash -c "'$read' -o json \
	-S '2026-01-28 10:00:01.000' -U '2026-01-28 10:00:01.000' | wc -l"
expect "what systemctl prints" '2' bash -c "'$read' -o json \
	-S 'Wed 2026-01-28 10:05:00 UTC; 2h ago' | wc -l"
expect "an expression" 'task 18 failed
task 99 failed' "$read" -o cat --where 'not level < error' \
	--where "context.user = alice or exception.type ~ 'Error\$'"
expect "an expression in a LogQuery" 'task 99 failed' \
	bash -c "echo '{\"where\": \"duration_ms > 100ms\"}' |
		'$read' -o cat --query -"
expect "all of context" '{"context":{"user":"alice","unit":"q.service"}}' \
	"$read" -n +1 --fields context -o json
printf 'log_dir: %s\n' "$dir/log" >"$dir/mxlog.yaml"
expect "a configuration's directory" 'moved task 17' env MXLOG_LOG_DIR= \
	MXLOG_CONFIG="$dir/mxlog.yaml" "$read" -n +1 -o cat
expect "quiet" '0 3' bash -c "'$read' -q -g moved && printf '0 '
	'$read' -q -g nothing || printf '%s' \$?"
expect "counts as CSV" 'level,count
ERROR,2' bash -c "'$read' --count-by level -l ERROR -o csv | tr -d '\r'"
expect "errors as rows" 'total
exception
exception
module
module
message' bash -c "'$read' --errors -S 2026-01-28 -U 2026-01-29 -o csv |
	tail -n +2 | cut -d, -f1"
expect "an operation as rows" '104' bash -c "'$read' -o json \
	--trace 01HQ8Z9X0ABCDEFGHJKMNPQRST | grep -c '\"line\":{'"
expect "times with zones" '2026-01-28T11:00:00.000000+01:00' \
	bash -c "TZ=Europe/Berlin '$read' -n +1 -o short-iso | cut -d' ' -f1"
expect "times with microseconds" '2026-01-28 10:00:00.000000' \
	bash -c "'$read' -n +1 -o short-precise | cut -d' ' -f1,2"
expect "times with weekdays" 'Wed 2026-01-28 10:00:00.000000 UTC' \
	bash -c "'$read' -n +1 -o short-full | cut -d' ' -f1-4"
expect "times since 1970" '1769594400.000000' \
	bash -c "'$read' -n +1 -o short-unix | cut -d' ' -f1"
if [ -e /dev/full ] && "$read" --help >/dev/full 2>&1; then
	echo "--help could not be written, and nothing was said"
	exit 1
fi

expect "numbers by a field" '{"module":"sshd","count":1,"p90":900.0,"max":900.0}
{"module":"src.queue","count":1,"p90":12.5,"max":12.5}' \
	bash -c "'$read' --of duration_ms --agg p90,max --by module -o json |
		sed 's/\"time\":[^,]*,//'"
expect "all numbers" '{"count":2,"value":912.5}' \
	bash -c "'$read' --of duration_ms --agg sum -o json |
		sed 's/\"time\":[^,]*,//'"
expect "no numbers" '{"time":null,"count":0,"value":null}' \
	"$read" --of duration_ms --agg p99 -o json -m nobody
expect "a rate" '{"time":"2026-01-28T10:00:00.000000Z","unit":"ms","count":60,"value":0.1}' \
	bash -c "'$read' --metric wait --agg rate --bucket 10m -o json | head -1"
expect "a metric by a tag" 'time,tags.op,unit,count,min,max
2026-01-28T10:00:00.000000Z,a,ms,100,0.0,99.0' bash -c "'$read' \
	--metric wait --agg min,max --by tags.op -o csv | tr -d '\r'"

trace=$("$read" --trace 01HQ8Z9X0ABCDEFGHJKMNPQRST)
grep -q 'failed in 30 min 0 s, 104 items of 2 operations' <<<"$trace"
grep -q '│  ├─ INFO src.child: child' <<<"$trace"
grep -q '! OSError: disk .x1b.31mfull' <<<"$trace"
grep -q 'without an entry' <<<"$trace"

errors=$("$read" --errors -U 2026-01-28)
grep -q '^2 errors in 24 h 0 min' <<<"$errors"
grep -q '1  new  OSError' <<<"$errors"

# The rest needs a terminal, which a bare chroot can't make.
if ! script -qec true /dev/null >"$dir/tty" 2>&1; then
	echo "no pseudo-terminal here: its part is skipped"
	exit 77
fi
export TERM=xterm
unset NO_COLOR
echo "-- nothing steers a terminal"
for output in short table pretty json cat; do
	script -qec "'$read' --no-pager -o $output" /dev/null >"$dir/tty"
	if grep -q $'\x1b\[31mfull' "$dir/tty" ||
		grep -q $'\u202e' "$dir/tty"; then
		echo "$output sends what it reads"
		exit 1
	fi
done
script -qec "NO_COLOR=1 '$read' --no-pager" /dev/null >"$dir/tty"
if grep -q $'\x1b' "$dir/tty"; then
	echo "NO_COLOR, and yet there are colours"
	exit 1
fi
script -qec "'$read' --no-pager" /dev/null >"$dir/tty"
grep -q $'\x1b\[31mERROR' "$dir/tty"

echo "-- a pager that is left, a pipe that is closed"
test "$(PAGER='head -1 >&2' script -qec "'$read'" /dev/null | wc -l)" = 1
set +e
"$read" -o json 2>"$dir/err" | true
test ! -s "$dir/err" || exit 1
set -e

echo "-- wrong options: status 2 and one line"
trace_id=01HQ8Z9X0ABCDEFGHJKMNPQRST
for wrong in "--levle INFO" "-l LOUD" "-S notatime" "--count-by nosuch" \
	"--trace short" "--field nosuch=1" "-n x" "--metrics -l INFO" \
	"--regex" "extra" "--agg" "-o xml" "--errors --histogram" \
	"--bucket 5x" "-f -r" "-n 2 --limit 3" "--trace $trace_id -m sshd" \
	"--agg p50" "--count-by level --order-by level" "-S today -S now" \
	"--fields level" "--of duration_ms --agg p101" "--by module" \
	"--of levle" "--of duration_ms --metric x" "-q -f" "--metrics --exclude-module a" "-p LOUD" \
	"-p err.." "-b=xyz" "-b 7" "--errors -C 2" "-C x" "--context-of module" \
	"--search-in message" "-F level,module" "--disk-usage -l INFO" \
	"-S today -S today" "--where levle" "--where (level" "--field message=~x" \
	"-n +x" "--histogram -n 3" "--cursor nonsense" "-g ( --regex"; do
	status=0
	# shellcheck disable=SC2086
	"$read" $wrong >"$dir/out" 2>"$dir/err" || status=$?
	if [ "$status" != 2 ] || [ "$(wc -l <"$dir/err")" != 1 ] ||
		[ -s "$dir/out" ]; then
		echo "$wrong: status $status, $(cat "$dir/err")"
		exit 1
	fi
done
status=0
"$read" -D "$dir/nowhere" 2>"$dir/err" || status=$?
test "$status" = 1
"$read" --help >"$dir/out"
grep -q -- "--since TIME" "$dir/out"
"$read" --version | grep -q '^mxlog-read [0-9]'
echo "ok"
