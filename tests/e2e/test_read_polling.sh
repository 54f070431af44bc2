#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Polling with --cursor-file shows every entry once, with eight writers whose
# times are in no order, while segments rotate and are archived.
# MXLOG_POLL_SECONDS says how long.
set -euo pipefail

build=${MXLOG_BUILD:?}
command -v python3 >/dev/null || { echo "python3 is not here: skipped"; exit 77; }
exec python3 - "$build" "${MXLOG_POLL_SECONDS:-6}" <<'PYTHON'
import fcntl, multiprocessing, os, random, shutil, subprocess, sys, tempfile, time

BUILD, SECONDS = sys.argv[1], float(sys.argv[2])
READ = BUILD + "/mxlog-read"
root = tempfile.mkdtemp()
log, cursor = root + "/log", root + "/cursor"
os.mkdir(log, 0o700)


def write(number, counts):
    """One writer: whole and half lines, in segments of its own."""
    rng, n, segment, file = random.Random(number), 0, 0, None
    end = time.time() + SECONDS
    while time.time() < end or n == 0:
        if file is None or rng.random() < .002:
            if file:
                os.close(file)
            file = os.open("%s/2026-01-28.%d.log" % (log, segment * 8 + number + 1),
                           os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            segment += 1
        line = ('{"trace_id":"01HQ8Z9X0ABCDEFGHJ%08d","timestamp":"2026-01-28T%02d:00:00.%06dZ","level":"INFO",'
                '"module":"w","message":"%d %d"}\n' % (n, rng.randrange(24), n % 1000000, number, n)).encode()
        cut = rng.randrange(len(line)) if rng.random() < .1 else 0
        os.write(file, line[:cut])
        if cut and rng.random() < .1:
            time.sleep(.01)
        os.write(file, line[cut:])
        n += 1
        if rng.random() < .2:
            time.sleep(.002)
    counts[number] = n


counts = multiprocessing.Array("i", 8)
writers = [multiprocessing.Process(target=write, args=(i, counts)) for i in range(8)]
for w in writers:
    w.start()
shown, polls, archived = [], 0, 0
ending = 0
while ending < 2:
    ending += not any(w.is_alive() for w in writers)
    run = subprocess.run([READ, "-D", log, "-m", "w", "--no-pager", "-o", "cat", "--cursor-file", cursor],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode:
        sys.exit("poll %d: status %d: %s" % (polls, run.returncode, run.stderr.decode()))
    shown += run.stdout.decode().split("\n")[:-1]
    polls += 1
    if polls % 7 == 3:
        subprocess.run([BUILD + "/tests/read_archive", log, "2026-02-28T00:00:00Z"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for w in writers:
    w.join()
archived = len(os.listdir(log + "/archive")) - 1 if os.path.isdir(log + "/archive") else 0
wanted = {"%d %d" % (i, n) for i in range(8) for n in range(counts[i])}
lost, doubled = wanted - set(shown), len(shown) - len(set(shown))
print("%d entries of 8 writers, %d polls, %d archives: %d lost, %d doubled" % (
    len(wanted), polls, archived, len(lost), doubled))
if lost or doubled or set(shown) - wanted or not archived:
    sys.exit(1)

# What is no cursor file is refused, and stays.
with open(cursor, "w") as f:
    f.write("my shopping list\n")
run = subprocess.run([READ, "-D", log, "--cursor-file", cursor], stdout=subprocess.DEVNULL,
                     stderr=subprocess.PIPE, check=False)
if run.returncode != 2 or open(cursor).read() != "my shopping list\n":
    sys.exit("status %d for another file: %s" % (run.returncode, run.stderr.decode()))
shutil.rmtree(root)
PYTHON
