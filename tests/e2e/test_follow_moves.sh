#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Following survives what becomes of files and directories: nothing is lost or
# shown twice, and what happened is said.
set -euo pipefail

build=${MXLOG_BUILD:?}
command -v python3 >/dev/null || { echo "python3 is not here: skipped"; exit 77; }
exec python3 - "$build/mxlog-read" <<'PYTHON'
import ctypes, os, shutil, signal, subprocess, sys, tempfile, threading, time

READ = sys.argv[1]
DAY = "2026-01-28"


class Follower:
    """mxlog-read -f, and what it has shown."""

    def __init__(self, *options, log=None, limit="0"):
        self.root = tempfile.mkdtemp()
        self.log = os.path.join(self.root, "log")
        os.mkdir(self.log, 0o700)
        self.n, self.shown, self.said = 0, [], []
        self.put(1)
        self.skip = self.n
        self.p = subprocess.Popen([READ, "-D", self.log, "-f", "-n", limit, "-o", "cat", *options],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream, lines in ((self.p.stdout, self.shown), (self.p.stderr, self.said)):
            threading.Thread(target=self.collect, args=(stream, lines), daemon=True).start()
        time.sleep(.4)

    @staticmethod
    def collect(stream, lines):
        for line in stream:
            lines.append(line.decode().strip())

    def line(self, text=None, day=DAY):
        self.n += 1
        return ('{"trace_id":"01HQ8Z9X0ABCDEFGHJ%08d","timestamp":"%sT12:00:00.%06dZ","level":"INFO",'
                '"module":"w","message":"%s"}\n' % (self.n, day, self.n, text or self.n)).encode()

    def put(self, n=3, name=DAY + ".log", log=None, day=DAY):
        with open(os.path.join(log or self.log, name), "ab") as f:
            for _ in range(n):
                f.write(self.line(day=day))

    def path(self, name=DAY + ".log"):
        return os.path.join(self.log, name)

    def expect(self, what, said=None, seconds=15):
        """All of its numbers from the first that came on, each once."""
        wanted = [str(i) for i in range(self.skip + 1, self.n + 1)]
        for _ in range(int(seconds * 20)):
            if sorted(self.shown) == sorted(wanted) and (not said or any(said in s for s in self.said)):
                break
            time.sleep(.05)
        else:
            print("%s: %d of %d shown, missing %s, too many %s; said %s" % (
                what, len(self.shown), len(wanted), sorted(set(wanted) - set(self.shown))[:5],
                [s for s in set(self.shown) if self.shown.count(s) > wanted.count(s)][:5], self.said))
            sys.exit(1)

    def end(self, what):
        print("-- " + what)
        self.p.send_signal(signal.SIGKILL)
        self.p.wait()
        shutil.rmtree(self.root)


def moved():
    f = Follower()
    f.put()
    os.rename(f.log, f.log + ".away")
    f.put(log=f.log + ".away")  # its writer has it open
    f.expect("moved", "is gone")
    os.mkdir(f.log, 0o700)
    f.put()
    f.expect("made anew", "is back")
    f.put(log=f.log + ".away", name=DAY + ".1.log")
    f.put()
    f.expect("both")
    return f


def removed():
    f = Follower()
    f.put()
    f.expect("before")
    shutil.rmtree(f.log)
    f.expect("removed", "is gone")
    os.mkdir(f.log, 0o700)
    f.put()
    f.expect("made anew", "is back")
    return f


def exchange(a, b):
    """Each gets the other's name at once: at no time is there none."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(-100, a.encode(), -100, b.encode(), 2) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def replaced():
    f = Follower()
    other = f.log + ".other"
    os.mkdir(other, 0o700)
    f.put(log=other)
    exchange(other, f.log)
    f.put()
    f.expect("another directory", "another directory")
    return f


def read_only():
    f = Follower()
    os.chmod(f.log, 0o500)
    f.put()
    os.chmod(f.log, 0o700)
    f.put(name=DAY + ".1.log")
    f.expect("read-only")
    return f


def recreated():
    f = Follower()
    for _ in range(3):
        f.put()
        f.expect("before")
        os.unlink(f.path())
        f.put(5)
        f.expect("recreated")
    return f


def renamed_over():
    f = Follower()
    with open(f.path("new"), "wb") as new:
        new.write(f.line() + f.line())
    os.chmod(f.path("new"), 0o600)
    os.rename(f.path("new"), f.path())
    f.put()
    f.expect("renamed over")
    return f


def renamed_away():
    f = Follower()
    f.put()
    with open(f.path(), "ab") as writer:
        os.rename(f.path(), f.path("old.log"))
        f.put()
        writer.write(f.line() + f.line())
    f.expect("renamed away")
    return f


def truncated():
    f = Follower()
    f.put(10)
    f.expect("before")
    size = os.stat(f.path()).st_size
    with open(f.path(), "ab") as writer:  # what a writer takes back
        writer.write(b'{"torn')
        writer.flush()
        time.sleep(.1)
        os.ftruncate(writer.fileno(), size)
    f.put()
    f.expect("taken back")
    return f


def copytruncated():
    f = Follower()
    f.put(10)
    f.expect("before")
    os.truncate(f.path(), 0)
    f.put(4)
    f.expect("copytruncated")
    os.truncate(f.path(), 0)
    f.put(30)  # longer than it was
    f.expect("copytruncated, and longer")
    return f


def rotated():
    f = Follower()
    for number in range(1, 30):
        f.put(name=DAY + ".%d.log" % number)
    f.put(name="2026-01-29.log", day="2026-01-29")
    f.expect("rotated")
    return f


def archived():
    f = Follower()
    f.put()
    os.mkdir(f.path("archive"), 0o700)
    os.unlink(f.path())
    f.put(name="2026-02-01.log", day="2026-02-01")
    f.expect("archived")
    return f


def pieces():
    f = Follower()
    with open(f.path(), "ab", buffering=0) as writer:
        for _ in range(20):
            line = f.line()
            writer.write(line[:50])
            time.sleep(.02)
            writer.write(line[50:])
        writer.write(b"x" * 5000000 + b"\n" + f.line())
        writer.write(b"damaged\n" + f.line())
    f.expect("pieces", "damaged line")
    return f


def burst():
    f = Follower()
    for i in range(3000):
        f.put(1, name="%d-%02d-%02d.log" % (2000 + i // 336, i // 28 % 12 + 1, i % 28 + 1))
    f.put(20000)
    f.expect("3,000 files", seconds=60)
    return f


def unusable():
    f = Follower("--regex", "-g", r"^[0-9]+$|\S+@\S+")
    with open(f.path(), "ab") as writer:
        writer.write(f.line("a" * 100000))
    f.n -= 1
    f.put()
    f.expect("unusable", "took too long", seconds=30)
    return f


def until_match():
    f = Follower("--until-match", "-g", "needle")
    f.put()
    with open(f.path(), "ab") as writer:
        writer.write(f.line("a needle") + f.line("another needle"))
    assert f.p.wait(5) == 0
    time.sleep(.1)
    assert f.shown == ["a needle"], f.shown
    return f


for scenario in (moved, removed, replaced, read_only, recreated, renamed_over, renamed_away, truncated,
                 copytruncated, rotated, archived, pieces, burst, unusable, until_match):
    scenario().end(scenario.__name__.replace("_", " "))

# The reader of a pipe that ends, as in -f | head -1.
root = tempfile.mkdtemp()
with open(root + "/%s.log" % DAY, "wb") as out:
    out.write(b'{"trace_id":"01HQ8Z9X0ABCDEFGHJ00000001","timestamp":"%sT12:00:00.000001Z","level":"INFO",'
              b'"module":"w","message":"1"}\n' % DAY.encode())
start = time.time()
subprocess.run("'%s' -D '%s' -f -o cat | head -1" % (READ, root), shell=True, check=True, timeout=10,
               stdout=subprocess.DEVNULL)
shutil.rmtree(root)
print("-- reader gone, after %.1f s" % (time.time() - start))
PYTHON
