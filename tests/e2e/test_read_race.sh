#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# While the archive cycle turns live segments into archives, every query finds
# every entry once.
set -euo pipefail

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?}
rounds=${MXLOG_READ_ROUNDS:-5}
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 "$source/tests/e2e/read_evaluator.py" make "$dir" 8000 1 11
ask() { # everything that the cycle did not write itself
	{ "$build/mxlog-read" -D "$1" -o json --exclude-module mxlog.audit \
		2>"$dir/err" || test $? = 1; } | sha256sum
}
expected=$(ask "$dir/log")
asked=0
for _ in $(seq "$rounds"); do
	rm -rf "$dir/run"
	cp -r "$dir/log" "$dir/run"
	"$build/tests/read_archive" "$dir/run" 2026-03-01T00:00:00Z \
		>"$dir/cycle" &
	cycle=$!
	while kill -0 "$cycle" 2>/dev/null; do
		got=$(ask "$dir/run")
		asked=$((asked + 1))
		if [ "$got" != "$expected" ]; then
			echo "another answer while the cycle ran"
			cat "$dir/err"
			exit 1
		fi
	done
	wait "$cycle"
	test "$(ask "$dir/run")" = "$expected"
done
echo "$asked queries while the cycle ran: ok"
