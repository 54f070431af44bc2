# SPDX-License-Identifier: Apache-2.0
"""Random questions of read_evaluator.py, and what they are as a line for
read_many, as options of mxlog-read and as SQL.

A question is a LogQuery with more keys: min_level, exclude, last (the last `limit`, where
the order ascends), search (flags and text, instead of search_text), conditions, where (an expression), unit, host, exception, metrics, and
one of count, series (aggregate and bucket), trace and slowest."""
import json
import re

from read_lines import (EXCEPTIONS, FUNCTIONS, HOSTS, LEVELS, METRICS, MODULES, TAGS, UNITS, USERS,
                        WORDS, iso)

SEPARATOR, NEWLINE = "\x1e", "\x1d"  # in no word
LOGQUERY = ["start_time", "end_time", "levels", "modules", "trace_id", "search_text", "tags",
            "limit", "offset", "order_by", "order_dir"]
SIGNS = ["=", "!=", "<", "<=", ">", ">="]
ORDERS = ["timestamp", "level", "module", "trace_id", "duration_ms", "line_number"]
COUNTED = ["level", "module", "level,module", "trace_id", "time:5m", "time:1h,level", "time:90s",
           "context.user", "module,context.user", "tags", "exception.type", "process_id",
           "context.n", "line_number", "context.attempt,level", "time:1h,time:5m", "context.n,context.user_2"]
METRICS_COUNTED = ["metric_name", "metric_name,unit", "time:1h", "tags.op", "metric_type,tags.host", "value"]
AGGREGATES = ["avg", "sum", "min", "max", "count", "p50", "p95", "p99"]
SPANS = {"": 0, "30s": 30, "5m": 300, "1h": 3600, "1d": 86400}


# ---- making them ----

def some_text(rng, entries):
    if rng.random() < 0.5:
        text = rng.choice(WORDS)
        return rng.choice([text, text.upper(), text.lower(), text[1:], text[:-1], text[:2]])
    words = rng.choice(entries).message
    start = rng.randint(0, max(0, len(words) - 2))
    return words[start:start + rng.randint(1, 12)]


def some_pattern(rng, entries):
    """Within what Python, PCRE2 and RE2 all say in the same words. Python alone
    takes an i for the two of Turkish, so there is none."""
    def part():
        return re.escape(some_text(rng, entries) or "x").translate(dict.fromkeys(map(ord, "iI\u0130"), "."))
    return rng.choice([
        lambda: part(),
        lambda: part() + ".*" + part(),
        lambda: "^" + part(),
        lambda: part() + "$",
        lambda: "(" + part() + "|" + part() + ")",
        lambda: "[0-9]+(=|\\.)?" + part(),
        lambda: "^[^ ]+ " + part(),
        lambda: part() + "? ",
        lambda: "[a-h]{3,5}" + part()])()


def number_condition(rng, path, values):
    return path + rng.choice(SIGNS) + str(rng.choice(values))


