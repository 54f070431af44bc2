#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rsyslog's macros lose their final semicolons over the years: ommxlog.c writes
# its own, and compiles with headers that have none.
set -euo pipefail

cache() { sed -n "s/^$1:[A-Z]*=//p" "$MXLOG_BUILD/CMakeCache.txt"; }
rsyslog=$(cache MXLOG_RSYSLOG_SOURCE)
if [ ! -f "$rsyslog/runtime/module-template.h" ]; then
	echo "no source of rsyslog is here: skipped"
	exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Every macro that is written as a statement: CODE_…, CODESTART….
awk '
	/^#define[ \t]+CODE/ { inside = 1 }
	inside && !/\\[ \t]*$/ { sub(/;[ \t]*$/, ""); inside = 0 }
	{ print }
' "$rsyslog/runtime/module-template.h" >"$scratch/module-template.h"
! cmp -s "$rsyslog/runtime/module-template.h" "$scratch/module-template.h" ||
	{ echo "no macro ends in a semicolon any more"; exit 1; }

for headers in "$rsyslog/runtime" "$scratch"; do
	# shellcheck disable=SC2046 # words
	cc -std=gnu17 -D_GNU_SOURCE -DMXLOG_VERSION='"0"' -fsyntax-only -w \
		-include "$rsyslog/config.h" -I"$headers" -I"$rsyslog" -I"$rsyslog/runtime" \
		-I"$rsyslog/grammar" -I"$MXLOG_SOURCE/core/include" -I"$MXLOG_BUILD/include" \
		$(pkg-config --cflags libfastjson libestr) "$MXLOG_SOURCE/plugins/ommxlog/ommxlog.c"
done
