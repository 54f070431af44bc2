#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Usage: pattern_accuracy.py BENCH_PATTERNS [LOGHUB_DIR]

Grouping accuracy as Loghub defines it: the share of messages whose pattern has
just the messages that their true template has. Over invented systems, and over
those of Loghub that are there (*_structured.csv). One set of parameters for all."""
import collections
import csv
import glob
import os
import random
import re
import subprocess
import sys

RANDOM = random.Random(11)
WORDS = ("amber basin cedar delta ember fjord grove haven inlet jetty knoll ledge "
         "mesa north oasis prairie quarry ridge shoal tarn").split()


def number(low=0, high=99999):
    return str(RANDOM.randint(low, high))


def hexadecimal(length):
    return "".join(RANDOM.choice("0123456789abcdef") for _ in range(length))


def one_of(*values):
    return lambda: RANDOM.choice(values)


FILL = {
    "n": number, "d": lambda: number(0, 9), "dd": lambda: number(10, 99),
    "word": lambda: RANDOM.choice(WORDS),
    "hex": lambda: hexadecimal(8), "id": lambda: hexadecimal(32),
    "uuid": lambda: "-".join(hexadecimal(n) for n in (8, 4, 4, 4, 12)),
    "ip": lambda: ".".join(number(1, 254) for _ in range(4)),
    "mac": lambda: ":".join(hexadecimal(2) for _ in range(6)),
    "path": lambda: "/" + "/".join(RANDOM.choice(WORDS) for _ in range(RANDOM.randint(2, 4))),
    "host": lambda: RANDOM.choice(WORDS) + RANDOM.choice(["-01", "-17", ".example.org", ".lab.example.net"]),
    "size": lambda: number(1, 999) + "." + number(0, 9) + RANDOM.choice([" B", " KB", " MB", "MB", " GiB"]),
    "bool": one_of("true", "false"), "onoff": one_of("on", "off"),
    "state": one_of("IDLE", "READY", "ACTIVE", "DRAINING", "DONE", "FAILED"),
    "class": lambda: "org." + RANDOM.choice(WORDS) + "." + RANDOM.choice(WORDS) + ".Main",
    "lasting": one_of("00:01", "<1 sec", "02:13", "1:00:12"),
    "quoted": one_of('"a view"', '"*job*"', '"x"', '"two words more"'),
    "reason": lambda: RANDOM.choice(WORDS), "verb": one_of("GET", "POST", "DELETE"),
    "part": one_of("left", "right"),
}

# (how often, template); each template is a group of its own.
SYSTEMS = {
    "mailer": [
        (300, "queue {id}: from=<{word}@{host}>, size={n}, nrcpt={d} (queue active)"), (200, "queue {id}: removed"),
        (150, "connect from {host}[{ip}]"), (150, "disconnect from {host}[{ip}]"),
        (90, "lost connection after RCPT from {host}[{ip}]"), (60, "warning: {ip}: address not listed for hostname {host}"),
        (40, "statistics: max connection rate {d}/60s for (smtp:{ip})"), (20, "delivery temporarily suspended: {word}"),
        (10, "daemon started -- version {d}.{d}.{d}, configuration {path}"), (5, "terminating on signal {dd}"),
        (5, "reload -- version {d}.{d}.{d}, configuration {path}")],
    "scheduler": [
        (250, "job_{n}_{d} moved from {state} to {state}"), (200, "node {word}-{dd} heartbeat took {n} ms"),
        (150, "assigned job_{n}_{d} to {host}:{n}"), (100, "headroom=<memory:{n}, cores:-{d}>"),
        (80, "retrying connect to {host}:8030, already tried {d} time(s)"), (60, "container {uuid} released"),
        (60, "container {uuid} started on {host}"), (30, "registering {class} for events of {class}"),
        (20, "token renewed for {word}, expires in {n} s"), (10, "leader elected: {d}"), (10, "leader lost"),
        (10, "queue default is {dd}% full"), (5, "draining stopped by operator"), (5, "draining begun by operator")],
    "camera": [
        (200, "setPower(on={bool}) requested"), (200, "frame {n} dropped, late by {n} us, flags=0x{hex}"),
        (150, "window={hex} token={quoted} name={class} allDrawn= {bool}, moved =  {bool}"),
        (150, "lens {part} {onoff} focus {onoff} ({n})"), (100, "fan speeds ( {n} {n} {n} {n} )"),
        (80, "temperature {dd} C exceeds warning threshold"), (50, "visible is {class}"),
        (50, "lock={n}, tag={quoted}, pid={n} acquired"), (50, "lock={n}, tag={quoted}, pid={n} released"),
        (20, "firmware image at 0x{hex} is valid"), (20, "parity error.............................{d}"),
        (20, "store operation..........................{d}"), (5, "shutter begin"), (5, "shutter end")],
    "proxy": [
        (300, "{host}:{n} close, {n} bytes sent, {n} bytes received, lifetime {lasting}"),
        (200, "{host}:{n} close, {n} bytes ({size}) sent, {n} bytes ({size}) received, lifetime {lasting}"),
        (250, "{host}:{n} open through {host}:5070 TLS"), (100, '{ip} "GET {path} HTTP/1.1" status: {dd} len: {n}'),
        (40, '{ip} "POST {path} HTTP/1.1" status: {dd} len: {n}'), (20, "{host}:{n} error: name not resolved"),
        (20, "pool {word} grew to {dd} connections"), (10, "certificate of {host} expires in {dd} days")],
    "kernel": [
        (200, "{mac} associated on wlan{d}, signal -{dd} dBm"), (150, "eth{d}: link up, {n} Mbps"),
        (100, "eth{d}: link down"), (100, "usb {d}-{d}: new device number {dd}"), (80, "usb {d}-{d}: USB disconnect, device number {d}"),
        (80, "oom: killed process {n} ({word}) total-vm:{n}kB"), (60, "block {word}: {n} sectors remapped"),
        (40, "{word} startup succeeded here"), (40, "{word} shutdown succeeded here"), (30, "r{dd}: 0x{hex} r{dd}: 0x{hex}"),
        (20, "session opened for user {word} by (uid={n})"), (20, "session closed for user {word}"),
        (5, "clock source is stable now"), (5, "no controller was found")],
    "payments": [
        (300, "order {n} accepted for {word} ({size})"), (200, "charge {uuid} of order {n} took {n} ms"),
        (150, "provider {word} answered {dd}: {quoted}"), (80, "refund {uuid} was refused by {word}"),
        (60, "cache {path} missed"), (60, "cache {path} hit"), (40, "cart {id} is empty"), (30, "user {word} signed in from {ip}"),
        (30, "user {word} signed out"), (20, "rate of {word} to {word} is {d}.{dd}"), (10, "nightly settlement begins"),
        (10, "nightly settlement ends after {n} s"), (5, "feature {word} enabled={bool}")],
}


def make(templates):
    lines = []
    for group, (times, template) in enumerate(templates):
        for _ in range(times):
            lines.append((re.sub(r"\{(\w+)\}", lambda m: FILL[m.group(1)](), template), group))
    RANDOM.shuffle(lines)
    return lines


def loghub(directory):
    for path in sorted(glob.glob(os.path.join(directory, "*", "*_structured.csv"))):
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        yield os.path.basename(path).split("_")[0], [(row["Content"], row["EventId"]) for row in rows]


def accuracy(bench, lines):
    text = "".join(message.replace("\n", " ") + "\n" for message, _ in lines)
    found = subprocess.run([bench, "-g"], input=text.encode(), check=True, stdout=subprocess.PIPE).stdout.split()
    assert len(found) == len(lines), (len(found), len(lines))
    made, true = collections.defaultdict(set), collections.defaultdict(set)
    for i, (_, group) in enumerate(lines):
        true[group].add(i)
        made[found[i]].add(i)
    right = sum(len(group) for group in true.values() if made[found[next(iter(group))]] == group)
    return right / len(lines), len(made), len(true)


def main():
    bench = sys.argv[1]
    systems = [(name, make(templates)) for name, templates in SYSTEMS.items()]
    if len(sys.argv) > 2 and os.path.isdir(sys.argv[2]):
        systems += loghub(sys.argv[2])
    else:
        print("Loghub is not here: skipped")
    values = []
    print(f"{'system':12} accuracy patterns true")
    for name, lines in systems:
        value, made, true = accuracy(bench, lines)
        values.append(value)
        print(f"{name:12} {value:8.3f} {made:8} {true:4}")
    mean = sum(values) / len(values)
    print(f"{'mean':12} {mean:8.3f}")
    return 0 if mean >= 0.90 and min(values) >= 0.75 else 1


if __name__ == "__main__":
    sys.exit(main())
