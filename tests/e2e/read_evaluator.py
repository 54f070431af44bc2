# SPDX-License-Identifier: Apache-2.0
"""An evaluator of LogQuery that shares nothing with the one in C.

usage: read_evaluator.py make DIR LINES QUERIES [SEED]
       read_evaluator.py check DIR < what read_many printed

`make` writes a log directory, DIR/log, and DIR/queries, one LogQuery a line;
DIR/expected holds, for each, the number of results, the SHA-256 of their lines
and nothing else. Lines are canonical, foreign or damaged; what they mean is
known because they are made here, not because they are parsed."""
import datetime
import hashlib
import heapq
import json
import os
import random
import re
import sys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
MODULES = ["src.control_plane.queue", "src.control_plane", "src.control_planes",
           "src.mcp_servers.mail", "sshd", "kernel", "a.b.c.d", "a.b", "a"]
WORDS = ["disk", "full", "Failed", "password", "KELVIN", "kelvin", "Straße",
         "STRASSE", "straße", "naïve", "ОШИБКА", "ошибка", "σίσυφος", "ΣΊΣΥΦΟΣ",
         "\u212aelvin", "\u017fun", "sun", "a\"b", "back\\slash", "tab\there",
         "new\nline", "path/to/file", "日本語", "\u0130stanbul", "emoji😀", "x",
         "timeout", "connection", "from", "10.0.0.1", "port=22", "\x1b[31m",
         "\u2028", "\x7f", "user", "session", "opened", "closed", "[brackets]",
         "(paren", "dollar$", "star*", "\ufffd"]
TAGS = ["performance", "critical_path", "state_transition", "late", "ünï",
        "with space", "quo\"te", "a/b"]
DAY0 = datetime.date(2026, 1, 27)
EPOCH = datetime.date(1970, 1, 1)
USEC_DAY = 86400 * 1000000


def fold(text):
    """Caseless as PCRE2 is: character by character, never changing length."""
    out = []
    for c in text:
        f = c.casefold()
        if len(f) != 1:
            f = c.lower()
        out.append(f if len(f) == 1 else c)
    return "".join(out)


def iso(usec, digits=6, zone="Z"):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=usec)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += "." + ("%06d" % moment.microsecond)[:digits]
    return text + zone


def make_ulid(rng):
    return rng.choice("01234567") + "".join(rng.choice(ALPHABET) for _ in range(25))


def message(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 9)))


class Entry:
    """What a line means, and its bytes."""

    def __init__(self, rng, usec, traces):
        self.usec = usec
        self.level = rng.choices(range(5), [30, 50, 10, 8, 2])[0]
        self.module = rng.choice(MODULES)
        self.trace = rng.choice(traces) if rng.random() < 0.5 else make_ulid(rng)
        self.message = message(rng)
        self.tags = rng.sample(TAGS, rng.choice([0, 0, 0, 1, 2, 3]))
        self.duration = round(rng.expovariate(0.01), rng.randint(0, 5)) if rng.random() < 0.4 else None
        self.line = rng.choice([0, 1, 17, 142, 99999, rng.randint(0, 2 ** 31 - 1)]) if rng.random() < 0.4 else None
        self.raw = None

    def members(self, rng):
        out = [("trace_id", self.trace), ("timestamp", iso(self.usec)),
               ("level", LEVELS[self.level]), ("module", self.module)]
        if rng.random() < 0.3:
            out.append(("function", rng.choice(["main", "<module>", "f" * 300])))
        if self.line is not None:
            out.append(("line_number", self.line))
        out.append(("message", self.message))
        if rng.random() < 0.4:
            out.append(("context", {"task_id": message(rng), "n": rng.choice([1, -2.5, 10 ** 30, None, True]),
                                    "deep": [{"a": [1, {"disk": "full"}]}, "tags"]}))
        if rng.random() < 0.05:
            out.append(("exception", {"type": "OSError", "message": message(rng), "stack_trace": [
                {"file": "a.py", "line": 3, "function": "disk"}]}))
        if self.duration is not None:
            out.append(("duration_ms", self.duration))
        if self.tags:
            out.append(("tags", self.tags))
        if rng.random() < 0.3:
            out.append(("process_id", "12"))
        return out


