#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom. The rooms are floors, lowest first: a file includes from
its own room and from those before it. Plugins and commands see public headers
alone, a third-party library is seen by one file, and no include runs in a circle."""
import os
import re
import subprocess
import sys

ROOMS = [
    "core/tbl", "core/include/mxlog",
    "core/base", "core/extern", "core/entry", "core/redact", "core/parse",
    "core/query", "core/config", "core/store", "core/archive",
    "reader/order", "reader/report", "reader/scan", "reader",
    "core/write", "core/capture", "core/upkeep", "core/logger",
]

# Built on what <mxlog/...> promises, and on their own files.
GUESTS = re.compile(r"(plugins/\w+)/")
PUBLIC = ("core/include/mxlog", "core/tbl")
# What every command's main() may use, mxlogd's too.
PROGRAM = "core/tools/program.h"

# A library's header, and the only files that see it.
THIRD_PARTY = {
    r"pcre2\.h": r"core/extern/pattern\w*\.c",
    r"(libdeflate|zlib)\.h": r"core/extern/gzip_block\.c",
    r"yaml\.h": r"core/extern/yaml\w*\.c",
    r"json-c/.*": r"core/extern/json_tree\.c",
    r"openssl/.*": r"core/extern/digest\.c",
    r"elfutils/.*": r"core/extern/symbolizer\.c",
    r"systemd/.*": r"(plugins/(journald|mxlogd)/.*|core/tools/.*)",
    r"(rsyslog|module-template|msg|template|rsconf|statsobj)\.h": r"plugins/ommxlog/ommxlog\w*\.c",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def sources():
    names = subprocess.run(
        ["git", "ls-files", "core/*.c", "core/*.h", "core/*.def", "reader/*.c",
         "reader/*.h", "plugins/*.c", "plugins/*.h"],
        check=True, capture_output=True, text=True).stdout.split()
    return sorted(set(names))


def resolve(includer, quoted, name, paths):
    """The file of ours that an #include names, or None."""
    if name.startswith("mxlog/tbl/"):
        return "core/tbl/" + name[len("mxlog/tbl/"):]
    if name.startswith("mxlog/"):
        return "core/include/" + name
    if quoted == "<":
        return None
    for directory in ("core", "reader", os.path.dirname(includer)):
        path = os.path.normpath(os.path.join(directory, name))
        if path in paths:
            return path
    return None


def check(path, target, complain):
    room, other = os.path.dirname(path), os.path.dirname(target)
    guest = GUESTS.match(path)
    if guest:
        if (not target.startswith(guest.group(1) + "/") and other not in PUBLIC
                and target != PROGRAM):
            complain(f"{path}: sees <mxlog/...> and itself, not {target}")
    elif room in ("core/tools", "reader/command"):
        pass
    elif room not in ROOMS or other not in ROOMS:
        complain(f"{path} or {target}: in no room that tests/check_floors.py lists")
    elif ROOMS.index(other) > ROOMS.index(room):
        complain(f"{path} includes {target}, which stands on a higher floor")
    elif room.startswith("core/") and other.startswith("reader"):
        complain(f"{path}: core does not include from reader, as {target}")


def check_third_party(path, name, complain):
    for header, allowed in THIRD_PARTY.items():
        if re.fullmatch(header, name) and not re.fullmatch(allowed, path):
            complain(f"{path}: {name} is seen by {allowed} alone")


def unit(path, paths):
    """A noun's source, headers and parts (config_item of config) are one to a
    reader; what it promises the world is another."""
    if path.startswith("core/include/"):
        return path
    words = path.rsplit(".", 1)[0].split("_")
    for n in range(1, len(words)):
        noun = "_".join(words[:n])
        if noun + ".h" in paths or noun + ".c" in paths:
            return noun
    return "_".join(words)


def find_cycle(edges):
    """One cycle of the graph as a list of nodes, or None."""
    state = {}

    def visit(node, trail):
        state[node] = 1
        for other in sorted(edges.get(node, ())):
            if state.get(other) == 1:
                return trail[trail.index(other):] + [other]
            if other not in state:
                found = visit(other, trail + [other])
                if found:
                    return found
        state[node] = 2
        return None

    for node in sorted(edges):
        if node not in state:
            found = visit(node, [node])
            if found:
                return found
    return None


def main():
    problems = []
    paths = set(sources())
    edges = {}
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for quoted, name in INCLUDE.findall(text):
            check_third_party(path, name, problems.append)
            target = resolve(path, quoted, name, paths)
            if not target:
                continue
            check(path, target, problems.append)
            mine, other = unit(path, paths), unit(target, paths)
            if mine != other:
                edges.setdefault(mine, set()).add(other)
    cycle = find_cycle(edges)
    if cycle:
        problems.append("a cycle between files: " + " -> ".join(cycle))
    print(f"{len(paths)} files, {sum(map(len, edges.values()))} edges")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
