#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MxlogHandler against applications that do it no favours."""
import array
import datetime
import decimal
import enum
import fractions
import ipaddress
import json
import logging
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import unittest
import uuid

from mxlog_handler import MxlogHandler, MxlogProcessor


class Unprintable:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class Broken(Exception):
    def __str__(self):
        raise ValueError("no message")


def record_of(**fields):
    return logging.makeLogRecord({"levelno": logging.ERROR, "name": "app", **fields})


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)
        self.failures = []
        self.logger = logging.Logger("app.part")

    def serve(self, name):
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        daemon.settimeout(10)
        daemon.bind(os.path.join(self.dir, name))
        self.addCleanup(daemon.close)
        return daemon

    def handle_to(self, name, **options):
        handler = MxlogHandler(destination=os.path.join(self.dir, name), **options)
        handler.handleError = lambda record: self.failures.append(sys.exc_info()[1])
        self.logger.addHandler(handler)
        self.addCleanup(handler.close)
        return handler

    def begin(self, **options):
        self.daemon = self.serve("log")
        return self.handle_to("log", **options)

    def entry(self):
        """The next one that arrived."""
        text = self.daemon.recv(1 << 20).decode("utf-8")
        head, _, entry = text.partition(" @cee:")
        self.assertRegex(head, r"^<\d+>[A-Za-z0-9_./-]{1,32}\[\d+\]:$")

        def refuse(word):
            raise AssertionError(word + " is no JSON")

        return json.loads(entry, parse_constant=refuse)


