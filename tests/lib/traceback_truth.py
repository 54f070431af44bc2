#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What mxlog_traceback_parse() makes of tracebacks, against the truth.

usage: traceback_truth.py PARSER live | generated DIR | foreign DIR

live        exceptions raised here, against the exception objects themselves
generated   files with what their runtimes said of them beside them (.json)
foreign     files of other languages, of which nothing may be read
"""
import json
import os
import subprocess
import sys
import tempfile
import traceback

MOST_FRAMES = 1000  # MXLOG_EXCEPTION_FRAMES


def parse(parser, paths):
    """The exception in each file, None for none."""
    out = subprocess.run([parser], input="".join(p + "\n" for p in paths),
                         capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


# ---- live exceptions ----

class Custom(ValueError):
    """At module level of __main__: printed without a module."""


def raise_simple():
    raise ValueError("simple")


def raise_without_message():
    raise RuntimeError


def raise_empty_message():
    raise RuntimeError("")


def raise_multi_line():
    raise ValueError("first\nsecond\n\nfourth: with colon\n  indented")


def raise_from_cause():
    try:
        {}["missing"]
    except KeyError as error:
        raise RuntimeError("outer") from error


def raise_in_context():
    try:
        1 / 0
    except ZeroDivisionError:
        raise TypeError("while handling")


def raise_suppressed():
    try:
        1 / 0
    except ZeroDivisionError:
        raise TypeError("alone") from None


def raise_three_deep():
    try:
        raise_from_cause()
    except RuntimeError as error:
        try:
            raise OSError(28, "No space left on device", "/var/x")
        except OSError:
            raise Custom("top") from error


def raise_custom():
    raise Custom("mine")


def raise_local_class():
    class Inner(Exception):
        class Deeper(Exception):
            pass
    raise Inner.Deeper("nested")


def raise_key_error():
    {}["it's \"quoted\""]


def raise_unicode():
    raise ValueError("ünïcödé \u2713 \U0001f600 \u202e")


def raise_recursion():
    def down(n):
        if n == 0:
            raise RuntimeError("bottom")
        down(n - 1)
    down(50)


def raise_two_recursions():
    def even(n):
        if n == 0:
            raise RuntimeError("bottom")
        odd(n - 1)

    def odd(n):
        even(n)
    even(30)


def raise_syntax():
    compile("x = = 1\n", "made up.py", "exec")


def raise_syntax_in_call():
    exec("if True:\nprint(1)\n")


def raise_exec():
    exec(compile("def f():\n  raise ValueError('in exec')\nf()\n",
                 "<made>", "exec"))


def raise_eval():
    eval("1 +\\\n undefined_name")


def raise_lambda():
    (lambda: [1][3])()


def raise_comprehension():
    return [1 // x for x in (1, 0)]


def raise_os_error():
    open("/no/such/file")


def raise_unicode_error():
    b"\xff".decode("utf-8")


def raise_json():
    json.loads("{,}")


def raise_system_exit():
    raise SystemExit(3)


def raise_keyboard_interrupt():
    raise KeyboardInterrupt


def raise_generator():
    def numbers():
        yield 1
        raise LookupError("in a generator")
    list(numbers())


def raise_like_header():
    raise ValueError("Traceback (most recent call last):")


def raise_like_link():
    raise ValueError("During handling of the above exception, "
                     "another exception occurred:")


def raise_colons():
    raise ValueError(": : a: b:")


def raise_chained_method():
    (sys.modules[__name__]
        .raise_simple
        ())


def raise_assertion():
    assert 1 == 2, "one is not two"


def raise_bare_assertion():
    assert 1 == 2


def raise_with_notes():
    error = ValueError("noted")
    error.add_note("a note\nof two lines")
    error.add_note("and one")
    raise error


def raise_group():
    raise ExceptionGroup("several", [ValueError(1), TypeError("two")])


def raise_nested_group():
    raise ExceptionGroup("outer", [
        ExceptionGroup("inner", [ValueError("deep")]), OSError("x")])


def raise_group_with_cause():
    try:
        raise_group()
    except ExceptionGroup as group:
        raise RuntimeError("after a group") from group


def scenarios():
    """Every raise_… that this Python knows."""
    for name, function in sorted(globals().items()):
        if not name.startswith("raise_"):
            continue
        if "group" in name and sys.version_info < (3, 11):
            continue
        if "notes" in name and sys.version_info < (3, 11):
            continue
        yield name, function


def raise_group_in_context():
    try:
        raise ValueError("first")
    except ValueError:
        raise_group()


def raise_group_from_group():
    try:
        raise_group()
    except ExceptionGroup as group:
        raise ExceptionGroup("next", [OSError("y")]) from group


def type_of(error):
    """As the traceback prints it."""
    kind = type(error)
    if kind.__module__ in ("__main__", "builtins"):
        return kind.__qualname__
    return kind.__module__ + "." + kind.__qualname__


def message_of(error):
    # str() of a group appends its size, which the traceback prints as well.
    notes = getattr(error, "__notes__", [])
    return "\n".join([str(error)] + list(notes))


def describe(error):
    """What an ExceptionInfo should say of it."""
    frames = [[f.filename, f.lineno, f.name]
              for f in traceback.extract_tb(error.__traceback__)]
    cause = error.__cause__
    if cause is None and not error.__suppress_context__:
        cause = error.__context__
    return {
        "type": type_of(error),
        "message": message_of(error),
        "frames": frames[-MOST_FRAMES:],
        "cause": describe(cause) if cause is not None else None,
    }


def live(parser):
    wanted, paths, names = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        for name, function in scenarios():
            try:
                function()
            except BaseException as error:  # SystemExit is one of them
                text = "".join(traceback.format_exception(
                    type(error), error, error.__traceback__))
                wanted.append(describe(error))
            names.append(name)
            paths.append(os.path.join(scratch, name))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(text)
        found = parse(parser, paths)
    return compare(names, wanted, found)


def compare(names, wanted, found):
    """Print what differs; true when nothing that was read is wrong."""
    right = wrong = 0
    for name, want, got in zip(names, wanted, found):
        if got == want:
            right += 1
        elif got is None:
            print(f"  {name}: not read")
        else:
            wrong += 1
            print(f"  {name}: WRONG\n    want {json.dumps(want)[:600]}"
                  f"\n    got  {json.dumps(got)[:600]}")
    total = len(names)
    print(f"{right} of {total} read exactly ({100 * right // max(total, 1)} %), "
          f"{total - right - wrong} not read, {wrong} wrong")
    return wrong == 0 and right * 100 >= 90 * total


# ---- files ----

def frames_of(truth, got):
    """The truth's frames; of more than a few it has the outer and inner ones,
    and their number: what lies between is taken from `got`."""
    frames = [[f["file"], f["line"], f["func"]] for f in truth["frames"]]
    hidden = truth["n_frames"] - len(frames)
    if hidden <= 0:
        return frames[-MOST_FRAMES:]
    half = len(frames) // 2
    return frames[:half] + got[half:half + hidden] + frames[half:]


def message_like(truth, got):
    """The truth's message, or `got` where that is the same in print."""
    message = truth["message"]
    if message is None:  # str() failed, which each Python tells otherwise
        short = truth["type"].rpartition(".")[2]
        return got if got in ("<exception str() failed>",
                              f"<unprintable {short} object>") else message
    # A lone surrogate is no UTF-8.
    message = message.encode("utf-8", "surrogatepass")
    message = message.decode("utf-8", "replace")
    message = "\n".join([message] + truth.get("notes", []))
    hint = got[len(message):] if got.startswith(message) else ""
    return got if hint.startswith(". Did you mean: ") else message


