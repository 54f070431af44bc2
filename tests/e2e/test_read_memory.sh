#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A query's memory and open files are bounded, however many archives
# and matches there are.
set -euo pipefail

build=${MXLOG_BUILD:?}
days=28
limit_mb=${MXLOG_MEMORY_MB:-40}
if ! command -v python3 >/dev/null || ! command -v prlimit >/dev/null; then
	echo "python3 or prlimit is not here: skipped"
	exit 77
fi
if grep -q '^MXLOG_SANITIZE:[A-Z]*=..' "$build/CMakeCache.txt"; then
	echo "a sanitizer takes memory of its own: skipped"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

logs=$dir/log
"$build/tests/bench_read" "$dir/log" 280 "$days"
lines=$(cat "$dir"/log/*.log | wc -l)
"$build/tests/read_archive" "$dir/log" 2026-03-15T00:00:00Z >/dev/null
# What the cycle says of itself is not the matter.
find "$dir/log" -maxdepth 1 -name '*.log' -delete
test "$(find "$dir/log/archive" -name '*.gz' | wc -l)" = "$days"

peak_mb() { # OPTION...: of a query, which must succeed
	python3 - "$build/mxlog-read" -D "$logs" -o json "$@" <<'END'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
END
}

check_memory() { # NAME OPTION...
	local name=$1 peak
	shift
	peak=$(peak_mb "$@")
	echo "$name: $peak MB"
	if [ "$peak" -gt "$limit_mb" ]; then
		echo "more than $limit_mb MB"
		exit 1
	fi
}

test "$("$build/mxlog-read" -D "$dir/log" -o json | wc -l)" = "$lines"
check_memory "all of it"
check_memory "all of it, backwards" --reverse
check_memory "a common tag" -T state_transition
check_memory "common text" -g "Timeout after" --case-sensitive

# Lines as long as lines can be: what is read ahead is bounded in bytes.
mkdir -m 700 "$dir/long"
python3 - >"$dir/long/2026-01-28.log" <<'END'
for i in range(60):
    text = ",".join('"k%d":"%s"' % (j, "%09d " % i * 98000) for j in range(4))
    print('{"trace_id":"01KG0YHQR4262073YMYC0SJ%03d","timestamp":'
          '"2026-01-28T00:00:%02d.000000Z","level":"INFO","module":"long",'
          '"message":"m","context":{%s}}' % (i, i, text))
END
chmod 600 "$dir/long/2026-01-28.log"
test "$("$build/mxlog-read" -D "$dir/long" -o json -T none 2>&1 | wc -l)" = 0
test "$("$build/mxlog-read" -D "$dir/long" --count-by module | xargs)" = "60 long"
logs=$dir/long
limit_mb=$((limit_mb + 8))
check_memory "long lines"
check_memory "long lines, backwards" --reverse
check_memory "text of long lines" -g m

# Archives of which nothing is read are not held open.
got=$(prlimit --nofile=20 "$build/mxlog-read" -D "$dir/log" -T no_such_tag | wc -l)
test "$got" = 0
got=$(prlimit --nofile=20 "$build/mxlog-read" -D "$dir/log" -o json | wc -l)
test "$got" = "$lines"
echo "memory and files of a query: ok"