def some_condition(rng, entries):
    text = re.escape(rng.choice(WORDS))
    entry = rng.choice(entries)
    made = [
        lambda: number_condition(rng, "duration_ms", [0, 50, 99.5, "1e2", entry.duration or 0]),
        lambda: number_condition(rng, "line_number", [0, 17, 142, "1.7e1", 2 ** 31]),
        lambda: number_condition(rng, "level", LEVELS + ["error", "LOUD"]),
        lambda: number_condition(rng, "module", MODULES + ["b"]),
        lambda: number_condition(rng, "function", FUNCTIONS),
        lambda: number_condition(rng, "process_id", [12, 100, "x"]),
        lambda: number_condition(rng, "thread_id", [7, "worker-1"]),
        lambda: number_condition(rng, "timestamp", [iso(entry.usec), iso(entry.usec)[:13]]),
        lambda: number_condition(rng, "trace_id", [entry.trace, "4"]),
        lambda: number_condition(rng, "message", [entry.message, "disk", ""]),
        lambda: number_condition(rng, "tags", TAGS),
        lambda: number_condition(rng, "context.user", USERS),
        lambda: number_condition(rng, "context.attempt", range(10)),
        lambda: number_condition(rng, "context.n", [1, -2.5, "1e30", "true", "null", "x", 10 ** 30, "1.1", "1.10", "1e5",
                                                    4111111111111111111, ""]),
        lambda: number_condition(rng, "context.user_2", USERS),
        lambda: number_condition(rng, "context.request_id", [5, "r-1", "\u00e9"]),
        lambda: rng.choice(["context.request_id", "context.user_2", "context.unknown_key"]),
        lambda: number_condition(rng, "context.deep.a", [1, 2]),
        lambda: number_condition(rng, "context.deep.a.disk", ["full", "empty"]),
        lambda: number_condition(rng, "context.unknown_key.message", ["disk full"]),
        lambda: number_condition(rng, "exception.type", EXCEPTIONS),
        lambda: number_condition(rng, "exception", EXCEPTIONS),
        lambda: number_condition(rng, "exception.message", [entry.message]),
        lambda: "message~" + some_pattern(rng, entries),
        lambda: "context.task_id~" + text,
        lambda: "exception.message~" + text,
        lambda: "module~(^|\\.)" + rng.choice(["b", "queue", "a"]) + "$",
        lambda: "duration_ms~\\.5",
        lambda: rng.choice(["duration_ms", "line_number", "function", "exception", "tags", "thread_id",
                            "context.user", "context.n", "context.deep.a.disk", "context.nothing",
                            "context.unknown_key.level", "exception.message"])]
    return rng.choice(made)()


def some_leaf(rng, entries):
    entry = rng.choice(entries)
    text = rng.choice(WORDS)
    sign = rng.choice(SIGNS)
    made = [
        lambda: ["level", sign, rng.choice(LEVELS), True],
        lambda: ["level", rng.choice(["in", "not in"]), rng.sample(LEVELS, rng.randint(1, 3)), True],
        lambda: ["module", sign, rng.choice(MODULES), True],
        lambda: ["module", rng.choice(["in", "not in"]), rng.sample(MODULES, 2), True],
        lambda: ["module", rng.choice(["~", "!~"]), "(^|\\.)(b|queue|a)$", True],
        lambda: ["timestamp", sign, iso(entry.usec), True],
        lambda: ["trace_id", rng.choice(["=", "!="]), entry.trace, True],
        lambda: ["message", "has", text, True],
        lambda: ["message", rng.choice(["=", "!="]), entry.message, True],
        lambda: ["message", rng.choice(["~", "!~"]), some_pattern(rng, entries), True],
        lambda: ["tags", rng.choice(["has", "=", "!="]), rng.choice(TAGS), True],
        lambda: ["tags", rng.choice(["in", "not in"]), rng.sample(TAGS, 2), True],
        lambda: ["duration_ms", sign, str(rng.choice([0, 50, 99.5, entry.duration or 0])), False],
        lambda: ["line_number", sign, rng.choice(["0", "17", "142", "2147483648"]), False],
        lambda: ["process_id", sign, rng.choice(["12", "100"]), rng.random() < 0.5],
        lambda: ["context.user", sign, rng.choice(USERS), True],
        lambda: ["context.user", "in", rng.sample(USERS, 2), True],
        lambda: ["context.user", "has", text[:2], True],
        lambda: ["context.attempt", sign, str(rng.randint(0, 9)), rng.random() < 0.3],
        lambda: ["context.n", sign, rng.choice(["1", "-2.5", "1e30", "true", "null", str(10 ** 30)]), False],
        lambda: ["context.n", "has", rng.choice(["1", "x"]), rng.random() < 0.5],
        lambda: ["context.deep.a.disk", sign, "full", True],
        lambda: ["exception.type", rng.choice(["=", "!=", "has"]), rng.choice(EXCEPTIONS), True],
        lambda: ["exception.message", "~", re.escape(text), True],
        lambda: [rng.choice(["duration_ms", "exception", "tags", "thread_id", "context.user", "context.n",
                             "context.nothing", "function"]), "", "", True]]
    return rng.choice(made)()


def some_expression(rng, entries, depth=0):
    kind = rng.random()
    if depth == 4 or kind < 0.4:
        return some_leaf(rng, entries)
    if kind < 0.55:
        return ["not", some_expression(rng, entries, depth + 1)]
    return [rng.choice(["and", "or"])] + [some_expression(rng, entries, depth + 1)
                                          for _ in range(rng.randint(2, 3))]


