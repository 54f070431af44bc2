#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions do one thing: their median length is under 20 lines, none has more
than 60 (with a switch 80) or nests deeper than three levels, and no block of
them was copied. The list of calls that are not used stands here, too."""
import re
import statistics
import subprocess
import sys

MAX_LINES = 60
MAX_LINES_SWITCH = 80
MAX_MEDIAN = 20
MAX_NESTING = 3
COPIED_LINES = 10

FORBIDDEN = re.compile(
    r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|"
    r"localtime|gmtime|asctime|ctime|rand|srand|alloca)\s*\(")
LIBRARY_FORBIDDEN = re.compile(r"(?<![\w.>])(abort|exit|syslog|perror)\s*\(")
GOTO = re.compile(r"\bgoto\s+(\w+)")


def sources():
    names = subprocess.run(
        ["git", "ls-files", "core/*.c", "core/*.h", "reader/*.c",
         "reader/*.h", "plugins/*.c", "plugins/*.h"],
        check=True, capture_output=True, text=True).stdout.split()
    return sorted(set(names))


def functions(lines):
    """(line of the name, body) of each function, in the style that clang-format
    leaves: braces of a function alone in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, lines[start:number - 1]
            start = None


def nesting(body):
    """Levels below the function's own, by the indentation of what begins a
    statement; what continues one is aligned in its own way."""
    deepest = 0
    begins = True
    for line in body:
        text = line.strip()
        if not text or text.startswith(("*", "/*", "//", "#")):
            continue
        if begins:
            deepest = max(deepest, len(line) - len(line.lstrip("\t")) - 1)
        begins = text.endswith((";", "{", "}", ":", "*/"))
    return deepest


def check_function(name, start, body, complain):
    limit = MAX_LINES_SWITCH if any("switch (" in b for b in body) else MAX_LINES
    if len(body) > limit:
        complain(f"{name}:{start}: {len(body)} lines, at most {limit}")
    if nesting(body) > MAX_NESTING:
        complain(f"{name}:{start}: nested {nesting(body)} levels, at most {MAX_NESTING}")
    for label in GOTO.findall("\n".join(body)):
        if label not in ("out", "finalize_it"):
            complain(f"{name}:{start}: goto {label}, only out is used")


def strip_comments(text):
    return re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"",
                  lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def check_calls(name, text, complain):
    is_library = re.match(r"(core|reader)/(?!tools/|command/)", name)
    for number, line in enumerate(strip_comments(text).split("\n"), 1):
        found = FORBIDDEN.search(line)
        if not found and is_library:
            found = LIBRARY_FORBIDDEN.search(line)
        if found:
            complain(f"{name}:{number}: {found.group(1)}() is not used here")


def significant(body, start):
    for number, line in enumerate(body, start + 1):
        text = line.strip()
        if len(text) > 3 and not text.startswith(("*", "/*")):
            yield number, text


def check_copies(name, start, body, seen, complain):
    lines = list(significant(body, start))
    for i in range(len(lines) - COPIED_LINES + 1):
        window = tuple(text for _, text in lines[i:i + COPIED_LINES])
        where = f"{name}:{lines[i][0]}"
        first = seen.setdefault(window, where)
        if first != where:
            complain(f"{where}: {COPIED_LINES} lines copied from {first}")
            return


def main():
    problems = []
    lengths = []
    seen = {}
    for name in sources():
        with open(name, encoding="utf-8") as file:
            text = file.read()
        check_calls(name, text, problems.append)
        for start, body in functions(text.split("\n")):
            lengths.append(len(body))
            check_function(name, start, body, problems.append)
            check_copies(name, start, body, seen, problems.append)
    median = statistics.median(lengths)
    print(f"{len(lengths)} functions, median {median:g} lines, longest {max(lengths)}")
    if median >= MAX_MEDIAN:
        problems.append(f"the median function has {median:g} lines, not under {MAX_MEDIAN}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
