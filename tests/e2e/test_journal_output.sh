#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What services print, through a real journald: a traceback is one entry and an
# ERROR, a line that journald cut is whole again before secrets are looked for,
# each journal entry is there once. And the journals of namespaces.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

command -v systemd-cat >/dev/null || skip "no systemd-cat"

# count TEXT: lines of the log directory that have it.
count() { cat "$logs"/*.log 2>/dev/null | grep -cF -- "$1"; }
# expect N TEXT
expect() {
	[ "$(count "$2")" = "$1" ] || fail "$2: $(count "$2") times, not $1"
}

job() {
	cat <<-'END'
		import sys
		class Noted(RuntimeError): pass
		def load(): {}["k"]
		try:
		    try: load()
		    except KeyError as e: raise Noted("no key\nof two lines") from e
		except Noted as e:
		    if hasattr(e, "add_note"): e.add_note("a note")
		    raise
	END
}

output() {
	journald_conf Storage=persistent LineMax=1K
	journald_start
	job >$work/job.py
	systemd-cat -t job python3 $work/job.py
	systemd-cat -t other echo "said by another"
	# The token lies across the cut at 1,024 bytes.
	{
		head -c 1000 /dev/zero | tr '\0' x
		printf ' password=Zq7Xv9Kp2Lm4Zq7Xv9Kp2Lm4Zq7Xv9Kp2Lm4 end of it\n'
	} | systemd-cat -t long
	journald_ctl --sync
	yaml
	drain || fail "drain"
	compare --gaps 0
	expect 1 '"type":"Noted"'
	expect 1 '"cause":{"type":"KeyError"'
	expect 1 '"level":"ERROR"'
	expect 1 '"original_level":"INFO"'
	expect 1 'of two lines'
	expect 1 'said by another'
	expect 0 'Lm4'
	expect 1 'end of it'
	expect 0 'line_break'
	lines=$(cat "$logs"/*.log | wc -l)
	drain || fail "a second drain"
	[ "$(cat "$logs"/*.log | wc -l)" = "$lines" ] || fail "a drain added lines"
}

# namespace VALUE PLAIN WEB: how many entries of the two are captured.
namespace() {
	rm -rf "$logs"
	yaml "namespace: \"$1\""
	drain || fail "drain of $1"
	expect "$2" '"module":"plain"'
	expect "$3" '"module":"web"'
}

namespaces() {
	local remote=/lib/systemd/systemd-journal-remote name
	[ -x $remote ] || return 0
	for name in plain web; do
		dir=/var/log/journal/$machine_id
		[ $name = plain ] || dir+=.$name
		mkdir -p $dir
		printf '%s\n' "__REALTIME_TIMESTAMP=1769611845000000" \
			"__MONOTONIC_TIMESTAMP=1000000" \
			"_BOOT_ID=4e4ce6c6b1f74fcb93e5a4e4ab6ad5b3" \
			"SYSLOG_IDENTIFIER=$name" "MESSAGE=x" "" |
			$remote -o $dir/system.journal - 2>/dev/null ||
			fail "systemd-journal-remote"
	done
	namespace web 0 1
	namespace '*' 1 1
	namespace +web 1 1
	namespace none 0 0
	drain 2>&1 | grep -q "no journal file" || fail "nothing is told"
}

output
fresh
namespaces
