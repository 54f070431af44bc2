# SPDX-License-Identifier: Apache-2.0
"""Every pair of mxlog-read's options: refused with a line that says why, or
right.

usage: read_pairs.py MXLOG_READ OPTIONS_DEF DIR

Two filters together find what both find alone. A filter and another option
print what the other one alone prints of a directory that holds nothing but what
the filter finds. Of two others each must show in what is printed, or the pair
is in SAME, where that is right."""
import itertools
import json
import os
import re
import subprocess
import sys

read, table, where = sys.argv[1:]
TRACE = "01KG2HBQC8QW74DE8BE0MC0005"
BOOT = "4e4ce6c6b1f74fcb93e5a4e4ab6ad5b%d"

# What each option is given; a list for more than one word.
ARGUMENTS = {
    "log-dir": [where + "/b"], "since": ["2026-01-28T15:05:00Z"], "until": ["2026-01-28T15:33:00Z"],
    "level": ["ERROR,INFO"], "min-level": ["WARNING"], "module": ["a"], "exclude-module": ["b"],
    "trace-id": [TRACE], "search": ["1"], "search-in": ["context.user"], "tag": ["x"], "field": ["context.n>10"],
    "where": ["context.n in (7, 8, 19) or line_number = 30"], "exception": ["OSError"], "unit": ["q"], "host": ["h1"],
    "boot": [BOOT % 1], "query": [where + "/query"], "lines": ["3"], "limit": ["2"], "offset": ["3"],
    "order-by": ["module"], "order-dir": ["desc"], "cursor": [], "after-cursor": [], "before": ["1"], "after": ["1"],
    "context": ["2"], "context-of": ["module"], "count-by": ["level"], "distinct": ["context.n"], "histogram": [],
    "slowest": ["4"], "trace": [TRACE], "metric": ["wait"], "of": ["duration_ms"], "agg": ["max"],
    "by": ["level"], "bucket": ["5m"], "output": ["csv"], "fields": ["context.n"], "cursor-file": [where + "/cursor"],
    "color": ["always"]}
FILTERS = {"since", "until", "level", "min-level", "module", "exclude-module", "trace-id", "search", "tag", "field",
           "where", "exception", "unit", "host", "boot", "dmesg", "query"}
# They wait, or end at once.
APART = {"follow", "until-match", "help", "version"}
# What they need to mean anything, and with what it is given here.
NEEDS = {"regex": "search", "case-sensitive": "search", "search-in": "search", "context-of": "context",
         "errors": "since", "before": "where", "after": "where", "context": "where", "agg": "of", "by": "of", "bucket": "of", "fields": "output"}
# These do not show on standard output, or not with this data.
SILENT = {"no-pager", "explain", "pager-end", "quiet", "csv-safe", "color", "utc", "case-sensitive", "regex", "search-in",
          "show-cursor"}  # JSON and CSV stay pure: it goes to standard error
# What they print depends on more than what a filter finds.
BEYOND = {"log-dir", "metrics", "metric", "cursor", "after-cursor", "show-cursor", "before", "after", "context",
          "context-of", "disk-usage", "trace", "cursor-file"}
# Pairs that print the same without one of the two, as they should.
SAME = {("metrics", "metric"), ("since", "errors"),  # it looks at the time before, too
         ("errors", "output"), ("log-dir", "errors"), ("slowest", "output"),
        ("log-dir", "context"), ("log-dir", "before"), ("log-dir", "after"),
        # The newest ones are behind the cursor anyway; one row is one row.
        ("lines", "cursor"), ("lines", "after-cursor"), ("lines", "metric"), ("lines", "of"), ("lines", "agg"),
        ("lines", "patterns"), ("lines", "errors"), ("limit", "patterns"), ("limit", "metric"), ("limit", "of"), ("limit", "agg"),
        # As many before and after as one of them says.
        ("before", "context"), ("after", "context")}


