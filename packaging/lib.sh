# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share; sourced, never run.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Headings stand out on a terminal; a file or a pipe gets plain text.
bold="" plain=""
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi

# What building takes.
# shellcheck disable=SC2034 # for those who source this
build_packages=(
	gcc libc6-dev make cmake pkg-config dpkg-dev rsyslog
	libestr-dev libfastjson-dev libsystemd-dev libjson-c-dev libyaml-dev
	libpcre2-dev zlib1g-dev libdeflate-dev libssl-dev libdw-dev
	libutf8proc-dev
)

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { warn "$@"; exit 1; }

# Run as root: directly, or through sudo.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root, and sudo is not there: run as root: $*"
	fi
}

# Of the packages named, print those that are not installed.
missing_packages()
{
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null |
			grep -q '^.i' || printf '%s\n' "$package"
	done
}

# Install what is missing of the packages named. Nothing is done, and no
# password asked for, when all is there.
install_packages()
{
	local missing
	command -v apt-get >/dev/null || die "this script installs through apt: install yourself: $*"
	mapfile -t missing < <(missing_packages "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	say "Installing ${missing[*]}"
	as_root apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 \
		install "${missing[@]}" >/dev/null
}

jobs() { nproc 2>/dev/null || echo 1; }
