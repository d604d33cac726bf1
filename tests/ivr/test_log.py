"""The log writes static events with allowed fields, and masks what libraries say."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from ivr import log
from tests.installation import wait_until

NUMBER = "+447700900123"
CALL = "CA" + "0123456789abcdef" * 2


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where the log goes while the test runs; everything is put back afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    log.configure(stream=stream)
    yield stream
    root.handlers[:], _ = before
    root.setLevel(before[1])
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)


def _line(written: io.StringIO) -> dict[str, object]:
    line: dict[str, object] = json.loads(written.getvalue().splitlines()[-1])
    return line


def test_writes_allowed_fields_only(written: io.StringIO) -> None:
    """A field of the allow-list is written, its neighbour that names a call is not."""
    logging.getLogger("routes.voice").info("call_ended", extra={"country": "NO", "call": CALL, "caller": NUMBER})
    line = _line(written)

    assert {"level", "logger", "time", "event", "country"} == set(line)
    assert ("call_ended", "NO") == (line["event"], line["country"])


@pytest.mark.parametrize(
    "said",
    [
        f"could not text {NUMBER}",
        "could not text 447700900123",
        "could not text +44 7700 900123",
        "could not text (07700) 900-123",
        "GET /Calls?From=%2B447700900123",
        f"job {CALL} failed",
        "job 6f1cbe0e-4b0c-4d66-9a8e-7b0d5e3f9a11 failed",
        "from 192.168.100.200",
    ],
)
def test_masks_other_libraries(written: io.StringIO, said: str) -> None:
    """Numbers, ids and machine addresses do not pass in another library's message, however they are written."""
    logging.getLogger("some.library").warning(said)
    digits = [
        part for part in ("447700900123", "900123", "900-123", CALL[2:], "7b0d5e3f9a11", "192.168") if part in said
    ]

    assert [] == [part for part in digits if part in written.getvalue()]


@pytest.mark.parametrize("said", ["retrying in 20 seconds", "status 503 of port 65535", "code 21211", "2 of 123456"])
def test_leaves_small_figures(written: io.StringIO, said: str) -> None:
    """Figures too short for a telephone number stay readable."""
    logging.getLogger("some.library").warning(said)

    assert said == _line(written)["message"]


def _fail(words: str) -> None:
    try:
        int(words)
    except ValueError as cause:
        raise RuntimeError(words) from cause


def test_masks_tracebacks(written: io.StringIO) -> None:
    """An exception's message is masked in the traceback, and so is that of its cause."""
    try:
        _fail(f"no route to {NUMBER} for {CALL}")
    except RuntimeError:
        logging.getLogger("some.library").exception("failed")
    trace = str(_line(written)["trace"])

    assert (True, True) == ("ValueError" in trace, "RuntimeError" in trace)
    assert (False, False) == ("900123" in trace, CALL in trace)


def test_masks_uncaught_exceptions(written: io.StringIO) -> None:
    """What nobody caught, in a thread too, leaves by the log and not by Python's own printing."""

    def fail() -> None:
        raise ValueError(NUMBER)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    assert ("uncaught", False) == (_line(written)["event"], "900123" in written.getvalue())


def test_bare_traceback_has_no_message() -> None:
    """What is kept of a failed job says where and what type, for the cause as well, and quotes nothing."""
    kept = ""
    try:
        _fail("Ana again")
    except RuntimeError as fault:
        kept = log.bare_traceback(fault)

    assert (True, True) == ("ValueError\n" in kept, "RuntimeError\n" in kept)
    assert (True, False) == ("test_log.py" in kept, "Ana" in kept.replace('_fail("Ana again")', ""))


def test_quiets_talkative_libraries(written: io.StringIO) -> None:
    """What the provider's client and the queue say at INFO is not written."""
    for name in log.QUIET:
        logging.getLogger(name).info("request to %s", NUMBER)

    assert "" == written.getvalue()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends of a pipe, to read and to write."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def some_record(name: str) -> logging.LogRecord:
    """Return a record that says a name."""
    return logging.makeLogRecord({"msg": name})


def test_lines_of_a_thread_keep_their_order(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was logged is written when a process ends, in order, by whichever process logged it."""
    monkeypatch.setattr(log, "PARTING", 60.0)  # a busy machine may let the threads wait for long
    handler = log.Patient(pipe[1])
    for number in range(50):
        handler.handle(some_record(f"{number}"))
    handler.flush()
    process = os.fork()
    if not process:
        handler.handle(some_record("child"))
        handler.flush()
        os._exit(0)

    assert 0 == os.waitpid(process, 0)[1]
    assert [*map(str, range(50)), "child"] == os.read(pipe[0], 4096).decode().split()


def test_line_that_cannot_be_made(pipe: tuple[int, int], caplog: pytest.LogCaptureFixture) -> None:
    """Whoever logs what cannot be written as a line goes on: that line is let go, and counted with the next."""
    handler = log.Patient(pipe[1])
    handler.handle(logging.makeLogRecord({"msg": "%d", "args": ("no number",)}))
    handler.handle(some_record("next"))
    handler.flush()

    assert b"next\n" == os.read(pipe[0], 4096)
    assert wait_until(
        lambda: [("log_lines_lost", 1)] == [(each.message, each.__dict__["count"]) for each in caplog.records]
    )


def test_nobody_waits_for_who_reads_the_log(pipe: tuple[int, int], caplog: pytest.LogCaptureFixture) -> None:
    """Beyond what the pipe and the memory hold lines are let go, and counted as soon as there is room."""
    handler, read = log.Patient(pipe[1]), [b""]
    logging_all = threading.Thread(
        target=lambda: [handler.handle(some_record("x" * 99)) for _ in range(3000)], daemon=True
    )
    logging_all.start()
    logging_all.join(60)
    assert not logging_all.is_alive()
    os.set_blocking(pipe[0], False)

    def seen() -> tuple[int, int]:
        with suppress(BlockingIOError):
            while part := os.read(pipe[0], 65_536):
                read.append(part)
        return b"".join(read).count(b"\n"), sum(record.__dict__["count"] for record in caplog.records)

    assert wait_until(lambda: 3000 == sum(seen()))
    assert log.WAITING <= seen()[0] < 3000
    assert {"log_lines_lost"} == {record.message for record in caplog.records}