def encode(rng, entry):
    """Canonical mostly, else as others write."""
    members = entry.members(rng)
    kind = rng.random()
    if kind < 0.75:
        return json.dumps(dict(members), ensure_ascii=False, separators=(",", ":")).encode()
    if kind < 0.8:  # invalid bytes stand for U+FFFD
        text = json.dumps(dict(members), ensure_ascii=False, separators=(",", ":")).encode()
        entry.message = entry.message.replace("x", "\ufffd")
        if "message" in dict(members) and '"exception"' not in text.decode():
            old = json.dumps(dict(members)["message"], ensure_ascii=False).encode()
            return text.replace(b'"message":' + old, b'"message":' + old.replace(b"x", b"\xff"), 1)
        entry.message = dict(members)["message"]
        return text
    values = dict(members)
    digits, zone = rng.choice([(6, "Z"), (3, "Z"), (0, "z"), (6, "+00:00"), (2, "-00:00")])
    scale = 10 ** (6 - digits)
    entry.usec -= entry.usec % scale
    values["timestamp"] = iso(entry.usec, digits, zone)
    if rng.random() < 0.5:
        values["trace_id"] = "".join(rng.choice({"0": "0Oo", "1": "1IiLl"}.get(c, c + c.lower()))
                                     for c in entry.trace)
    keys = list(values)
    if rng.random() < 0.5:
        rng.shuffle(keys)
    values = {k: values[k] for k in keys}
    if rng.random() < 0.3:
        values["unknown_key"] = {"level": "CRITICAL", "message": "disk full"}
    if rng.random() < 0.2:
        values["duration_ms"] = values.get("duration_ms")
    text = json.dumps(values, ensure_ascii=rng.random() < 0.7,
                      separators=rng.choice([(", ", ": "), (",", ":"), (" ,\t", " : ")]))
    if rng.random() < 0.2:
        text = text.replace("/", "\\/")
    if rng.random() < 0.2:  # escape what nobody need escape, keys too
        text = re.sub(r'(?<!\\)([io])(?=[a-z])', lambda m: "\\u%04x" % ord(m[1]), text)
    if rng.random() < 0.1:
        text = "  " + text + " "
    return text.encode()


def damaged(rng, usec):
    good = {"trace_id": make_ulid(rng), "timestamp": iso(usec), "level": "ERROR",
            "module": "a.b", "message": "disk full " + message(rng), "tags": ["performance"]}
    kind = rng.randrange(12)
    text = json.dumps(good, ensure_ascii=False, separators=(",", ":"))
    if kind == 0:
        return text[:rng.randint(0, len(text) - 1)].encode()
    if kind == 1:
        return (text[:rng.randint(1, len(text) - 1)] + text).encode()
    if kind == 2:
        return b"plain text with disk full"
    if kind == 3:
        good["level"] = rng.choice(["info", "FATAL", "NOTICE", 40, ""])
    if kind == 4:
        del good[rng.choice(["trace_id", "timestamp", "level", "module", "message"])]
    if kind == 5:
        good["timestamp"] = rng.choice([iso(usec, 6, "+02:00"), iso(usec, 6, ""), "2026-02-30T00:00:00.000000Z",
                                        iso(usec)[:11] + "24:00:00.000000Z"])
    if kind == 6:
        good["module"] = rng.choice(["systemd-logind", "", "a..b", "1a", "a.b."])
    if kind == 7:
        good["context"] = {"camelCase": 1}
    if kind == 8:
        good["tags"] = rng.choice(["performance", [1], [""]])
    if kind == 9:
        good["duration_ms"] = rng.choice([-1, "1", [1]])
    if kind == 10:
        good["line_number"] = rng.choice([-1, 2 ** 31, 1.5, "7"])
    if kind == 11:
        return text.replace("disk", rng.choice(["di\tsk", "di\\sk", "di\\u12sk", "di\"sk", "di\x01sk"])).encode()
    return json.dumps(good, ensure_ascii=False, separators=(",", ":")).encode()


