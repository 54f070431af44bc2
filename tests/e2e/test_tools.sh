#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mxlog-log and mxlog-config from a shell.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PATH=$MXLOG_BUILD:$PATH
unset MXLOG_CONFIG MXLOG_TRACE_ID

fail() { echo "FAILED: $*" >&2; exit 1; }
status_of() { local status=0; "$@" >"$scratch/out" 2>"$scratch/err" || status=$?; echo "$status"; }

# ---- mxlog-log ----
logs=$scratch/Logs
mxlog-log -D "$logs" -l error -m backup.nightly -T disk -d 12.5 -t 01hq8z9x0abcdefgh1jk1mn0pq \
	disk=sda1 free=0 'list=[1, 2]' 'quoted="x"' -- "backup failed:" a=b
line=$(cat "$logs"/*.log)
want='"level":"ERROR","module":"backup.nightly","message":"backup failed: a=b","context":{"disk":"sda1","free":0,"list":[1,2],"quoted":"\"x\""},"duration_ms":12.5,"tags":["disk"],'
[[ $line == '{"trace_id":"01HQ8Z9X0ABCDEFGH1JK1MN0PQ",'*"$want"* ]] || fail "one entry: $line"
seq 2500 | mxlog-log -D "$logs" -m lines token=abcdef
[ "$(grep -c '"module":"lines"' <(cat "$logs"/*.log))" = 2500 ] || fail "lines of standard input"
! grep -q abcdef "$logs"/*.log || fail "a secret was stored"
# wrong STATUS ARGUMENT...: refused with that status, and one line says why.
wrong()
{
	local status=$1
	shift
	[ "$(status_of mxlog-log "$@")" = "$status" ] || fail "the status of: $*"
	[ "$(wc -l <"$scratch/err")" = 1 ] || fail "$* gives: $(cat "$scratch/err")"
}
wrong 2 -l LOUD x
wrong 2 --nope x
wrong 2 -Z
wrong 2 -D
wrong 2 --level
for duration in -1 nan inf 1s ''; do wrong 2 -d "$duration" x; done
wrong 1 -D /proc/none x
wrong 1 -D '' x
wrong 1 -D "/$(head -c 5000 /dev/zero | tr '\0' x)" x
wrong 1 -c /proc/none x
! grep -q 'command not found' "$scratch/err" || fail "$(cat "$scratch/err")"

# What a pipeline has said is stored while it goes on, a line of any size costs
# no more memory than a message, and bytes that are no text stay one line.
mkfifo "$scratch/pipe"
mxlog-log -D "$logs" -m pipeline <"$scratch/pipe" &
exec 3>"$scratch/pipe"
echo "said at once" >&3
for ((i = 0; i < 100; i++)); do
	! grep -qs "said at once" "$logs"/*.log || break
	sleep 0.1
done
grep -q "said at once" "$logs"/*.log || fail "a line waits for others"
exec 3>&-
wait $!
# A sanitizer reserves address space without end.
most=100000
! grep -q '^MXLOG_SANITIZE:[A-Z]*=..' "$MXLOG_BUILD/CMakeCache.txt" || most=unlimited
(ulimit -v "$most"
	{ head -c 300000000 /dev/zero; printf '\nraw \000\377.\nno newline'; } |
		mxlog-log -D "$logs" -m bytes) || fail "a line of 300 MB"
[ "$(grep -c '"module":"bytes"' <(cat "$logs"/*.log))" = 3 ] || fail "three lines"
grep -q '"message":"raw \\u0000�."' "$logs"/*.log || fail "bytes that are no text"
grep -q '"message":"no newline"' "$logs"/*.log || fail "a last line without its end"

# A traceback in a pipe is one entry, an ERROR unless the level was said.
printf '%s\n' before 'Traceback (most recent call last):' '  File "a.py", line 1, in f' '    g()' 'KeyError: 1' after >"$scratch/text"
mxlog-log -D "$logs" -m joined <"$scratch/text"
mxlog-log -D "$logs" -m joined_info -l INFO <"$scratch/text"
[ "$(grep -c '"module":"joined"' <(cat "$logs"/*.log))" = 3 ] || fail "a traceback stays in lines"
grep -q '"level":"ERROR","module":"joined","message":"KeyError: 1","exception":{"type":"KeyError"' "$logs"/*.log || fail "a traceback is no exception"
! grep -q '"level":"ERROR","module":"joined_info"' "$logs"/*.log || fail "a level that was said does not hold"
# What may become a traceback is held for a second, and no longer.
mkfifo "$scratch/held"
mxlog-log -D "$logs" -m held <"$scratch/held" &
exec 3>"$scratch/held"
echo "ValueError: alone" >&3
for ((i = 0; i < 100; i++)); do
	! grep -qs "ValueError: alone" "$logs"/*.log || break
	sleep 0.1
done
grep -q "ValueError: alone" "$logs"/*.log || fail "a line is held for ever"
exec 3>&-
wait $!

# Options stand before, between and after key=value words.
mxlog-log -D "$logs" -m mixed a=1 -l ERROR b=2 --tag t -- -l x
grep -q '"level":"ERROR","module":"mixed","message":"-l x","context":{"a":1,"b":2},"tags":\["t"\]' "$logs"/*.log || fail "options after fields"
wrong 2 a=1 -l LOUD x

# A command's output and end.
run() { status_of mxlog-log -D "$logs" "$@"; }
[ "$(run -m cmd a=1 --stderr-level WARNING --exec sh -c 'echo one; echo two >&2; exit 3')" = 3 ] || fail "a command's status"
grep -q '"level":"INFO","module":"cmd","message":"one","context":{"a":1,"stream":"stdout"}' "$logs"/*.log || fail "a command's output"
grep -q '"level":"WARNING","module":"cmd","message":"two","context":{"a":1,"stream":"stderr"}' "$logs"/*.log || fail "a command's errors"
grep -q '"level":"ERROR","module":"cmd","message":"sh ended with status 3".*"exit_status":3},"duration_ms":' "$logs"/*.log || fail "a command's end"
[ "$(grep '"module":"cmd"' <(cat "$logs"/*.log) | cut -c1-40 | sort -u | wc -l)" = 1 ] || fail "a command is one operation"
[ "$(run --exec true)" = 0 ] || fail "a command that does well"
[ "$(run --exec /none/at/all)" = 127 ] || fail "a command that is not there"
[ "$(run --exec "$scratch/text")" = 126 ] || fail "a command that is no program"
[ "$(run --exec sh -c 'kill -9 $$')" = 137 ] || fail "a command that was killed"
# shellcheck disable=SC2016
[ "$(run -m inner --exec sh -c "mxlog-log -D '$logs' -m inner said; echo out")" = 0 ] || fail "mxlog-log in mxlog-log"
[ "$(grep '"module":"inner"' <(cat "$logs"/*.log) | cut -c1-40 | sort -u | wc -l)" = 1 ] || fail "a command's children are of its operation"
[ "$(run -m left --exec sh -c 'sleep 30 & echo x')" = 0 ] || fail "a command that leaves a process behind"
SECONDS=0
mxlog-log -D "$logs" -m stopped --exec sleep 60 &
pid=$!
for ((i = 0; i < 100; i++)); do ! pgrep -P "$pid" -x sleep >/dev/null || break; sleep 0.1; done
kill -TERM "$pid"
stopped=0
wait "$pid" || stopped=$?
[ "$stopped" = 143 ] && [ "$SECONDS" -lt 30 ] || fail "a signal is not passed on: $stopped"
(trap '' CHLD; exec mxlog-log -D "$logs" --exec false) && fail "whoever ignores SIGCHLD"
wrong 2 --exec

# Metrics.
mxlog-log -D "$logs" --metric queue.length --value 12.5 --unit items --type counter queue=inbox token=abcdef
grep -q '"metric_name":"queue.length","metric_type":"COUNTER","value":12.5,"unit":"items","tags":{"queue":"inbox","token":"[^"]*REDACTED' "$logs"/metrics/*.log || fail "a metric: $(cat "$logs"/metrics/*.log)"
wrong 2 --metric x
wrong 2 --value 1 x
wrong 2 --metric x --value 1s
wrong 2 --metric x --value 1 word
wrong 2 --metric x --value 1 --type SUM
wrong 2 --unit s x

# ---- mxlog-config ----
sed "s|@DIR@|$scratch|" "$MXLOG_SOURCE/tests/data/applications/config.json" >"$scratch/config.json"
mxlog-config import "$scratch/config.json" >"$scratch/imported.yaml" 2>"$scratch/notes"
grep -q 'handlers.mail: left out' "$scratch/notes" || fail "what was left out is said"
grep -q 'formatters.brace: style' "$scratch/notes" || fail "the style is said"
echo "log_dir: $logs" >>"$scratch/imported.yaml"
mxlog-config check "$scratch/imported.yaml" || fail "what was imported is wrong"
cat >>"$scratch/imported.yaml" <<-END
	existing_modules:
	  - module_path: /src/metaexpert/logger
	    setup_function: setup_logger
	    get_function: get_logger
	    config_file: $scratch/config.json
	    config_module: config.py
END
mxlog-config check "$scratch/imported.yaml" || fail "nothing differs"
sed -i 's/"level": 30/"level": "ERROR"/; s/"backupCount": 3/"backupCount": 4/' "$scratch/config.json"
[ "$(status_of mxlog-config check "$scratch/imported.yaml")" = 1 ] || fail "something differs"
grep -q 'logger metaexpert.network: level is ERROR there, WARNING here' "$scratch/out" ||
	fail "$(cat "$scratch/out")"
grep -q 'backup_count is 4 there, 3 here' "$scratch/out" || fail "$(cat "$scratch/out")"
echo '{"version": 2}' >"$scratch/two.json"
[ "$(status_of mxlog-config import "$scratch/two.json")" = 1 ] || fail "version 2"
for file in "$scratch" /proc/none "$scratch/two.json"; do
	[ "$(status_of mxlog-config import "$file")" = 1 ] || fail "import $file"
	[ "$(wc -l <"$scratch/err")" = 1 ] || fail "import $file: $(cat "$scratch/err")"
done
! mxlog-config import "$scratch/config.json" >/dev/full 2>"$scratch/err" || fail "a full disk"
grep -q 'could not be written' "$scratch/err" || fail "a full disk is said"
MXLOG_CONFIG='' mxlog-log -D "$logs" empty || fail "an empty MXLOG_CONFIG names no file"
echo "mxlog-log and mxlog-config do what they say"
