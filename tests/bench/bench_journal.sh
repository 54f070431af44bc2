#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What forwarding the journal costs, beside journalctl and beside enumerating all
# fields and doing nothing with them. One run after the other over the same
# journal, which is in the page cache; the least of three counts.
#
# usage: MXLOG_BUILD=build/release tests/bench/bench_journal.sh [ENTRIES]
# 1,000,000 entries of 18 fields are what the aims are stated for.
set -euo pipefail
entries=${1:-200000}
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${MXLOG_BUILD:?a release build}" && pwd)
remote=/lib/systemd/systemd-journal-remote
[ -x "$remote" ] || { echo "needs systemd-journal-remote"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/mxlog-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir "$work/journal"
python3 "$here/lib/journal_export.py" "$entries" plain |
	"$remote" -o "$work/journal/bench.journal" - >/dev/null 2>&1
cat >"$work/mxlog.yaml" <<END
log_dir: $work/logs
level: DEBUG
modules: [journald]
module_path: $build/plugins/journald
journald:
  directory: $work/journal
END

drain() { "$build/plugins/mxlogd/mxlogd" --config "$work/mxlog.yaml" --drain; }
bare() { "$build/tests/bench_journal_bare" "$work/journal" >/dev/null; }
json() { journalctl -D "$work/journal" -o json >"$work/out"; }
export_() { journalctl -D "$work/journal" -o export >"$work/out"; }

# What the run before wrote: removing it is no part of any of them.
clear_() { rm -rf "$work/logs" "$work/out"; }

# measure COMMAND: "wall cpu" in seconds, the least of three.
measure() {
	local best_wall=999999 best_cpu=999999 wall cpu
	for _ in 1 2 3; do
		clear_
		read -r wall cpu < <(TIMEFORMAT='%R %U %S'
			{ time "$1" >/dev/null 2>&1; } 2>&1 |
				awk '{ print $1, $2 + $3 }')
		best_wall=$(awk "BEGIN { print ($wall < $best_wall) ? $wall : $best_wall }")
		best_cpu=$(awk "BEGIN { print ($cpu < $best_cpu) ? $cpu : $best_cpu }")
	done
	echo "$best_wall $best_cpu"
}

cat "$work"/journal/* >/dev/null
declare -A wall cpu
for what in bare drain export_ json; do
	read -r "wall[$what]" "cpu[$what]" < <(measure $what)
done
clear_
drain
stored=$(cat "$work"/logs/*.log | wc -l)
[ "$stored" = "$entries" ] || { echo "$stored of $entries entries"; exit 1; }

ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
echo "$entries entries of 18 fields         wall s   cpu s"
printf '%-34s %7s %7s\n' \
	"enumerating all fields" "${wall[bare]}" "${cpu[bare]}" \
	"mxlogd --drain" "${wall[drain]}" "${cpu[drain]}" \
	"journalctl -o export" "${wall[export_]}" "${cpu[export_]}" \
	"journalctl -o json" "${wall[json]}" "${cpu[json]}"
echo "journalctl -o json / mxlogd: $(ratio "${wall[json]}" "${wall[drain]}") wall," \
	"$(ratio "${cpu[json]}" "${cpu[drain]}") cpu (aim: 10)"
echo "mxlogd / enumerating:        $(ratio "${wall[drain]}" "${wall[bare]}") wall," \
	"$(ratio "${cpu[drain]}" "${cpu[bare]}") cpu (aim: 2)"

# What the process holds of its own at most; the journal's windows are not ours.
rm -rf "$work/logs"
"$build/plugins/mxlogd/mxlogd" --config "$work/mxlog.yaml" --drain &
pid=$!
most=0
while kill -0 $pid 2>/dev/null; do
	now=$(awk '/^RssAnon/ { print $2 }' /proc/$pid/status 2>/dev/null || echo 0)
	[ "${now:-0}" -le "$most" ] || most=$now
	sleep 0.01
done
wait $pid
echo "memory of its own (RssAnon): $((most / 1024)) MiB (aim: 32)"

# Repeatable whatever else the machine does.
if command -v valgrind >/dev/null; then
	count() {
		valgrind --tool=callgrind --callgrind-out-file="$work/cg" "$@" \
			2>&1 | awk '/Collected/ { print $4 }'
	}
	mkdir "$work/small"
	python3 "$here/lib/journal_export.py" 20000 plain |
		"$remote" -o "$work/small/small.journal" - >/dev/null 2>&1
	sed -i "s|$work/journal|$work/small|; s|$work/logs|$work/logs2|" \
		"$work/mxlog.yaml"
	ours=$(count "$build/plugins/mxlogd/mxlogd" --config "$work/mxlog.yaml" --drain)
	theirs=$(count "$build/tests/bench_journal_bare" "$work/small")
	echo "instructions an entry: $((ours / 20000)), enumerating:" \
		"$((theirs / 20000)), ratio $(ratio "$ours" "$theirs")"
fi