def make_lines(rng, n):
    """Segments, in stored order: (name, [(bytes, entry or None)])."""
    traces = [make_ulid(rng) for _ in range(40)]
    names = [(day, number) for day in range(3) for number in range(rng.randint(1, 3))]
    segments = []
    for day, number in names:
        start = ((DAY0 - EPOCH).days + day) * USEC_DAY
        clock = start
        lines = []
        count = n // len(names)
        for _ in range(count):
            clock = min(clock + rng.choice([0, 0, rng.randint(0, 2 * USEC_DAY // count)]), start + USEC_DAY - 1)
            usec = clock
            if rng.random() < 0.02:  # late
                usec = rng.randint(start, clock)
            if rng.random() < 0.02:
                lines.append((damaged(rng, usec), None))
                continue
            entry = Entry(rng, usec, traces)
            entry.raw = encode(rng, entry)
            lines.append((entry.raw, entry))
        date = DAY0 + datetime.timedelta(days=day)
        segments.append((date.isoformat() + (".%d" % number if number else "") + ".log", lines))
    return segments, traces


def random_query(rng, traces, entries):
    query = {}
    if rng.random() < 0.4:
        a, b = sorted(rng.choice(entries).usec for _ in range(2))
        if rng.random() < 0.8:
            query["start_time"] = iso(a)
        if rng.random() < 0.8:
            query["end_time"] = iso(b)
    if rng.random() < 0.3:
        query["levels"] = rng.sample(LEVELS, rng.randint(0, 3))
    if rng.random() < 0.3:
        query["modules"] = rng.sample(MODULES + ["src", "nothing.here", "src.control"], rng.randint(0, 2))
    if rng.random() < 0.1:
        query["trace_id"] = rng.choice(traces)
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            text = rng.choice(WORDS)
            text = rng.choice([text, text.upper(), text.lower(), text[1:], text[:-1], text[:2]])
        else:
            words = rng.choice(entries).message
            start = rng.randint(0, max(0, len(words) - 2))
            text = words[start:start + rng.randint(1, 12)]
        if text:
            query["search_text"] = text
    if rng.random() < 0.15:
        query["tags"] = rng.sample(TAGS, rng.randint(0, 2))
    if rng.random() < 0.85:
        query["limit"] = rng.choice([0, 1, 2, 10, 100, 1000, 30000])
    if rng.random() < 0.3:
        query["offset"] = rng.choice([0, 1, 7, 100, 5000])
    if rng.random() < 0.6:
        query["order_by"] = rng.choice(["timestamp", "level", "module", "trace_id", "duration_ms", "line_number"])
    if rng.random() < 0.5:
        query["order_dir"] = rng.choice(["asc", "desc"])
    if rng.random() < 0.1:
        query[rng.choice(["limit", "levels", "search_text", "trace_id"])] = None
    return query


class Evaluator:
    def __init__(self, segments):
        self.entries = [e for _, lines in segments for _, e in lines if e]
        for entry in self.entries:
            entry.folded = fold(entry.message)

    def select(self, query):
        """In stored order."""
        found = self.entries
        if query.get("start_time"):
            since = parse_iso(query["start_time"])
            found = [e for e in found if e.usec >= since]
        if query.get("end_time"):
            until = parse_iso(query["end_time"])
            found = [e for e in found if e.usec <= until]
        if query.get("levels"):
            levels = {LEVELS.index(x) for x in query["levels"]}
            found = [e for e in found if e.level in levels]
        if query.get("modules"):
            exact = set(query["modules"])
            below = tuple(m + "." for m in exact)
            found = [e for e in found if e.module in exact or e.module.startswith(below)]
        if query.get("trace_id"):
            found = [e for e in found if e.trace == query["trace_id"]]
        if query.get("search_text"):
            text = fold(query["search_text"])
            found = [e for e in found if text in e.folded]
        if query.get("tags"):
            tags = set(query["tags"])
            found = [e for e in found if tags <= set(e.tags)]
        return found

    def order(self, query, found):
        value = {"timestamp": lambda e: e.usec, "level": lambda e: e.level,
                 "module": lambda e: e.module, "trace_id": lambda e: e.trace,
                 "duration_ms": lambda e: e.duration,
                 "line_number": lambda e: e.line}[query.get("order_by") or "timestamp"]
        have, lack = list(found), []
        if query.get("order_by") in ("duration_ms", "line_number"):
            have = [e for e in found if value(e) is not None]
            lack = [e for e in found if value(e) is None]
        descending = query.get("order_dir") == "desc"
        wanted = (query.get("offset") or 0) + (len(have) if query.get("limit") is None else query["limit"])
        if wanted < len(have) // 8:  # the same, without sorting all
            cut = heapq.nlargest if descending else heapq.nsmallest
            return cut(wanted, have, key=value)
        # Python's sort is stable, reversed too.
        have.sort(key=value, reverse=descending)
        return have + lack

    def run(self, query):
        found = self.order(query, self.select(query))
        offset = query.get("offset") or 0
        limit = query.get("limit")
        return found[offset:] if limit is None else found[offset:offset + limit]


def parse_iso(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


def make(where, n_lines, n_queries, seed):
    rng = random.Random(seed)
    segments, traces = make_lines(rng, n_lines)
    log = os.path.join(where, "log")
    os.makedirs(log, mode=0o700, exist_ok=True)
    for name, lines in segments:
        with open(os.path.join(log, name), "wb") as file:
            file.write(b"".join(raw + b"\n" for raw, _ in lines))
    evaluator = Evaluator(segments)
    with open(os.path.join(where, "queries"), "w") as queries, \
            open(os.path.join(where, "expected"), "w") as expected:
        for _ in range(n_queries):
            query = random_query(rng, traces, evaluator.entries)
            found = evaluator.run(query)
            digest = hashlib.sha256(b"".join(e.raw + b"\n" for e in found)).hexdigest()
            queries.write(json.dumps(query) + "\n")
            expected.write("%d %s\n" % (len(found), digest))
    bad = sum(1 for _, lines in segments for _, e in lines if not e)
    with open(os.path.join(where, "damaged"), "w") as file:
        file.write("%d\n" % bad)


def check(where):
    """Compare line by line; say which query differs."""
    got = sys.stdin.read().splitlines()
    with open(os.path.join(where, "expected")) as file:
        expected = file.read().splitlines()
    with open(os.path.join(where, "queries")) as file:
        queries = file.read().splitlines()
    wrong = 0
    for query, want, have in zip(queries, expected, got):
        if want != have:
            wrong += 1
            if wrong <= 5:
                print("query %s\n  expected %s\n  got      %s" % (query, want, have))
    if len(got) != len(expected):
        print("%d answers to %d queries" % (len(got), len(expected)))
        wrong += 1
    print("%d queries, %d differ" % (len(expected), wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]),
             int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    else:
        sys.exit(check(sys.argv[2]))
