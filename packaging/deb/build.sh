#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Build the Debian packages mxlog, rsyslog-mxlog, libmxlog0 and libmxlog-dev of
# this tree's state into build/deb, or into the folder named.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "$0")/../lib.sh"

case "${1:-}" in
-*)
	echo "Usage: packaging/deb/build.sh [FOLDER]   (MXLOG_RSYSLOG_SOURCE=DIR as for packaging/build.sh)"
	[ "$1" = --help ] || [ "$1" = -h ] || exit 2
	exit
	;;
esac
out=$(realpath -m "${1:-$root/build/deb}")

cd "$root"
install_packages "${build_packages[@]}" build-essential debhelper
MXLOG_RSYSLOG_SOURCE=$(packaging/rsyslog_source.sh)
RSYSLOG_VERSION=$(dpkg-query -W -f '${source:Upstream-Version}' rsyslog)
export MXLOG_RSYSLOG_SOURCE RSYSLOG_VERSION

# dpkg-buildpackage wants the packaging in debian/ and writes beside the tree.
work=$(mktemp -d "${TMPDIR:-/tmp}/mxlog-deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/mxlog"
git ls-files -z | xargs -0 cp --parents -P -t "$work/mxlog"
cp -R packaging/deb "$work/mxlog/debian"
rm "$work/mxlog/debian/build.sh"

say "Building the packages"
(cd "$work/mxlog" && DEB_BUILD_OPTIONS="parallel=$(jobs) noautodbgsym ${DEB_BUILD_OPTIONS:-}" \
	dpkg-buildpackage -b -uc -us >"$work/build.log" 2>&1) ||
	{ tail -n 40 "$work/build.log" >&2; die "dpkg-buildpackage failed"; }
mkdir -p "$out"
rm -f "$out"/*.deb
cp "$work"/*.deb "$out/"
ls -l "$out"
