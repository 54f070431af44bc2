#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Following shows every entry once: the last ones first, then what is appended,
# across rotation, midnight and a writer that dies, within 50 ms.
set -euo pipefail

build=${MXLOG_BUILD:?}
if ! command -v python3 >/dev/null; then
	echo "python3 is not here: skipped"
	exit 77
fi
dir=$(mktemp -d)
trap 'kill "$reader" 2>/dev/null || true; rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/log"

# Every message is the moment of its append in microseconds.
cat >"$dir/writer.py" <<'PYTHON'
import os, sys, time, datetime, random
log, first, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
days = ["2026-01-27", "2026-01-27.1", "2026-01-28"]
for i in range(first, first + n):
    name = days[min(i * len(days) // 300, 2)]
    line = ('{"trace_id":"01HQ8Z9X0ABCDEFGHJKMNPQR%02d","timestamp":"%sT12:00:00.%06dZ",'
            '"level":"INFO","module":"w","message":"%d %d"}\n'
            % (i % 100, name[:10], i, i, time.time() * 1e6)).encode()
    fd = os.open(os.path.join(log, name + ".log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    cut = random.randrange(len(line))
    os.write(fd, line[:cut])  # a reader never sees half a line
    os.write(fd, line[cut:])
    os.close(fd)
    time.sleep(0.002)
PYTHON
python3 "$dir/writer.py" "$dir/log" 0 20
"$build/mxlog-read" -D "$dir/log" -f -n 5 -o cat >"$dir/out" 2>"$dir/err" &
reader=$!
sleep 0.5
python3 "$dir/writer.py" "$dir/log" 20 130
python3 "$dir/writer.py" "$dir/log" 150 150 # the first one is gone
sleep 0.5
kill -INT "$reader"
wait "$reader" || true
awk '{ print $1 }' "$dir/out" >"$dir/got"
seq 15 299 | diff - "$dir/got" >"$dir/diff" || {
	head -5 "$dir/diff"
	exit 1
}
test ! -s "$dir/err"

# Latency: from the append to the line out of the pipe.
python3 - "$build/mxlog-read" "$dir/log" "$dir/writer.py" <<'PYTHON'
import subprocess, sys, time
reader = subprocess.Popen([sys.argv[1], "-D", sys.argv[2], "-f", "-n", "0", "-o", "cat"],
                          stdout=subprocess.PIPE)
time.sleep(0.3)
writer = subprocess.Popen([sys.executable, sys.argv[3], sys.argv[2], "300", "100"])
late = []
for _ in range(100):
    line = reader.stdout.readline()
    late.append(time.time() * 1e6 - int(line.split()[1]))
writer.wait()
reader.kill()
late.sort()
print("follow latency: median %d us, worst %d us" % (late[50], late[-1]))
sys.exit(0 if late[90] < 50000 else 1)
PYTHON
echo "ok"