def ask_time(rng, query, items):
    if rng.random() < 0.4:
        a, b = sorted(rng.choice(items).usec for _ in range(2))
        if rng.random() < 0.8:
            query["start_time"] = iso(a)
        if rng.random() < 0.8:
            query["end_time"] = iso(b)


def ask_window(rng, query):
    if rng.random() < 0.85:
        query["limit"] = rng.choice([0, 1, 2, 10, 100, 1000, 30000])
    if rng.random() < 0.3:
        query["offset"] = rng.choice([0, 1, 7, 100, 5000])
    if rng.random() < 0.5:
        query["order_dir"] = rng.choice(["asc", "desc"])
    if "limit" in query and rng.random() < 0.3:
        query["last"] = True


def ask_what(rng, query, traces, entries):
    if rng.random() < 0.3:
        query["levels"] = rng.sample(LEVELS, rng.randint(0, 3))
    elif rng.random() < 0.2:
        query["min_level"] = rng.choice(LEVELS)
    if rng.random() < 0.3:
        query["modules"] = rng.sample(MODULES + ["src", "nothing.here", "src.control"], rng.randint(0, 2))
    if rng.random() < 0.1:
        query["exclude"] = rng.sample(MODULES + ["src"], rng.randint(1, 2))
    if rng.random() < 0.1:
        query["trace_id"] = rng.choice(traces)
    if rng.random() < 0.15:
        query["tags"] = rng.sample(TAGS, rng.randint(0, 2))
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        query.setdefault("conditions", []).append(some_condition(rng, entries))
    for key, values in (("unit", UNITS), ("host", HOSTS), ("exception", EXCEPTIONS)):
        if rng.random() < 0.04:
            query[key] = rng.choice(values)


def ask_text(rng, query, entries):
    kind = rng.random()
    text = some_text(rng, entries)
    if kind < 0.3 and text:
        query["search_text"] = text
    elif kind < 0.4 and text:
        query["search"] = ["c", text]
    elif kind < 0.55:
        query["search"] = [rng.choice(["r", "rc"]), some_pattern(rng, entries)]


def ask_metrics(rng, traces, metrics):
    query = {"metrics": True}
    ask_time(rng, query, metrics)
    if rng.random() < 0.2:
        query["trace_id"] = rng.choice(traces)
    if rng.random() < 0.3:
        query["tags"] = [rng.choice(["op=read", "op=write", "host=db", "op=none"])]
    if rng.random() < 0.2:
        query["search_text"] = rng.choice(["queue", "QUEUE.", "cpu", "e"])
    if rng.random() < 0.7:
        query["conditions"] = [rng.choice([
            "metric_name=" + rng.choice(METRICS), number_condition(rng, "value", [0, 100.25, 5000, "1e3"]),
            "unit=ms", "tags.op!=read", "tags.host", "metric_type=GAUGE", "metric_name~^q"])]
    return query


def random_question(rng, traces, entries, metrics):
    kind = rng.random()
    if kind < 0.03:
        return {"trace": rng.choice(traces)}
    if kind < 0.15:
        query = ask_metrics(rng, traces, metrics)
        if kind < 0.09:
            query["series"] = [rng.choice(AGGREGATES), rng.choice(list(SPANS))]
        elif kind < 0.11:
            query["count"] = rng.choice(METRICS_COUNTED)
        else:
            ask_window(rng, query)
            query["order_by"] = rng.choice(["timestamp", "trace_id"])
        return query
    query = {}
    ask_time(rng, query, entries)
    ask_what(rng, query, traces, entries)
    ask_text(rng, query, entries)
    if rng.random() < 0.25:
        query["where"] = some_expression(rng, entries)
    if kind < 0.3:
        query["count"] = rng.choice(COUNTED)
        return query
    if kind < 0.35:
        query["slowest"] = rng.choice([1, 5, 20, 500])
        return query
    ask_window(rng, query)
    if rng.random() < 0.6:
        query["order_by"] = rng.choice(ORDERS)
    if rng.random() < 0.1 and "last" not in query:
        query[rng.choice(["limit", "levels", "search_text", "trace_id"])] = None
    return query


