"""The outbox: takes what a call leaves to be counted or done, and never makes the call wait for it.

`put` writes a line into memory that outlives the process (`ivr.adapters.spool`). One thread of each process makes
batches of the lines every 50 milliseconds and carries them to Redis (`ivr.adapters.courier`); a file is erased when
everything in it has been counted in SQL.

What is promised: an item for which `put` has returned is neither lost nor counted twice, whichever process is killed
and whatever Redis forgets. Only where the disk has refused to reserve a file do items stand in the memory of their
process alone.
"""

from __future__ import annotations

import atexit
import datetime as dt
import logging
import os
import threading
import time
import uuid
import weakref
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Self

from ivr.adapters.batch import Item, gathered, line_of
from ivr.adapters.connection import SHORT, connect
from ivr.adapters.courier import HEAR_SECONDS, RETRY_SECONDS, Courier, Source
from ivr.adapters.queue import Queues
from ivr.adapters.spool import SpoolFile
from ivr.adapters.stream import EventStream
from ivr.events import Event, EventKind, SendText
from ivr.settings import Settings

PAUSE = 0.05
"""Seconds between a first item and the emptying, so that a burst is one batch."""
FILE_SECONDS = 5.0
"""Seconds between attempts to make a file where the disk refuses."""
LIMIT = 100_000
"""Items held in the memory of a process alone at most; more are counted as overflow and let go."""
log = logging.getLogger(__name__)


def utc_now() -> dt.datetime:
    """Return the present instant."""
    return dt.datetime.now(dt.UTC)


class Outbox:
    """The outbox of one process. Made before a fork, it begins empty in the child."""

    def __init__(
        self, stream: EventStream, queues: Queues, folder: Path, clock: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._folder, self._clock, self._redis = folder, clock, (stream, queues)
        self._begin()
        mine = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _begin_anew(mine))
        atexit.register(lambda: _close(mine))

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Make the outbox of the settings; it connects when it is started, or when the first item is put."""
        connection = connect(settings.redis_url, SHORT)
        return cls(EventStream(connection), Queues(connection), settings.spool_path)

    def start(self) -> None:
        """Make the file and start the thread now, before anything is put; adopt what dead processes have left."""
        if self._file is None and self._thread is None:
            self._take_file()
        self._start()

    def put(self, item: Item) -> None:
        """Take an item; never waits for anything outside memory, and never raises."""
        with self._lock:
            if self._file is not None and self._file.append(line_of(item)):
                self._items.append(item)
            elif len(self._unfiled) + self._held < LIMIT:
                self._unfiled.append(item)
            else:
                self._lost[_instead_of(item, self._clock())] += 1
        if self._thread is None:
            self._start()
        if not self._wake.is_set():  # else the thread has not begun to look, and will find this too
            self._wake.set()

    def flush(self, timeout: float) -> bool:
        """Wait until all that was put is in Redis, or, while it is away, on disk; False if that takes too long."""
        deadline = time.monotonic() + timeout
        while self._items or self._unfiled or self._busy or not self._courier.is_done:
            if time.monotonic() > deadline:
                return False
            self._wake.set()
            time.sleep(0.002)
        return True

    def close(self, timeout: float = 2.0) -> None:
        """Carry what can be carried, and end the thread; the rest stands in a file that others adopt."""
        self._closing = True
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _begin(self) -> None:
        self._items: list[Item] = []
        """Put since the last batch, and in the file."""
        self._unfiled: list[Item] = []
        """Put since the last batch, and in no file: there is none, or it is full."""
        self._lost = Counter[Event]()
        """What is counted in the place of items that were let go since the last batch."""
        self._held = self._number = self._accepted = self._erased = 0
        self._busy = self._closing = self._told = False
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._file: SpoolFile | None = None
        self._refused = float("-inf")
        self._source = Source(uuid.uuid4().hex, None)
        self._courier = Courier(self._source, *self._redis, self._folder, self._clock)

    def _start(self) -> None:
        with self._starting, suppress(RuntimeError):  # no thread could be made: the next item tries again
            if self._thread is None and not self._closing:
                thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(HEAR_SECONDS if self._courier.is_waiting else RETRY_SECONDS)
            self._wake.clear()
            if not self._closing:
                time.sleep(PAUSE)
            self._empty()
        self._empty()
        with self._lock:
            self._divide()  # what was put during that round: else its file would be removed as one that holds nothing
            self._courier.end()

    def _empty(self) -> None:
        self._busy = True
        try:
            if self._file is None or self._file.is_half_full:
                self._take_file()
            self._hand_over()
            self._courier.work()
            self._erase()
            self._courier.adopt()
            self._held = self._courier.held
        except Exception:
            log.exception("outbox_fault")
        finally:
            self._busy = False

    def _hand_over(self) -> None:
        """Make a batch of all that has been put since the last one."""
        with self._lock:
            lost, self._lost = self._lost, Counter()
            self._unfiled += lost.elements()
            self._source.is_whole &= not self._unfiled
            self._items, self._unfiled = self._items + self._unfiled, []
            self._divide()
        if lost:
            log.error("outbox_overflow", extra={"count": lost.total()})

    def _divide(self) -> None:
        """Make a batch of what is in the file. The lock is held."""
        if not self._items:
            return
        self._number += 1
        batch = gathered(self._source.name, self._number, self._accepted, self._items)
        self._items, self._accepted = [], batch.accepted
        if self._file is not None:
            self._file.mark_batch(batch.number, batch.accepted)
        self._source.add(batch)

    def _take_file(self) -> None:
        """Go on in a new file, as a new source; where the disk refuses, go on as before."""
        now = time.monotonic()
        if now - self._refused < FILE_SECONDS:
            return
        try:
            made = SpoolFile.make(self._folder)
        except OSError:
            if not self._told:
                log.error("spool_unwritable")  # noqa: TRY400 - the trace would say nothing more
            self._refused, self._told = now, True
            return
        self._told = False
        with self._lock:
            self._divide()
            self._file = made
            self._items = list(takewhile(lambda item: made.append(line_of(item)), self._unfiled))
            self._unfiled = self._unfiled[len(self._items) :]
        self._begin_source()  # without the lock: it may remove a file, and a disk may be slow

    def _erase(self) -> None:
        """Erase the file when everything in it has been counted."""
        if self._file is None or self._number == self._erased or not self._source.is_counted:
            return
        with self._lock:
            if not self._items and not self._unfiled:
                self._file.erase(self._number, self._accepted)
                self._erased = self._number

    def _begin_source(self) -> None:
        self._number = self._accepted = self._erased = 0
        self._source = Source(self._file.source if self._file else uuid.uuid4().hex, self._file)
        self._courier.turn_to(self._source)


def _instead_of(item: Item, now: dt.datetime) -> Event:
    """Return what is counted in the place of an item that is let go: of a text, that it was not sent."""
    if isinstance(item, SendText):
        return Event.at(now, EventKind.TEXT, "dropped", item.language)
    return Event.at(now, EventKind.FAULT, "overflow")


def _begin_anew(outbox: weakref.ref[Outbox]) -> None:
    """In a forked child: the thread is gone, and what waits belongs to the parent."""
    mine = outbox()
    if mine is not None:
        mine._courier.abandon()
        mine._begin()


def _close(outbox: weakref.ref[Outbox]) -> None:
    mine = outbox()
    if mine is not None:
        mine.close()
