#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What ten times as much costs: the shapes of bench_read.sh, mxlog-read alone, at
# a size and at ten times that; seconds, CPU seconds and peak memory of both.
#
#   tests/bench/bench_read_scale.sh [BUILD]
#
# MXLOG_BENCH_MB (1000: the smaller; some 15 GB are needed on disk, in
# MXLOG_BENCH_TMP), MXLOG_BENCH_RUNS (3).
set -euo pipefail
here=$(dirname "$0")
megabytes=${MXLOG_BENCH_MB:-1000}
work=$(mktemp -d -p "${MXLOG_BENCH_TMP:-/var/tmp}")
trap 'rm -rf "$work"' EXIT

export MXLOG_BENCH_ALONE=1
for size in $megabytes $((megabytes * 10)); do
	MXLOG_BENCH_MB=$size bash "$here/bench_read.sh" "$@" >"$work/$size"
done
awk -v size="$megabytes" '
	/^==/ { where = $2; sub(",", "", where)
		if (NR != FNR) printf "\n%-16s %8d MB: s    CPU     MB  %6d MB: s    CPU     MB   times the CPU\n", where, size, size * 10
		next }
	/^$/ || /seconds/ || /^follow/ { next }
	{
		name = substr($0, 1, 16); split(substr($0, 27), part, " ")
		if (NR == FNR) {
			s[where name] = part[1]; c[where name] = part[2]; m[where name] = part[3]
			next
		}
		at = where name
		printf "%-16s %14s %6s %6s %14s %6s %6s  %6.1f\n", name, s[at], c[at],
			m[at], part[1], part[2], part[3], part[2] / (c[at] > 0.01 ? c[at] : 0.01)
	}' "$work/$megabytes" "$work/$((megabytes * 10))"
