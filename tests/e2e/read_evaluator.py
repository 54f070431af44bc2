# SPDX-License-Identifier: Apache-2.0
"""An evaluator of LogQuery that shares nothing with the one in C.

usage: read_evaluator.py make [--clean] DIR LINES QUERIES [SEED]
       read_evaluator.py check DIR [FIRST] < what read_many printed
       read_evaluator.py command DIR MXLOG_READ FIRST LAST
       read_evaluator.py sql DIR < what read_sql.cjs printed

`make` writes a log directory, DIR/log, and DIR/queries, one question a line as
read_many takes it; DIR/expected holds, for each, the number of results, the
SHA-256 of them and nothing else, DIR/options the same for mxlog-read, DIR/sql
for DuckDB. Lines are canonical, foreign or, unless --clean, damaged. `command`
asks mxlog-read the questions FIRST to LAST (from 1 on)."""
import collections
import datetime
import decimal
import hashlib
import heapq
import itertools
import json
import math
import os
import random
import re
import struct
import subprocess
import sys

from read_lines import LEVELS, compact, fold, iso, make_lines
from read_questions import SPANS, as_line, as_options, as_sql, random_question, resolve

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
MEASURE_USEC = {"s": 10 ** 6, "m": 60 * 10 ** 6, "h": 3600 * 10 ** 6, "d": 86400 * 10 ** 6}


# ---- values at a path ----

class Json(str):
    """The text of a value that is no string."""


class Element(str):
    """A string that is an element of a list."""


def walk(value, path):
    """Texts of a JSON value: elements of lists are values of their own."""
    if isinstance(value, list):
        for element in value:
            if isinstance(element, str) and not path:
                yield Element(element)
            else:
                yield from walk_member(element, path)
    elif isinstance(value, dict) and path:
        if path[0] in value:
            yield from walk_member(value[path[0]], path[1:])
    elif not path:
        yield Json(compact(value))


def walk_member(value, path):
    if isinstance(value, str):
        if not path:
            yield value
    else:
        yield from walk(value, path)


def causes(exception):
    while exception:
        yield exception
        exception = exception.get("cause")


def values_of(item, path):
    """All values at a dotted path, in order."""
    head, *rest = path.split(".")
    if head == "timestamp":
        return [iso(item.usec)]
    if head == "trace_id":
        return [item.trace]
    if head == "level":
        return [LEVELS[item.level]]
    if head == "context":
        return list(walk_member(item.context[rest[0]], rest[1:])) if rest[0] in item.context else []
    if head == "exception":
        return [e[rest[0] if rest else "type"] for e in causes(item.exception)]
    if head == "tags":
        return [item.tags[rest[0]]] if rest and rest[0] in item.tags else [] if rest else list(map(Element, item.tags))
    name = {"line_number": "line", "duration_ms": "duration", "thread_id": "thread", "process_id": "process",
            "metric_name": "name", "metric_type": "kind"}.get(head, head)
    value = getattr(item, name)
    if value is None:
        return []
    if head in ("duration_ms", "value"):
        return [Json(repr(float(value)))]
    return [Json(value) if head == "line_number" else str(value)]


def compare(path, value, wanted):
    """-1, 0 or 1; None where there is no order and nothing is equal."""
    if path == "level" and wanted.upper() in LEVELS:
        a, b = LEVELS.index(value), LEVELS.index(wanted.upper())
    elif isinstance(value, Json) and NUMBER.fullmatch(value):
        if not NUMBER.fullmatch(wanted):
            return None
        a, b = decimal.Decimal(value), decimal.Decimal(wanted)
    elif isinstance(value, Json) or NUMBER.fullmatch(wanted):
        return 0 if value == wanted else None
    else:
        a, b = value.encode(), wanted.encode()
    return (a > b) - (a < b)


