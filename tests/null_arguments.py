#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Usage: tests/null_arguments.py HEADER... > null_arguments.c
A program that calls every function of the public headers with NULL for each of
its pointers in turn, and for all of them, the other arguments being good: each
call in a process of its own, which must end by itself."""
import re
import sys

# A good argument of each type; what is not here is room for a result.
GOOD = {
    "const char *": '"text"', "size_t": "4", "int64_t": "0", "uint64_t": "0",
    "uint32_t": "0", "int": "0", "unsigned": "0", "unsigned int": "0",
    "bool": "false", "double": "1.0", "char": "'x'", "void *": "room",
    "struct mxlog_kv": 'mxlog_kv_string("k", "v")',
    "const char *const *": "texts", "char *": "room",
}
OBJECTS = ("entry", "metric", "exception", "config", "query", "reader", "writer", "logger")
DECLARATION = re.compile(r"^MXLOG_EXPORT\s+([^;{]*?)\b(mxlog_\w+)\s*\(([^;]*)\)\s*"
                         r"(?:MXLOG_\w+\([^)]*\)\s*)?;", re.M)


def declarations(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S)
        for returns, name, arguments in DECLARATION.findall(text):
            yield returns.strip(), name, " ".join(arguments.split())


def split(arguments):
    if arguments == "void":
        return []
    return [a.strip() for a in arguments.split(",")]


def type_of(argument):
    argument = re.sub(r"\[[^\]]*\]$", " *", argument)
    argument = re.sub(r"\s*\b\w+(\s*\*)$", r" \1", argument) if argument.endswith(" *") else argument
    found = re.match(r"(.*?[*\s])(\w+)$", argument)
    return (found.group(1) if found and not argument.endswith("*") else argument).strip()


def good(kind):
    if kind in GOOD:
        return GOOD[kind]
    for name in OBJECTS:
        if re.fullmatch(r"(const )?struct mxlog_%s \*" % name, kind):
            return name
        if kind == f"struct mxlog_{name} **":
            return f"&{name}"
    if kind.startswith("enum ") and not kind.endswith("*"):
        return f"({kind})0"
    return "(void *)room" if kind.endswith("*") else None


def calls(arguments):
    """The lists of arguments to try, or none where a type can't be made up."""
    kinds = [type_of(a) for a in arguments if a != "..."]
    values = [good(k) for k in kinds]
    if None in values:
        return
    pointers = [i for i, k in enumerate(kinds) if k.endswith("*")]
    for i in pointers:
        yield values[:i] + ["NULL"] + values[i + 1:]
    if len(pointers) > 1:
        yield ["NULL" if i in pointers else v for i, v in enumerate(values)]


def main():
    n = 0
    names = []
    print("/* Made by tests/null_arguments.py. */")
    for path in sys.argv[1:]:
        print(f"#include <mxlog/{path.rsplit('/', 1)[1]}>")
    print('#include "null_arguments.h"\n')
    for _, name, arguments in declarations(sys.argv[1:]):
        # Not typed, or meant to end the process's logging.
        if "va_list" in arguments:
            continue
        names.append(name)
        for values in calls(split(arguments)):
            print(f"static void call_{n}(void)\n{{\n\t(void){name}({', '.join(values)});\n}}\n")
            print(f'static const char name_{n}[] = "{name}({", ".join(values)})";'.replace('"text"', "text")
                  .replace('mxlog_kv_string("k", "v")', "kv"))
            n += 1
    print("static const struct null_call calls[] = {")
    for i in range(n):
        print(f"\t{{ name_{i}, call_{i} }},")
    print("};\n\nint main(void)\n{\n\treturn null_calls_run(calls, sizeof(calls) / sizeof(calls[0]));\n}")


if __name__ == "__main__":
    main()
