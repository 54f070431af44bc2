#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Build the RPM packages mxlog, mxlog-libs, mxlog-devel and, where the source of
# the installed rsyslog is at hand, mxlog-rsyslog into build/rpm, or into the
# folder named. On Debian rpmbuild is in the package rpm, and that serves to check
# the spec file; who installs the packages builds them on the system they are for.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "$0")/../lib.sh"

case "${1:-}" in
-*)
	echo "Usage: packaging/rpm/build.sh [FOLDER]   (MXLOG_RSYSLOG_SOURCE=DIR: rsyslog's configured source)"
	[ "$1" = --help ] || [ "$1" = -h ] || exit 2
	exit
	;;
esac
out=$(realpath -m "${1:-$root/build/rpm}")

cd "$root"
options=()
if command -v dpkg-query >/dev/null; then # what is needed comes from Debian
	install_packages "${build_packages[@]}" rpm
	MXLOG_RSYSLOG_SOURCE=$(packaging/rsyslog_source.sh)
	options+=(--nodeps)
fi
version=$(sed -n 's/^project(mxlog VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
if [ -n "${MXLOG_RSYSLOG_SOURCE:-}" ]; then
	options+=(--define "rsyslog_source $(realpath "$MXLOG_RSYSLOG_SOURCE")")
	options+=(--define "rsyslog_version $(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"/\1/p' \
		"$MXLOG_RSYSLOG_SOURCE/config.h")")
fi

# rpmbuild takes no path with a space in it.
case ${TMPDIR:-} in *[[:space:]]*) export TMPDIR=/tmp ;; esac
work=$(mktemp -d "${TMPDIR:-/tmp}/mxlog-rpm.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/SOURCES"
git ls-files -z | tar --null -T - --transform "s,^,mxlog-$version/," \
	-czf "$work/SOURCES/mxlog-$version.tar.gz"

say "Building the packages"
rpmbuild -bb --define "_topdir $work" --define "mxlog_version $version" \
	"${options[@]}" packaging/rpm/mxlog.spec >"$work/build.log" 2>&1 ||
	{ tail -n 40 "$work/build.log" >&2; die "rpmbuild failed"; }
mkdir -p "$out"
rm -f "$out"/*.rpm
find "$work/RPMS" -name '*.rpm' -exec cp -t "$out" {} +
ls -l "$out"