def ordered(path, value, wanted):
    """Whether the two are more than equal or not."""
    if path == "level" and wanted.upper() in LEVELS:
        return True
    number = isinstance(value, Json) and bool(NUMBER.fullmatch(value))
    return number == bool(NUMBER.fullmatch(wanted)) and (number or not isinstance(value, Json))


class Condition:
    def __init__(self, text):
        self.path, self.sign, self.wanted = re.fullmatch(
            r"([^!=<>~]+)(!=|<=|>=|=|<|>|~|)(.*)", text, re.S).groups()
        self.pattern = re.compile(self.wanted) if self.sign == "~" else None

    def judge(self, value):
        if self.sign == "":
            return True
        if self.pattern:
            return bool(self.pattern.search(value))
        way = compare(self.path, value, self.wanted)
        if way is None or way == 0 and self.sign in ("<=", ">=") and not ordered(self.path, value, self.wanted):
            return False
        return {"=": way == 0, "<": way < 0, "<=": way <= 0, ">": way > 0, ">=": way >= 0}[self.sign]

    def holds(self, values):
        if self.sign == "!=":
            return bool(values) and all(compare(self.path, value, self.wanted) != 0 for value in values)
        return any(self.judge(value) for value in values)


# ---- expressions: ["and", a, b], ["not", a], [path, sign, value, is a string] ----

def equals(path, value, wanted, string):
    if string and path != "level":
        return not isinstance(value, Json) and value == wanted
    return compare(path, value, wanted) == 0


def compares(path, sign, value, wanted, string):
    if sign == "~":
        return bool(re.search(wanted, value))
    if sign == "has":
        if isinstance(value, (Json, Element)):
            return equals(path, value, wanted, string)
        return fold(wanted) in fold(value)
    if sign == "=":
        return equals(path, value, wanted, string)
    if string and path != "level":
        if isinstance(value, Json):
            return False
        a, b = value.encode(), wanted.encode()
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]
    way = compare(path, value, wanted)
    if way is None or not ordered(path, value, wanted):
        return False
    return {"<": way < 0, "<=": way <= 0, ">": way > 0, ">=": way >= 0}[sign]


def holds(expression, values_at):
    """Whether it holds where a path's values are as the function says."""
    head, *rest = expression
    if head == "and":
        return all(holds(e, values_at) for e in rest)
    if head == "or":
        return any(holds(e, values_at) for e in rest)
    if head == "not":
        return not holds(rest[0], values_at)
    path, sign, wanted, string = expression
    values = values_at(path)
    if sign == "":
        return bool(values)
    if sign in ("in", "not in"):
        found = any(equals(path, v, w, string) for v in values for w in wanted)
        return found if sign == "in" else bool(values) and not found
    if sign in ("!=", "!~"):
        return bool(values) and not any(compares(path, {"!=": "=", "!~": "~"}[sign], v, wanted, string)
                                        for v in values)
    return any(compares(path, sign, v, wanted, string) for v in values)


# ---- selecting and ordering ----

