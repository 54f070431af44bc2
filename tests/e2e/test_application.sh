#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What happens to a program that logs: its disk is full, its rights are gone, its
# files are limited, its main thread ends, its plugin is unloaded. Entries offered
# are entries stored plus entries counted, by level, and the program goes on.
set -euo pipefail
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null || :; rm -rf "$work"' EXIT
faults=$MXLOG_BUILD/tests/log_faults

die() { echo "FAILED: $*" >&2; exit 1; }

# account NAME ENTRIES DIRECTORY...: add up what is stored there and what the
# log and stderr say was shed.
account()
{
	python3 - "$@" "$work/stderr" <<'PY'
import collections, glob, json, re, sys
name, entries, *dirs, stderr = sys.argv[1:]
levels = ["debug", "info", "warning", "error", "critical"]
stored, shed, first_shed = collections.Counter(), collections.Counter(), None
for d in dirs:
    for path in sorted(glob.glob(d + "/*.log")):
        for line in open(path, encoding="utf-8"):
            e = json.loads(line)
            assert "hunter2" not in line, line
            if e.get("context", {}).get("action") == "shed":
                for l in levels:
                    shed[l] += e["context"]["shed_" + l]
            elif e["module"] == "faults":
                stored[e["level"].lower()] += 1
text = open(stderr, encoding="utf-8").read()
assert "hunter2" not in text
for l in levels:
    # An entry that says what the queue shed may be shown itself, as its line.
    shed[l] += sum(map(int, re.findall(r"shed_%s(?:=|\":)(\d+)" % l, text)))
for l in levels:
    assert stored[l] + shed[l] == int(entries) // 5, (name, l, stored[l], shed[l], text[-600:])
if shed["critical"]:
    assert all(stored[l] < stored["critical"] or shed[l] for l in levels[:4]), (name, stored, shed)
assert len(text) < 200000, len(text)
print(name + ":", sum(stored.values()), "stored,", sum(shed.values()), "counted,", text.count("\n"), "lines on stderr")
PY
}

config() { printf 'log_dir: %s\nlevel: DEBUG\n%s\n' "$1" "$2" >"$work/mxlog.yaml"; }

# ---- a full disk ----
# full NAME SIZE ENTRIES YAML
full()
{
	local pid
	mkdir -p "$work/disk"
	rm -f "$work/go" "$work/stdout"
	mount -t tmpfs -o "size=$2,mode=700" tmpfs "$work/disk"
	config "$work/disk/Logs" "$4"
	"$faults" "$work/mxlog.yaml" fill "$3" "$work/go" >"$work/stdout" 2>"$work/stderr" &
	pid=$!
	for ((i = 0; i < 1200; i++)); do ! grep -qs full "$work/stdout" || break; sleep 0.1; done
	[ -z "${5:-}" ] || mount -o "remount,size=$5" "$work/disk"
	touch "$work/go"
	wait "$pid" || die "$1 ends with $?"
	account "$1" "$3" "$work/disk/Logs"
	grep -q "^mxlog: cannot write to $work/disk/Logs as uid [0-9]*: No space left" "$work/stderr" ||
		die "$1: stderr does not say why: $(head -3 "$work/stderr")"
	umount "$work/disk"
}

mkdir -p "$work/disk"
if mount -t tmpfs -o size=1m tmpfs "$work/disk" 2>/dev/null; then
	umount "$work/disk"
	full "queue, 2 MB, then room" 2m 300010 "backlog_size: 16777216" 400m
	full "queue, 9 MB, then room" 9m 300010 "buffer_size: 100000" 400m
	full "large queue, small backlog" 3m 100000 $'buffer_size: 100000\nbacklog_size: 65536' 400m
	full "no queue, then room" 2m 100000 "async_enabled: false" 400m
	full "no queue, then a little room" 2m 50000 $'async_enabled: false\nbacklog_size: 1000000' 2300k
	full "a queue, and never room" 1m 50000 "backlog_size: 100000"
	full "no queue, and never room" 1m 50000 $'async_enabled: false\nbacklog_size: 100000'
