# SPDX-License-Identifier: Apache-2.0
"""Hold a log directory against the journal it was made of.

Each journal entry must stand in exactly one line, named by its identity; every
line must be whole. With --fields the converted fields are compared, too, by an
evaluator that knows the table only from the module's manual page.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone

parser = argparse.ArgumentParser()
parser.add_argument("--logs", required=True)
parser.add_argument("--journal", action="append", default=[],
                    help="a file or directory; default: the machine's")
parser.add_argument("--missing", type=int, default=0,
                    help="entries that may be missing, exactly")
parser.add_argument("--gaps", type=int, help="gap entries there must be")
parser.add_argument("--numbers", help="FIRST-LAST: NUMBER= fields that must "
                    "each be there once, whatever the journal says")
parser.add_argument("--subset", action="store_true",
                    help="the journal may have lost entries meanwhile")
parser.add_argument("--fields", action="store_true")
parser.add_argument("--cursors", help="a file of __CURSOR= lines: what was "
                    "read of a journal too damaged for more")
parser.add_argument("--account", action="store_true",
                    help="every number that a stream has given out is either "
                    "in one line or in one gap entry, and what the journal "
                    "still has is in a line")
args = parser.parse_args()

problems = []


def problem(text):
    problems.append(text)


def time_of(text):
    """Microseconds of a line's timestamp."""
    when = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    delta = when.replace(tzinfo=timezone.utc) - datetime(
        1970, 1, 1, tzinfo=timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1000000 + delta.microseconds


def identities(text, line_time):
    first, *further = text.split(",")
    stream, number = first.split("-")
    when = line_time
    if "@" in number:
        number, when = number.split("@")
        when = int(when, 16)
    number = int(number, 16)
    yield stream, number, when
    for item in further:
        distance, sign, delta = re.match(
            r"^([0-9a-f]+)([+-])([0-9a-f]+)$", item).groups()
        number += int(distance, 16)
        when += int(delta, 16) if sign == "+" else -int(delta, 16)
        yield stream, number, when


def read_logs():
    """identity -> line, audit lines, damaged lines."""
    found, audits, damaged, doubled = {}, [], 0, 0
    for path in sorted(glob.glob(os.path.join(args.logs, "*.log")) +
                       glob.glob(os.path.join(args.logs, "metrics/*.log"))):
        with open(path, "rb") as file:
            data = file.read()
        lines = data.split(b"\n")
        if lines.pop() != b"":
            problem(f"{path}: a torn line at its end")
        for raw in lines:
            try:
                line = json.loads(raw)
            except ValueError:
                damaged += 1
                continue
            kept = line.get("context", {})
            if "metric_name" in line:
                kept = line.get("tags", {})
            if "action" in kept and ("journal_id" not in kept or
                                     ".." in kept["journal_id"]):
                audits.append(line)
                continue
            if "journal_id" not in kept:
                problem(f"{path}: a line without identity: {raw[:200]!r}")
                continue
            when = time_of(kept.get("original_timestamp", line["timestamp"]))
            for identity in identities(kept["journal_id"], when):
                if identity in found:
                    doubled += 1
                found[identity] = line
    return found, audits, damaged, doubled


def parse_export(data):
    """Entries of journalctl -o export: lists of (name, value)."""
    at, entry = 0, []
    while at < len(data):
        end = data.index(b"\n", at)
        line = data[at:end]
        at = end + 1
        if not line:
            if entry:
                yield entry
            entry = []
        elif b"=" in line:
            name, value = line.split(b"=", 1)
            entry.append((name.decode(), value))
        else:
            size = int.from_bytes(data[at:at + 8], "little")
            entry.append((line.decode(), data[at + 8:at + 8 + size]))
            at += 8 + size + 1
    if entry:
        yield entry


def identity_of(cursor, realtime=None):
    part = dict(part.split("=") for part in cursor.split(";"))
    return part["s"][:8], int(part["i"], 16), realtime or int(part["t"], 16)


def journalctl(where):
    done = subprocess.run(["journalctl", "--no-pager", "-q", "-o", "export",
                           "--all", *where], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode or done.stderr:
        problem(f"journalctl {' '.join(where)}: status {done.returncode}, "
                f"{done.stderr.decode(errors='replace')}")
    return done.stdout


def read_journal():
    data = b""
    if not args.journal:
        data = journalctl([])
    for path in args.journal:
        data += journalctl(["-D" if os.path.isdir(path) else "--file", path])
    entries = {}
    for entry in parse_export(data):
        fields = dict(entry[:2])
        identity = identity_of(fields["__CURSOR"].decode(),
                               int(fields["__REALTIME_TIMESTAMP"]))
        entries[identity] = entry
    return entries


def headers():
    """Of every journal file of this machine: path, seqnum id, entries, first
    and last number, as its header says."""
    for path in sorted(glob.glob("/run/log/journal/*/*.journal*") +
                       glob.glob("/var/log/journal/*/*.journal*")):
        with open(path, "rb") as file:
            header = file.read(208)
        entries, last, first = (
            int.from_bytes(header[at:at + 8], "little")
            for at in (152, 160, 168))
        yield path, header[72:88].hex(), entries, first, last


def ranges(numbers):
    """[first, last] of each run of successive numbers."""
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def told_gaps(audits):
    """stream -> numbers that gap entries tell of."""
    told, twice = {}, 0
    for line in audits:
        if line["context"]["action"] != "journal_gap":
            continue
        stream, first, last = re.match(
            r"^([0-9a-f]{8})-([0-9a-f]+)\.\.([0-9a-f]*)$",
            line["context"]["journal_id"]).groups()
        if not last:
            continue
        numbers = told.setdefault(stream, set())
        for number in range(int(first, 16), int(last, 16) + 1):
            twice += number in numbers
            numbers.add(number)
    if twice:
        problem(f"{twice} numbers are told as gone by two gap entries")
    return told


def check_account(found, audits):
    """Tells what mxlogd lost from what journald removed unread: only the
    latter may be missing, and then a gap entry tells of exactly that."""
    files = list(headers())
    if not files:
        problem("the journal has no files any more")
    entries = read_journal()
    said = sum(header[2] for header in files)
    if len(entries) != said:
        problem(f"journalctl reads {len(entries)} entries, the headers of "
                f"{len(files)} files say {said}")
    lost = [identity for identity in entries if identity not in found]
    if lost:
        problem(f"mxlogd lost {len(lost)} entries that the journal has: "
                f"{sorted(lost)[:5]}")
    told = told_gaps(audits)
    removed = 0
    for stream in sorted({header[1][:8] for header in files}):
        have = {identity[1] for identity in found if identity[0] == stream}
        last = max(header[4] for header in files if header[1][:8] == stream)
        holes = set(range(1, last + 1)) - have
        gone = told.get(stream, set())
        removed += len(holes)
        if holes - gone:
            problem(f"{stream}: {len(holes - gone)} numbers neither in a line "
                    f"nor in a gap entry: {ranges(holes - gone)[:10]}")
        if gone - holes:
            problem(f"{stream}: {len(gone - holes)} numbers are told as gone "
                    f"and are not: {ranges(gone - holes)[:10]}")
    print(f"{len(files)} files with {said} entries, {removed} removed unread")


NOISE = {"SYSLOG_TIMESTAMP", "SYSLOG_RAW", "COREDUMP", "_MACHINE_ID",
         "_SYSTEMD_CGROUP", "_CAP_EFFECTIVE", "_RUNTIME_SCOPE", "_STREAM_ID",
         "_SOURCE_MONOTONIC_TIMESTAMP", "_SOURCE_BOOTTIME_TIMESTAMP",
         "_SOURCE_REALTIME_TIMESTAMP", "__CURSOR", "__REALTIME_TIMESTAMP",
         "__MONOTONIC_TIMESTAMP", "__SEQNUM", "__SEQNUM_ID"}
FACILITIES = ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
              "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
              "local0", "local1", "local2", "local3", "local4", "local5",
              "local6", "local7"]

KEYS = {
    "SYSLOG_FACILITY": "facility","UNIT": "about_unit", "USER_UNIT": "about_user_unit",
        "INVOCATION_ID": "about_invocation_id",
        "USER_INVOCATION_ID": "about_user_invocation_id",
        "_SYSTEMD_UNIT": "unit", "_SYSTEMD_USER_UNIT": "user_unit",
        "_SYSTEMD_SLICE": "slice", "_SYSTEMD_USER_SLICE": "user_slice",
        "_SYSTEMD_SESSION": "session", "_SYSTEMD_OWNER_UID": "owner_uid",
        "_SYSTEMD_INVOCATION_ID": "invocation_id"}
TRUSTED = {"uid", "gid", "comm", "exe", "cmdline", "hostname", "boot_id",
           "transport", "unit", "slice", "session", "pid", "namespace",
           "invocation_id", "user_unit", "user_slice", "owner_uid"}
LEVELS = ["CRITICAL", "CRITICAL", "CRITICAL", "ERROR", "WARNING", "INFO",
          "INFO", "DEBUG"]
TO_ENTRY = {"CODE_FUNC": "function", "_PID": "process_id",
            "TID": "thread_id", "THREAD_ID": "thread_id"}


def lossy(value):
    return value.decode("utf-8", "replace")


def same(kept, values):
    """A value as it is kept, against those the journal has."""
    texts = [lossy(value) for value in values]
    if "[REDACTED]" in str(kept):
        return True
    if isinstance(kept, list):
        return kept == texts
    return len(texts) == 1 and str(kept) == texts[0]


def check_fields(identity, entry, line):
    fields = {}
    for name, value in entry:
        fields.setdefault(name, []).append(value)
    context = line.get("context", {})
    where = f"{identity}"
    priority = fields.get("PRIORITY", [b"6"])[0]
    if LEVELS[int(priority)] != line["level"]:
        problem(f"{where}: level {line['level']} of PRIORITY {priority}")
    if "MESSAGE" not in fields and "no_message" not in line.get("tags", []):
        problem(f"{where}: no mark of a missing MESSAGE")
    if "MESSAGE" in fields and len(fields["MESSAGE"]) == 1:
        message = lossy(fields["MESSAGE"][0])
        if ("exception" not in line and not message.startswith("{") and
                not same(line["message"], fields["MESSAGE"])):
            problem(f"{where}: {line['message']!r} of {message!r}")
    for name, values in fields.items():
        if name in NOISE or name in ("MESSAGE", "PRIORITY", "LOGGER",
                                     "SYSLOG_IDENTIFIER", "CODE_LINE",
                                     "SYSLOG_PID"):
            continue
        if name in TO_ENTRY:
            if not same(line.get(TO_ENTRY[name]), values):
                problem(f"{where}: {name} {values} is "
                        f"{line.get(TO_ENTRY[name])!r}")
            continue
        key = KEYS.get(name, name.lower())
        if name == "SYSLOG_FACILITY" and len(values) == 1:
            values = [FACILITIES[int(values[0])].encode()
                      if isinstance(values[0], bytes) else FACILITIES[int(values[0])]]
        if name.startswith("_") and name not in KEYS:
            key = key[1:] if key[1:] in context else key
        elif name not in KEYS and key in TRUSTED:
            key = "sender_" + key
        if key not in context:
            problem(f"{where}: {name} is not kept as {key}: {sorted(context)}")
        elif not same(context[key], values):
            problem(f"{where}: {name} {values} is {context[key]!r}")


found, audits, damaged, doubled = read_logs()
gaps = [line for line in audits if line["context"]["action"] == "journal_gap"]
if damaged:
    problem(f"{damaged} damaged lines")
if doubled:
    problem(f"{doubled} entries doubled")
if args.gaps is not None and len(gaps) != args.gaps:
    problem(f"{len(gaps)} gap entries, not {args.gaps}: "
            f"{[line['message'] for line in gaps]}")
if args.numbers:
    first, last = map(int, args.numbers.split("-"))
    seen = {}
    for identity, line in found.items():
        number = line.get("context", {}).get("number")
        if number is not None:
            seen[int(number)] = seen.get(int(number), 0) + 1
    lost = [n for n in range(first, last + 1) if n not in seen]
    twice = [n for n, count in seen.items() if count > 1]
    if lost:
        problem(f"{len(lost)} numbers lost: {lost[:10]}")
    if twice:
        problem(f"{len(twice)} numbers twice: {twice[:10]}")
if args.cursors:
    with open(args.cursors) as file:
        read = [identity_of(line.strip().partition("=")[2]) for line in file]
    missing = [identity for identity in read if identity not in found]
    if missing:
        problem(f"{len(missing)} of {len(read)} entries that can be read are "
                f"missing: {missing[:5]}")
elif args.account:
    check_account(found, audits)
elif not args.numbers:
    entries = read_journal()
    missing = [identity for identity in entries if identity not in found]
    extra = [identity for identity in found if identity not in entries]
    if len(missing) != args.missing:
        problem(f"{len(missing)} entries missing: {sorted(missing)[:5]}")
    if extra and not args.subset:
        problem(f"{len(extra)} entries that the journal has not: "
                f"{sorted(extra)[:5]}")
    if args.fields:
        for identity, entry in entries.items():
            if identity in found:
                check_fields(identity, entry, found[identity])

for text in problems[:20]:
    print(text, file=sys.stderr)
print(f"{len(found)} entries, {len(audits)} audit lines, {len(gaps)} gaps, "
      f"{len(problems)} problems")
sys.exit(1 if problems else 0)
