#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Send syslog messages to a socket.

  syslog_send.py TO corpus DIR TOTAL [--plant N]   real messages, repeated
  syslog_send.py TO count N [TEXT]                 "TEXT seq=0000001 ..." ...
  syslog_send.py TO file FILE                      one message a line

TO is unix:PATH (datagrams, waiting while the receiver is busy) or
tcp:PORT (RFC 6587 octet counting, on 127.0.0.1). Prints how many were sent.
With --plant every N-th message carries a secret; they are made up here, so that
nothing in the tree looks like one, and all end in the same word."""
import base64
import glob
import json
import os
import socket
import sys

# What must be nowhere on disk afterwards; a test greps for it.
MARK = "Zq7Xv9Kp2Lm4"

SECRETS = [
    "login with password=hunter" + MARK,
    "api_key: 'k" + MARK + MARK + "'",
    "AWS key " + "AKIA" + "IOSFODNN" + MARK.upper()[:8] + " aws_secret_access_key="
    + "wJalrXUtnFEMI/K7MDENG/bPxRfi" + MARK,
    "fetch https://bob:pw" + MARK + "@example.com/path",
    "Authorization: Bearer tok" + MARK + MARK + MARK,
    "Authorization: Basic " + base64.b64encode(("u:" + MARK).encode()).decode() + MARK,
    "push with ghp_" + (MARK * 3),
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + MARK + MARK,
    '{"msg": "json", "password": "' + MARK + '", "nested": {"token": "' + MARK + '"}}',
    "postgres dsn postgresql://app:" + MARK + "@db/prod",
]


def loghub(directory):
    """The four logs as RFC 3164 messages; two of them have a header already."""
    for name in ("Linux", "OpenSSH", "Apache", "HDFS"):
        path = os.path.join(directory, "loghub", name, name + "_2k.log")
        with open(path, "rb") as file:
            for number, line in enumerate(file.read().splitlines()):
                priority = b"<%d>" % (8 * (number % 24) + number % 8)
                if name in ("Apache", "HDFS"):
                    line = b"Nov 20 10:00:00 host %s[%d]: %s" % (
                        name.lower().encode(), number, line)
                yield priority + line


def collected(directory):
    for path in sorted(glob.glob(os.path.join(directory, "syslog-messages", "*.jsonl"))):
        with open(path, encoding="utf-8") as file:
            for line in file:
                yield base64.b64decode(json.loads(line)["b64"])


def corpus(directory, total, plant):
    messages = [m for m in list(loghub(directory)) + list(collected(directory)) if m.strip()]
    for i in range(total):
        if plant and i % plant == 0:
            secret = SECRETS[i // plant % len(SECRETS)]
            yield f"<13>Nov 20 10:00:00 host planted[{i}]: {secret}".encode()
        else:
            yield messages[i % len(messages)]


def counted(total, text):
    for i in range(1, total + 1):
        yield f"<14>Nov 20 10:00:00 host counted[1]: {text} seq={i:07d} ".encode()


def lines_of(path):
    with open(path, "rb") as file:
        yield from (line for line in file.read().split(b"\n") if line)


def connect(to):
    kind, _, where = to.partition(":")
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.connect(where)
        return sock, sock.send
    file = socket.create_connection(("127.0.0.1", int(where))).makefile("wb", 1 << 16)
    return file, lambda message: file.write(b"%d %s" % (len(message), message))


def main():
    to, what, *rest = sys.argv[1:]
    plant = 0
    if "--plant" in rest:
        at = rest.index("--plant")
        plant = int(rest[at + 1])
        del rest[at:at + 2]
    if what == "corpus":
        messages = corpus(rest[0], int(rest[1]), plant)
    elif what == "count":
        messages = counted(int(rest[0]), rest[1] if len(rest) > 1 else "message")
    else:
        messages = lines_of(rest[0])
    holder, send = connect(to)
    sent = 0
    for message in messages:
        send(message)
        sent += 1
    holder.close()
    print(sent)


if __name__ == "__main__":
    main()
