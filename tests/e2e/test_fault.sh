#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The commands while each of their calls fails: no crash, no false success, one
# line that says why, and the log stays whole.
set -euo pipefail
build=$(realpath "${MXLOG_BUILD:?}")
shim=$build/tests/fault.so
case $(sed -n 's/^MXLOG_SANITIZE:[A-Z]*=//p' "$build/CMakeCache.txt") in
?*)
	echo "a preloaded shim and a sanitizer exclude each other: skipped"
	exit 77
	;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PATH=$build:$PATH MXLOG_FAULT_HIT=$scratch/hit
unset MXLOG_CONFIG MXLOG_TRACE_ID
logs=$scratch/Logs

fail() { echo "FAILED: $*" >&2; cat "$scratch/err" >&2; exit 1; }

# faulty RULE COMMAND...: its status; false when the rule never applied.
faulty()
{
	local rule=$1
	shift
	rm -f "$MXLOG_FAULT_HIT"
	status=0
	MXLOG_FAULT=$rule LD_PRELOAD=$shim "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
	[ "$status" -lt 126 ] || fail "$rule: status $status of $*"
	[ -e "$MXLOG_FAULT_HIT" ]
}

echo "-- mxlog-log: stored once, or not and said"
tried=0
for what in openat:fail:EACCES openat:fail:EMFILE write:fail:ENOSPC pwrite:fail:ENOSPC pwrite:fail:EIO \
	pwrite:short fsync:fail:EIO fdatasync:fail:EIO mkdirat:fail:EROFS ftruncate:fail:EIO \
	flock:fail:ENOLCK malloc:fail:ENOMEM getrandom:fail:ENOSYS; do
	call=${what%%:*} action=${what#*:}
	for ((n = 1; n <= 200; n++)); do
		rm -rf "$logs"
		faulty "$call:$n:$action" mxlog-log --sync -D "$logs" "one entry" || break
		tried=$((tried + 1))
		found=$(cat "$logs"/*.log 2>/dev/null | grep -c '"message":"one entry"' || true)
		if [ "$status" = 0 ]; then
			[ "$found" = 1 ] || fail "$call:$n:$action: success and $found lines"
		else
			[ -s "$scratch/err" ] || fail "$call:$n:$action: nothing is said"
			[ "$found" -le 1 ] || fail "$call:$n:$action: $found lines"
		fi
		mxlog-log -D "$logs" "another" || fail "$call:$n:$action: the next entry"
	done
done
echo "$tried failing calls"
[ "$tried" -gt 60 ] || fail "only $tried calls failed"

echo "-- mxlog-read: all entries, or the failure is said"
rm -rf "$logs"
seq 3000 | mxlog-log -D "$logs" -m lines
tried=0
for what in openat:fail:EACCES openat:fail:EMFILE pread:fail:EIO read:fail:EIO malloc:fail:ENOMEM mmap:fail:ENOMEM \
	write:fail:ENOSPC; do
	call=${what%%:*} action=${what#*:}
	for ((n = 1; n <= 60; n++)); do
		faulty "$call:$n:$action" mxlog-read -D "$logs" -o json || break
		tried=$((tried + 1))
		[ "$status" != 0 ] || [ "$(wc -l <"$scratch/out")" = 3000 ] ||
			fail "$call:$n:$action: $(wc -l <"$scratch/out") of 3000 lines and success"
		[ "$status" = 0 ] || [ -s "$scratch/err" ] || fail "$call:$n:$action: nothing is said"
	done
done
echo "$tried failing calls"
[ "$tried" -gt 60 ] || fail "only $tried calls failed"

echo "-- a clock set ahead for a day"
before=$(cat "$logs"/*.log | wc -l)
faulty clock:1:jump:86400 mxlog-log -D "$logs" "tomorrow" || true
[ "$status" = 0 ] || fail "the clock"
[ "$(mxlog-read -D "$logs" -o json | wc -l)" -ge "$((before + 1))" ] || fail "entries went"
