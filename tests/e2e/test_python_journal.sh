#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A Python application's records through a real journald and mxlogd.
# shellcheck disable=SC2119 # journald_conf and yaml may have no arguments
# shellcheck source=tests/lib/journal.sh
. "$(dirname "$0")/../lib/journal.sh"

journald_conf
journald_start
PYTHONPATH=$MXLOG_SOURCE/plugins/python PYTHONDONTWRITEBYTECODE=1 \
	python3 "$MXLOG_SOURCE/tests/data/applications/chained.py" \
	/run/systemd/journal/socket || fail "the application"
journald_ctl --sync
yaml
drain || fail "mxlogd --drain: $?"
python3 "$MXLOG_SOURCE/tests/lib/check_application.py" "$logs"/*.log ||
	fail "what arrived"
awk 'length > 250000 { found = 1 } END { exit !found }' "$logs"/*.log || fail "the large record"
