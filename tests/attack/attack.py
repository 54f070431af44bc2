#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tampers with a log directory in every way it knows, in each mode, and holds
against each other what mxlog-archive verify says, what tests/verify_ledger.py
says, and what the manual promises. The table that it prints is what is caught by
whom. usage: attack.py MXLOG-ARCHIVE [RANDOM-COMBINATIONS]"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TOOL = sys.argv[1]
COMBINATIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 40
HERE = os.path.dirname(os.path.abspath(__file__))
SECOND = os.path.join(HERE, "..", "verify_ledger.py")
KEY = b"thirty-two bytes that are secret"

LINE = ('{"trace_id":"01KG0YCQ0FKB8E829XZ11JN2Z5","timestamp":"%sT12:00:%02d.'
        '%06dZ","level":"%s","module":"a.b","message":"number %d"}\n')


def lines(day, first, n):
    return "".join(LINE % (day, i % 60, i, ("INFO", "CRITICAL")[i % 7 == 0], i)
                   for i in range(first, first + n))


def write(path, text, mode="w"):
    with open(path, mode) as file:
        file.write(text)
    os.chmod(path, 0o600)


def tool(log, *args, key=None):
    """The exit status, and what was said."""
    config = log + ".yaml"
    text = "retention_days: 0\nverify_days: 0\n"
    if key:
        text += "archive_key_file: %s\n" % key
    write(config, text)
    done = subprocess.run([TOOL, "-c", config, "-D", log, *args], text=True,
                          capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def day(ago):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400 * ago))


ARCHIVED = [day(20), day(19), day(18)]
SEALED = [day(3), day(2)]
TODAY = day(0)


def make(work, keyed):
    """The directory, an older state of it, its head, its key."""
    log = os.path.join(work, "log")
    key = os.path.join(work, "key") if keyed else None
    if keyed:
        write(key, KEY, "wb")
    os.makedirs(log + "/metrics", 0o700)
    os.chmod(log, 0o700)
    for at, name in enumerate(ARCHIVED[:2] + SEALED[:1]):
        write("%s/%s.log" % (log, name), lines(name, 100 * at, 90))
    assert tool(log, "run", key=key)[0] == 0
    shutil.copytree(log, os.path.join(work, "old"))
    for at, name in enumerate(ARCHIVED[2:] + SEALED[1:]):
        write("%s/%s.log" % (log, name), lines(name, 100 * at, 90))
    assert tool(log, "run", key=key)[0] == 0
    code, text = tool(log, "verify", key=key)
    assert code == 0, text
    return log, os.path.join(work, "old"), tool(log, "head", key=key)[1].strip(), key


# ---- ways to tamper with one file ----

def remove(path, _old):
    os.unlink(path)


def flip(where):
    def change(path, _old):
        with open(path, "r+b") as file:
            data = bytearray(file.read())
            at = min(int(len(data) * where), len(data) - 1)
            data[at] ^= 1
            file.seek(0)
            file.write(data)
    return change


def cut(where):
    def change(path, _old):
        os.truncate(path, int(os.path.getsize(path) * where))
    return change


def append(path, _old):
    with open(path, "ab") as file:
        file.write(b'{"more":1}\n')


def older(path, old):
    shutil.copy2(old, path) if os.path.exists(old) else os.unlink(path)


def reorder(path, _old):
    with open(path, "rb") as file:
        rows = file.read().split(b"\n")
    rows[1], rows[2] = rows[2], rows[1]
    with open(path, "wb") as file:
        file.write(b"\n".join(rows))


def forge(path, _old):
    with open(path, "rb") as file:
        data = file.read().replace(b"CRITICAL", b"INFO", 1)
    with open(path, "wb") as file:
        file.write(data)


CHANGES = {
    "removed": remove, "a bit early": flip(0.05), "a bit in the middle":
    flip(0.5), "a bit late": flip(0.97), "cut to half": cut(0.5), "emptied":
    cut(0), "appended to": append, "older": older, "reordered": reorder,
    "forged": forge,
}
FILES = {
    "ledger": ".mxlog/ledger",
    "index": "archive/index.json",
    "archive": "archive/%s.log.gz" % ARCHIVED[0],
    "newest archive": "archive/%s.log.gz" % ARCHIVED[2],
    "sealed day": SEALED[0] + ".log",
    "marker": ".mxlog/seals/%s.log" % SEALED[0],
    "numbers": ".mxlog/numbers",
}
TEXT = {"ledger", "index"}  # what can be reordered


def single(name, change):
    def attack(log, old, _key):
        CHANGES[change](os.path.join(log, FILES[name]),
                        os.path.join(old, FILES[name]))
    return attack


# ---- and more at once ----

def swap_archives(log, _old, _key):
    a, b = (os.path.join(log, "archive/%s.log.gz" % d) for d in ARCHIVED[:2])
    os.rename(a, a + "~")
    os.rename(b, a)
    os.rename(a + "~", b)


def newest_gone(log, old, _key):
    """The newest archive and its record, as if they had never been."""
    os.unlink(os.path.join(log, FILES["newest archive"]))
    shutil.copy2(old + "/archive/index.json", log + "/archive/index.json")


