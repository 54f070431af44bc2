#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages: what they hold, and that it works from where they put it.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "${MXLOG_SOURCE:?set by ctest}/packaging/lib.sh"

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

cached() { sed -n "s/^$1:[A-Z]*=//p" "${MXLOG_BUILD:?}/CMakeCache.txt"; }

command -v dpkg-deb >/dev/null || skip "no dpkg-deb"
[ -z "$(cached MXLOG_SANITIZE)" ] || skip "the packages are built without sanitizers"
lacking=$(missing_packages "${build_packages[@]}" build-essential debhelper)
[ -z "$lacking" ] || skip "not installed: ${lacking//$'\n'/ }"
MXLOG_RSYSLOG_SOURCE=$(cached MXLOG_RSYSLOG_SOURCE)
[ -n "$MXLOG_RSYSLOG_SOURCE" ] || skip "no rsyslog source"
export MXLOG_RSYSLOG_SOURCE

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(cached CMAKE_PROJECT_VERSION)
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
lib=usr/lib/$multiarch
"$root/packaging/deb/build.sh" "$work/deb" >"$work/log" || fail "$(cat "$work/log")"

deb() { printf '%s' "$work/deb/$1_${version}_$(dpkg --print-architecture).deb"; }

# holds PACKAGE PATH...: each is in it.
holds()
{
	local package=$1 path
	shift
	dpkg-deb -c "$(deb "$package")" >"$work/list"
	for path in "$@"; do
		grep -qE " \./$path( -> |$)" "$work/list" || fail "$package has no $path"
	done
}

echo "-- four packages, each with its own"
[ "$(find "$work/deb" -name '*.deb' | wc -l)" = 4 ] || fail "$(ls "$work/deb")"
holds mxlog usr/bin/mxlog-{read,log,archive,config} usr/sbin/mxlogd \
	etc/mxlog/mxlog.yaml lib/systemd/system/mxlogd.service \
	"$lib/mxlog/journald.so" usr/share/mxlog/mxlog.sql \
	usr/share/doc/mxlog/{rsyslog.d,journald.conf.d}/50-mxlog.conf \
	usr/share/bash-completion/completions/{mxlog-{read,log,archive,config},mxlogd} \
	usr/share/zsh/vendor-completions/_{mxlog-{read,log,archive,config},mxlogd} \
	usr/share/fish/vendor_completions.d/{mxlog-{read,log,archive,config},mxlogd}.fish
moddir=$(dpkg -L rsyslog | sed -n 's,^/\(.*\)/lmnet\.so$,\1,p')
holds rsyslog-mxlog "$moddir/ommxlog.so"
holds libmxlog0 "$lib/libmxlog.so.0" "$lib/libmxlog.so.$version"
holds libmxlog-dev "$lib/libmxlog.so" "$lib/pkgconfig/mxlog.pc" usr/include/mxlog/logger.h

echo "-- every manual, once"
for package in mxlog rsyslog-mxlog libmxlog0 libmxlog-dev; do
	dpkg-deb -c "$(deb $package)"
done >"$work/list"
for page in "$MXLOG_BUILD"/etc/man/*.[1-8]; do
	page=$(basename "$page")
	[ "$(grep -c "/man${page##*.}/$page\.gz$" "$work/list")" = 1 ] || fail "$page"
done

echo "-- root's, and nobody else may write"
if grep -vE '^(l|.{5}-..-).* root/root ' "$work/list"; then
	fail "owner or mode"
fi

echo "-- conffiles, dependencies"
[ "$(dpkg-deb -I "$(deb mxlog)" conffiles)" = /etc/mxlog/mxlog.yaml ] || fail "conffiles"
rsyslog=$(dpkg-query -W -f '${source:Upstream-Version}' rsyslog)
dpkg-deb -f "$(deb rsyslog-mxlog)" Depends >"$work/depends"
for wanted in "mxlog (= $version)" "rsyslog (>= $rsyslog~)" "rsyslog (<< $rsyslog.0~)"; do
	grep -qF "$wanted" "$work/depends" || fail "rsyslog-mxlog lacks $wanted"
done

echo "-- unpacked, it works"
tree=$work/root
for package in "$work"/deb/*.deb; do
	dpkg-deb -x "$package" "$tree"
done
export LD_LIBRARY_PATH=$tree/$lib
[ "$("$tree/usr/bin/mxlog-read" --version)" = "mxlog-read $version" ] || fail "--version"
"$tree/usr/sbin/mxlogd" --config "$tree/etc/mxlog/mxlog.yaml" \
	--module-path "$tree/$lib/mxlog" --check || fail "the shipped configuration"
grep -q '^ExecStart=/usr/sbin/mxlogd ' "$tree/lib/systemd/system/mxlogd.service" ||
	fail "the unit starts another mxlogd"
for snippet in "$tree"/usr/share/doc/mxlog/rsyslog.d/*.conf; do
	sed "s,/etc/mxlog,$tree&," "$snippet" >"$work/snippet.conf"
	PATH=$PATH:/usr/sbin:/sbin rsyslogd -N1 -f "$work/snippet.conf" \
		-M "/$moddir:$tree/$moddir" 2>"$work/err" || fail "$snippet: $(cat "$work/err")"
done
