#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stranger's program, against the installed library and pkg-config alone, as C
# and as C++: what its handler was given of every entry and metric, field by
# field, is what its reader finds stored.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() { echo "FAILED: $*" >&2; exit 1; }

DESTDIR="$scratch/root" cmake --install "$MXLOG_BUILD" >"$scratch/install.log"
prefix=$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$MXLOG_BUILD/CMakeCache.txt")
pc=$(find "$scratch/root" -name mxlog.pc)
export PKG_CONFIG_PATH=${pc%/*}
export PKG_CONFIG_SYSROOT_DIR=$scratch/root
library=$(find "$scratch/root$prefix" -name 'libmxlog.so.0')
export LD_LIBRARY_PATH=${library%/*}
read -ra flags < <(pkg-config --cflags --libs mxlog)
sanitize=$(sed -n 's/^MXLOG_SANITIZE:STRING=\(..*\)/-fsanitize=\1/p' "$MXLOG_BUILD/CMakeCache.txt")

cp "$MXLOG_SOURCE/tests/stranger/stranger.c" "$scratch/stranger.cpp"
# shellcheck disable=SC2086
cc -std=c11 -Wall -Wextra -Wpedantic -Werror -g $sanitize -o "$scratch/as_c" \
	"$MXLOG_SOURCE/tests/stranger/stranger.c" "${flags[@]}"
# shellcheck disable=SC2086
c++ -std=c++17 -Wall -Wextra -Werror -g $sanitize -o "$scratch/as_cpp" \
	"$scratch/stranger.cpp" "${flags[@]}"
# Every header stands alone, in both languages.
for header in "$scratch/root$prefix"/include/mxlog/*.h; do
	name=${header##*/}
	for language in c c++; do
		echo "#include <mxlog/$name>" |
			cc -x $language -Wall -Wextra -Werror -fsyntax-only - "${flags[@]}" ||
			die "$name alone, as $language"
	done
done

for language in as_c as_cpp; do
	mkdir "$scratch/$language.d"
	(cd "$scratch/$language.d" && MXLOG_CONFIG=/nonexistent "$scratch/$language" "$PWD/Logs") ||
		die "$language ended with status $?"
	cd "$scratch/$language.d"
	sort forwarded.txt >a
	sort read.txt >b
	diff a b || die "$language: what was forwarded and what was read differ"
	[ "$(grep -c '^{' forwarded.txt)" = 4 ] || die "$language: 4 lines were expected"
	for text in 'key: path' 'text: a b.txt' 'json: -7' 'json: {"a":\[1,null\]}' \
		'tag: late shift' 'duration: 12.5' 'exception: MoveError' \
		'exception: OSError' 'frame.file: move.c' 'frame.line: 12' \
		'frame.code: return -1;' 'name: queue.depth' 'unit: 1' 'text: in'; do
		grep -q "^  $text$" forwarded.txt || die "$language: $text"
	done
	echo "$language: all fields arrive"
done
