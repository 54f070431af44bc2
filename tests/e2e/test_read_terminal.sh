#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mxlog-read in a real terminal: pager, colours, width, progress, Ctrl-C.
set -euo pipefail

build=$(realpath "${MXLOG_BUILD:?}")
for tool in tmux less python3; do
	if ! command -v "$tool" >/dev/null; then
		echo "$tool is not here: skipped"
		exit 77
	fi
done
dir=$(mktemp -d)
socket=mxlog-$$
term() { tmux -L "$socket" "$@"; }
trap 'term kill-server 2>/dev/null || true; rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/log"
python3 - "$dir/log/2026-01-28.log" <<'PYTHON'
import json, sys
with open(sys.argv[1], "w") as f:
    for i in range(200):
        f.write(json.dumps({"trace_id": "01HQ8Z9X0ABCDEFGHJKMNPQRST",
                            "timestamp": "2026-01-28T10:00:00.%06dZ" % i,
                            "level": "ERROR" if i % 2 else "INFO", "module": "m",
                            "message": "entry %d " % i + "long " * 30}) + "\n")
PYTHON
# A query of seconds: many lines, and a pattern that tries all ways through each.
mkdir -m 700 "$dir/slow"
python3 - "$dir/slow/2026-01-28.log" <<'PYTHON'
import sys
with open(sys.argv[1], "w") as f:
    for i in range(40000):
        f.write('{"trace_id":"01HQ8Z9X0ABCDEFGHJKMNPQRST","timestamp":"2026-01-28T10:00:00.%06dZ",'
                '"level":"INFO","module":"m","message":"%s"}\n' % (i, "a" * 130))
PYTHON

screen() { term capture-pane -p "$@"; }
wait_for() { # text
	for _ in $(seq 300); do
		if screen | grep -qF -- "$1"; then
			return
		fi
		sleep 0.1
	done
	echo "'$1' never came:"
	screen
	exit 1
}
run() { term send-keys "$1" Enter; }
# At the prompt: what runs in the terminal hears of its size some time later.
resize() { # columns rows
	term resize-window -x "$1" -y "$2"
	run "clear; until [ \"\$(stty size)\" = '$2 $1' ]; do sleep 0.1; done; echo resi''zed"
	wait_for 'resized'
}

export LC_ALL=C.UTF-8
term new-session -d -x 100 -y 20 "env PS1='ready> ' bash --norc"
wait_for 'ready>'
run "export PATH='$build':\$PATH MXLOG_LOG_DIR='$dir/log' TZ=UTC; clear"
wait_for 'ready>'

echo "-- the pager shows the first page, in colours, and q leaves it"
run 'mxlog-read'
wait_for 'entry 0 '
if screen | grep -q 'entry 150 '; then
	echo "it is no pager"
	exit 1
fi
screen -e | grep -q $'\x1b\[31mERROR'
term send-keys Space
wait_for 'entry 21 '
term resize-window -x 60 -y 12
wait_for 'entry 21 '
term resize-window -x 100 -y 20
term send-keys q
wait_for 'ready>'
run "clear; echo status \$?"
wait_for 'status 0'
run 'clear; mxlog-read'
wait_for 'entry 3 '
term send-keys C-c # the pager leaves at that, too
wait_for 'ready>'

echo "-- without a pager everything is shown all the same"
run "clear; PATH='$build' mxlog-read -n 2; echo sta''tus \$?"
wait_for 'status 0'
screen | grep -q 'entry [0-9]* long'
run "clear; PAGER='no-such-pager -x' mxlog-read -n 2; echo sta''tus \$?"
wait_for 'status 0'
screen | grep -q 'entry [0-9]* long'
screen | grep -q 'there is no pager "no-such-pager -x"'

echo "-- a table is as wide as the terminal is now"
for columns in 100 70; do
	resize "$columns" 20
	run 'clear; mxlog-read -o table -n 3 --no-pager'
	wait_for 'entry 199 '
	longest=$(screen | grep entry | wc -L)
	if [ "$longest" != "$columns" ]; then
		echo "$longest columns of $columns"
		screen
		exit 1
	fi
done

echo "-- Ctrl-C leaves following, which a resize does not, and a clean terminal"
run 'clear; mxlog-read -f -n 1'
wait_for 'entry 199 '
term resize-window -x 90 -y 15
sed -n '$s/entry 199/entry 200/p' "$dir/log/2026-01-28.log" \
	>>"$dir/log/2026-01-28.log"
wait_for 'entry 200 '
term send-keys C-c
wait_for 'ready>' # what is typed before is shown where the cursor is
run "echo status \$?"
wait_for 'status 130'
screen -e | grep 'status 130' | tail -1 >"$dir/line"
if grep -q $'\x1b\[3' "$dir/line"; then
	echo "a colour was left behind"
	exit 1
fi

gone() { # what must not be on the screen
	if screen | grep -q -- "$1"; then
		echo "'$1' was left behind:"
		screen
		exit 1
	fi
}

echo "-- a long query says how far it is, on one line, and takes it back"
slow="mxlog-read --no-pager -D $dir/slow --regex -g '^a*a*a*[bc]'"
run "clear; $slow; echo status \$?"
wait_for '% of '
term resize-window -x 70 -y 15
sleep 0.3
if [ "$(screen | grep -c '% of ')" != 1 ]; then
	echo "not one line:"
	screen
	exit 1
fi
wait_for 'status 0'
gone '% of '

echo "-- Ctrl-C takes it back, too"
run "clear; $slow"
wait_for '% of '
term send-keys C-c
wait_for 'ready>' # what is typed before is shown where the cursor is
run "echo status \$?"
wait_for 'status 130'
gone '% of '

echo "-- with the pager it ends a search that found nothing yet"
# Without F the pager begins before there is anything to show.
run "clear; MXLOG_LESS=RSXMK mxlog-read -D $dir/slow --regex -g '^(a*)*(a*)*(a*)*b'; echo en''ded"
sleep 1
term send-keys C-c
for i in $(seq 30); do
	if screen | grep -q '^ended'; then break; fi
	sleep 0.1
done
screen | grep -q '^ended' || { echo "the search goes on"; screen; exit 1; }

mkdir -m 700 "$dir/raw"
printf '{"trace_id":"01HQ8Z9X0ABCDEFGHJKMNPQRST","timestamp":"2026-01-28T10:00:00.000001Z","level":"INFO","module":"m","message":"a\\u001b[31mred"}\n' \
	>"$dir/raw/2026-01-28.log"
echo "-- a LESS of one's own, without R, is for other programs"
run "clear; LESS=-S mxlog-read -D $dir/raw; echo en''ded"
wait_for 'ended'
gone 'ESC'

echo "-- CSV holds nothing raw there"
run "clear; mxlog-read -D $dir/raw --no-pager -o csv; echo en''ded"
wait_for 'ended'
wait_for 'a\x1b[31mred'

echo "-- a file never gets it"
run "clear; $slow 2>$dir/stderr; echo status \$?"
wait_for 'status 0'
gone '% of '
test ! -s "$dir/stderr"
echo "ok"
