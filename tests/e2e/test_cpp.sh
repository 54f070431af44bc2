#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# <mxlog/logger.hpp> against the installed library, shared and static, in every
# C++ from 17 on that the compiler knows.
set -euo pipefail
command -v c++ >/dev/null || { echo "skipped: no C++ compiler"; exit 77; }
! grep -q '^MXLOG_SANITIZE:[A-Z]*=..' "$MXLOG_BUILD/CMakeCache.txt" || { echo "skipped: a sanitizer"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() { echo "FAILED: $*" >&2; exit 1; }

DESTDIR="$scratch/root" cmake --install "$MXLOG_BUILD" >"$scratch/install.log"
pc=$(find "$scratch/root" -name mxlog.pc)
export PKG_CONFIG_PATH=${pc%/*}
export PKG_CONFIG_SYSROOT_DIR=$scratch/root
library=$(find "$scratch/root" -name 'libmxlog.so.0')
export LD_LIBRARY_PATH=${library%/*}
archive=$(find "$scratch/root" -name libmxlog.a)
[ -n "$archive" ] || die "no static library"

# build STANDARD NAME LINK...
build()
{
	local standard=$1 name=$2
	shift 2
	# shellcheck disable=SC2046
	c++ -std="$standard" -Wall -Wextra -Wshadow -Werror -O2 -g -rdynamic $(pkg-config --cflags mxlog) \
		-o "$scratch/$name" "$MXLOG_SOURCE/tests/e2e/logger_hpp.cpp" "$@"
}

# stored NAME: what the program of that name has stored.
stored()
{
	local name=$1
	mkdir -p "$scratch/$name.d"
	printf 'log_dir: %s/Logs\n' "$scratch/$name.d" >"$scratch/$name.yaml"
	MXLOG_CONFIG=$scratch/$name.yaml "$scratch/$name" || die "$name ends with $?"
	cat "$scratch/$name.d"/Logs/*.log
}

check()
{
	local name=$1 lines want
	lines=$(stored "$name")
	for want in '"message":"plain {} text"' '"message":"n=42 s=text b=true d=2.5"' '"message":"p=1/2"' \
		'"message":"fields","context":{"count":3,"negative":-3,"name":"x","ratio":0.5,"ok":true,"point":"1/2","list":[1,2]},"duration_ms":1.5,"tags":["disk"]' \
		'"function":"main","line_number":' \
		'"level":"ERROR","module":"app.cpp","message":"inner"' \
		'"level":"INFO","module":"app.cpp","message":"outer","duration_ms":' '"message":"inside","context":{"task_id":"t-1"}' \
		'"message":"failed: cannot read a.txt"' \
		'"exception":{"type":"app::file_error","message":"cannot read a.txt","stack_trace":[{' \
		'"cause":{"type":"std::out_of_range","message":"offset 7"' \
		'"exception":{"type":"int"' '"function":"app::fail(int)"' '"message":"by macro 1"' '"message":"every 2"' \
		'"hexdump":"00000000  7f 45 4c 46' '"level":"CRITICAL"'; do
		grep -qF "$want" <<<"$lines" || die "$name: no $want in
$lines"
	done
	! grep -q 'below\|never' <<<"$lines" || die "$name: what is below the level"
	grep -q '"metric_name":"queue.length","metric_type":"GAUGE","value":12.0,"unit":"items","tags":{"queue":"inbox"}' \
		"$scratch/$name.d"/Logs/metrics/*.log || die "$name: metric"
	[ "$(grep -F '"message":"outer"' <<<"$lines" | cut -c1-40)" = "$(grep -F '"message":"inside"' <<<"$lines" | cut -c1-40)" ] ||
		die "$name: one operation has two trace ids"
}

for standard in c++17 c++20 c++23; do
	echo 'int main() {}' >"$scratch/empty.cpp"
	c++ -std="$standard" -o "$scratch/empty" "$scratch/empty.cpp" 2>/dev/null || continue
	# shellcheck disable=SC2046
	build "$standard" "$standard" $(pkg-config --libs mxlog)
	check "$standard"
done
# shellcheck disable=SC2046
build c++17 static -Wl,-Bstatic $(pkg-config --libs-only-L --libs-only-l mxlog) -Wl,-Bdynamic \
	$(PKG_CONFIG_SYSROOT_DIR='' pkg-config --static --libs mxlog | sed 's/-lmxlog//; s/-L[^ ]*//')
! ldd "$scratch/static" | grep -q libmxlog || die "the static program wants the shared library"
check static
echo "C++ 17 and later, shared and static, do what the header says"
