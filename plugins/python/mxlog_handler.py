# SPDX-License-Identifier: Apache-2.0
"""Structured records from Python's logging to mxlog.

MxlogHandler is a logging.Handler, MxlogProcessor ends a structlog chain. Both
send each record whole, exceptions with frames and causes, `extra` as context,
to the systemd journal or to the syslog socket, where mxlog picks it up:

    "handlers": {"mxlog": {"()": "mxlog_handler.MxlogHandler"}}

destination: "auto" (the journal if it is there, else syslog), "journal",
"syslog", or a socket's path; a path whose name is "socket" speaks the journal's
protocol. Only the standard library is used. Nothing here raises into the
application (but RecursionError, as logging's own handlers do): what can't be
sent goes to logging's own handleError(). Nor does it wait long: a daemon that
does not read for a second loses what comes in the next ten.
"""

import contextvars
import enum
import errno
import fcntl
import io
import json
import logging
import math
import os
import re
import socket
import struct
import sys
import threading
import time
import traceback
from datetime import date, datetime, timedelta, timezone
from datetime import time as clock_time

JOURNAL_SOCKET = "/run/systemd/journal/socket"
SYSLOG_SOCKET = "/dev/log"

#: The trace_id of the operation at hand; set it where an operation begins.
trace_id = contextvars.ContextVar("mxlog_trace_id", default=None)

# Lowest number of each level, its name, its syslog severity.
_LEVELS = (
    (50, "CRITICAL", 2),
    (40, "ERROR", 3),
    (30, "WARNING", 4),
    (20, "INFO", 6),
)
_MAX_EXCEPTIONS = 32
_MAX_FRAMES = 1000
_MAX_DEPTH = 16
_MAX_VALUES = 10000  # within one of extra
_SHORT_MESSAGE = 4096  # characters, when the whole can't be sent
_WAIT_SECONDS = 1.0  # for a daemon to take more
_PAUSE_SECONDS = 10.0  # after waiting in vain

# From <linux/fcntl.h>, which the fcntl module lacks before Python 3.9.
_F_ADD_SEALS = 1033
_F_SEAL_ALL = 0x1 | 0x2 | 0x4 | 0x8

# Types whose str() is their value, and where they are defined.
_PLAIN_MODULES = frozenset(("decimal", "_decimal", "_pydecimal", "fractions",
                            "uuid", "ipaddress", "pathlib"))
_PLAIN_TYPES = frozenset(("Decimal", "Fraction", "UUID", "_IPAddressBase",
                          "PurePath"))

# What every LogRecord has; all else in it came as `extra`.
_RECORD_FIELDS = frozenset(
    vars(logging.LogRecord("", 0, "", 0, "", (), None))
) | {"message", "asctime", "taskName"}


def _level(number):
    for least, name, severity in _LEVELS:
        if number >= least:
            return name, severity
    return "DEBUG", 7


def _safe(convert, value):
    """str() or repr() of what may have a broken one of its own."""
    try:
        return str(convert(value))
    except Exception:  # the application's fault, not the logger's
        return "<unprintable %s>" % type(value).__name__


def _has_plain_text(value):
    """True for what str() tells all of: Decimal('1.50') is 1.50. By name, so
    that nothing is imported that the application does not use."""
    return any(
        kind.__module__.partition(".")[0] in _PLAIN_MODULES
        and kind.__name__ in _PLAIN_TYPES
        for kind in type(value).__mro__
    )


class _Plain:
    """Values as JSON has them; what JSON has no word for, as its repr."""

    def __init__(self):
        self._left = _MAX_VALUES
        self._inside = set()  # ids of the containers around

    def convert(self, value):
        self._left -= 1
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return value if -(2**63) <= value < 2**64 else _safe(repr, value)
        if isinstance(value, float):
            return value if math.isfinite(value) else repr(value)
        if isinstance(value, (dict, list, tuple, set, frozenset)):
            return self._container(value)
        if isinstance(value, enum.Enum):
            return self.convert(value.value)
        if isinstance(value, (date, clock_time)):  # a datetime is a date
            return _safe(type(value).isoformat, value)
        if isinstance(value, timedelta) or _has_plain_text(value):
            return _safe(str, value)
        return _safe(repr, value)

    def _container(self, value):
        if (
            self._left <= 0
            or len(self._inside) >= _MAX_DEPTH
            or id(value) in self._inside
        ):
            return "<%s of %d>" % (type(value).__name__, len(value))
        self._inside.add(id(value))
        try:
            if isinstance(value, dict):
                return {
                    k if isinstance(k, str) else _safe(str, k): self.convert(v)
                    for k, v in list(value.items())
                }
            return [self.convert(v) for v in list(value)]
        finally:
            self._inside.discard(id(value))


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _type_name(exception):
    cls = type(exception)
    if cls.__module__ in ("builtins", "__main__"):
        return cls.__qualname__
    return "%s.%s" % (cls.__module__, cls.__qualname__)


def _text(exception):
    """Its message and the notes that were added to it."""
    notes = getattr(exception, "__notes__", None)
    lines = [_safe(str, exception)]
    if isinstance(notes, (list, tuple)):
        lines += [_safe(str, note) for note in notes]
    return "\n".join(lines)


