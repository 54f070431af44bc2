#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every pair of mxlog-read's options is refused, with a line that says why, or
# does what both say.
set -euo pipefail

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?}
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 "$source/tests/e2e/read_pairs.py" "$build/mxlog-read" \
	"$source/reader/command/read_options.def" "$dir"
