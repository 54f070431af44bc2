#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a log directory's ledger, index, archives and live segments by what
core/FORMAT.md says, and nothing else: what mxlog-archive verify does, written a
second time. usage: verify_ledger.py DIR [--key FILE] [--head HEX]"""
import argparse
import hashlib
import hmac
import json
import os
import re
import sys

NAME = re.compile(r"^\d{4}-\d\d-\d\d(\.[1-9]\d*)?(\.metrics)?\.log$")
KEYS = """seq prev time event restates segment size sha256 entries first last
archive_size archive_sha256 record replaces audit seen_size seen_sha256 part
part_sha256 ledger boot boot_usec time_ns witnessed_usec verified why epoch
next_key check mac signature""".split()
GONE = {"deleted", "lost"}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


class Check:
    def __init__(self, top, key, head):
        self.top, self.key, self.pin = top, key, head
        self.found = []
        self.segments = {}
        self.seq, self.head, self.genesis = 0, "0" * 64, None
        self.heads = set()

    def say(self, text):
        self.found.append(text)

    def path(self, name, archived):
        parts = [self.top]
        if archived:
            parts.append("archive")
        if ".metrics." in name:
            parts.append("metrics")
        return os.path.join(*parts, name + (".gz" if archived else ""))

    # ---- the ledger ----

    def parse(self, line):
        """An event, or None for what is not written as it must be."""
        try:
            event = json.loads(line)
        except ValueError:
            return None
        if not isinstance(event, dict):
            return None
        order = [KEYS.index(k) if k in KEYS else -1 for k in event]
        again = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        if order != sorted(order) or -1 in order or again.encode() != line:
            return None
        return event

    def closes(self, line, event):
        """Is it a tick whose own line holds? (With a mac only the key tells.)"""
        if event is None or event.get("event") != "tick":
            return False
        if "mac" in event:
            return True
        body = line[:line.rindex(b',"check":')] if "check" in event else None
        return body is not None and sha(body) == event["check"]

    def part(self, number, last):
        name = "ledger" if number == 0 else "ledger.%d" % number
        data = read(os.path.join(self.top, ".mxlog", name))
        if data is None:
            self.say(".mxlog/%s is gone" % name)
            return None
        lines = data.split(b"\n")[:-1]
        while lines and not self.closes(lines[-1], self.parse(lines[-1])):
            lines.pop()
        if not lines:
            self.say(".mxlog/%s has no closed line" % name)
        for at, line in enumerate(lines):
            event = self.parse(line)
            if event is None or event["seq"] != self.seq + 1 or \
                    event["prev"] != self.head or \
                    (event["event"] in ("begin", "part")) != (at == 0):
                self.say(".mxlog/%s is damaged at line %d" % (name, at + 1))
                break
            if at == 0 and event["event"] == "part":
                if event["part_sha256"] != self.before:
                    self.say(".mxlog/%s follows another part" % name)
                if "why" in event:  # what was damaged was told
                    self.found = [f for f in self.found if "damaged" not in f]
            self.take(line, event)
        self.before = sha(data)
        return lines[-1] if lines and last else None

    def take(self, line, event):
        self.seq, self.head = event["seq"], sha(line + b"\n")
        self.heads.add(self.head)
        if self.genesis is None:
            self.genesis = self.head
        if "segment" not in event:
            return
        kind = event["event"]
        state = self.segments.setdefault(event["segment"], {"is": set()})
        if kind == "prefix":
            if "sha256" in event:
                state["prefix"] = (event["size"], event["sha256"])
            if "why" in event:
                state["is"].add("rewritten")
        elif kind in ("sealed", "archived", "adopted", "rebuilt", "deleted"):
            if "sha256" in event:
                state["content"] = (event["size"], event["sha256"])
        if kind in ("archived", "adopted", "rebuilt"):
            state["archive"] = (event["archive_size"], event["archive_sha256"])
            state["record"] = event["record"]
            state["is"] -= GONE | {"quarantined"}
            kind = "archived"
        state["is"].add(kind)

    def ledger(self):
        state = os.path.join(self.top, ".mxlog")
        numbers = [0] + [int(n[7:]) for n in os.listdir(state)
                         if re.match(r"^ledger\.[1-9]\d*$", n)]
        self.before = None
        self.missing = not any(os.path.exists(os.path.join(
            state, "ledger.%d" % n if n else "ledger")) for n in numbers)
        if self.missing:
            seals = os.path.join(state, "seals")
            if self.pin or any(os.path.getsize(os.path.join(seals, n)) == 0
                               for n in (os.listdir(seals)
                                         if os.path.isdir(seals) else [])):
                self.say(".mxlog/ledger is gone")
            return
        for number in range(max(numbers) + 1):
            line = self.part(number, number == max(numbers))
        if line is None:
            return
        event = self.parse(line)
        if self.key and "mac" not in event:
            self.say("the ledger is not closed under a key")
        elif self.key:
            body = line[:line.rindex(b',"mac":')]
            if hmac.new(self.key, body, "sha256").hexdigest() != event["mac"]:
                self.say("the ledger was not closed with this key")
        if self.pin and self.pin not in self.heads:
            self.say("the ledger does not continue from that head")

    # ---- index.json ----

    def index(self):
        data = read(os.path.join(self.top, "archive", "index.json"))
        self.records = {}
        if data is None:
            return
        try:
            json.loads(data)
        except ValueError:
            self.say("index.json is no JSON array")
        link = bytes.fromhex(self.genesis or "0" * 64)
        lines = [l.rstrip(b",") for l in data.split(b"\n") if len(l) > 2]
        for at, line in enumerate(lines):
            try:
                record = json.loads(line)
                whole, _, tail = line.rpartition(b',"record_checksum":')
                body = whole.rpartition(b',"chain":')[0] \
                    if "chain" in record else whole
                if "record_checksum" in record and \
                        sha(whole) != record["record_checksum"]:
                    raise ValueError
                if "record_checksum" not in record:
                    body = line[:-1]
                name = record["original_file"]
            except (ValueError, KeyError, TypeError):
                self.say("index.json: record %d is damaged" % at)
                continue
            if name in self.records:
                self.say("index.json: %s is there twice" % name)
            self.records[name] = (record, sha(body))
            if self.key:
                link = hmac.new(self.key, link + b"%d/%d\n" % (at, len(lines))
                                + body, "sha256").digest()
                if record.get("chain") != link.hex():
                    self.say("index.json: the chain breaks at %s" % name)

    # ---- files ----

    def archives(self):
        for name, (record, digest) in self.records.items():
            state = self.segments.get(name, {"is": set()})
            if self.missing:
                pass  # of a version without one
            elif "archived" not in state["is"]:
                self.say("%s: the ledger knows no such archive" % name)
            elif digest != state["record"]:
                self.say("%s: its record is another one" % name)
            data = read(self.path(name, True))
            if data is None:
                self.say("%s.gz is gone" % name)
            elif sha(data) != record["checksum"]:
                self.say("%s.gz is corrupt" % name)
        for name, state in self.segments.items():
            if "archived" in state["is"] and not state["is"] & GONE and \
                    name not in self.records and \
                    not os.path.exists(self.path(name, False)):
                self.say("%s: index.json has no record of it" % name)
        for sub in ("archive", "archive/metrics"):
            folder = os.path.join(self.top, sub)
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                if name.endswith(".gz") and NAME.match(name[:-3]) and \
                        name[:-3] not in self.records:
                    self.say("%s has no record" % name)

    def live(self):
        for name, state in self.segments.items():
            data = read(self.path(name, False))
            sealed = state.get("content")
            prefix = state.get("prefix")
            if data is None:
                if (sealed or prefix) and \
                        not state["is"] & (GONE | {"archived"}):
                    self.say("%s was sealed and is gone" % name)
            elif sealed:
                if (len(data), sha(data)) != sealed:
                    self.say("%s is not what it was" % name)
            elif "rewritten" in state["is"]:
                self.say("%s was rewritten" % name)
            elif prefix:
                if len(data) < prefix[0] or sha(data[:prefix[0]]) != prefix[1]:
                    self.say("%s does not begin as it did" % name)

    def run(self):
        self.ledger()
        self.index()
        self.archives()
        self.live()
        return self.found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--key")
    parser.add_argument("--head")
    args = parser.parse_args()
    key = read(args.key) if args.key else None
    found = Check(args.dir, key, args.head).run()
    for text in found:
        print(text)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