def _frames(tb):
    frames = []
    for frame in traceback.extract_tb(tb)[-_MAX_FRAMES:]:
        entry = {
            "file": frame.filename,
            "line": frame.lineno or 0,
            "function": frame.name,
        }
        if frame.line:
            entry["code"] = frame.line
        frames.append(entry)
    return frames


def _cause(exception):
    """What Python would print above it, and why."""
    if exception.__cause__ is not None:
        return exception.__cause__
    return None if exception.__suppress_context__ else exception.__context__


def exception_info(exception):
    """An exception and what caused it, as ExceptionInfo."""
    first = last = None
    seen = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        info = {
            "type": _type_name(exception),
            "message": _text(exception),
            "stack_trace": _frames(exception.__traceback__),
        }
        if last is None:
            first = info
        else:
            last["cause"] = info
        last = info
        exception = _cause(exception) if len(seen) < _MAX_EXCEPTIONS else None
    return first


def _group(exception):
    """The whole text of an exception group, which ExceptionInfo can't hold."""
    if not isinstance(getattr(exception, "exceptions", None), tuple):
        return None
    return "".join(
        traceback.format_exception(
            type(exception), exception, exception.__traceback__
        )
    )


def _timestamp(seconds):
    try:
        moment = datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, OSError, TypeError, ValueError):
        moment = datetime.now(timezone.utc)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _thread_id():
    try:
        return str(threading.get_native_id())
    except AttributeError:  # before Python 3.8
        return str(threading.get_ident())


class _Sender:
    """A datagram socket that is opened when needed, after a failure and in a
    forked child. Its handler's lock guards it: that one is made anew in a
    child, where a lock of its own might stay locked for ever."""

    def __init__(self, path):
        self.path = path
        self._socket = None
        self._pid = None
        self._paused_until = 0.0

    def send(self, data):
        if time.monotonic() < self._paused_until:
            raise OSError("%s is not read: left out" % self.path)
        try:
            self._send(data)
        except socket.timeout:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            raise

    def close(self):
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _send(self, data):
        if self._socket is None or self._pid != os.getpid():
            self._open()
        try:
            self._socket.send(data)
        except socket.timeout:
            raise
        except OSError as error:
            if error.errno in (errno.EMSGSIZE, errno.ENOBUFS):
                self._send_large(data)
                return
            self._open()  # the daemon was restarted
            self._socket.send(data)

    def _open(self):
        self.close()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(_WAIT_SECONDS)
        self._pid = os.getpid()
        try:
            self._socket.connect(self.path)
        except OSError:
            self.close()
            raise

    def _send_large(self, data):
        raise OSError(
            errno.EMSGSIZE, "%d bytes are too large to send" % len(data)
        )


class _JournalSender(_Sender):
    """Fields over the journal's native protocol."""

    def send_entry(self, entry, severity):
        # For who reads the journal itself; mxlog reads the whole entry.
        fields = [
            ("MESSAGE", entry["message"]),
            ("PRIORITY", severity),
            ("LOGGER", entry["module"]),
            ("CODE_FUNC", entry.get("function")),
            ("CODE_LINE", entry.get("line_number")),
            ("MXLOG_ENTRY", _json(entry)),
        ]
        out = io.BytesIO()
        for name, value in fields:
            if value is not None:
                self._write_field(out, name, str(value))
        self.send(out.getvalue())

    @staticmethod
    def _write_field(out, name, text):
        value = text.encode("utf-8", "replace")
        out.write(name.encode())
        if b"\n" in value:
            out.write(b"\n" + struct.pack("<Q", len(value)) + value + b"\n")
        else:
            out.write(b"=" + value + b"\n")

    def _send_large(self, data):
        """Pass it as a sealed memory file, as the protocol wants it."""
        descriptor = os.memfd_create("mxlog", os.MFD_ALLOW_SEALING)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            fcntl.fcntl(descriptor, _F_ADD_SEALS, _F_SEAL_ALL)
            passed = struct.pack("i", descriptor)
            self._socket.sendmsg(
                [b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)]
            )


class _SyslogSender(_Sender):
    """Datagrams as /dev/log takes them, the entry behind @cee:."""

    FACILITY = 1

    def send_entry(self, entry, severity):
        # Nothing that would end the tag, or begin a message of its own.
        tag = re.sub(r"[^A-Za-z0-9_./-]", "_", entry["module"])[:32]
        header = "<%d>%s[%d]: @cee:" % (
            self.FACILITY * 8 + severity,
            tag or "python",
            os.getpid(),
        )
        try:
            self._send_text(header + _json(entry))
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            self._send_text(header + _json(_shortened(entry)))

    def _send_text(self, text):
        self.send(text.encode("utf-8", "replace"))


