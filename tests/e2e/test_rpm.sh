#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The RPM packages, built where rpmbuild is: what they hold.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "${MXLOG_SOURCE:?set by ctest}/packaging/lib.sh"

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

cached() { sed -n "s/^$1:[A-Z]*=//p" "${MXLOG_BUILD:?}/CMakeCache.txt"; }

command -v rpmbuild >/dev/null || skip "no rpmbuild"
[ -z "$(cached MXLOG_SANITIZE)" ] || skip "the packages are built without sanitizers"
if command -v dpkg-query >/dev/null; then
	lacking=$(missing_packages "${build_packages[@]}" rpm)
	[ -z "$lacking" ] || skip "not installed: ${lacking//$'\n'/ }"
fi
MXLOG_RSYSLOG_SOURCE=$(cached MXLOG_RSYSLOG_SOURCE)
[ -n "$MXLOG_RSYSLOG_SOURCE" ] || skip "no rsyslog source"
export MXLOG_RSYSLOG_SOURCE

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work # rpm keeps its database below it, or the system's is asked
version=$(cached CMAKE_PROJECT_VERSION)
"$root/packaging/rpm/build.sh" "$work/rpm" >"$work/log" 2>&1 || fail "$(cat "$work/log")"

# holds PACKAGE PATTERN...: each is in it.
holds()
{
	local package=$1 pattern
	shift
	rpm -qpl "$work/rpm/$package-$version-1".*.rpm >"$work/list" 2>/dev/null
	for pattern in "$@"; do
		grep -qxE "$pattern" "$work/list" || fail "$package has no $pattern"
	done
}

[ "$(find "$work/rpm" -name '*.rpm' | wc -l)" = 4 ] || fail "$(ls "$work/rpm")"
holds mxlog /usr/bin/mxlog-{read,log,archive,config} /usr/sbin/mxlogd \
	/etc/mxlog/mxlog.yaml /usr/lib/systemd/system/mxlogd.service \
	'/usr/lib.*/mxlog/journald\.so' '/usr/share/man/man5/mxlog\.yaml\.5.*'
holds mxlog-libs '/usr/lib.*/libmxlog\.so\.0'
holds mxlog-devel '/usr/lib.*/libmxlog\.so' '/usr/lib.*/pkgconfig/mxlog\.pc' \
	/usr/include/mxlog/logger.h
holds mxlog-rsyslog '/usr/lib.*/rsyslog/ommxlog\.so' '/usr/share/man/man8/ommxlog\.8.*'
[ "$(rpm -qpc "$work/rpm/mxlog-$version-1".*.rpm 2>/dev/null)" = /etc/mxlog/mxlog.yaml ] ||
	fail "configuration files"

echo "-- every manual, once"
for package in "$work"/rpm/*.rpm; do
	rpm -qpl "$package" 2>/dev/null
done >"$work/list"
for page in "$MXLOG_BUILD"/etc/man/*.[1-8]; do
	page=$(basename "$page")
	[ "$(grep -cE "/man${page##*.}/$page(\.gz)?$" "$work/list")" = 1 ] || fail "$page"
done
