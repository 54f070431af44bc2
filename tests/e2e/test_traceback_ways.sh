#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The corpus's tracebacks through rsyslogd, folded and in JSON, and through a
# journal, whole and line by line: the same exceptions on each way, none wrong.
# shellcheck source=tests/lib/rsyslog.sh
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/rsyslog.sh"

rsyslog_require
[ -d "$corpus/stack-traces-generated" ] || skip "the corpus is not here"
rsyslog_init
printf 'log_dir: %s\nlevel: DEBUG\n' "$logs" >"$work/mxlog.yaml"
rsyslog_config "config=\"$work/mxlog.yaml\""
rsyslog_start
python3 "$source_dir/tests/lib/traceback_ways.py" "$build/tests/traceback_json" \
	"$build/plugins/mxlogd/mxlogd" "$build/plugins/journald" "$port" "$logs" \
	"$work" "$corpus/stack-traces-generated" "$corpus/stack-traces"
rsyslog_stop
