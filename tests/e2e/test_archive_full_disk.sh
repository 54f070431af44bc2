#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On a disk without a free byte what is past retention is deleted all the same, and
# told of once there is room.
set -euo pipefail

build=${MXLOG_BUILD:?}
dir=$(mktemp -d)
trap 'umount -l "$dir" 2>/dev/null || true; rm -rf "$dir"' EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# In a mount namespace of its own, so that nothing stays mounted.
if [ "${1:-}" != inside ]; then
	unshare --mount true 2>/dev/null || {
		echo "skipped: no mount namespace to be had"
		exit 77
	}
	unshare --mount bash "$0" inside
	exit
fi

mount -t tmpfs -o size=6m,mode=700 tmpfs "$dir"
log=$dir/log
mkdir -m 700 "$log"
"$build/tests/archive_sizes" --lines 1 "$log/2026-01-20.log"
sed 's/2026-01-28T/2026-01-21T/' "$log/2026-01-20.log" >"$log/2026-01-21.log"
touch -d 2026-01-18 "$log"/*.log
chmod 600 "$log"/*.log
printf 'retention_days: 0\n' >"$dir/keep.yaml"
printf 'retention_days: 30\n' >"$dir/prune.yaml"
run() {
	"$build/mxlog-archive" -D "$log" -c "$dir/$1.yaml" run
}
run keep >/dev/null || fail "the first run"

# A version without a ledger has seen sixty days pass since they arrived.
rm -r "$log/.mxlog"
mkdir -m 700 "$log/.mxlog"
printf 'mxlog retention 1\n%s 1 5184000000000\n%s 0\n%s %s\n' \
	aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 1768867200000000 \
	1774051200000000 5184000000000 >"$log/.mxlog/retention"
run keep >/dev/null || fail "the second run"
[ "$(find "$log/archive" -name '*.gz' | wc -l)" = 2 ] || fail "two archives"

# Full, today's segment too: not a byte of it is left in its last block.
cat /dev/zero >"$dir/fill" 2>/dev/null || true
today=$log/$(date -u +%F).log
! head -c 8192 /dev/zero >>"$today" 2>/dev/null || fail "there is room"
size=$(stat -c %s "$today")
! head -c 1 /dev/zero >>"$today" 2>/dev/null || fail "there is room"
said=$(run prune 2>&1) || true
[ "$(find "$log/archive" -name '*.gz' | wc -l)" = 0 ] || fail "not deleted: $said"
truncate -s "$size" "$today"
grep -qa 'Deleted archive: 2026-01-20.log.gz' "$log"/*.log ||
	fail "not told: $said"
grep -q '"event":"deleted"' "$log/.mxlog/ledger" || fail "not noted"
rm "$dir/fill"
run prune >/dev/null || fail "the next run"
"$build/mxlog-archive" -D "$log" -c "$dir/prune.yaml" verify >/dev/null ||
	fail "verify"
