#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Usage: tests/check_symbols.sh BUILD
# Every symbol of ours that leaves a file is mxlog_...; the library shares
# functions of its public headers only, and a module its entry point alone.
set -euo pipefail
build=${1:?usage: tests/check_symbols.sh BUILD}
source=$(cd "$(dirname "$0")/.." && pwd)
status=0

complain() { echo "$*" >&2; status=1; }

defined() { nm --defined-only --extern-only "$@" 2>/dev/null | awk 'NF == 3 && $2 ~ /[A-Z]/ { sub(/@.*/, "", $3); print $3 }' | sort -u; }

bad=$(defined "$build/libmxlog_static.a" "$build"/plugins/*/*.a | grep -v '^mxlog_' || true)
[ -z "$bad" ] || complain "not mxlog_...: $bad"

shared=$(defined -D "$build/libmxlog.so" | grep -v '^MXLOG_')
bad=$(grep -v '^mxlog_' <<<"$shared" || true)
[ -z "$bad" ] || complain "libmxlog.so shares: $bad"
for symbol in $shared; do
	grep -qrw "$symbol" "$source/core/include/mxlog" ||
		complain "libmxlog.so shares $symbol, which no public header declares"
done
bad=$(nm -D --defined-only "$build/libmxlog.so" | awk '$2 != "A" { print $3 }' | grep -v '@@MXLOG_0\.[0-9]' || true)
[ -z "$bad" ] || complain "libmxlog.so shares without a version: $bad"

# module FILE SYMBOL: it exports exactly that.
module()
{
	local file=$build/plugins/$1 exported
	[ -e "$file" ] || return 0
	exported=$(defined -D "$file" | tr '\n' ' ')
	[ "$exported" = "$2 " ] || complain "$1 exports: $exported"
}
module ommxlog/ommxlog.so modInit
module journald/journald.so mxlog_module
exit "$status"
