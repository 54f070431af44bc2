#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The completions load, and complete an option, a level, an order and a
# directory: in bash, and in zsh and fish where they are installed.
set -euo pipefail

build=$(realpath "${MXLOG_BUILD:?}")
completion=$build/etc/completion
dir=$(mktemp -d)
socket=mxlog-completion-$$
term() { tmux -L "$socket" "$@"; }
trap 'term kill-server 2>/dev/null || true; rm -rf "$dir"' EXIT
mkdir "$dir/directory"
touch "$dir/dirfile"
cd "$dir"

is() { # shell, words, what they are completed to
	if [ "$3" != "$4" ]; then
		echo "$1: '$2' is completed to '$3' instead of '$4'"
		exit 1
	fi
}

# What is typed before the key, and what stands there behind it.
typed=("--min-l" "-p ERR" "--level CRIT" "--order-by dur" "-o tab"
	"--count-by mod" "-D dire")
shown=("--min-level" "-p ERROR" "--level CRITICAL" "--order-by duration_ms"
	"-o table" "--count-by module" "-D directory")

echo "-- bash"
# shellcheck source=/dev/null
. "$completion/mxlog-read"
for i in "${!typed[@]}"; do
	read -ra COMP_WORDS <<<"mxlog-read ${typed[i]}"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_mxlog_read
	is bash "${typed[i]}" "${COMPREPLY[*]}" "${shown[i]##* }"
done

# Each program has its own: what is typed, and what stands there after the key.
while read -r program words; do
	# shellcheck source=/dev/null
	. "$completion/$program"
	read -ra COMP_WORDS <<<"$program ${words%% = *}"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	"_${program//-/_}"
	is bash "$program ${words%% = *}" "${COMPREPLY[*]}" "${words##* = }"
done <<'END'
mxlog-archive ver = verify
mxlog-archive --output js = json
mxlog-archive -D dire = directory
mxlog-log --lev = --level
mxlog-log -l CRIT = CRITICAL
mxlog-config imp = import
mxlog-config check dirf = dirfile
mxlogd --dr = --drain
mxlogd -c dirf = dirfile
END

echo "-- zsh"
if command -v zsh >/dev/null && command -v tmux >/dev/null; then
	cat >"$dir/.zshrc" <<ZSH
fpath=($completion \$fpath)
autoload -Uz compinit && compinit -u -D
unsetopt beep list_beep
PS1='ready> '
ZSH
	export LC_ALL=C.UTF-8
	term new-session -d -x 100 -y 20 "ZDOTDIR='$dir' zsh -d -i"
	line() { term capture-pane -p | grep -a . | tail -1; }
	wait_for() { # the last line
		for _ in $(seq 100); do
			[ "$(line | sed 's|[ /,]*$||')" != "$1" ] || return 0
			sleep 0.1
		done
		is zsh "${typed[i]}" "$(line)" "$1"
	}
	for i in "${!typed[@]}"; do
		wait_for 'ready>'
		term send-keys "mxlog-read ${typed[i]}" Tab
		wait_for "ready> mxlog-read ${shown[i]}"
		term send-keys C-u C-l
	done
else
	echo "   skipped: no zsh, or no tmux"
fi

echo "-- fish"
if command -v fish >/dev/null; then
	for i in "${!typed[@]}"; do
		got=$(HOME=$dir fish --no-config -c \
			"source $completion/mxlog-read.fish
			complete -C 'mxlog-read ${typed[i]}'" |
			cut -f1 | sed 's,/$,,')
		is fish "${typed[i]}" "$got" "${shown[i]##* }"
	done
else
	echo "   skipped: no fish"
fi
echo "ok"
