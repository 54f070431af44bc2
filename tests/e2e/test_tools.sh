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
[ "$(status_of mxlog-log -l LOUD x)" = 2 ] || fail "a level that is none"
[ "$(status_of mxlog-log -D /proc/none x)" = 1 ] || fail "a directory that can't be"
[ "$(wc -l <"$scratch/err")" = 1 ] || fail "one line says why"

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
echo "mxlog-log and mxlog-config do what they say"