def resolve(question):
    """The same without the words that only the command knows."""
    query = dict(question)
    conditions = list(query.get("conditions", []))
    for key, path in (("exception", "exception.type"), ("unit", "context.unit"), ("host", "context.hostname")):
        if key in query:
            conditions.append(path + "=" + query.pop(key))
    if "min_level" in query:
        query["levels"] = LEVELS[LEVELS.index(query.pop("min_level")):]
    if "slowest" in query:
        conditions.append("duration_ms")
        query.update(limit=query.pop("slowest"), order_by="duration_ms", order_dir="desc")
    query["conditions"] = conditions
    return query


# ---- expressions as text ----

def value_text(value, string):
    if not string or re.fullmatch("[A-Za-z][A-Za-z0-9_.:-]*", value) and value not in ("true", "false", "null"):
        return value
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(c, c) for c in value) + '"'


def where_text(expression):
    head, *rest = expression
    if head in ("and", "or"):
        return "(" + (" %s " % head).join(map(where_text, rest)) + ")"
    if head == "not":
        return "not " + where_text(rest[0])
    path, sign, value, string = expression
    if sign == "":
        return path
    if isinstance(value, list):
        return "%s %s (%s)" % (path, sign, ", ".join(value_text(v, string) for v in value))
    return "%s %s %s" % (path, sign, value_text(value, string))


# ---- as a line for read_many ----

def as_line(question):
    query = resolve(question)
    model = {key: query[key] for key in LOGQUERY if key in query}
    if "where" in query:
        model["where"] = where_text(query["where"])
    parts = [json.dumps(model)]
    if query.get("metrics"):
        parts.append("M")
    if query.get("last") and query.get("order_dir") != "desc":
        parts.append("L")
    parts += ["x" + module for module in query.get("exclude", [])]
    parts += ["f" + condition for condition in query["conditions"]]
    if "search" in query:
        parts.append("s" + query["search"][0] + " " + query["search"][1])
    if "count" in query:
        parts.append("c" + query["count"])
    if "series" in query:
        parts.append("a%s %d" % (query["series"][0], SPANS[query["series"][1]]))
    if "trace" in query:
        parts.append("t" + query["trace"])
    return SEPARATOR.join(parts).replace("\n", NEWLINE)


# ---- as options of mxlog-read ----

def as_options(question):
    """None where the command shows something else."""
    if "trace" in question or question.get("last") and "offset" in question:
        return None
    out = []
    for key, option in (("start_time", "-S"), ("end_time", "-U"), ("trace_id", "-t"), ("search_text", "-g"),
                        ("order_by", "--order-by"), ("order_dir", "--order-dir"),
                        ("offset", "--offset"), ("min_level", "-p"), ("unit", "--unit"), ("host", "--host"),
                        ("exception", "--exception"), ("count", "--count-by"), ("slowest", "--slowest")):
        if question.get(key) is not None:
            out += [option, str(question[key])]
    if question.get("limit") is not None:
        out += ["-n" if question.get("last") else "--limit", str(question["limit"])]
    for key, option in (("levels", "-l"), ("modules", "-m"), ("exclude", "--exclude-module"), ("tags", "-T")):
        if question.get(key):
            out += [option, ",".join(question[key])]
    for condition in question.get("conditions", []):
        out += ["--field", condition]
    if "where" in question:
        out += ["--where", where_text(question["where"])]
    if "search" in question:
        flags, text = question["search"]
        out += ["-g", text] + ["--regex"] * ("r" in flags) + ["--case-sensitive"] * ("c" in flags)
    if "series" in question:
        name = [c for c in question.get("conditions", []) if c.startswith("metric_name=")]
        if not name:
            return None  # it wants one
        out += ["--metric", name[0].split("=")[1], "--agg", question["series"][0]]
        out += ["--bucket", question["series"][1]] if question["series"][1] else []
    elif question.get("metrics"):
        out.append("--metrics")
    if "start_time" in question and "end_time" in question and question["start_time"] > question["end_time"]:
        return None  # it says that they are exchanged
    return out


# ---- as SQL ----

class Unsayable(Exception):
    pass


