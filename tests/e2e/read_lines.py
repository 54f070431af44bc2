# SPDX-License-Identifier: Apache-2.0
"""The lines of read_evaluator.py: canonical, foreign and damaged ones, entries
and metrics. What they mean is known because they are made here, not because
they are parsed."""
import datetime
import json
import random
import re

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
USERS = ["alice", "bob", "Zoë", "root", "o\"neil"]
UNITS = ["ssh.service", "nginx.service", "user@1000.service"]
HOSTS = ["web1", "web2", "db"]
EXCEPTIONS = ["OSError", "TimeoutError", "app.Error", "ValueError"]
FUNCTIONS = ["main", "<module>", "run", "f" * 300]
METRICS = ["queue.wait", "queue.depth", "db.query", "cpu"]
DAY0 = datetime.date(2026, 1, 26)
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


def make_exception(rng, depth=0):
    made = {"type": rng.choice(EXCEPTIONS), "message": message(rng), "stack_trace": []}
    if depth == 0 and rng.random() < 0.5:
        made["stack_trace"].append({"file": "a.py", "line": 3, "function": "disk"})
    if depth < 2 and rng.random() < 0.3:
        made["cause"] = make_exception(rng, depth + 1)
    return made


def make_context(rng, parent):
    made = {"task_id": message(rng), "n": rng.choice([1, -2.5, 10 ** 30, None, True, "1.0", "x"]),
            "deep": [{"a": [1, {"disk": "full"}]}, "tags"]}
    if rng.random() < 0.6:
        made["user"] = rng.choice(USERS)
        if rng.random() < 0.1:
            made["user_2"] = rng.choice(USERS)
    if rng.random() < 0.3:
        made["request_id"] = rng.choice([5, "r-1", "r-2", "\u00e9"])
    if rng.random() < 0.4:
        made["attempt"] = rng.randint(0, 9)
    if rng.random() < 0.4:
        made["unit"] = rng.choice(UNITS)
    if rng.random() < 0.4:
        made["hostname"] = rng.choice(HOSTS)
    if parent and rng.random() < 0.1:
        made["parent_operation_id"] = parent
    return made


