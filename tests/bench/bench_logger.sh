#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The logger beside spdlog (async, JSON pattern), GLib's structured log and
# syslog(3), in one run: call latency and entries a second that are on disk
# (fsync included, for all of them), at 1, 2 and 8 threads.
# usage: bench_logger.sh [build directory [calls [calls per second [seconds]]]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
load=("${2:-200000}" "${3:-100000}" "${4:-1}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# compile PROGRAM COMPILER PACKAGE SOURCE: a peer, of a package or of none.
compile()
{
	local program=$1 compiler=$2 package=$3 source=$4 flags=()
	[ -z "$package" ] ||
		read -ra flags <<<"$(pkg-config --cflags --libs "$package")"
	"$compiler" -O2 -D_GNU_SOURCE -I"$here/../lib" -o "$scratch/$program" \
		"$here/peers/$source" "$scratch/load.o" "${flags[@]}" -lpthread
}

cc -O2 -c -D_GNU_SOURCE -I"$here/../lib" -o "$scratch/load.o" "$here/../lib/logger_load.c"

for buffer in 1000 8192 65536; do
	echo "# mxlog, buffer_size $buffer"
	MXLOG_BENCH_BUFFER=$buffer "$build/tests/bench_logger" "${load[@]}"
done

if pkg-config --exists spdlog; then
	compile spdlog c++ spdlog spdlog.cpp
	"$scratch/spdlog" "$scratch/spdlog.log" "${load[@]}"
else
	echo "spdlog: skipped, libspdlog-dev is not installed"
fi

if pkg-config --exists glib-2.0; then
	compile glib cc glib-2.0 glib.c
	"$scratch/glib" "$scratch/glib.log" "${load[@]}"
else
	echo "g_log_structured: skipped, libglib2.0-dev is not installed"
fi

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	compile syslog cc "" syslog.c
	mkdir "$scratch/dev"
	"$scratch/syslog" "$scratch/dev" "${load[@]}"
else
	echo "syslog(3): skipped, it needs root and a mount namespace"
fi
