"""Log lines as JSON, without personal data: what a caller passes as ``extra`` must be keys and counts."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

#: The request that a line belongs to; empty outside one.
request_id: Final[ContextVar[str]] = ContextVar("request_id", default="")
#: The only extra names that are written: a stray value never reaches the log.
FIELDS: Final = ("event", "status", "route", "job", "key", "count", "milliseconds", "attempt", "code")


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, event and the known fields.

    A traceback is told as the kind of error and where it arose: its text could hold a lead's data.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": str(record.msg) if record.args else record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "where": _where(record)}
        return json.dumps(line, ensure_ascii=False)


def _where(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('site-packages/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-4:]
