# SPDX-License-Identifier: Apache-2.0
"""Structured records from Python's logging to mxlog.

MxlogHandler is a logging.Handler, MxlogProcessor ends a structlog chain. Both
send each record whole, exceptions with frames and causes, `extra` as context,
to the systemd journal or to the syslog socket, where mxlog picks it up:

    "handlers": {"mxlog": {"()": "mxlog_handler.MxlogHandler"}}

destination: "auto" (the journal if it is there, else syslog), "journal",
"syslog", or a socket's path; a path whose name is "socket" speaks the journal's
protocol. Only the standard library is used. Nothing here raises into the
application: what can't be sent goes to logging's own handleError().
"""

import contextvars
import errno
import fcntl
import io
import json
import logging
import os
import socket
import struct
import sys
import threading
import traceback
from datetime import datetime, timezone

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

# From <linux/fcntl.h>, which the fcntl module lacks before Python 3.9.
_F_ADD_SEALS = 1033
_F_SEAL_ALL = 0x1 | 0x2 | 0x4 | 0x8

# What every LogRecord has; all else in it came as `extra`.
_RECORD_FIELDS = frozenset(
    vars(logging.LogRecord("", 0, "", 0, "", (), None))
) | {"message", "asctime", "taskName"}


def _level(number):
    for least, name, severity in _LEVELS:
        if number >= least:
            return name, severity
    return "DEBUG", 7


def _plain(value, depth=0):
    """The value as JSON has it; what JSON has no word for, as its repr."""
    try:
        json.dumps(value, allow_nan=False)
        return value
    except (TypeError, ValueError, RecursionError):
        pass
    if depth < 16 and isinstance(value, dict):
        return {str(k): _plain(v, depth + 1) for k, v in value.items()}
    if depth < 16 and isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v, depth + 1) for v in value]
    try:
        return repr(value)
    except Exception:  # a broken __repr__ is the application's, not ours
        return "<%s>" % type(value).__name__


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _type_name(exception):
    cls = type(exception)
    if cls.__module__ in ("builtins", "__main__"):
        return cls.__qualname__
    return "%s.%s" % (cls.__module__, cls.__qualname__)


def _text(exception):
    try:
        return str(exception)
    except Exception:
        return "<unprintable %s>" % type(exception).__name__


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


def _timestamp(seconds):
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _thread_id():
    try:
        return str(threading.get_native_id())
    except AttributeError:  # before Python 3.8
        return str(threading.get_ident())


class _Sender:
    """A datagram socket that is opened when needed and after a failure."""

    def __init__(self, path):
        self.path = path
        self._socket = None
        self._pid = None
        self._lock = threading.Lock()

    def send(self, data):
        with self._lock:
            if self._socket is None or self._pid != os.getpid():
                self._open()
            try:
                self._socket.send(data)
            except OSError as error:
                if error.errno in (errno.EMSGSIZE, errno.ENOBUFS):
                    self._send_large(data)
                    return
                self._open()  # the daemon was restarted
                self._socket.send(data)

    def close(self):
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _open(self):
        self.close()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._pid = os.getpid()
        try:
            self._socket.connect(self.path)
        except OSError:
            self.close()
            raise

    def _send_large(self, data):
        raise OSError("a record of %d bytes is too large to send" % len(data))


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
        tag = entry["module"].replace(" ", "_")[:32] or "python"
        header = "<%d>%s[%d]: @cee:" % (
            self.FACILITY * 8 + severity,
            tag,
            os.getpid(),
        )
        self.send((header + _json(entry)).encode("utf-8", "replace"))


def _sender(destination):
    if destination == "auto":
        there = os.path.exists(JOURNAL_SOCKET)
        destination = "journal" if there else "syslog"
    if destination == "journal":
        return _JournalSender(JOURNAL_SOCKET)
    if destination == "syslog":
        return _SyslogSender(SYSLOG_SOCKET)
    if destination.startswith("/"):
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
        self._tags = [str(tag) for tag in tags]

    def emit(self, record):
        try:
            entry, severity = self._entry(record)
            self._sender.send_entry(entry, severity)
        except RecursionError:
            raise
        except Exception:
            self.handleError(record)

    def close(self):
        self._sender.close()
        super().close()

    def _entry(self, record):
        name, severity = _level(record.levelno)
        entry = {
            "timestamp": _timestamp(record.created),
            "level": name,
            "module": record.name,
            "line_number": record.lineno,
            "message": record.getMessage(),
            "thread_id": _thread_id(),
            "process_id": str(record.process or os.getpid()),
        }
        if record.funcName:
            entry["function"] = record.funcName
        extra = {
            key: _plain(value)
            for key, value in vars(record).items()
            if key not in _RECORD_FIELDS
        }
        self._lift(entry, extra)
        if record.stack_info:
            extra["stack_info"] = record.stack_info
        if extra:
            entry["context"] = extra
        if record.exc_info and record.exc_info[1] is not None:
            entry["exception"] = exception_info(record.exc_info[1])
        return entry, severity

    def _lift(self, entry, extra):
        """What LogEntry has a field for leaves `extra`."""
        identifier = extra.pop("trace_id", None) or trace_id.get()
        if identifier:
            entry["trace_id"] = str(identifier)
        duration = extra.get("duration_ms")
        if isinstance(duration, (int, float)) and duration >= 0:
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
        level = str(fields.pop("level", method_name)).lower()
        level = self._METHODS.get(level, level).upper()
        number = logging.getLevelName(level)
        record = logging.LogRecord(
            str(fields.pop("logger", None) or "structlog"),
            number if isinstance(number, int) else logging.INFO,
            "",
            fields.pop("lineno", None) or 0,
            str(fields.pop("event", "")),
            (),
            _exc_info(fields.pop("exc_info", None)),
            fields.pop("func_name", None),
        )
        fields.pop("timestamp", None)  # the record's own is exact
        for key, value in fields.items():
            taken = key in _RECORD_FIELDS
            setattr(record, key + "_2" if taken else key, value)
        return record
