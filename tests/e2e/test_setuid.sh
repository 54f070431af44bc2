#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A setuid program with libmxlog: who starts it chooses neither its
# configuration nor its directory, nor does ./Logs appear where he stands.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "only root can make a program setuid"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 711 "$scratch"

die() { echo "FAILED: $*" >&2; exit 1; }

findmnt -nT "$scratch" -o OPTIONS | grep -qw nosuid && { echo "nosuid"; exit 77; }
sanitize=$(sed -n 's/^MXLOG_SANITIZE:STRING=\(..*\)/-fsanitize=\1/p' "$MXLOG_BUILD/CMakeCache.txt")
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' \
	"$MXLOG_SOURCE/README.md" >"$scratch/program.c"
DESTDIR="$scratch/root" cmake --install "$MXLOG_BUILD" >"$scratch/install.log"
prefix=$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$MXLOG_BUILD/CMakeCache.txt")
library=$(find "$scratch/root$prefix" -name 'libmxlog.so.0')
# In secure mode the linker takes a library from a path in the program alone.
cp -L "$library" "$scratch/libmxlog.so.0"
# shellcheck disable=SC2086
cc -std=c11 -g $sanitize -I "$scratch/root$prefix/include" -o "$scratch/program" \
	"$scratch/program.c" "$scratch/libmxlog.so.0" -Wl,-rpath,"$scratch"

mkdir -m 777 "$scratch/here" "$scratch/there"
printf 'log_dir: %s/there/Logs\n' "$scratch" >"$scratch/evil.yaml"
chmod 644 "$scratch/evil.yaml"

# run WHERE [NAME=VALUE...]: as a nobody.
run() {
	local where=$1
	shift
	(cd "$where" && setpriv --reuid 65534 --regid 65534 --clear-groups \
		env "$@" "$scratch/program") >>"$scratch/out" 2>&1 || true
}

# Without the bit he may say where his own entries go.
run "$scratch/here" MXLOG_CONFIG="$scratch/evil.yaml"
[ -n "$(find "$scratch/there" -name '*.log')" ] || die "nothing logged: $(cat "$scratch/out")"
rm -rf "$scratch/there/Logs"

chown 1:1 "$scratch/program"
chmod 6755 "$scratch/program"
run "$scratch/here" MXLOG_CONFIG="$scratch/evil.yaml" MXLOG_TRACE_ID=01HQ8Z9X0ABCDEFGHJKMNPQRST
run "$scratch/here"
for dir in here there; do
	[ -z "$(ls -A "$scratch/$dir")" ] || die "$dir: $(find "$scratch/$dir")"
done
echo "neither the configuration of the environment nor ./Logs was used"
