# SPDX-License-Identifier: Apache-2.0
"""Send numbered entries to journald over its native protocol.

usage: journal_send.py COUNT [FIRST] [PER_SECOND]
"""
import socket
import sys
import time

count = int(sys.argv[1])
first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
rate = float(sys.argv[3]) if len(sys.argv) > 3 else 0

sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.connect("/run/systemd/journal/socket")
start = time.monotonic()
for i in range(first, first + count):
    text = (f"MESSAGE=message number {i} of the test\nPRIORITY={i % 8}\n"
            f"SYSLOG_IDENTIFIER=test\nNUMBER={i}\nCODE_LINE={i % 1000}\n")
    while True:
        try:
            sock.send(text.encode())
            break
        except (ConnectionRefusedError, FileNotFoundError,
                ConnectionResetError):
            # journald is being restarted: the entry was not taken
            time.sleep(0.01)
            sock.close()
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                sock.connect("/run/systemd/journal/socket")
            except OSError:
                pass
        except OSError as error:
            if error.errno != 107:  # not connected yet
                raise
            time.sleep(0.01)
            try:
                sock.connect("/run/systemd/journal/socket")
            except OSError:
                pass
    if rate:
        ahead = (i - first) / rate - (time.monotonic() - start)
        if ahead > 0.005:
            time.sleep(ahead)
