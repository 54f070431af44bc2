#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mxlog-read --patterns: all messages are counted once, live and archived alike,
# whatever the form of their lines and however many threads look at them.
set -euo pipefail
build=$(realpath "${MXLOG_BUILD:?}")
export PATH=$build:$PATH TZ=UTC
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/log"
fail() { echo "FAILED: $*" >&2; exit 1; }

python3 - "$dir/log/2026-01-28.log" <<'PYTHON'
import json, os, sys
with open(sys.argv[1], "w") as f:
    for i in range(60000):
        message = ["order %d accepted for %s" % (i, "abcdefghij"[i % 10] * 4),
                   "disk \"d%d\" at 10.0.%d.7 is lost" % (i, i % 250),
                   "cache miss\nof line %d" % i][i % 3]
        entry = {"trace_id": "01HQ8Z9X0ABCDEFGHJKMNPQRST", "timestamp": "2026-01-28T10:%02d:%02d.%06dZ" % (i // 60 % 60, i % 60, i),
                 "level": "ERROR" if i % 3 == 1 else "INFO", "module": "m", "message": message}
        # Every tenth line as somebody else would write it.
        f.write(json.dumps(entry, separators=(", ", ": ") if i % 10 == 0 else (",", ":")) + "\n")
os.chmod(sys.argv[1], 0o600)
PYTHON

mxlog-read -D "$dir/log" --patterns -o json >"$dir/live"
[ "$(wc -l <"$dir/live")" = 3 ] || fail "$(cat "$dir/live")"
for want in '"pattern":"order <\*> accepted for <\*>","count":20000' '"pattern":"disk <\*> at <\*> is lost","count":20000' \
	'"pattern":"cache miss","count":20000'; do
	grep -q "$want" "$dir/live" || fail "$want: $(cat "$dir/live")"
done
grep -q '"first":"2026-01-28T10:00:01.000001Z","last":"2026-01-28T10:59:58.057598Z","debug":0,"info":0,"warning":0,"error":20000,"critical":0,"example":"disk \\"d1\\" at 10.0.1.7 is lost"' "$dir/live" ||
	fail "times, levels and example: $(cat "$dir/live")"

taskset -c 0 mxlog-read -D "$dir/log" --patterns -o json | cmp - "$dir/live" || fail "one thread, two threads"
[ "$(mxlog-read -D "$dir/log" --patterns -l ERROR -o csv | wc -l)" = 2 ] || fail "a filter"
mxlog-read -D "$dir/log" --patterns -n 1 | grep -q '    20000  33.3 %  INFO      [0-9a-f]\{12\}  2026-01-28 10:59:59.057  cache miss$' ||
	fail "$(mxlog-read -D "$dir/log" --patterns -n 1)"
mxlog-read -D "$dir/log" --patterns -n 1 | grep -q 'and 2 patterns more' || fail "what was left out is not said"
! mxlog-read -D "$dir/log" --patterns --metrics 2>/dev/null || fail "metrics have no messages"

touch -d 2026-01-29 "$dir/log/2026-01-28.log"
printf 'log_dir: %s\nretention_days: 0\n' "$dir/log" >"$dir/mxlog.yaml"
mxlog-archive run -c "$dir/mxlog.yaml" >/dev/null
ls "$dir/log/archive/2026-01-28.log.gz" >/dev/null
mxlog-read -D "$dir/log" --patterns -m m -o json | cmp - "$dir/live" || fail "archived"
