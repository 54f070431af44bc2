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
