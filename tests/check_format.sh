#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every C file is as .clang-format says, begins with its licence, and every
# header says in its second line what it is.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0

mapfile -t files < <(git ls-files '*.c' '*.h')
clang-format --dry-run --Werror "${files[@]}" || status=1

for file in "${files[@]}"; do
	if [ "$(head -n 1 "$file")" != '/* SPDX-License-Identifier: Apache-2.0 */' ]; then
		echo "$file: does not begin with the SPDX line" >&2
		status=1
	fi
	case "$file" in
	*.h)
		sed -n 2p "$file" | grep -q '^/\* [A-Za-z]' ||
			{ echo "$file: no description in line 2" >&2; status=1; }
		;;
	esac
done

# One name in the tree means one file.
duplicates=$(printf '%s\n' "${files[@]##*/}" | sort | uniq -d |
	grep -vxF -f <(ls core/include/mxlog) || true)
if [ -n "$duplicates" ]; then
	echo "not unique in the tree: $duplicates" >&2
	status=1
fi

# One struct tag in the tree means one struct.
duplicates=$(git ls-files '*.c' '*.h' | grep -v '^tests/' |
	xargs grep -ohE '^struct mxlog_[a-z0-9_]+ \{' | sort | uniq -d)
if [ -n "$duplicates" ]; then
	echo "defined twice: $duplicates" >&2
	status=1
fi
exit "$status"
