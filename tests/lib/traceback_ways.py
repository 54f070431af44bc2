#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same tracebacks on every way into a log directory, as a table.

usage: traceback_ways.py PARSER MXLOGD MODULES PORT LOGS WORK DIR...

Each text of the directories is sent to an rsyslogd with ommxlog at PORT (which
writes to LOGS), with its newlines, which it folds, and as the message of a JSON
object; and put into a journal, whole and line by line as journald makes entries
of a service's output, which MXLOGD drains. What the runtimes say of them (.json)
is what should be there.

exit status 0 if no exception is wrong, and of those with a truth 97 of 100 are
right on each way.
"""
import glob
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traceback_truth  # noqa: E402

REMOTE = "/lib/systemd/systemd-journal-remote"
BASE = 1769611845000000  # microseconds: 2026-01-28


def texts_of(directories):
    """(name, bytes, path, truth or None) of every text."""
    found = []
    for root in directories:
        truths = {path: truth
                  for _, path, truth in traceback_truth.truths(root)}
        for path in sorted(glob.glob(root + "/**/*.txt", recursive=True)):
            with open(path, "rb") as file:
                found.append((os.path.relpath(path, root), file.read(), path,
                              truths.get(path)))
    return found


# ---- what is stored ----

def exception_of(stored):
    """As the parser prints it."""
    if stored is None:
        return None
    return {"type": stored["type"], "message": stored["message"],
            "frames": [[f["file"], f["line"], f["function"]]
                       for f in stored["stack_trace"]],
            "cause": exception_of(stored.get("cause"))}


def stored_in(logs):
    """By module, the exceptions of its entries, the first of them first."""
    by_module = {}
    for path in sorted(glob.glob(logs + "/*.log")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                found = by_module.setdefault(entry["module"], [])
                if "exception" in entry:
                    found.append(exception_of(entry["exception"]))
    return by_module


def wait_for(logs, prefix, n):
    for _ in range(600):
        got = stored_in(logs)
        if sum(m.startswith(prefix) for m in got) >= n:
            return got
        time.sleep(0.1)
    sys.exit(f"{prefix}: not all of {n} messages were stored")


# ---- the ways ----

def by_syslog(port, logs, prefix, payloads):
    with socket.create_connection(("127.0.0.1", int(port))) as to:
        for i, payload in enumerate(payloads):
            message = (b"<13>1 2026-01-28T10:00:00.000001Z h %s%d - - - " %
                       (prefix.encode(), i)) + payload
            to.sendall(b"%d %s" % (len(message), message))
    got = wait_for(logs, prefix, len(payloads))
    return [got.get(f"{prefix}{i}", []) for i in range(len(payloads))]


def field(name, value):
    if b"\n" in value:
        return name + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
    return name + b"=" + value + b"\n"


def by_journal(mxlogd, modules, work, prefix, messages):
    """messages: a list of MESSAGEs for each text."""
    at = os.path.join(work, prefix)
    os.makedirs(at + "/j")
    with open(at + "/export", "wb") as out:
        n = 0
        for i, lines in enumerate(messages):
            n += 5000  # one text has nothing to do with the next
            for line in lines:
                n += 1
                for name, value in (
                        ("__REALTIME_TIMESTAMP", BASE + n * 1000),
                        ("__MONOTONIC_TIMESTAMP", 1000000 + n * 1000),
                        ("_BOOT_ID", "4e4ce6c6b1f74fcb93e5a4e4ab6ad5b3"),
                        ("_MACHINE_ID", "5d0b1d1f2a0e4b0b8b8c9e5a4e4ab6ad"),
                        ("_TRANSPORT", "stdout"), ("PRIORITY", 6),
                        ("_STREAM_ID", f"{i:032x}"), ("_PID", 100 + i),
                        ("SYSLOG_IDENTIFIER", f"{prefix}{i}")):
                    out.write(field(name.encode(), str(value).encode()))
                out.write(field(b"MESSAGE", line) + b"\n")
    subprocess.run([REMOTE, "-o", at + "/j/x.journal", at + "/export"],
                   check=True, capture_output=True)
    with open(at + "/mxlog.yaml", "w", encoding="utf-8") as out:
        out.write(f"log_dir: {at}/logs\nlevel: DEBUG\nmodule_path: {modules}\n"
                  f"modules: [journald]\njournald:\n  directory: {at}/j\n"
                  "  start: head\n")
    subprocess.run([mxlogd, "--config", at + "/mxlog.yaml", "--drain"],
                   check=True, capture_output=True)
    got = stored_in(at + "/logs")
    return [got.get(f"{prefix}{i}", []) for i in range(len(messages))]


# ---- comparing ----

def fold(text, blank_lines):
    """What can't come by each way is left out: control characters, which
    rsyslogd folds, and empty lines, which journald drops."""
    if not blank_lines:
        text = re.sub(r"\n\n+", "\n", text)
    text = "".join(c if c >= " " or c in "\n\t" else f"#{ord(c):03o}"
                   for c in text)
    return text.replace("#015", "").strip("\n")


def like(exception, blank_lines):
    if not isinstance(exception, dict):
        return exception
    out = dict(exception, message=fold(exception["message"], blank_lines))
    if "cause" in out:
        out["cause"] = like(out["cause"], blank_lines)
    return out


def same(want, got, blank_lines):
    want, got = like(want, blank_lines), like(got, blank_lines)
    if want != got and isinstance(got, dict) and want is not None:
        hidden = "***REDACTED***"  # a secret was in it
        if hidden in got["message"] and hidden not in want["message"]:
            return dict(want, message="") == dict(got, message="")
    return want == got


def judge(text, found, whole, blank_lines):
    """right | none | wrong, and whether it is what the whole text gave."""
    got = found[0] if found else None
    agrees = len(found) < 2 and same(whole, got, blank_lines)
    if text[3] is None:
        return "", agrees
    want, got = traceback_truth.reduce(text[3], got)
    if same(want, got, blank_lines) and len(found) < 2:
        return "right", agrees
    return ("wrong" if found else "none"), agrees


def row(name, texts, found, whole, blank_lines=True):
    """Print a line of the table; true if it is good enough."""
    counts = {"right": 0, "none": 0, "wrong": 0, "": 0}
    differ, notes = 0, []
    for text, got, of_whole in zip(texts, found, whole):
        verdict, agrees = judge(text, got, of_whole, blank_lines)
        counts[verdict] += 1
        differ += not agrees
        if verdict in ("wrong", "none") or not agrees:
            notes.append(f"    {text[0]}: {verdict or 'no truth'}"
                         f"{'' if agrees else ', differs'}"
                         f" {json.dumps(got)[:200]}")
    total = counts["right"] + counts["none"] + counts["wrong"]
    print(f"{name:24} {counts['right']:5} of {total}, {counts['none']:3} not "
          f"read, {counts['wrong']:3} wrong, {differ:3} of {len(texts)} unlike "
          "the whole text's")
    print("\n".join(notes))
    return counts["wrong"] == 0 and counts["right"] * 100 >= 97 * total


def main():
    parser, mxlogd, modules, port, logs, work, *directories = sys.argv[1:]
    texts = texts_of(directories)
    whole = traceback_truth.parse(parser, [t[2] for t in texts])
    good = [row("whole text", texts, [[e] if e else [] for e in whole], whole)]
    good.append(row("syslog, folded", texts, by_syslog(
        port, logs, "folded", [t[1] for t in texts]), whole))
    good.append(row("syslog, in JSON", texts, by_syslog(
        port, logs, "json",
        [json.dumps({"message": t[1].decode("utf-8", "replace")}).encode()
         for t in texts]), whole))
    if os.path.exists(REMOTE):
        good.append(row("journal, whole", texts, by_journal(
            mxlogd, modules, work, "whole", [[t[1]] for t in texts]), whole))
        good.append(row("journal, line by line", texts, by_journal(
            mxlogd, modules, work, "lines",
            [[line for line in t[1].split(b"\n") if line.strip()]
             for t in texts]), whole, blank_lines=False))
    else:
        print("journal: skipped, there is no systemd-journal-remote")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