def of_python(truth, got):
    """What an ExceptionInfo should say of an exception of Python's."""
    got = got or {"message": "", "frames": [], "cause": None}
    cause = truth.get("cause") or truth.get("context")
    return {
        "type": truth["type"],
        "message": message_like(truth, got["message"]),
        "frames": frames_of(truth, got["frames"]),
        "cause": of_python(cause, got["cause"]) if cause else None,
    }


def reduce(oracle, exception):
    """(what is wanted, what was found), in the oracle's own terms; a wanted
    None: the text holds no exception."""
    if isinstance(oracle, list):  # Java's: the chain's types and frames
        want = [(e["type"], min(e["n_frames"], MOST_FRAMES)) for e in oracle]
        got = []
        while exception is not None:
            got.append((exception["type"], len(exception["frames"])))
            exception = exception["cause"]
        return want, got or None
    if "python" in oracle:
        return of_python(oracle["exception"], exception), exception
    if "name" not in oracle:  # Node threw what is no Error
        return None, exception
    want = {k: oracle[k] for k in ("name", "message")}
    if exception is None:
        return want, None
    kind = exception["type"].split(" [")[0]
    return want, {"name": kind, "message": exception["message"]}


def truths(root):
    """(name, path, what the runtime says) of every text with its truth."""
    for directory, _, files in sorted(os.walk(root)):
        for file in sorted(files):
            oracle = os.path.join(
                directory, file.replace(".inspect", "")[:-4] + ".json")
            if not file.endswith(".txt") or not os.path.exists(oracle):
                continue
            path = os.path.join(directory, file)
            with open(oracle, encoding="utf-8") as truth:
                yield os.path.relpath(path, root), path, json.load(truth)


def generated(parser, root):
    texts = list(truths(root))
    found = parse(parser, [path for _, path, _ in texts])
    pairs = [reduce(truth, exception)
             for (_, _, truth), exception in zip(texts, found)]
    return compare([name for name, _, _ in texts], [p[0] for p in pairs],
                   [p[1] for p in pairs])


def foreign(parser, root):
    """Of languages that are not read, and browsers other than V8's."""
    languages = ("csharp", "dart", "lua", "none", "php", "ruby", "rust")
    browsers = ("firefox", "safari", "opera")
    paths = []
    for directory, _, files in sorted(os.walk(root)):
        for file in sorted(files):
            if os.path.basename(directory) in languages or any(
                    b in file for b in browsers):
                paths.append(os.path.join(directory, file))
    wrong = 0
    for path, exception in zip(paths, parse(parser, paths)):
        if exception is not None:
            wrong += 1
            print(f"  {os.path.relpath(path, root)}: WRONG: "
                  f"{json.dumps(exception)[:300]}")
    print(f"{len(paths)} foreign files, {wrong} wrongly read")
    return wrong == 0


def main():
    parser, what = sys.argv[1:3]
    commands = {"live": live, "generated": generated, "foreign": foreign}
    return 0 if commands[what](parser, *sys.argv[3:]) else 1


if __name__ == "__main__":
    sys.exit(main())
