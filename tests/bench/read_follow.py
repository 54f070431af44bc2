# SPDX-License-Identifier: Apache-2.0
"""From an entry's append to its line out of a command that follows.

usage: read_follow.py SEGMENT COMMAND...

Appends 300 entries to the segment, each with the moment of its append in its
message, and prints median, 99th percentile and worst of them in milliseconds."""
import os
import re
import subprocess
import sys
import time

N = 300
LINE = ('{"trace_id":"01KG0YCQ002076BR8ZSJRDZ23H","timestamp":"2026-01-31T23:59:59.%06dZ",'
        '"level":"INFO","module":"follow","message":"at %d."}\n')

follower = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
time.sleep(1)
out = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
late = []
for i in range(N):
    os.write(out, (LINE % (i, time.time_ns())).encode())
    while True:
        line = follower.stdout.readline()
        if not line:
            sys.exit("it ended")
        appended = re.search(rb"at ([0-9]+)\.", line)
        if appended:
            break
    late.append((time.time_ns() - int(appended[1])) / 1e6)
    time.sleep(0.003)
follower.terminate()
follower.wait()
late.sort()
print("median %.2f ms, p99 %.2f ms, worst %.2f ms" % (late[N // 2], late[N * 99 // 100], late[-1]))