RANK = "list_position(['DEBUG','INFO','WARNING','ERROR','CRITICAL'], level)"
EXCEPTION = "list_filter([%s], lambda x: x IS NOT NULL)" % ", ".join(
    "json_extract_string(exception, '$%s.{}')" % (".cause" * depth) for depth in range(3))
COLUMNS = {"module": "module", "function": "function", "trace_id": "trace", "message": "message",
           "metric_name": "metric_name", "metric_type": "metric_type", "unit": "unit",
           "context.user": "json_extract_string(context, '$.user')",
           "context.unit": "json_extract_string(context, '$.unit')",
           "context.hostname": "json_extract_string(context, '$.hostname')",
           "tags.op": "json_extract_string(tags, '$.op')", "tags.host": "json_extract_string(tags, '$.host')"}
NUMBERS = {"duration_ms": "duration_ms", "line_number": "line_number", "value": "value",
           "context.attempt": "TRY_CAST(json_extract_string(context, '$.attempt') AS DOUBLE)"}
LISTS = {"tags": "tags", "exception": EXCEPTION.replace("{}", "type"),
         "exception.type": EXCEPTION.replace("{}", "type"),
         "exception.message": EXCEPTION.replace("{}", "message")}


def quote(text):
    if "\n" in text:
        raise Unsayable
    return "'" + text.replace("'", "''") + "'"


def compare_sql(column, sign, value):
    if sign == "":
        return column + " IS NOT NULL"
    if sign == "~":
        return "regexp_matches(%s, %s)" % (column, value)
    return "%s %s %s" % (column, sign, value)


def condition_sql(condition):
    path, sign, value = re.fullmatch(r"([a-z_.]+)(!=|<=|>=|=|<|>|~|)(.*)", condition, re.S).groups()
    if path == "level" and value in LEVELS and sign != "~":
        return "%s %s %d" % (RANK, sign, LEVELS.index(value) + 1)
    if path in NUMBERS and sign != "~":
        if not re.fullmatch(r"-?[0-9.]*(e[0-9]+)?", value):
            raise Unsayable
        return compare_sql(NUMBERS[path], sign, value)
    if re.fullmatch(r"-?[0-9.]+(e[0-9]+)?", value):
        raise Unsayable  # numbers among texts
    if path in COLUMNS:
        return compare_sql(COLUMNS[path], sign, quote(value))
    if path not in LISTS:
        raise Unsayable
    values = "coalesce(%s, [])" % LISTS[path]
    if sign == "!=":
        return "len(%s) > 0 AND NOT list_contains(%s, %s)" % (values, values, quote(value))
    return "len(list_filter(%s, lambda x: %s)) > 0" % (values, compare_sql("x", sign, quote(value)))


def expression_sql(expression):
    head, *rest = expression
    if head in ("and", "or"):
        return "(" + (" %s " % head).join(map(expression_sql, rest)) + ")"
    if head == "not":
        return "NOT " + expression_sql(rest[0])
    path, sign, value, string = expression
    if path == "timestamp" and sign:
        return "(timestamp %s %s)" % (sign, quote(value[:-1]))
    if sign in ("in", "not in"):
        found = "(%s)" % " OR ".join("coalesce(%s, false)" % condition_sql(path + "=" + v) for v in value)
        return found if sign == "in" else "(coalesce(%s, false) AND NOT %s)" % (condition_sql(path), found)
    if sign in ("has", "~", "!~") or (string and path in NUMBERS):
        raise Unsayable  # a string is no number here, and is one to SQL
    return "coalesce(%s, false)" % condition_sql(path + sign + value)


def text_sql(query):
    column = "metric_name" if query.get("metrics") else "message"
    flags, text = query.get("search") or ["", query.get("search_text") or ""]
    if flags == "rc":
        return "regexp_matches(%s, %s)" % (column, quote(text))
    if "r" in flags or not text and flags:
        raise Unsayable
    if flags == "c":
        return "contains(%s, %s)" % (column, quote(text))
    if not text:
        return "true"
    # Where all agree what the other case is.
    if re.search(r"[^\x20-\x7eа-яА-Я]|[iIkKsS]", text):
        raise Unsayable
    return "contains(lower(%s), lower(%s))" % (column, quote(text))


