#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: floors inside core, what the reader and the plugins may
see, one file per third-party library, and no cycle between files."""
import os
import re
import subprocess
import sys

# Each floor includes from itself and those before it. A noun's public and
# private header and its parts (archive_file of archive) stand with it.
FLOORS = [
    "base buf error reterr span utf8 le lanes number quick_format timestamp ulid json fs fork_guard ring queue datagram complaint signal_stack",
    "pattern gzip_block yaml json_tree digest symbolizer",
    "level name entry exception metric tbl",
    "config ndjson lookup condition query redact traceback payload trace_order formatter dictconfig",
    "segment numbers claim store archive seal",
    "preparer writer retention cycle position identity checkpoint options module",
    "turn logger handler queue registry delivery scope async crash reader",
]

# Private headers of core that the reader uses, beside those of its own.
READER_SEES = set(
    "base buf reterr span utf8 le lanes number timestamp ulid json fs pattern gzip_block "
    "digest level name entry exception metric lookup condition query ndjson segment archive".split())

# A library's header, and the only files that see it.
THIRD_PARTY = {
    r"pcre2\.h": r"core/pattern\w*\.c",
    r"(libdeflate|zlib)\.h": r"core/gzip_block\.c",
    r"yaml\.h": r"core/yaml\w*\.c",
    r"json-c/.*": r"core/json_tree\.c",
    r"openssl/.*": r"core/digest\.c",
    r"elfutils/.*": r"core/symbolizer\.c",
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


def noun(path):
    """archive_file.h and <mxlog/archive.h> both belong to archive."""
    if "/tbl/" in path:
        return "tbl"
    stem = os.path.basename(path).rsplit(".", 1)[0]
    known = [n for floor in FLOORS for n in floor.split()]
    if stem in known:
        return stem
    parts = [n for n in known if stem.startswith(n + "_") or stem.startswith(n + "s_")
             or stem == n + "s"]
    return max(parts, key=len) if parts else None


def floor(path):
    name = noun(path)
    for number, names in enumerate(FLOORS):
        if name in names.split():
            return number
    return None


def resolve(includer, quoted, name, paths):
    """The file of ours that an #include names, or None."""
    if name.startswith("mxlog/tbl/"):
        return "core/tbl/" + name[len("mxlog/tbl/"):]
    if name.startswith("mxlog/"):
        return "core/include/" + name
    if quoted == "<":
        return None
    for directory in (os.path.dirname(includer), "core", "reader"):
        path = os.path.normpath(os.path.join(directory, name))
        if path in paths:
            return path
    return None


def check_core(path, target, complain):
    if not target.startswith("core/"):
        complain(f"{path}: core includes {target}")
        return
    mine, other = floor(path), floor(target)
    if mine is None or other is None:
        complain(f"{path if mine is None else target}: stands on no floor, "
                 "give it one in tests/check_floors.py")
    elif other > mine:
        complain(f"{path} (floor {mine}) includes {target} (floor {other})")


def check_reader(path, target, complain):
    if target.startswith(("reader/", "core/include/", "core/tbl/")):
        return
    if not target.startswith("core/") or noun(target) not in READER_SEES:
        complain(f"{path}: the reader does not see {target}")


def check_plugin(path, target, complain):
    own = "/".join(path.split("/")[:2]) + "/"
    if not target.startswith((own, "core/include/", "core/tbl/")):
        complain(f"{path}: a plugin sees <mxlog/...> and itself, not {target}")


def check_third_party(path, name, complain):
    for header, allowed in THIRD_PARTY.items():
        if re.fullmatch(header, name) and not re.fullmatch(allowed, path):
            complain(f"{path}: {name} is seen by {allowed} alone")


def check(path, target, complain):
    if path.startswith("core/tools/"):
        return
    if path.startswith("core/"):
        check_core(path, target, complain)
    elif path.startswith("reader/"):
        check_reader(path, target, complain)
    else:
        check_plugin(path, target, complain)


def unit(path):
    """A noun's private headers, source and parts are one file to a reader; what
    it promises the world is another."""
    if path.startswith("core/include/"):
        return path
    if path.startswith("core/"):
        return "core/" + (noun(path) or path)
    return os.path.dirname(path) + "/" + os.path.basename(path).rsplit(".", 1)[0]


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
            if unit(path) != unit(target):
                edges.setdefault(unit(path), set()).add(unit(target))
    cycle = find_cycle(edges)
    if cycle:
        problems.append("a cycle between files: " + " -> ".join(cycle))
    print(f"{len(paths)} files, {sum(map(len, edges.values()))} edges")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
