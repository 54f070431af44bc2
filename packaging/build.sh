#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Install what is missing, get rsyslog's headers, build.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "$0")/lib.sh"

usage()
{
	cat <<-END
		Usage: packaging/build.sh [--tests] [PRESET...]

		Builds mxlog in build/PRESET (default: build/release); with --tests, the
		tests too. Missing Debian packages are installed with apt, through sudo
		when not root. MXLOG_RSYSLOG_SOURCE=DIR names a configured source tree
		of rsyslog to use instead of fetching one; CMAKE_ARGS are passed to cmake.
	END
}

test_packages=(
	check build-essential python3 valgrind procps util-linux # the tests themselves
	# What some of them drive, else they are skipped. Nothing of it is started.
	systemd systemd-journal-remote debhelper rpm groff-base tmux less zstd
)

tests=OFF
presets=()
while [ $# -gt 0 ]; do
	case "$1" in
	--tests) tests=ON ;;
	-h | --help) usage; exit ;;
	-*) usage >&2; exit 2 ;;
	*) presets+=("$1") ;;
	esac
	shift
done
[ "${#presets[@]}" -gt 0 ] || presets=(release)

cd "$root"
packages=("${build_packages[@]}")
[ "$tests" = OFF ] || packages+=("${test_packages[@]}")
install_packages "${packages[@]}"
source=$(packaging/rsyslog_source.sh)

for preset in "${presets[@]}"; do
	say "Building build/$preset"
	# shellcheck disable=SC2086 # CMAKE_ARGS is a list of words
	cmake --preset "$preset" -DMXLOG_RSYSLOG_SOURCE="$source" \
		-DMXLOG_TESTS="$tests" ${CMAKE_ARGS:-} >"build/$preset.configure.log" 2>&1 ||
		{ cat "build/$preset.configure.log" >&2; die "cmake failed"; }
	cmake --build "build/$preset" -j "$(jobs)" -- --no-print-directory -s |
		grep -vE '^\[ *[0-9]+%\]' || [ "${PIPESTATUS[0]}" -eq 0 ]
done
