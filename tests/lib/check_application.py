# SPDX-License-Identifier: Apache-2.0
"""What tests/data/applications/chained.py logged, in these files."""
import json
import sys

entries = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        entries += [json.loads(line) for line in file]
entries = [e for e in entries if e["module"] == "src.control_plane.queue"]
entries.sort(key=lambda e: e["timestamp"])


def check(condition, what):
    if not condition:
        print(json.dumps(entries, indent=1)[:4000])
        sys.exit("FAILED: " + what)


check(len(entries) >= 2, "two entries at least, there are %d" % len(entries))
first, failed = entries[0], entries[1]
check(first["message"] == "moving\nit", "message over two lines")
check(first["level"] == "INFO" and failed["level"] == "ERROR", "levels")
check(first["trace_id"] == "01HQ8Z9X0ABCDEFGH1JK1MN0PQ", "trace_id")
check(first["function"] == "<module>" and first["line_number"] > 20, "source")
check(first["duration_ms"] == 1.5 and "io" in first["tags"], "duration and tags")
context = first["context"]
check(context["task_id"] == "task-001" and context["size"] == 7, "extra fields")
check(context["nested"] == {"a": [1, None]}, "nested extra fields")
check("hunter2" not in json.dumps(entries), "redaction")

chain = []
exception = failed["exception"]
while exception:
    chain.append(exception)
    exception = exception.get("cause")
check([e["type"] for e in chain] == ["RuntimeError", "ValueError", "OSError"],
      "three exceptions, chained")
check(chain[1]["message"] == "cannot move a.txt", "message of a cause")
check(all(e["stack_trace"] for e in chain), "frames of all")
frame = chain[2]["stack_trace"][-1]
check(frame["function"] == "move" and frame["file"].endswith("chained.py")
      and frame["code"].startswith("raise OSError"), "a frame")
print("entries, trace, context, exception and two causes are there")
