#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Build everything and run all tests, as released and under AddressSanitizer
# and UndefinedBehaviorSanitizer.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "$0")/lib.sh"

case "${1:-}" in
"") ;;
*)
	echo "Usage: packaging/test.sh   (MXLOG_PRESETS=\"asan release\")"
	[ "$1" = --help ] || [ "$1" = -h ] || exit 2
	exit
	;;
esac

# Neither rsyslogd nor pkg-config, which some tests drive, takes such a path.
case ${TMPDIR:-} in *[[:space:]]*) export TMPDIR=/tmp ;; esac

cd "$root"
read -ra presets <<<"${MXLOG_PRESETS:-asan release}"
packaging/build.sh --tests "${presets[@]}"

# What no test of the preset could look at, and why: a green run hides nothing.
left_out()
{
	grep -hw skipped "build/$1/Testing/Temporary/LastTest.log" |
		sed 's/^ *//' | sort | uniq -c |
		sed -E 's/^ *([0-9]+) /  left out (\1x): /'
}

summary=()
status=0
for preset in "${presets[@]}"; do
	say "Testing build/$preset"
	log=build/$preset.test.log
	ctest --preset "$preset" -j "$(jobs)" 2>&1 | tee "$log" || status=1
	summary+=("$preset: $(grep -E '^[0-9]+% tests passed' "$log" || echo 'no tests were run')")
	mapfile -t -O "${#summary[@]}" summary < <(left_out "$preset")
done

say "Summary"
printf '%s\n' "${summary[@]}"
exit "$status"
