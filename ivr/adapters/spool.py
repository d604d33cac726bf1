"""The spool: files in which events and errands wait while Redis is away.

One file holds what one source could not deliver, one batch a line, readable by its owner only. Its writer keeps a lock
on it that ends with the writer, so whoever finds a file unlocked may deliver and remove it; no claim can go stale. A
reader that dies half-way leaves the file, and the next one sends the same batches under the same numbers, which the
stream has remembered (`ivr.adapters.stream`) and the queue knows by their jobs' ids.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ivr.adapters.stream import pack, unpack
from ivr.events import Errand, Event, PurgeCall, PurgeMessage

SUFFIX = ".jsonl"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is delivered in one go: `number` counts the batches of a source from 1."""

    source: str
    number: int
    tallies: Mapping[Event, int] = field(default_factory=Counter)
    errands: tuple[Errand, ...] = ()


class Spool:
    """A folder of spool files, which several processes share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: int | None = None
        self._source = ""

    def write(self, batch: Batch) -> None:
        """Append a batch to its source's file and see it onto the disk; raises OSError with the file as before.

        A batch of another source than the one before lets the earlier file go.
        """
        if batch.source != self._source:
            self.release()
        if self._written is None:
            self._written, self._source = self._begin(batch.source), batch.source
        length = os.fstat(self._written).st_size
        line = (_line(batch) + "\n").encode()
        try:
            _append(self._written, line)
        except OSError:
            os.ftruncate(self._written, length)
            raise

    def release(self) -> None:
        """Let go of this process's file, so that it can be delivered; the next batch begins another."""
        if self._written is not None:
            os.close(self._written)
            self._written = None

    def deliver(self, send: Callable[[Batch], None]) -> int:
        """Send every batch of every file that nobody writes, and return how many files are done.

        What `send` raises is passed on, and the file stays. A line that was cut off when its writer died is left out.
        """
        done = 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with _locked(path) as text:
                if text is not None:
                    for batch in _batches(path.stem, text):
                        send(batch)
                    path.unlink(missing_ok=True)
                    done += 1
        return done

    def waiting(self) -> int:
        """Return how many files wait, those being written included."""
        return sum(1 for _ in self._folder.glob(f"*{SUFFIX}"))

    def _begin(self, source: str) -> int:
        """Make and lock a file, and only then give it the name under which readers look."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._folder / f"{source}.new"
        written = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            fcntl.flock(written, fcntl.LOCK_EX)
            fresh.rename(self._folder / f"{source}{SUFFIX}")
        except OSError:
            os.close(written)
            raise
        return written


def _append(written: int, line: bytes) -> None:
    if os.write(written, line) != len(line):
        raise OSError("the disk took only a part of the line")
    os.fsync(written)


@contextmanager
def _locked(path: Path) -> Iterator[str | None]:
    """Lock a file and give its text; None where its writer lives or another reader was first."""
    try:
        opened = path.open("r+b")
    except FileNotFoundError:
        yield None
        return
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            yield opened.read().decode("utf-8", "replace") if path.exists() else None


def _line(batch: Batch) -> str:
    events = [pack(event, times) for event, times in batch.tallies.items()]
    return json.dumps({"number": batch.number, "events": events, "errands": [_fields(e) for e in batch.errands]})


def _fields(errand: Errand) -> dict[str, str]:
    match errand:
        case PurgeCall():
            return {"call": errand.call}
        case PurgeMessage():
            return {"message": errand.message, "fate": errand.fate}
        case _:
            raise ValueError("a text does not wait on disk: it would come too late")


def _batches(source: str, text: str) -> Iterator[Batch]:
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            yield _batch(source, json.loads(line))
            continue
        log.warning("spool_line_unreadable")


def _batch(source: str, fields: Mapping[str, list[dict[str, str]]]) -> Batch:
    events = Counter(dict(unpack(str(event)) for event in fields["events"]))
    errands = tuple(PurgeCall(**e) if "call" in e else PurgeMessage(**e) for e in fields["errands"])
    return Batch(source, int(str(fields["number"])), events, errands)