else
	echo "a tmpfs can't be mounted here: full disks are left out"
fi

# ---- rights and limits ----
run()
{
	config "$work/Logs" "$3"
	rm -rf "$work/Logs"
	# Through a pipe: a limit for files is none for it.
	(ulimit -f "${4:-unlimited}"; exec "$faults" "$work/mxlog.yaml" "$1" "$2" "$work") 2>&1 >/dev/null | cat >"$work/stderr.new" ||
		die "$1 ends with ${PIPESTATUS[0]}"
	mv "$work/stderr.new" "$work/stderr"
}

if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work"
	for mode in true false; do
		run setuid 20000 "async_enabled: $mode
max_file_size_mb: 1
backlog_size: 100000
buffer_size: 50000"
		account "setuid, async $mode" 20000 "$work/Logs"
		[ "$(grep -c '^mxlog: cannot write to .* as uid 65534: Permission denied' "$work/stderr")" = 1 ] ||
			die "setuid: one line was expected: $(grep ^mxlog "$work/stderr")"
		# Below the new root a sanitizer finds no /proc to look for leaks with.
		ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 run chroot 20000 "async_enabled: $mode
max_file_size_mb: 1
buffer_size: 50000"
		account "chroot, async $mode" 20000 "$work/Logs"
	done
fi
for mode in true false; do
	for limit in 100 1; do # KiB
		run none 10000 "async_enabled: $mode
backlog_size: 100000
buffer_size: 20000" "$limit" || die "a limit of $limit KiB for files"
		account "files of $limit KiB, async $mode" 10000 "$work/Logs"
	done
done

# ---- the main thread ends ----
SECONDS=0
run leave 1000 ""
[ "$SECONDS" -lt 20 ] || die "a main thread that ended keeps the process"
account "a main thread that ends" 1000 "$work/Logs"

# ---- a plugin is unloaded with what it logged still queued ----
if command -v cc >/dev/null && ! grep -q '^MXLOG_SANITIZE:[A-Z]*=..' "$MXLOG_BUILD/CMakeCache.txt"; then
	cat >"$work/plugin.c" <<'C'
#include <mxlog/logger.h>
int log_some(const char *path, const char *name);
int log_some(const char *path, const char *name)
{
	struct mxlog_config *config;
	if (mxlog_config_load(path, &config, NULL) < 0 || mxlog_setup(config, NULL) < 0)
		return -1;
	mxlog_config_free(config);
	for (int i = 0; i < 500; i++)
		MXLOG_INFO(mxlog_logger_get("faults"), "%s %d", name, i);
	return 0;
}
C
	cat >"$work/host.c" <<'C'
#include <dlfcn.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int (*log_some)(const char *, const char *);
	void *plugin = dlopen(argv[1], RTLD_NOW);
	if (argc < 3 || !plugin)
		return 1;
	*(void **)&log_some = dlsym(plugin, "log_some");
	if (log_some(argv[2], "plugin") < 0 || dlclose(plugin) != 0)
		return 2;
	usleep(100000);
	return 0;
}
C
	cc -shared -fPIC -I "$MXLOG_SOURCE/core/include" -I "$MXLOG_BUILD/include" \
		-o "$work/plugin.so" "$work/plugin.c" -L "$MXLOG_BUILD" -lmxlog -Wl,-rpath,"$MXLOG_BUILD"
	cc -o "$work/host" "$work/host.c" -ldl
	rm -rf "$work/Logs"
	config "$work/Logs" "flush_interval_s: 60"
	"$work/host" "$work/plugin.so" "$work/mxlog.yaml" || die "a host without its plugin ends with $?"
	[ "$(grep -c '"function":"log_some"' <(cat "$work"/Logs/*.log))" = 500 ] || die "what a plugin logged is lost"
fi
echo "whatever happens to the program, it goes on, and nothing is lost uncounted"
