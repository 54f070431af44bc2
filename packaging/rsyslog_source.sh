#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Print the folder of a configured source tree of the installed rsyslog.
#
# Debian ships no headers for rsyslog's modules. They come from the source
# package of the upstream version that is installed, fetched with a private apt
# configuration: the system's sources, lists and caches stay as they are.
# Another Debian revision of the same upstream version has the same headers.
# The tree is kept in build/rsyslog; MXLOG_RSYSLOG_SOURCE=DIR names another.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "$0")/lib.sh"

work=$root/build/rsyslog
apt_dir=$work/apt

# Debian's own suites of this release: other vendors' entries are left out, they
# may have no sources at all.
is_debian_suite()
{
	local codename
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
	case "$1" in
	"$codename" | "$codename"-updates | "$codename"-security | "$codename"/updates) ;;
	"$codename"-backports | "$codename"-proposed-updates) ;;
	stable | stable-updates | stable-security | stable/updates) ;;
	*) return 1 ;;
	esac
}

# One-line entries: deb [options] uri suite components → deb-src.
derive_one_line()
{
	local line type options uri suite components
	while read -r line; do
		options=
		if [[ $line =~ ^deb[[:space:]]+(\[[^]]*\])[[:space:]]*(.*)$ ]]; then
			options=$(sed -E 's/(arch|lang|target)[-+]?=[^] ]* ?//g' <<<"${BASH_REMATCH[1]}")
			line="deb ${BASH_REMATCH[2]}"
		fi
		read -r type uri suite components <<<"$line"
		[ "$type" = deb ] || continue
		[[ " $components " == *" main "* ]] || continue
		is_debian_suite "$suite" || continue
		printf 'deb-src %s %s %s main\n' "$options" "$uri" "$suite"
	done < <(sed -e 's/#.*//' "$@")
}

# Deb822 stanzas: the same with Types: deb-src.
derive_deb822()
{
	local suites suite wanted stanza
	while IFS= read -r -d '' stanza; do
		grep -qiE '^Types:.*\bdeb\b' <<<"$stanza" || continue
		grep -qiE '^Components:.*\bmain\b' <<<"$stanza" || continue
		! grep -qiE '^Enabled:[[:space:]]*(no|false|0)' <<<"$stanza" || continue
		suites=$(sed -nE 's/^Suites:[[:space:]]*//Ip' <<<"$stanza")
		wanted=
		for suite in $suites; do
			! is_debian_suite "$suite" || wanted+=" $suite"
		done
		[ -n "$wanted" ] || continue
		printf 'Types: deb-src\nSuites:%s\nComponents: main\n' "$wanted"
		sed -E '/^(Types|Suites|Components|Architectures|Targets|Languages)[-+A-Za-z]*:/Id' <<<"$stanza"
		printf '\n'
	done < <(sed -e '/^[[:space:]]*#/d' "$@" |
		awk 'BEGIN { RS = ""; ORS = "\0" } { print }')
}

# Every entry of the system's, of either form; Debian's own mirror if there is
# none that could be used.
write_sources()
{
	local parts=$apt_dir/sources.d file
	rm -rf "$parts"
	mkdir -p "$parts" "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -r "$file" ] || derive_one_line "$file"
	done | sort -u >"$parts/system.list"
	for file in /etc/apt/sources.list.d/*.sources; do
		[ ! -r "$file" ] || { derive_deb822 "$file"; printf '\n'; }
	done >"$parts/system.sources"
	if ! grep -q deb-src "$parts"/*; then
		printf 'deb-src http://deb.debian.org/debian %s main\n' \
			"$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")" \
			>"$parts/system.list"
	fi
}

# Read last, so that it wins over /etc/apt/apt.conf.d, whose proxies and
# certificates stay in force and whose hooks do not run.
write_apt_conf()
{
	cat >"$apt_dir/apt.conf" <<-END
		Dir::Etc::SourceList "/dev/null";
		Dir::Etc::SourceParts "$apt_dir/sources.d";
		Dir::State::Lists "$apt_dir/lists";
		Dir::Cache "$apt_dir/cache";
		Acquire::Languages "none";
		APT::Sandbox::User "";
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	END
}

private_apt() { local tool=$1; shift; "$tool" -c "$apt_dir/apt.conf" "$@"; }

# The source versions worth trying: the one installed, then others of the same
# upstream version, newest first.
candidate_versions()
{
	local installed=$1
	echo "$installed"
	private_apt apt-cache showsrc rsyslog | sed -n 's/^Version: //p' |
		awk -v upstream="${installed%-*}-" -v installed="$installed" \
			'index($0, upstream) == 1 && $0 != installed' | sort -urV
}

# A mirror may list a revision that it does not serve: then the next is tried.
fetch()
{
	local installed=$1 version
	say "Fetching the source of rsyslog ${installed%-*}"
	write_sources
	write_apt_conf
	private_apt apt-get -qq update
	for version in $(candidate_versions "$installed"); do
		rm -rf "$work/fetch"
		mkdir -p "$work/fetch"
		if (cd "$work/fetch" && private_apt apt-get -qq source --only-source \
			"rsyslog=$version") >"$work/fetch.log" 2>&1; then
			return
		fi
	done
	cat "$work/fetch.log" >&2
	die "no source of rsyslog ${installed%-*} is served: set MXLOG_RSYSLOG_SOURCE to a configured source tree of it"
}

# Only headers are wanted, so what needs further libraries is switched off, and
# so is what costs time without a word in config.h. What changes the layout of
# rsyslog's structs stays as Debian has it: regexp on, liblogging off, no debug
# mode. Its temporary files stay in the tree: it can't have a TMPDIR with a space.
run_configure()
{
	say "Configuring it for config.h"
	(cd "$1" && TMPDIR=. CONFIG_SHELL=/bin/sh CFLAGS=-O0 /bin/sh ./configure --quiet \
		--disable-dependency-tracking --disable-static \
		--disable-liblogging-stdlog \
		--disable-zlib --disable-klog --disable-uuid --disable-libgcrypt \
		--disable-openssl --disable-libsystemd --disable-fmhttp \
		--disable-generate-man-pages >configure.log 2>&1) ||
		{ tail -n 20 "$1/configure.log" >&2; die "rsyslog's configure failed"; }
	grep -q '^#define FEATURE_REGEXP 1' "$1/config.h" ||
		die "rsyslog's configure made no usable config.h"
}

main()
{
	local installed upstream tree
	if [ -n "${MXLOG_RSYSLOG_SOURCE:-}" ]; then
		[ -f "$MXLOG_RSYSLOG_SOURCE/config.h" ] ||
			die "MXLOG_RSYSLOG_SOURCE=$MXLOG_RSYSLOG_SOURCE has no config.h: run its ./configure"
		realpath "$MXLOG_RSYSLOG_SOURCE"
		return
	fi
	installed=$(dpkg-query -W -f '${Version}' rsyslog) || die "rsyslog is not installed"
	upstream=${installed%-*}
	upstream=${upstream#*:}
	tree=$work/rsyslog-$upstream
	if [ ! -f "$tree/config.h" ]; then
		fetch "$installed" >&2
		run_configure "$work/fetch/rsyslog-$upstream" >&2
		rm -rf "$tree"
		mv "$work/fetch/rsyslog-$upstream" "$tree"
		rm -rf "$work/fetch" "$apt_dir"
	fi
	echo "$tree"
}

main