def forged_live(log, _old, _key):
    os.unlink(os.path.join(log, FILES["archive"]))
    write("%s/%s.log" % (log, ARCHIVED[0]), lines(ARCHIVED[0], 0, 5))


def reseal(log, _old, _key):
    os.unlink(os.path.join(log, FILES["marker"]))
    forge(os.path.join(log, FILES["sealed day"]), None)
    tool(log, "run")


def ledger_and_index_gone(log, _old, _key):
    os.unlink(os.path.join(log, FILES["ledger"]))
    os.unlink(os.path.join(log, FILES["index"]))


def rewrite_without_key(log, _old, _key):
    """Whoever may write it all and has our tool, but no key."""
    os.unlink(os.path.join(log, FILES["archive"]))
    shutil.rmtree(log + "/.mxlog")
    os.unlink(log + "/archive/index.json")
    tool(log, "rebuild-index")
    tool(log, "run")


def put_back(log, old, _key):
    shutil.rmtree(log)
    shutil.copytree(old, log)


COMBINED = {
    "two archives swapped": swap_archives,
    "newest archive and record gone": newest_gone,
    "forged segment for a lost archive": forged_live,
    "day rewritten, marker gone, run again": reseal,
    "ledger and index gone": ledger_and_index_gone,
    "all rewritten without the key": rewrite_without_key,
    "all put back to an older state": put_back,
}

# What must be caught: by whom at least; what is not named: in every mode.
HINTS = {"marker", "numbers"}
NOT = {
    # A torn tail was never closed: it is cut off.
    "ledger appended to": {"none", "key", "none head", "key head"},
    # Without its last batch, which said nothing but the time.
    "ledger a bit late": {"none", "key"},
    # Records say by themselves where they belong; the chain says more.
    "index reordered": {"none", "none head"},
    "ledger and index gone": set(),
    "all rewritten without the key": {"none"},
    "all put back to an older state": {"none", "key"},
}


def attacks():
    for name in FILES:
        for change in CHANGES:
            if change == "reordered" and name not in TEXT:
                continue
            if change == "forged" and name in TEXT | HINTS | {
                    "archive", "newest archive"}:
                continue  # no such text in it
            if change == "older" and name in ("archive", "sealed day",
                                              "marker"):
                continue  # there is no older one
            if name == "marker" and change not in ("removed", "appended to"):
                continue  # it is empty
            yield "%s %s" % (name, change), single(name, change)
    yield from COMBINED.items()


def judge(log, key, head):
    """What verify says (True: caught), and the second implementation."""
    pin = ["--head", head] if head else []
    first, text = tool(log, "verify", *pin, key=key)
    args = (["--key", key] if key else []) + pin
    second = subprocess.run([sys.executable, SECOND, log, *args], text=True,
                            capture_output=True, check=False)
    return first != 0, second.returncode != 0, text + second.stdout + second.stderr


def main():
    bad = []
    table = {}
    with tempfile.TemporaryDirectory() as work:
        states = {}
        for mode in ("none", "key"):
            os.mkdir(os.path.join(work, mode))
            states[mode] = make(os.path.join(work, mode), mode == "key")

        def attempt(steps, mode, pinned):
            log, old, head, key = states[mode]
            copy = os.path.join(work, "copy")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(log, copy)
            for step in steps:
                try:
                    step(copy, old, key)
                except (OSError, IndexError):
                    pass  # an earlier step took it away
            return judge(copy, key, head if pinned else None)

        for mode in ("none", "key"):
            for pinned in (False, True):
                column = mode + (" head" if pinned else "")
                first, second, text = attempt([], mode, pinned)
                if first or second:
                    bad.append("untouched, %s: %s" % (column, text))
                for name, attack in attacks():
                    first, second, text = attempt([attack], mode, pinned)
                    table.setdefault(name, {})[column] = first
                    must = name.split()[0] not in HINTS and \
                        column not in NOT.get(name, set())
                    if must and not first:
                        bad.append("%s, %s: not caught" % (name, column))
                    if first != second:
                        bad.append("%s, %s: verify %s, the second %s: %s" %
                                   (name, column, first, second, text))
        rng = random.Random(20260129)
        every = [a for n, a in attacks() if n.split()[0] not in HINTS]
        quiet = {n for n in NOT}
        loud = [a for n, a in attacks()
                if n not in quiet and n.split()[0] not in HINTS]
        for at in range(COMBINATIONS):
            steps = [rng.choice(every) for _ in range(rng.randint(1, 3))]
            steps.append(rng.choice(loud))
            first, _, text = attempt(steps, "key", True)
            if not first:
                bad.append("combination %d: not caught: %s" % (at, text))
    columns = ["none", "none head", "key", "key head"]
    print("%-40s %s" % ("", "  ".join("%-9s" % c for c in columns)))
    for name, row in table.items():
        print("%-40s %s" % (name, "  ".join(
            "%-9s" % ("caught" if row[c] else "-") for c in columns)))
    print("%d kinds, %d random combinations" % (len(table), COMBINATIONS))
    for text in bad:
        print("FAILED:", text)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