class Values(Case):
    def test_whatever_extra_holds_the_record_arrives(self):
        self.begin()
        circle = {"name": "circle"}
        circle["self"] = circle
        wide = {}
        for i in range(30):
            wide[str(i)] = wide
        deep = []
        for _ in range(5000):
            deep = [deep]
        shared = "x"
        for _ in range(15):
            shared = [shared] * 10
        extra = {
            "circle": circle,
            "wide": wide,
            "deep": deep,
            "shared": shared,
            "unprintable": Unprintable(),
            "keys": {Unprintable(): 1, 2: 3, None: 4, (5, 6): 7},
            "numbers": [float("nan"), float("inf"), 2**70, 10**5000, -(2**63)],
            "set": {1},
            "bytes": b"\xff\x00",
            "surrogate": "\udcff",
            "getMessage": "mine",
        }
        self.logger.warning("all of it", extra=extra)
        self.assertEqual(self.failures, [])
        context = self.entry()["context"]
        self.assertEqual(context["circle"]["self"], "<dict of 2>")
        self.assertEqual(context["unprintable"], "<unprintable Unprintable>")
        self.assertEqual(context["keys"]["<unprintable Unprintable>"], 1)
        self.assertEqual(context["keys"]["(5, 6)"], 7)
        self.assertEqual(context["numbers"][:3], ["nan", "inf", str(2**70)])
        self.assertEqual(context["numbers"][4], -(2**63))
        self.assertEqual(context["set"], [1])
        self.assertEqual(context["surrogate"], "?")
        self.assertEqual(context["getMessage"], "mine")

    def test_what_json_has_no_word_for_comes_by_value(self):
        class Colour(enum.Enum):
            RED = "red"

        zone = datetime.timezone.utc
        wanted = [
            (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
            (decimal.Decimal("12.50"), "12.50"),
            (fractions.Fraction(1, 3), "1/3"),
            (datetime.datetime(2026, 1, 28, 15, 30, 45, 5, tzinfo=zone),
             "2026-01-28T15:30:45.000005+00:00"),
            (datetime.date(2026, 1, 28), "2026-01-28"),
            (datetime.time(15, 30), "15:30:00"),
            (datetime.timedelta(seconds=90), "0:01:30"),
            (ipaddress.ip_address("192.0.2.1"), "192.0.2.1"),
            (pathlib.PurePosixPath("/srv/a"), "/srv/a"),
            (Colour.RED, "red"),
        ]
        self.begin()
        self.logger.warning("x", extra={"all": [v for v, _ in wanted]})
        self.assertEqual(self.entry()["context"]["all"],
                         [text for _, text in wanted])

    def test_only_a_number_is_a_duration(self):
        self.begin()
        for value in (True, "1", -1, float("inf"), None):
            self.logger.warning("x", extra={"duration_ms": value})
            self.assertNotIn("duration_ms", self.entry())
        self.logger.warning("x", extra={"duration_ms": 1.5})
        self.assertEqual(self.entry()["duration_ms"], 1.5)

    def test_one_tag_is_not_its_letters(self):
        self.begin(tags="disk")
        self.logger.warning("x", extra={"tags": ("a", "b")})
        self.assertEqual(self.entry()["tags"], ["disk", "a", "b"])

    def test_a_name_forges_no_header(self):
        self.begin()
        self.logger.name = "x[1]: @cee:{}\n<0>y"
        self.logger.warning("x")
        self.assertEqual(self.entry()["module"], self.logger.name)

    def test_a_time_that_is_none_is_now(self):
        self.begin()
        for created in (float("nan"), 1e300, "x", None):
            self.logger.handle(record_of(created=created, msg="m"))
            self.assertRegex(self.entry()["timestamp"], r"^\d{4}-.*\.\d{6}Z$")
        self.assertEqual(self.failures, [])


class Exceptions(Case):
    def test_a_message_that_raises_costs_nothing_else(self):
        self.begin()
        try:
            try:
                raise Broken()
            except Broken as error:
                raise KeyError("outer") from error
        except KeyError:
            self.logger.exception("both")
        exception = self.entry()["exception"]
        self.assertEqual(exception["type"], "KeyError")
        self.assertEqual(exception["cause"]["message"], "<unprintable Broken>")

    def test_a_circle_of_causes_ends(self):
        self.begin()
        first, second = ValueError("1"), ValueError("2")
        first.__cause__, second.__cause__ = second, first
        self.logger.error("x", exc_info=first)
        exception = self.entry()["exception"]
        self.assertNotIn("cause", exception["cause"])

    def test_endless_recursion_has_its_last_frames(self):
        self.begin()

        def recurse():
            recurse()

        try:
            recurse()
        except RecursionError:
            self.logger.exception("deep")
        self.assertEqual(self.entry()["exception"]["type"], "RecursionError")

    @unittest.skipIf(sys.version_info < (3, 11), "no groups, no notes")
    def test_groups_and_notes_are_not_lost(self):
        self.begin()
        one = ValueError("one")
        one.add_note("said later")
        self.logger.error("x", exc_info=ExceptionGroup("both", [one, KeyError("k")]))
        entry = self.entry()
        self.assertEqual(entry["exception"]["type"], "ExceptionGroup")
        self.assertIn("KeyError", entry["context"]["exception_group"])
        self.logger.error("x", exc_info=one)
        self.assertEqual(self.entry()["exception"]["message"], "one\nsaid later")

    def test_a_traceback_that_was_pickled_away_is_in_the_message(self):
        self.begin()
        record = record_of(msg="failed", exc_text="Traceback …\nE: x")
        self.logger.handle(record)
        self.assertEqual(self.entry()["message"], "failed\nTraceback …\nE: x")

    def test_no_exception_at_hand_is_none(self):
        self.begin()
        self.logger.error("x", exc_info=True)
        self.assertNotIn("exception", self.entry())


class Sending(Case):
    def test_what_no_datagram_holds_is_cut_and_marked(self):
        self.begin()
        try:
            raise ValueError("v" * 400000)
        except ValueError:
            self.logger.exception("m" * 400000, extra={"large": "x" * 400000})
        entry = self.entry()
        self.assertEqual(self.failures, [])
        self.assertEqual(entry["tags"], ["truncated"])
        self.assertEqual(entry["message"], "m" * 4096)
        self.assertEqual(entry["exception"]["type"], "ValueError")
        self.assertEqual(len(entry["exception"]["stack_trace"]), 1)

    def test_the_journal_gets_it_whole_as_a_file(self):
        self.daemon = self.serve("socket")
        self.handle_to("socket")
        self.logger.error("m" * 400000)
        _, passed, _, _ = self.daemon.recvmsg(16, socket.CMSG_SPACE(4))
        with os.fdopen(array.array("i", passed[0][2])[0], "rb") as file:
            self.assertIn(b"m" * 400000, os.pread(file.fileno(), 1 << 21, 0))
        self.assertEqual(self.failures, [])

    def test_a_value_with_newlines_forges_no_field(self):
        self.daemon = self.serve("socket")
        self.handle_to("socket")
        self.logger.name = "x\nPRIORITY=0"
        self.logger.error("a\nCODE_FUNC=b")
        data = self.daemon.recv(1 << 16)
        self.assertIn(b"MESSAGE\n" + (13).to_bytes(8, "little") + b"a\nCODE_FUNC=b\n", data)
        self.assertIn(b"LOGGER\n" + (12).to_bytes(8, "little") + b"x\nPRIORITY=0\n", data)

    def test_a_daemon_that_does_not_read_costs_one_second(self):
        handler = self.begin()
        begin = time.monotonic()
        for _ in range(3000):
            self.logger.error("unread")
        self.assertLess(time.monotonic() - begin, 8)
        self.assertGreater(len(self.failures), 1000)
        self.daemon.setblocking(False)
        with self.assertRaises(BlockingIOError):
            while self.daemon.recv(1 << 16):
                pass
        self.daemon.settimeout(10)
        handler._sender._paused_until = 0
        self.logger.error("read again")
        self.assertEqual(self.entry()["message"], "read again")

    def test_a_daemon_may_come_late_and_come_again(self):
        self.handle_to("log")
        self.logger.error("nobody")
        self.assertEqual(len(self.failures), 1)
        self.daemon = self.serve("log")
        self.logger.error("first")
        self.assertEqual(self.entry()["message"], "first")
        self.daemon.close()
        os.unlink(os.path.join(self.dir, "log"))
        self.daemon = self.serve("log")
        self.logger.error("second")
        self.assertEqual(self.entry()["message"], "second")

    def test_a_closed_handler_opens_again(self):
        handler = self.begin()
        handler.close()
        handler.close()
        self.logger.error("at exit")
        self.assertEqual(self.entry()["message"], "at exit")

    def test_a_destination_that_is_none_is_refused_in_words(self):
        for wrong in ("log", "", None, 5):
            with self.assertRaisesRegex(ValueError, "destination .* was expected"):
                MxlogHandler(destination=wrong)
        self.daemon = self.serve("log")
        handler = MxlogHandler(destination=pathlib.Path(self.dir, "log"))
        self.addCleanup(handler.close)
        handler.handle(record_of(msg="by path"))
        self.assertEqual(self.entry()["message"], "by path")

    def test_threads_share_a_handler(self):
        self.begin()
        threads = [
            threading.Thread(
                target=lambda i=i: [self.logger.error("%d", i) for _ in range(100)]
            )
            for i in range(8)
        ]
        for thread in threads:
            thread.start()
        seen = [self.entry()["message"] for _ in range(800)]
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(seen), sorted([str(i) for i in range(8)] * 100))

    def test_a_child_forked_while_others_log_can_log(self):
        self.begin()
        ended = threading.Event()

        def drain():
            while not ended.is_set():
                self.entry()

        def chatter():
            while not ended.is_set():
                self.logger.error("on and on")

        threads = [threading.Thread(target=t) for t in (drain, chatter, chatter)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(50):
                pid = os.fork()
                if pid == 0:
                    signal.alarm(10)  # a lock that nobody opens
                    self.logger.error("the child")
                    os._exit(len(self.failures) > 0)
                self.assertEqual(os.waitpid(pid, 0)[1], 0)
        finally:
            ended.set()
            self.logger.error("the end")
            for thread in threads:
                thread.join()


class Processor(Case):
    def test_an_event_of_any_kind_is_sent(self):
        self.daemon = self.serve("log")
        processor = MxlogProcessor(
            destination=os.path.join(self.dir, "log"), drop=False
        )
        self.addCleanup(processor._handler.close)
        event = {"event": Unprintable(), "level": "warn", "getMessage": 1, "args": 2}
        self.assertIs(processor(None, "info", event), event)
        entry = self.entry()
        self.assertEqual(entry["message"], "<unprintable Unprintable>")
        self.assertEqual(entry["level"], "WARNING")
        self.assertEqual(entry["context"], {"getMessage": 1, "args_2": 2})


if __name__ == "__main__":
    unittest.main()