def lines():
    for i in range(1, 41):
        entry = {"trace_id": TRACE[:-2] + "%02d" % (5 if i % 9 == 0 else i), "timestamp": "2026-01-28T15:%02d:01.000001Z" % i,
                 "level": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"][i % 5], "module": "ab"[i % 2],
                 "line_number": i, "message": "m%d M%d" % (i % 13, i),
                 "context": {"n": i, "user": "u%d" % (i % 3), "unit": "q.service" if i % 4 else "r.service",
                             "hostname": "h%d" % (i % 3), "boot_id": BOOT % (i // 20)},
                 "tags": ["x"] if i % 3 else ["y"]}
        if i % 6 == 0:
            entry["context"]["transport"] = "kernel"
        if i % 4 == 1:
            entry["exception"] = {"type": "OSError" if i % 8 == 1 else "KeyError", "message": "x", "stack_trace": []}
        if i % 2:
            entry["duration_ms"] = i * 1.5
        yield json.dumps(entry, separators=(",", ":")) + "\n"


def make():
    for name in ("a", "b"):
        os.makedirs(os.path.join(where, name, "metrics"), mode=0o700)
    written = list(lines())
    with open(where + "/a/2026-01-28.log", "w") as file:
        file.writelines(written)
    with open(where + "/b/2026-01-28.log", "w") as file:
        file.writelines(line.replace('"message":"', '"message":"b') for line in written[:20])
    with open(where + "/a/metrics/2026-01-28.metrics.log", "w") as file:
        for i in range(20):
            file.write(json.dumps({"trace_id": TRACE, "timestamp": "2026-01-28T15:%02d:00.000000Z" % i,
                                   "metric_name": "wait", "metric_type": "GAUGE", "value": i, "unit": "ms",
                                   "tags": {"op": "ab"[i % 2]}}) + "\n")
    with open(where + "/query", "w") as file:
        file.write('{"where": "context.n < 35"}')


def run(*words):
    env = {k: v for k, v in os.environ.items() if not k.startswith("MXLOG_")}
    env.update(TZ="Asia/Tokyo", LC_ALL="C.UTF-8", NO_COLOR="1", MXLOG_LOG_DIR=where + "/a")
    done = subprocess.run([read, *words], env=env, capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.decode()


def words_of(name):
    out = ["--" + name]
    if ARGUMENTS.get(name):
        out = ["--%s=%s" % (name, ARGUMENTS[name][0])]
    return out


def given(names):
    """The words of options, and of what they need."""
    words = [word for name in names for word in words_of(name)]
    for name in names:
        need = NEEDS.get(name)
        if need and need not in names and not (name in ("agg", "bucket", "by") and "metric" in names):
            words += words_of(need)
    return words


def messages(words):
    status, out, err = run("-o", "json", *words)
    return status, [json.loads(line).get("message") for line in out.splitlines()], err


def check_refusal(names, err):
    if err.count("\n") != 1 or not err.startswith("mxlog-read: "):
        return "refused with %r" % err
    return None


def check_filters(a, b):
    status, both, err = messages(given([a, b]))
    if status == 2:
        return check_refusal([a, b], err)
    alone = [messages(given([name]))[1] for name in (a, b)]
    want = [m for m in alone[0] if m in alone[1]]
    return None if both == want else "%d entries, not %d" % (len(both), len(want))


def only(name):
    """A directory of nothing but what the filter finds."""
    log = os.path.join(where, "only", name)
    if not os.path.isdir(log):
        found = run("-o", "json", *given([name]))[1]
        os.makedirs(log, mode=0o700)
        with open(log + "/2026-01-28.log", "wb") as file:
            file.write(found)
    return log


def check_filtered(name, other):
    """A filter beside an option that is none."""
    status, out, err = run(*given([name, other]))
    if status == 2:
        return check_refusal([name, other], err)
    if other in BEYOND or NEEDS.get(other) in FILTERS or (name, other) in SAME:
        return None
    alone = run("-D", only(name), *given([other]))
    return None if alone[:2] == (status, out) else "prints %r, not %r" % (out[:150], alone[1][:150])


def check_shown(a, b):
    status, both, err = run(*given([a, b]))
    if status == 2:
        return check_refusal([a, b], err)
    if status not in (0, 3):
        return "status %d: %s" % (status, err)
    for name, other in ((a, b), (b, a)):
        if name in SILENT or "quiet" in (a, b) or NEEDS.get(other) == name:
            continue
        if both == run(*given([other]))[1]:
            return "--%s has no effect" % name
    return None


def check(a, b):
    if a in FILTERS and b in FILTERS:
        return check_filters(a, b)
    if a in FILTERS or b in FILTERS:
        return check_filtered(*((a, b) if a in FILTERS else (b, a)))
    return None if (a, b) in SAME else check_shown(a, b)


def main():
    make()
    names = re.findall(r'^OPTION\([A-Z_]+, (?:0|\'.\'), "([a-z-]+)"', open(table).read(), re.M)
    status, out, err = run("--limit", "1", "--show-cursor", "-r", "--offset", "9")
    cursor = re.search("cursor: (.*)", out.decode() + err)
    for name in ("cursor", "after-cursor"):
        ARGUMENTS[name] = [cursor[1]]
    names = [name for name in names if name not in APART and name != "cursor-file"]
    wrong, refused, pairs = 0, 0, 0
    for a, b in itertools.combinations(names, 2):
        bad = check(a, b)
        first, second = run(*given([a, b]))[0], run(*given([b, a]))[0]
        if (first == 2) != (second == 2):
            bad = "refused in one order alone"
        refused += first == 2
        pairs += 1
        if bad:
            wrong += 1
            print("--%s --%s: %s" % (a, b, bad))
    print("%d pairs, %d refused, %d wrong" % (pairs, refused, wrong))
    sys.exit(wrong > 0)


main()
