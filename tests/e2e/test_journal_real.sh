#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Journals that others made: systemd-journal-remote's output of export text, and
# files damaged in every way. The first come through whole, field by field; the
# others neither crash mxlogd nor hang it, and what journalctl reads it reads.
#
# MXLOG_DAMAGED=600 makes it the long run.
. "${MXLOG_SOURCE:?set by ctest}/tests/lib/journal.sh"

remote=/lib/systemd/systemd-journal-remote
corpus=${MXLOG_CORPUS:-}/journal
[ -x "$remote" ] || skip "no systemd-journal-remote"

# forward_dir DIR: drain it into a log directory of its own; its status.
forward_dir() {
	logs=$work/logs-$(basename "$1")
	rm -rf "$logs"
	yaml "directory: $1"
	timeout 60 "$mxlogd" --config "$config" --drain 2>"$work/err"
}

check_status() {
	local status=$1 what=$2
	[ "$status" -lt 124 ] || fail "$what: status $status: $(cat "$work/err")"
}

made() {
	mkdir -p "$work/made"
	python3 "$tools/journal_export.py" 3000 >"$work/export.txt"
	"$remote" -o "$work/made/made.journal" "$work/export.txt" \
		>/dev/null 2>&1 || fail "systemd-journal-remote"
	forward_dir "$work/made" || fail "$(cat "$work/err")"
	compare --journal "$work/made" --fields
	[ ! -s "$work/err" ] || fail "$(cat "$work/err")"
}

# What systemd's own tests and fuzzers feed to journal-remote.
corpus_export() {
	local file n=0
	for file in "$corpus"/journal-data/* "$corpus"/fuzz/fuzz-journal-remote/*; do
		[ -f "$file" ] || continue
		n=$((n + 1))
		mkdir -p "$work/corpus-$n"
		"$remote" -o "$work/corpus-$n/x.journal" "$file" >/dev/null 2>&1
		forward_dir "$work/corpus-$n"
		check_status $? "$file"
		compare --journal "$work/corpus-$n" --fields
	done
	[ "$n" -gt 0 ] || echo "no corpus here: skipped that part"
}

corpus_damaged() {
	local file n=0
	command -v zstd >/dev/null || { echo "no zstd: skipped"; return; }
	for file in "$corpus"/damaged/*.zst; do
		[ -f "$file" ] || continue
		n=$((n + 1))
		mkdir -p "$work/broken-$n"
		zstd -dqc "$file" >"$work/broken-$n/x.journal"
		forward_dir "$work/broken-$n"
		check_status $? "$file"
	done
}

# A bit or a page each, or cut short; the neighbours of the damage survive.
own_damaged() {
	local count=${MXLOG_DAMAGED:-20} i readable=0
	mkdir -p "$work/good" "$work/bad"
	python3 "$tools/journal_export.py" 200 >"$work/export.txt"
	"$remote" -o "$work/good/good.journal" "$work/export.txt" >/dev/null 2>&1
	for i in $(seq "$count"); do
		rm -f "$work"/bad/*
		python3 "$tools/journal_damage.py" "$work/good/good.journal" \
			"$work/bad/bad.journal" "$i" || fail "damage"
		forward_dir "$work/bad"
		check_status $? "damage $i"
		timeout 20 journalctl -q -D "$work/bad" -o export 2>/dev/null |
			grep -a '^__CURSOR=' >"$work/cursors"
		readable=$((readable + $(wc -l <"$work/cursors")))
		compare --cursors "$work/cursors" >/dev/null
	done
	echo "$count damaged journals, $readable entries of theirs readable"
}

# Cut short while it is being read.
truncated_under_us() {
	mkdir -p "$work/shrink"
	cp "$work/made/made.journal" "$work/shrink/"
	forward_dir "$work/shrink" &
	sleep 0.03
	truncate -s 300000 "$work/shrink/made.journal"
	wait $!
	check_status $? "truncation"
}

for scenario in made corpus_export corpus_damaged own_damaged \
	truncated_under_us; do
	echo "-- $scenario"
	$scenario
done
