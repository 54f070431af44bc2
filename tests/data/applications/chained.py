# SPDX-License-Identifier: Apache-2.0
"""An application that changed one line of its dictConfig: two chained
exceptions, extra fields, a trace."""
import logging
import logging.config
import sys

import mxlog_handler

logging.config.dictConfig({
    "version": 1,
    "handlers": {
        "mxlog": {
            "()": "mxlog_handler.MxlogHandler",
            "destination": sys.argv[1],
        },
    },
    "root": {"level": "DEBUG", "handlers": ["mxlog"]},
})
log = logging.getLogger("src.control_plane.queue")
mxlog_handler.trace_id.set("01HQ8Z9X0ABCDEFGH1JK1MN0PQ")


def move(path):
    try:
        raise OSError(28, "No space left on device")
    except OSError as error:
        raise ValueError("cannot move %s" % path) from error


log.info("moving\nit", extra={"task_id": "task-001", "size": 7, "tags": ["io"],
                              "duration_ms": 1.5, "nested": {"a": [1, None]}})
try:
    try:
        move("a.txt")
    except ValueError:
        raise RuntimeError("the queue is stuck")
except RuntimeError:
    log.exception("moving failed, password=hunter2")
log.debug("x" * 300000)
