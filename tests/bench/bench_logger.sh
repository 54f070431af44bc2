#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The logger beside spdlog (async, JSON pattern), GLib's structured log and
# syslog(3), in one run: call latency and entries a second, at 1, 2 and 8
# threads.
# usage: bench_logger.sh [build directory [calls [calls per second]]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
calls=${2:-200000} rate=${3:-100000}
scratch=$(mktemp -d)
reader=
cleanup()
{
	[ -z "$reader" ] || kill "$reader" 2>/dev/null || true
	rm -rf "$scratch"
}
trap cleanup EXIT

cc -O2 -g -c -D_GNU_SOURCE -I"$here/../lib" -o "$scratch/load.o" "$here/../lib/logger_load.c"

echo "# mxlog, default queue of 1000"
"$build/tests/bench_logger" "$calls" "$rate"
echo "# mxlog, queue of 8192"
MXLOG_BENCH_BUFFER=8192 "$build/tests/bench_logger" "$calls" "$rate"

if pkg-config --exists spdlog; then
	# shellcheck disable=SC2046
	c++ -O2 -I"$here/../lib" $(pkg-config --cflags spdlog) \
		-o "$scratch/spdlog" "$here/peers/spdlog.cpp" "$scratch/load.o" \
		$(pkg-config --libs spdlog) -lpthread
	"$scratch/spdlog" "$scratch/spdlog.log" "$calls" "$rate"
else
	echo "spdlog: skipped, libspdlog-dev is not installed"
fi

if pkg-config --exists glib-2.0; then
	# shellcheck disable=SC2046
	cc -O2 -I"$here/../lib" $(pkg-config --cflags glib-2.0) -o "$scratch/glib" \
		"$here/peers/glib.c" "$scratch/load.o" \
		$(pkg-config --libs glib-2.0) -lpthread
	"$scratch/glib" "$scratch/glib.log" "$calls" "$rate"
else
	echo "g_log_structured: skipped, libglib2.0-dev is not installed"
fi

# syslog(3) writes to /dev/log: in a mount namespace that is a socket of ours.
cat >"$scratch/reader.py" <<'EOF'
import os, socket, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
while True:
    s.recv(65536)
EOF
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	cc -O2 -D_GNU_SOURCE -I"$here/../lib" -o "$scratch/syslog" \
		"$here/peers/syslog.c" "$scratch/load.o" -lpthread
	python3 "$scratch/reader.py" "$scratch/socket" &
	reader=$!
	until [ -S "$scratch/socket" ]; do sleep 0.05; done
	unshare -m sh -c "touch /dev/log 2>/dev/null
		mount --bind '$scratch/socket' /dev/log &&
		exec '$scratch/syslog' $calls $rate"
else
	echo "syslog(3): skipped, it needs root and a mount namespace"
fi
