#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every manual is good roff, and mxlog.yaml(5) names every key with its type.
set -euo pipefail
command -v groff >/dev/null || { echo "skipped: no groff"; exit 77; }
failed=0

for page in "$MXLOG_BUILD"/etc/man/*.[1-8]; do
	complaints=$(groff -t -man -Tutf8 -ww -z "$page" 2>&1)
	if [ -n "$complaints" ]; then
		echo "$complaints"
		failed=1
	fi
	if grep -n '@[A-Z_]*@' "$page"; then
		echo "$page: a table is missing"
		failed=1
	fi
done

while IFS= read -r key; do
	if ! grep -q "^\.BR $key \" (" "$MXLOG_BUILD/etc/man/mxlog.yaml.5"; then
		echo "mxlog.yaml.5: no $key"
		failed=1
	fi
done < <(sed -nE 's/^CONFIG\([A-Z]+, ([a-z_]+),.*/\1/p' \
	"$MXLOG_SOURCE/core/tbl/config.def")
if grep -n '<[A-Z]*[ >]' "$MXLOG_BUILD/etc/man/mxlog.yaml.5"; then
	echo "mxlog.yaml.5: a type without a name"
	failed=1
fi
exit $failed
