#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One operation, however deep and wide it is: all of it is found, its last error
# too, in a time that grows with its lines alone.
set -euo pipefail

build=${MXLOG_BUILD:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
log=$dir/log
mkdir -m 700 "$log"

# An operation's lines; the last one fails. $1: the parent of number i.
make() {
	awk -v n=20000 -v kind="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			parent = kind == "deep" ? i - 1 : kind == "wide" ? 0 : i + 1
			end = kind == "up" ? 0 : n - 1
			printf "{\"trace_id\":\"0%025d\",\"timestamp\":\"2026-01-28T15:30:%02d.%06dZ\",\"level\":\"%s\",\"module\":\"a\",\"message\":\"m%d\"", \
				i + 1, i / 1000, i % 1000, i == end ? "CRITICAL" : "INFO", i
			if (kind == "up" ? i < n - 1 : i > 0)
				printf ",\"context\":{\"parent_operation_id\":\"0%025d\"}", parent + 1
			print "}"
		}
	}' >"$log/2026-01-28.log"
}

ask() { # ID
	timeout 60 "$build/mxlog-read" --no-pager -D "$log" --trace "$1" >"$dir/out"
	head -1 "$dir/out"
	grep -q 'failed in .* 20000 items of 20000 operations' "$dir/out"
	grep -q CRITICAL "$dir/out"
}

for kind in deep wide; do
	echo "-- $kind"
	make $kind
	ask 00000000000000000000000001
done
echo "-- children before their parents"
make up
ask 00000000000000000000020000

echo "-- by the id of a W3C trace"
make deep
ask 00000000000000000000000000000001
