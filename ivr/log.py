"""The log: one JSON object a line on stderr, static event names, fields from an allow-list, nothing about a caller.

Our own modules log with the standard library: `log.info("call_ended", extra={"country": "NO"})`. A field that is not
in the allow-list is not written. Other libraries' messages and every traceback pass a mask, since nobody can promise
what a library puts into its sentences.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
import sys
import threading
import time
import traceback
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import TextIO

FIELDS = (
    "code",
    "count",
    "country",
    "fault",
    "job",
    "language",
    "need",
    "outcome",
    "port",
    "queue",
    "revision",
    "status",
    "step",
    "where",
)
"""The only fields that are written; none of them can name a caller, a call or a text."""
OURS = frozenset({"directory", "ivr", "routes", "worker", "__main__"})
"""Packages whose messages are static event names."""
QUIET = ("rq", "rq.worker", "rq.job", "rq.scheduler", "rq.queue", "twilio", "twilio.http_client", "urllib3", "alembic")
"""Libraries that write addresses, ids or arguments at INFO (facts on the provider, section 6, and on RQ, section 9)."""
LONGEST = 8000
"""Characters of a message or traceback that are kept."""
WAITING = 1000
"""Lines that wait for whoever reads the log at most; more are let go, and counted."""
PARTING = 1.0
"""Seconds in which a process that ends has its last lines read."""
log = logging.getLogger(__name__)
_IDENTIFIER = re.compile(r"[A-Z]{0,2}[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d(?:[ ().\-/]{0,2}\d){6,}")


def mask(text: str) -> str:
    """Hide everything that looks like an identifier of the provider or a telephone number."""
    return _NUMBER.sub("[number]", _IDENTIFIER.sub("[id]", text))


def bare_traceback(fault: BaseException | None) -> str:
    """Return where an exception came from and its type, without its message, which may quote what it choked on."""
    if fault is None:
        return ""
    frames = "".join(traceback.format_tb(fault.__traceback__))
    cause = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return mask(f"{bare_traceback(cause)}{frames}{type(fault).__name__}\n")[-LONGEST:]


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a record that cannot be formatted gives a line that says so."""
        try:
            message = mask(record.getMessage())[:LONGEST]
        except Exception:  # noqa: BLE001 - a library's wrong format string must not cost the line
            message = "unreadable_message"
        ours = record.name.partition(".")[0] in OURS
        line: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event" if ours else "message": message,
        }
        line.update((name, _plain(getattr(record, name))) for name in FIELDS if ours and hasattr(record, name))
        if record.exc_info:
            line["trace"] = _masked_traceback(*record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Patient(logging.Handler):
    """Writes lines from a thread of its own, so that nobody who logs waits for whoever reads them.

    A pipe that nobody empties takes some hundred lines; whoever wrote one more would stand still, with all calls of the
    process. A process that is made by another one begins with no line and a thread of its own.
    """

    _thread: threading.Thread | None

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._begin()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line; let it go where too many wait, or where none can be made of it: whoever logs goes on."""
        if self._process != os.getpid():
            self._begin()
        if self._taken - self._written >= WAITING:
            self._lost += 1
            return
        try:
            line = f"{self.format(record)}\n".encode(errors="replace")
        except Exception:  # noqa: BLE001 - a fault in what is said of a call is no fault of the call
            self._lost += 1
            return
        self._lines.put(line)
        self._taken += 1
        if self._thread is None:
            writer = threading.Thread(target=self._write, name="log", daemon=True)
            with suppress(RuntimeError):  # no thread could be made: the next line tries again
                writer.start()
                self._thread = writer

    def flush(self) -> None:
        """Wait a little until all lines are written, in a process that ends."""
        deadline = time.monotonic() + PARTING
        while self._process == os.getpid() and self._written < self._taken and time.monotonic() < deadline:
            time.sleep(0.005)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._taken = self._written = self._lost = 0
        self._thread = None

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            with suppress(OSError):  # the disk is full, or the reader has gone
                while line:
                    line = line[os.write(self._descriptor, line) :]
            self._written += 1
            if self._lost:
                self._tell()

    def _tell(self) -> None:
        """Say how many lines were let go, now that there is room for one."""
        self.acquire()
        lost, self._lost = self._lost, 0
        self.release()
        log.warning("log_lines_lost", extra={"count": lost})


def configure(level: int = logging.INFO, stream: TextIO | None = None, *, waits: bool = True) -> None:
    """Send every record of this process through the formatter, uncaught exceptions and warnings included.

    `waits` says whether whoever logs waits until the line is written: a server may not, a command that ends must.
    """
    handler = logging.StreamHandler(stream or sys.stderr) if waits else Patient(sys.stderr.fileno())
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) or value is None else mask(str(value))[:LONGEST]


def _masked_traceback(
    kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
) -> str:
    return mask("".join(traceback.format_exception(kind, fault, trace)))[-LONGEST:]


def _log_uncaught(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("uncaught", exc_info=(kind, fault, trace))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