def parse_iso(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


def below(modules):
    exact, children = set(modules), tuple(m + "." for m in modules)
    return lambda e: e.module in exact or e.module.startswith(children)


class Table:
    """Entries, or metrics, in stored order."""

    def __init__(self, segments):
        self.items = [item for _, lines in segments for _, item in lines if item]
        self.values = {}  # by path, then by item
        for i, item in enumerate(self.items):
            item.index = i
            item.text = item.name if hasattr(item, "name") else item.message
            item.folded = fold(item.text)

    def values_at(self, path):
        if path not in self.values:
            self.values[path] = [values_of(item, path) for item in self.items]
        return self.values[path]

    def select_text(self, query, found):
        flags, text = query.get("search", ["", query.get("search_text")])
        if not text:
            return found
        if "r" in flags:
            search = re.compile(text, 0 if "c" in flags else re.IGNORECASE).search
            return [e for e in found if search(e.text)]
        if "c" in flags:
            return [e for e in found if text in e.text]
        text = fold(text)
        return [e for e in found if text in e.folded]

    def select_sets(self, query, found):
        if query.get("levels"):
            levels = {LEVELS.index(x) for x in query["levels"]}
            found = [e for e in found if e.level in levels]
        if query.get("modules"):
            found = list(filter(below(query["modules"]), found))
        if query.get("exclude"):
            found = list(itertools.filterfalse(below(query["exclude"]), found))
        if query.get("tags") and query.get("metrics"):
            found = [e for e in found if {"%s=%s" % pair for pair in e.tags.items()} >= set(query["tags"])]
        elif query.get("tags"):
            found = [e for e in found if set(e.tags) >= set(query["tags"])]
        return found

    def select(self, query):
        found = self.items
        if query.get("start_time"):
            since = parse_iso(query["start_time"])
            found = [e for e in found if e.usec >= since]
        if query.get("end_time"):
            until = parse_iso(query["end_time"])
            found = [e for e in found if e.usec <= until]
        if query.get("trace_id"):
            found = [e for e in found if e.trace == query["trace_id"]]
        found = self.select_text(query, self.select_sets(query, found))
        for text in query["conditions"]:
            condition = Condition(text)
            values = self.values_at(condition.path)
            found = [e for e in found if condition.holds(values[e.index])]
        if query.get("where"):
            found = [e for e in found
                     if holds(query["where"], lambda path, e=e: self.values_at(path)[e.index])]
        return found


def order(query, found):
    value = {"timestamp": lambda e: e.usec, "level": lambda e: e.level,
             "module": lambda e: e.module, "trace_id": lambda e: e.trace,
             "duration_ms": lambda e: e.duration,
             "line_number": lambda e: e.line}[query.get("order_by") or "timestamp"]
    have, lack = list(found), []
    if query.get("order_by") in ("duration_ms", "line_number"):
        have = [e for e in found if value(e) is not None]
        lack = [e for e in found if value(e) is None]
    descending = query.get("order_dir") == "desc"
    last = query.get("last") and not descending
    wanted = (query.get("offset") or 0) + (len(have) if query.get("limit") is None else query["limit"])
    if not last and wanted < len(have) // 8:  # the same, without sorting all
        cut = heapq.nlargest if descending else heapq.nsmallest
        return cut(wanted, have, key=value)
    # Python's sort is stable, reversed too.
    have.sort(key=value, reverse=descending)
    return have + lack


# ---- what is made of them ----

def bucket_usec(field):
    number, unit = re.fullmatch(r"time:([0-9]+)([smhd])", field).groups()
    return int(number) * MEASURE_USEC[unit]


TEXT, JSON, MISSING = range(3)


def typed(value):
    """A value to count by, of the first of several, and its type."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or isinstance(value, Json) and value == "null":
        return "", MISSING
    cut = value.encode()[:1024].decode(errors="ignore")
    return cut, JSON if isinstance(value, Json) and cut == value else TEXT


class Evaluator:
    def __init__(self, entries, metrics):
        self.entries, self.metrics = Table(entries), Table(metrics)

    def counted(self, table, field):
        """The value to count an item by."""
        if field.startswith("time:"):
            bucket = bucket_usec(field)
            return lambda e: iso(e.usec // bucket * bucket)
        values = table.values_at(field)
        return lambda e: typed(values[e.index])

    def count(self, query, table, found):
        """Groups and their counts, in order."""
        fields = [self.counted(table, field) for field in query["count"].split(",")]
        groups = collections.Counter(tuple(typed(field(e)) for field in fields) for e in found)
        by_time = "time:" in query["count"]
        return sorted(groups.items(), key=lambda group: (
            0 if by_time else -group[1], [(text.encode(), kind) for text, kind in group[0]]))

    def series(self, query, found, by_unit=False):
        """(start, unit, first, count, value) of each span of time."""
        aggregate, span = query["series"]
        spans = collections.defaultdict(list)
        for e in found:
            start = e.usec // (SPANS[span] * 10 ** 6) * SPANS[span] * 10 ** 6 if span else 0
            spans[start, e.unit if by_unit else ""].append(e)
        for (start, unit), items in sorted(spans.items()):
            items = sorted(items, key=lambda e: e.usec)
            values = sorted(e.value for e in items)
            # As they come: sums of doubles depend on the order.
            made = {"avg": lambda: sum_of(items) / len(values), "sum": lambda: sum_of(items),
                    "min": lambda: values[0], "max": lambda: values[-1], "count": lambda: len(values)}.get(
                        aggregate, lambda: values[max(1, math.ceil(int(aggregate[1:]) / 100 * len(values))) - 1])()
            yield start, unit, items[0].usec, len(items), float(made)

    def operations(self, root):
        """Trace ids below one, by how they are found: {id: depth}."""
        found = {root: 0}
        parents = self.entries.values_at("context.parent_operation_id")
        queue = [root]
        for operation in queue:
            children = [e for e in self.entries.items if operation in parents[e.index]]
            for e in sorted(children, key=lambda e: e.usec):
                if e.trace not in found:
                    found[e.trace] = found[operation] + 1
                    queue.append(e.trace)
        return found

    def trace(self, root):
        """Lines of read_many."""
        items = []
        for operation, (ulid, depth) in enumerate(self.operations(root).items()):
            for metric, table in ((0, self.entries), (1, self.metrics)):
                own = [e for e in table.items if e.trace == ulid]
                items += [(e.usec, depth, operation, metric, e) for e in sorted(own, key=lambda e: e.usec)]
        items.sort(key=lambda item: item[:3])
        return [b"%d %d %d " % (depth, operation, metric) + e.raw for _, depth, operation, metric, e in items]

    def run(self, question):
        """What read_many says, and what mxlog-read says."""
        query = resolve(question)
        if "trace" in query:
            return self.trace(query["trace"]), []
        table = self.metrics if query.get("metrics") else self.entries
        found = table.select(query)
        if "series" in query:
            return series_lines(query, list(self.series(query, found)),
                                list(self.series(query, found, True)))
        if "count" in query:
            return count_lines(query, self.count(query, table, found))
        found = order(query, found)
        offset, limit = query.get("offset") or 0, query.get("limit")
        found = found[offset:]
        if query.get("last") and query.get("order_dir") != "desc":
            found = found[len(found) - min(limit, len(found)):]
        lines = [e.raw for e in (found if limit is None else found[:limit])]
        return lines, lines


def sum_of(items):
    total = 0.0
    for e in items:
        total += e.value
    return total


def series_lines(query, points, by_unit):
    ours = [b"%d %d %d %s" % (start, first, n, struct.pack(">d", value).hex().encode())
            for start, _, first, n, value in points]
    if not query["series"][1]:
        by_unit.sort(key=lambda p: (-p[4], p[1].encode()))
    shown = ['{"time":"%s","unit":%s,"count":%d,"value":%s}' % (
        iso(start or first), escape(unit), n, repr(value)) for start, unit, first, n, value in by_unit]
    if not points and not query["series"][1]:
        shown = ['{"time":null,"count":0,"value":null}']
    return ours, [line.encode() for line in shown]


def escape(text):
    """A JSON string in canonical form."""
    def small(match):
        c = match[0]
        return {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c) or (
            "\\" + c if c in '"\\' else "\\u%04x" % ord(c))
    return '"' + re.sub('[\x00-\x1f"\\\\\x7f-\x9f\u2028\u2029]', small, text) + '"'


def shown_value(text, kind):
    return {TEXT: escape(text), JSON: text, MISSING: "null"}[kind]


def count_lines(query, groups):
    names = query["count"].split(",")
    if sum(name.startswith("time:") for name in names) == 1:
        names = [name.split(":")[0] for name in names]
    ours = ["%s\t%d" % ("\x1f".join(text for text, _ in values), n) for values, n in groups]
    shown = ["{%s,\"count\":%d}" % (",".join(escape(name) + ":" + shown_value(*value)
                                             for name, value in zip(names, values)), n)
             for values, n in groups]
    return [line.encode() for line in ours], [line.encode() for line in shown]


# ---- the program ----

def digest(lines):
    return "%d %s" % (len(lines), hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest())


def write_segments(where, segments):
    os.makedirs(where, mode=0o700, exist_ok=True)
    for name, lines in segments:
        with open(os.path.join(where, name), "wb") as file:
            file.write(b"".join(raw + b"\n" for raw, _ in lines))


def make(where, n_lines, n_queries, seed, clean):
    rng = random.Random(seed)
    entries, metrics, traces = make_lines(rng, n_lines, clean)
    log = os.path.join(where, "log")
    write_segments(log, entries)
    write_segments(os.path.join(log, "metrics"), metrics)
    evaluator = Evaluator(entries, metrics)
    files = {name: open(os.path.join(where, name), "w") for name in ("queries", "expected", "options", "sql")}
    for _ in range(n_queries):
        question = random_question(rng, traces, evaluator.entries.items, evaluator.metrics.items)
        lines, shown = evaluator.run(question)
        files["queries"].write(as_line(question) + "\n")
        files["expected"].write(digest(lines) + "\n")
        files["options"].write(json.dumps([as_options(question), digest(shown)]) + "\n")
        files["sql"].write((as_sql(question) or "") + "\n")
    for file in files.values():
        file.close()
    bad = sum(1 for _, lines in entries for _, e in lines if not e)
    with open(os.path.join(where, "damaged"), "w") as file:
        file.write("%d\n" % bad)


def read_lines_of(where, name):
    with open(os.path.join(where, name)) as file:
        return file.read().split("\n")[:-1]


def compare_answers(what, queries, expected, got):
    """Line by line; say which differs. What has no answer is not compared."""
    wrong, compared = 0, 0
    for query, want, have in zip(queries, expected, got):
        compared += have != ""
        if have not in ("", want):
            wrong += 1
            if wrong <= 5:
                print("query %s\n  expected %s\n  got      %s" % (query, want, have))
    if len(got) < len(expected):
        print("%d answers to %d queries" % (len(got), len(expected)))
        wrong += 1
    print("%s: %d queries, %d compared, %d differ" % (what, len(expected), compared, wrong))
    return 1 if wrong or not compared else 0


def check(where, what, queries, first):
    """Of the first so many."""
    got = sys.stdin.read().split("\n")[:-1]
    expected = read_lines_of(where, "expected")[:first]
    return compare_answers(what, read_lines_of(where, queries), expected, got)


def command(where, program, first, last):
    asked = [json.loads(line) for line in read_lines_of(where, "options")[first - 1:last]]
    got = []
    for options, _ in asked:
        if options is None:
            got.append("")
            continue
        run = subprocess.run([program, "-D", os.path.join(where, "log"), "-o", "json", *options],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        got.append("status 2" if run.returncode > 1 else digest(run.stdout.split(b"\n")[:-1]))
    return compare_answers("mxlog-read", [options for options, _ in asked], [want for _, want in asked], got)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        clean = sys.argv[2] == "--clean"
        words = sys.argv[3 if clean else 2:]
        make(words[0], int(words[1]), int(words[2]), int(words[3]) if len(words) > 3 else 1, clean)
    elif sys.argv[1] == "command":
        sys.exit(command(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
    elif sys.argv[1] == "sql":
        sys.exit(check(sys.argv[2], "DuckDB", "sql", None))
    else:
        first = int(sys.argv[3]) if len(sys.argv) > 3 else None
        sys.exit(check(sys.argv[2], "library", "queries", first))
