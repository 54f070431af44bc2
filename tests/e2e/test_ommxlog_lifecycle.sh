#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ommxlog in a living rsyslogd: bad configurations, HUP, several workers, SIGKILL
# and a start after it.
# shellcheck source=tests/lib/rsyslog.sh
. "$(dirname "$0")/../lib/rsyslog.sh"

rsyslog_require
rsyslog_init

# check_only STATUS TEXT ACTION_PARAMETERS: rsyslogd -N1 ends so and says that.
check_only()
{
	local status=0
	rsyslog_config "$3"
	"$rsyslogd" -N1 -f "$work/rsyslog.conf" >"$work/check" 2>&1 || status=$?
	[ "$status" -eq "$1" ] || { cat "$work/check"; fail "rsyslogd -N1: $status"; }
	grep -qF -- "$2" "$work/check" || { cat "$work/check"; fail "rsyslogd -N1 does not say: $2"; }
}

a_bad_configuration_is_told()
{
	printf 'log_dir: %s\nlevle: INFO\n' "$logs" >"$work/mxlog.yaml"
	check_only 1 "$work/mxlog.yaml:2:1: " "config=\"$work/mxlog.yaml\""
	check_only 1 'needs an absolute path' 'logDirectory="Logs"'
	check_only 1 'expected DEBUG' "logDirectory=\"$logs\" level=\"LOUD\""
	check_only 1 'expected "none" or "batch"' "logDirectory=\"$logs\" sync=\"often\""
	check_only 0 'End of config validation' "logDirectory=\"$logs\""
	printf 'module(load="%s")\naction(type="ommxlog" logDirectory="%s")\n' \
		"$module" "$logs" >"$work/rsyslog.conf"
	"$rsyslogd" -N1 -f "$work/rsyslog.conf" >"$work/check" 2>&1 || fail "defaults are refused"
	grep -q 'resumeRetryCount="-1"' "$work/check" || fail "no warning of loss"
	grep -q 'queue.type="LinkedList"' "$work/check" || fail "no warning of no queue"
	[ ! -e "$logs" ] || fail "checking made the log directory"
}

# The new rules hold from the first batch after the HUP; a broken file leaves
# the old ones in force.
a_hup_reloads_the_rules()
{
	printf 'log_dir: %s\nlevel: WARNING\n' "$logs" >"$work/mxlog.yaml"
	rsyslog_config "config=\"$work/mxlog.yaml\""
	rsyslog_start
	logger --socket "$socket" -p user.info -t app "one: too mild"
	logger --socket "$socket" -p user.err -t app "two"
	wait_for_lines 1
	printf 'log_dir: %s\nlevel: INFO\nsecret_patterns: ["thr[e]{2}"]\n' "$logs" >"$work/mxlog.yaml"
	kill -HUP "$rsyslog_pid"
	sleep 1
	logger --socket "$socket" -p user.info -t app "three is a secret now"
	wait_for_lines 2
	printf 'log_dir: [\n' >"$work/mxlog.yaml"
	kill -HUP "$rsyslog_pid"
	sleep 1
	logger --socket "$socket" -p user.info -t app "four"
	wait_for_lines 3
	rsyslog_stop
	check_log_directory
	! grep -rq 'three\|too mild' "$logs" || fail "the new rules were not used"
	grep -rqF 'is a secret now' "$logs" || fail "the redacted message is missing"
	rm -rf "$logs"
}

several_workers_write_each_their_own_segment()
{
	rsyslog_config "logDirectory=\"$logs\" queue.workerThreads=\"4\"
		queue.workerThreadMinimumMessages=\"100\""
	rsyslog_start
	send "unix:$socket" count 40000 >/dev/null
	wait_for_lines 40000
	rsyslog_stop
	check_log_directory
	[ "$(find "$logs" -name '[0-9]*.log' -exec cat {} + | grep -o 'seq=[0-9]*' | sort -u | wc -l)" -eq 40000 ] ||
		fail "messages came twice"
	rm -rf "$logs"
}

# What rsyslogd had in memory is lost with it; what is there is whole, and the
# next one goes on in the same file.
a_killed_rsyslogd_leaves_whole_lines()
{
	local before
	rsyslog_config "logDirectory=\"$logs\" sync=\"batch\""
	rsyslog_start
	send "unix:$socket" count 20000 >/dev/null
	wait_until 20 has_lines 100 || fail "nothing was stored"
	rsyslog_kill
	before=$(count_lines)
	rsyslog_start
	send "unix:$socket" count 1000 "second" >/dev/null
	wait_until 60 has_lines $((before + 1000)) || fail "the second start stores nothing"
	rsyslog_stop
	check_log_directory
	[ "$(find "$logs" -name '[0-9]*.log' -exec cat {} + | grep -c second)" -eq 1000 ] ||
		fail "messages of the second start are missing"
	rm -rf "$logs"
}

# An operator's own template: its text is the message, or JSON that is lifted.
a_template_replaces_the_fields()
{
	rsyslog_config "logDirectory=\"$logs\" template=\"own\"" \
		'template(name="own" type="list" option.jsonf="on") {
			property(outname="module" name="programname" format="jsonf")
			property(outname="message" name="msg" format="jsonf")
			constant(outname="colour" value="blue" format="jsonf")
		}'
	rsyslog_start
	logger --socket "$socket" -p user.info -t painter "hello"
	wait_for_lines 1
	rsyslog_stop
	check_log_directory
	grep -rq '"module":"painter".*"colour":"blue"' "$logs" || fail "the template was not lifted"
	rm -rf "$logs"
}

for test in a_bad_configuration_is_told a_hup_reloads_the_rules \
	several_workers_write_each_their_own_segment \
	a_killed_rsyslogd_leaves_whole_lines a_template_replaces_the_fields; do
	"$test"
	echo "ok: $test"
done