def _shortened(entry):
    """What is left of an entry that no datagram holds, and is marked so."""
    short = {
        key: entry[key]
        for key in entry
        if key not in ("context", "exception", "message")
    }
    exception = entry.get("exception")
    short["message"] = entry["message"][:_SHORT_MESSAGE]
    if exception:
        short["exception"] = {
            "type": exception["type"],
            "message": exception["message"][:_SHORT_MESSAGE],
            "stack_trace": exception["stack_trace"][-10:],
        }
    short["tags"] = entry.get("tags", [])[:8] + ["truncated"]
    return short


def _sender(destination):
    if isinstance(destination, os.PathLike):
        destination = os.fspath(destination)
    if destination == "auto":
        there = os.path.exists(JOURNAL_SOCKET)
        destination = "journal" if there else "syslog"
    if destination == "journal":
        return _JournalSender(JOURNAL_SOCKET)
    if destination == "syslog":
        return _SyslogSender(SYSLOG_SOCKET)
    if isinstance(destination, str) and destination.startswith("/"):
        if os.path.basename(destination) == "socket":
            return _JournalSender(destination)
        return _SyslogSender(destination)
    raise ValueError(
        'destination %r: "auto", "journal", "syslog" or a socket\'s path '
        "was expected" % (destination,)
    )


class MxlogHandler(logging.Handler):
    """Sends every record to mxlog, see the module's text."""

    def __init__(self, level=logging.NOTSET, destination="auto", tags=()):
        super().__init__(level)
        self._sender = _sender(destination)
        self._tags = [tags] if isinstance(tags, str) else list(map(str, tags))

    def emit(self, record):
        try:
            entry, severity = self._entry(record)
            self._sender.send_entry(entry, severity)
        except RecursionError:
            raise
        except Exception:
            self.handleError(record)

    def close(self):
        self.acquire()
        try:
            self._sender.close()
        finally:
            self.release()
        super().close()

    def _entry(self, record):
        name, severity = _level(record.levelno)
        entry = {
            "timestamp": _timestamp(record.created),
            "level": name,
            "module": str(record.name),
            "line_number": record.lineno,
            # Not of the instance, where an extra may have that name.
            "message": str(type(record).getMessage(record)),
            "thread_id": _thread_id(),
            "process_id": str(record.process or os.getpid()),
        }
        if record.funcName:
            entry["function"] = record.funcName
        extra = {
            key: _Plain().convert(value)
            for key, value in list(vars(record).items())
            if key not in _RECORD_FIELDS
        }
        self._lift(entry, extra)
        if record.stack_info:
            extra["stack_info"] = str(record.stack_info)
        self._explain(entry, extra, record)
        if extra:
            entry["context"] = extra
        return entry, severity

    @staticmethod
    def _explain(entry, extra, record):
        """What went wrong; of a record that another process pickled there is
        nothing but its text, which mxlog reads in the message."""
        exc_info = record.exc_info
        if isinstance(exc_info, tuple) and exc_info[1] is not None:
            entry["exception"] = exception_info(exc_info[1])
            group = _group(exc_info[1])
            if group:
                extra["exception_group"] = group
        elif record.exc_text:
            entry["message"] += "\n" + str(record.exc_text)

    def _lift(self, entry, extra):
        """What LogEntry has a field for leaves `extra`."""
        identifier = extra.pop("trace_id", None) or trace_id.get()
        if identifier:
            entry["trace_id"] = str(identifier)
        duration = extra.get("duration_ms")
        if type(duration) in (int, float) and duration >= 0:
            entry["duration_ms"] = extra.pop("duration_ms")
        tags = list(self._tags)
        if isinstance(extra.get("tags"), (list, tuple)):
            tags += [str(tag) for tag in extra.pop("tags")]
        if tags:
            entry["tags"] = tags


def _exc_info(value):
    if isinstance(value, BaseException):
        return (type(value), value, value.__traceback__)
    if isinstance(value, tuple):
        return value
    return sys.exc_info() if value else None


class MxlogProcessor:
    """The last processor of a structlog chain: sends the event and ends it
    (structlog.DropEvent), or, with drop=False, hands it on."""

    _METHODS = {"exception": "error", "warn": "warning", "msg": "info"}

    def __init__(self, destination="auto", drop=True, tags=()):
        self._handler = MxlogHandler(destination=destination, tags=tags)
        self._drop = drop

    def __call__(self, logger, method_name, event_dict):
        self._handler.handle(self._record(method_name, dict(event_dict)))
        if self._drop:
            import structlog

            raise structlog.DropEvent
        return event_dict

    def _record(self, method_name, fields):
        level = _safe(str, fields.pop("level", method_name)).lower()
        level = self._METHODS.get(level, level).upper()
        number = logging.getLevelName(level)
        record = logging.LogRecord(
            _safe(str, fields.pop("logger", None) or "structlog"),
            number if isinstance(number, int) else logging.INFO,
            "",
            fields.pop("lineno", None) or 0,
            _safe(str, fields.pop("event", "")),
            (),
            _exc_info(fields.pop("exc_info", None)),
            fields.pop("func_name", None),
        )
        fields.pop("timestamp", None)  # the record's own is exact
        for key, value in fields.items():
            key = _safe(str, key)
            taken = key in _RECORD_FIELDS
            vars(record)[key + "_2" if taken else key] = value
        return record