def below_sql(modules):
    return " OR ".join("module = %s OR starts_with(module, %s)" % (quote(m), quote(m + ".")) for m in modules)


def where_sql(query):
    out = [text_sql(query)]
    if query.get("start_time"):
        out.append("timestamp >= %s" % quote(query["start_time"][:-1]))
    if query.get("end_time"):
        out.append("timestamp <= %s" % quote(query["end_time"][:-1]))
    if query.get("levels"):
        out.append("level IN (%s)" % ", ".join(quote(x) for x in query["levels"]))
    if query.get("modules"):
        out.append(below_sql(query["modules"]))
    if query.get("exclude"):
        out.append("NOT (%s)" % below_sql(query["exclude"]))
    if query.get("trace_id"):
        out.append("trace = %s" % quote(query["trace_id"]))
    for tag in query.get("tags") or []:
        if query.get("metrics"):
            out.append(compare_sql("json_extract_string(tags, '$.%s')" % tag.split("=")[0], "=",
                                   quote(tag.split("=")[1])))
        else:
            out.append("list_contains(tags, %s)" % quote(tag))
    out += [condition_sql(condition) for condition in query["conditions"]]
    if "where" in query:
        out.append(expression_sql(query["where"]))
    return " AND ".join("(%s)" % x for x in out)


def span_sql(text):
    number, unit = re.fullmatch(r"([0-9]+)([smhd])", text).groups()
    usec = int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit] * 1000000
    return "epoch_us(timestamp) // %d * %d" % (usec, usec)


def counted_sql(field):
    if field.startswith("time:"):
        return "strftime(make_timestamp(%s), '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ')" % span_sql(field[5:])
    if field in ("level", "process_id"):
        return "coalesce(%s, '')" % field
    if field == "tags":
        return "coalesce(tags[1], '')"
    if field == "exception.type":
        return "coalesce(json_extract_string(exception, '$.type'), '')"
    if field == "line_number":
        return "coalesce(line_number::VARCHAR, '')"
    if field == "context.attempt":
        return "coalesce(json_extract_string(context, '$.attempt'), '')"
    if field not in COLUMNS:
        raise Unsayable
    return "coalesce(%s, '')" % COLUMNS[field]


def series_sql(query, where):
    aggregate, bucket = query["series"]
    values = "list(value ORDER BY value)"
    value = {"avg": "sum(value) / count(*)", "sum": "sum(value)", "min": "min(value)", "max": "max(value)",
             "count": "count(*)::DOUBLE"}.get(aggregate)
    if not value:
        value = "%s[greatest(1, ceil(%s * count(*)))::INTEGER]" % (values, int(aggregate[1:]) / 100)
    start = span_sql(bucket) if bucket else "0"
    return ("SELECT %s AS start, epoch_us(min(timestamp)), count(*), %s FROM metrics WHERE %s"
            " GROUP BY ALL HAVING count(*) > 0 ORDER BY start" % (start, value, where))


def as_sql(question):
    """The kind of answer and SQL for it; None where it can't say the same."""
    query = resolve(question)
    if "trace" in query:
        return None
    table = "metrics" if query.get("metrics") else "entries"
    try:
        where = where_sql(query)
        if "series" in query:
            return "series\t" + series_sql(query, where)
        if "count" in query:
            fields = [counted_sql(field) for field in query["count"].split(",")]
            order = ", ".join(str(i + 1) for i in range(len(fields)))
            if "time:" not in query["count"]:
                order = "count(*) DESC, " + order
            return "count\tSELECT %s, count(*) FROM %s WHERE %s GROUP BY ALL ORDER BY %s" % (
                ", ".join(fields), table, where, order)
    except Unsayable:
        return None
    if query.get("last"):
        return None
    key = {"level": RANK, "trace_id": "trace"}.get(query.get("order_by"), query.get("order_by") or "timestamp")
    sql = "%s\tSELECT n FROM %s WHERE %s ORDER BY %s %s NULLS LAST, n" % (
        table, table, where, key, query.get("order_dir") or "asc")
    if query.get("limit") is not None:
        sql += " LIMIT %d" % query["limit"]
    return sql + " OFFSET %d" % (query.get("offset") or 0)
