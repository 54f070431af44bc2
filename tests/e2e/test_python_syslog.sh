#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A Python application's records through a real rsyslogd: what it logged arrives
# as one entry each, exceptions with frames and causes.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
rsyslog_init
rsyslog_config "logDirectory=\"$logs\" level=\"DEBUG\""
rsyslog_start
PYTHONPATH=$source_dir/plugins/python PYTHONDONTWRITEBYTECODE=1 \
	python3 "$source_dir/tests/data/applications/chained.py" "$socket" 2>"$work/python.err" ||
	fail "the application ended with status $?"
wait_until 20 has_lines 2 || fail "$(count_lines) lines"
rsyslog_stop
check_log_directory
python3 "$source_dir/tests/lib/check_application.py" "$logs"/*.log
