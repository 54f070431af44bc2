#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# README's program, against the installed library and pkg-config alone, as C
# and as C++: it does what README says of it.
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

awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' \
	"$MXLOG_SOURCE/README.md" >"$scratch/program.c"
[ -s "$scratch/program.c" ] || die "README has no program"
cp "$scratch/program.c" "$scratch/program.cpp"

sanitize=$(sed -n 's/^MXLOG_SANITIZE:STRING=\(..*\)/-fsanitize=\1/p' "$MXLOG_BUILD/CMakeCache.txt")
# shellcheck disable=SC2046,SC2086
cc -std=c11 -Wall -Wextra -Werror -g $sanitize -o "$scratch/as_c" \
	"$scratch/program.c" $(pkg-config --cflags --libs mxlog)
# shellcheck disable=SC2046,SC2086
c++ -std=c++17 -Wall -Wextra -Wno-missing-field-initializers -Werror -g $sanitize -o "$scratch/as_cpp" \
	"$scratch/program.cpp" $(pkg-config --cflags --libs mxlog)

for language in as_c as_cpp; do
	mkdir "$scratch/$language.d"
	printf 'log_dir: %s/Logs\n' "$scratch/$language.d" >"$scratch/$language.yaml"
	MXLOG_CONFIG=$scratch/$language.yaml "$scratch/$language" ||
		die "$language ended with status $?"
	logs=$scratch/$language.d/Logs
	[ "$(stat -c %a "$logs")" = 700 ] || die "$language: directory mode"
	lines=$(cat "$logs"/*.log)
	[ "$(wc -l <<<"$lines")" = 3 ] || die "$language: 3 entries were expected:
$lines"
	[ "$(cut -c1-41 <<<"$lines" | sort -u | wc -l)" = 1 ] ||
		die "$language: one trace_id was expected"
	grep -q '"context":{"worker":"w-7","task_id":"task-001","attempt":2,"dry_run":false}' <<<"$lines" ||
		die "$language: context"
	grep -q '"type":"FileOperationError","message":"cannot move a.txt","stack_trace":\[{' <<<"$lines" ||
		die "$language: exception"
	grep -q '"function":"move"' <<<"$lines" || die "$language: frames"
	grep -q '"cause":{"type":"OSError"' <<<"$lines" || die "$language: cause"
	grep -q '"duration_ms":' <<<"$lines" || die "$language: duration"
	grep -q '"metric_type":"DURATION","value":145.32' "$logs"/metrics/*.metrics.log ||
		die "$language: metric"
	echo "$language: entries, context, exception, cause, duration and metric are there"
done