class Entry:
    """What a line means, and its bytes."""

    def __init__(self, rng, usec, traces):
        self.usec = usec
        self.level = rng.choices(range(5), [30, 50, 10, 8, 2])[0]
        self.module = rng.choice(MODULES)
        known = rng.randrange(len(traces)) if rng.random() < 0.5 else None
        self.trace = make_ulid(rng) if known is None else traces[known]
        # A tree, and what comes around leads nowhere new.
        parent = None if known is None else traces[known // 3] if known else traces[-1]
        self.message = message(rng)
        self.tags = rng.sample(TAGS, rng.choice([0, 0, 0, 1, 2, 3]))
        self.duration = round(rng.expovariate(0.01), rng.randint(0, 5)) if rng.random() < 0.4 else None
        self.line = rng.choice([0, 1, 17, 142, 99999, rng.randint(0, 2 ** 31 - 1)]) if rng.random() < 0.4 else None
        self.function = rng.choice(FUNCTIONS) if rng.random() < 0.3 else None
        self.context = make_context(rng, parent) if rng.random() < 0.4 else {}
        self.exception = make_exception(rng) if rng.random() < 0.05 else None
        self.thread = rng.choice(["worker-1", "7", "140737"]) if rng.random() < 0.2 else None
        self.process = rng.choice(["12", "4711", "9"]) if rng.random() < 0.3 else None
        self.raw = None

    def members(self):
        out = [("trace_id", self.trace), ("timestamp", iso(self.usec)),
               ("level", LEVELS[self.level]), ("module", self.module),
               ("function", self.function), ("line_number", self.line),
               ("message", self.message), ("context", self.context or None),
               ("exception", self.exception), ("duration_ms", self.duration),
               ("tags", self.tags or None), ("thread_id", self.thread),
               ("process_id", self.process)]
        return {key: value for key, value in out if value is not None}


class Metric:
    def __init__(self, rng, usec, traces):
        self.usec = usec
        self.trace = rng.choice(traces) if rng.random() < 0.5 else make_ulid(rng)
        self.name = rng.choice(METRICS)
        self.kind = rng.choice(["COUNTER", "GAUGE", "DURATION", "HISTOGRAM"])
        self.value = rng.randint(-400, 40000) / 4  # sums of these are exact
        self.unit = rng.choice(["ms", "1", "bytes"])
        self.tags = {"op": rng.choice(["read", "write"])} if rng.random() < 0.6 else {}
        if rng.random() < 0.3:
            self.tags["host"] = rng.choice(HOSTS)
        self.raw = None

    def members(self):
        out = {"trace_id": self.trace, "timestamp": iso(self.usec), "metric_name": self.name,
               "metric_type": self.kind, "value": self.value, "unit": self.unit}
        if self.tags:
            out["tags"] = self.tags
        return out


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def dump(rng, members, clean, **how):
    """A line's text. `clean`: keys as they are read; else there are equal ones, of
    which the second is read with a number."""
    text = json.dumps(members, **how)
    return text if clean else text.replace('"user_2"', '"user"') if rng.random() < 0.5 else text


def break_bytes(rng, entry):
    """Invalid bytes stand for U+FFFD."""
    members = entry.members()
    text = dump(rng, members, False, ensure_ascii=False, separators=(",", ":")).encode()
    if entry.exception:
        return text
    old = compact(entry.message).encode()
    entry.message = entry.message.replace("x", "\ufffd")
    return text.replace(b'"message":' + old, b'"message":' + old.replace(b"x", b"\xff"), 1)


def foreign_values(rng, item, clean):
    """The same as others write it: less of the time, other letters of ids."""
    values = item.members()
    zones = [(6, "Z", 0), (3, "Z", 0), (0, "z", 0), (6, "+00:00", 0), (2, "-00:00", 0)]
    digits, zone, minutes = rng.choice(zones if clean else zones + [
        (6, "+02:00", 120), (3, "-0330", -210), (6, "+05:45", 345)])
    item.usec -= item.usec % 10 ** (6 - digits)
    values["timestamp"] = iso(item.usec + minutes * 60 * 10 ** 6, digits, zone)
    if rng.random() < 0.5:
        values["trace_id"] = "".join(rng.choice({"0": "0Oo", "1": "1IiLl"}.get(c, c + c.lower()))
                                     for c in item.trace)
    if values.get("thread_id", "").isdigit() and rng.random() < 0.5:
        values["thread_id"] = int(values["thread_id"])
    keys = list(values)
    if rng.random() < 0.5:
        rng.shuffle(keys)
    return {key: values[key] for key in keys}


def foreign_text(rng, values, clean):
    text = dump(rng, values, clean, ensure_ascii=rng.random() < 0.7,
                separators=rng.choice([(", ", ": "), (",", ":"), (" ,\t", " : ")]))
    if not clean:
        text = text.replace('"request_id"', rng.choice(['"requestId"', '"request.id"', '"RequestID"', '"request_id"']))
    if rng.random() < 0.2:
        text = text.replace("/", "\\/")
    if rng.random() < 0.2:  # escape what nobody need escape, keys too
        text = re.sub(r'(?<!\\)([io])(?=[a-z])', lambda m: "\\u%04x" % ord(m[1]), text)
    if rng.random() < 0.1:
        text = "  " + text + " "
    return text.encode()


def encode(rng, entry, clean):
    """Canonical mostly, else as others write. `clean`: valid UTF-8 alone."""
    kind = rng.random()
    if kind < 0.75 or clean and kind < 0.8:
        return dump(rng, entry.members(), clean, ensure_ascii=False, separators=(",", ":")).encode()
    if kind < 0.8:
        return break_bytes(rng, entry)
    values = foreign_values(rng, entry, clean)
    if rng.random() < 0.3:
        key = "unknown_key" if clean else rng.choice(["unknown_key", "unknownKey", "Unknown-Key"])
        values[key] = {"level": "CRITICAL", "message": "disk full"}
        entry.context = dict(entry.context, unknown_key=values[key])
    if rng.random() < 0.2:
        values["duration_ms"] = values.get("duration_ms")
    return foreign_text(rng, values, clean)


def encode_metric(rng, metric, clean):
    if rng.random() < 0.75:
        return compact(metric.members()).encode()
    values = foreign_values(rng, metric, clean)
    if rng.random() < 0.3:
        values["unknown_key"] = {"value": 17}
    return foreign_text(rng, values, clean)


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
        good["timestamp"] = rng.choice([iso(usec, 6, ""), "2026-02-30T00:00:00.000000Z",
                                        iso(usec)[:11] + "24:00:00.000000Z"])
    if kind == 6:
        good["module"] = rng.choice(["systemd-logind", "", "a..b", "1a", "a.b."])
    if kind == 7:
        good["context"] = rng.choice([[], "x", 1])
    if kind == 8:
        good["tags"] = rng.choice(["performance", [1], [""]])
    if kind == 9:
        good["duration_ms"] = rng.choice([-1, "1", [1]])
    if kind == 10:
        good["line_number"] = rng.choice([-1, 2 ** 31, 1.5, "7"])
    if kind == 11:
        return text.replace("disk", rng.choice(["di\tsk", "di\\sk", "di\\u12sk", "di\"sk", "di\x01sk"])).encode()
    return json.dumps(good, ensure_ascii=False, separators=(",", ":")).encode()


def damaged_metric(rng, usec):
    good = {"trace_id": make_ulid(rng), "timestamp": iso(usec), "metric_name": "cpu",
            "metric_type": "GAUGE", "value": 1.5, "unit": "1"}
    kind = rng.randrange(4)
    if kind == 0:
        del good[rng.choice(list(good))]
    if kind == 1:
        good["value"] = rng.choice(["1", None, [1]])
    if kind == 2:
        good["metric_type"] = "gauge"
    if kind == 3:
        return compact(good)[:-1].encode()
    return compact(good).encode()


def make_times(rng, day, n):
    """Of one segment, in order but for some that come late."""
    start = ((DAY0 - EPOCH).days + day) * USEC_DAY
    clock = start
    for _ in range(n):
        clock = min(clock + rng.choice([0, 0, rng.randint(0, 2 * USEC_DAY // n)]), start + USEC_DAY - 1)
        yield rng.randint(start, clock) if rng.random() < 0.02 else clock


def make_segments(rng, n, make, spoil, suffix, days):
    """In stored order: (name, [(bytes, item or None)])."""
    names = [(day, number) for day in range(days) for number in range(rng.randint(1, 3))]
    segments = []
    for day, number in names:
        lines = []
        for usec in make_times(rng, day, n // len(names)):
            item = None if spoil and rng.random() < 0.02 else make(usec)
            lines.append((item.raw if item else spoil(rng, usec), item))
        date = DAY0 + datetime.timedelta(days=day)
        segments.append((date.isoformat() + (".%d" % number if number else "") + suffix, lines))
    return segments


def make_lines(rng, n, clean, days=4):
    """Segments of entries, of metrics, and the traces that several have."""
    traces = [make_ulid(rng) for _ in range(40)]

    def entry(usec):
        made = Entry(rng, usec, traces)
        made.raw = encode(rng, made, clean)
        return made

    def metric(usec):
        made = Metric(rng, usec, traces)
        made.raw = encode_metric(rng, made, clean)
        return made

    entries = make_segments(rng, n, entry, None if clean else damaged, ".log", days)
    metrics = make_segments(rng, n // 10, metric, None if clean else damaged_metric, ".metrics.log", days)
    return entries, metrics, traces
