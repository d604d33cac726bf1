"""The outbox: takes what a call leaves to be counted or done, and never makes the call wait for it.

`put` appends to a list in memory. One thread of each process empties it every 50 milliseconds: events go to the stream,
errands to the queue, and both to a file on disk while Redis is away. A text does not wait on disk; it is kept in memory
until it would come too late, then dropped and counted.

What is promised: an item that has left memory (within about 50 ms, or when `flush` has returned True) is neither lost
nor counted twice, whichever process is killed. What is still in memory when its process is killed is lost.
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
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Self

import redis

from ivr.adapters.connection import SHORT, connect
from ivr.adapters.queue import Queues
from ivr.adapters.spool import Batch, Spool
from ivr.adapters.stream import EventStream
from ivr.events import Errand, Event, EventKind, SendText
from ivr.settings import Settings

PAUSE = 0.05
"""Seconds between a first item and the emptying, so that a burst is one batch."""
RETRY_SECONDS = 1.0
"""Seconds between attempts to reach Redis while it is away."""
LIMIT = 100_000
"""Items held in memory at most; more are counted as overflow and let go."""
BATCH = 500
log = logging.getLogger(__name__)


def utc_now() -> dt.datetime:
    """Return the present instant."""
    return dt.datetime.now(dt.UTC)


class Outbox:
    """The outbox of one process. Made before a fork, it begins empty in the child."""

    def __init__(
        self, stream: EventStream, queues: Queues, spool: Spool, clock: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._courier = Courier(stream, queues, spool, clock)
        self._clock = clock
        self._begin()
        mine = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _begin_anew(mine))
        atexit.register(lambda: _close(mine))

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Make the outbox of the settings; it connects when the first item is put."""
        connection = connect(settings.redis_url, SHORT)
        return cls(EventStream(connection), Queues(connection), Spool(settings.spool_path))

    def put(self, item: Event | Errand) -> None:
        """Take an item; never waits for anything outside memory, and never raises."""
        if len(self._items) >= LIMIT:
            self._overflow += 1
            return
        self._items.append(item)
        if self._thread is None:
            self._start()
        self._wake.set()

    def flush(self, timeout: float) -> bool:
        """Wait until all that was put, but for texts, is in Redis or on disk; False if that takes too many seconds."""
        deadline = time.monotonic() + timeout
        while self._items or self._busy or not self._courier.free:
            if time.monotonic() > deadline:
                return False
            self._wake.set()
            time.sleep(0.002)
        return True

    def close(self, timeout: float = 2.0) -> None:
        """Deliver or write down what is left, and end the thread; a text that still waits is counted as dropped."""
        self._closing = True
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _begin(self) -> None:
        self._items: deque[Event | Errand] = deque()
        self._overflow = 0
        self._busy = False
        self._closing = False
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._courier.begin()

    def _start(self) -> None:
        with self._lock, suppress(RuntimeError):  # no thread could be made: the next item tries again
            if self._thread is None and not self._closing:
                thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(RETRY_SECONDS)
            self._wake.clear()
            if not self._closing:
                time.sleep(PAUSE)
            self._empty()
        self._courier.drop_texts()
        self._empty()
        self._courier.end()

    def _empty(self) -> None:
        self._busy = True
        try:
            self._courier.look()
            while self._courier.free and (self._items or self._overflow):
                self._courier.carry(*self._take())
        except Exception:
            log.exception("outbox_fault")
        finally:
            self._busy = False

    def _take(self) -> tuple[list[Event | Errand], int]:
        lost, self._overflow = self._overflow, 0
        if lost:
            log.error("outbox_overflow", extra={"count": lost})
        return [self._items.popleft() for _ in range(min(BATCH, len(self._items)))], lost


class Courier:
    """Carries items to Redis, or to the spool while Redis is away. Used by one thread only.

    Batches are numbered within a source. After a failure a new source begins, so the batch whose fate is unknown is the
    last of its own, and nothing can overtake it or what lies in a file that another process is delivering.
    """

    def __init__(self, stream: EventStream, queues: Queues, spool: Spool, clock: Callable[[], dt.datetime]) -> None:
        self._stream, self._queues, self._spool, self._clock = stream, queues, spool, clock
        self.begin()

    def begin(self) -> None:
        """Begin with nothing held, as one who has yet to see whether Redis is there."""
        self._new_source()
        self._texts: list[SendText] = []
        self._held: list[Batch] = []
        self._away, self._told = True, False
        self._last_look = float("-inf")
        self._spool.release()

    @property
    def free(self) -> bool:
        """True unless something could be put neither into Redis nor on disk."""
        return not self._held

    def look(self) -> None:
        """See whether Redis is back, then deliver what waits in memory and on disk."""
        if self._away and time.monotonic() - self._last_look >= RETRY_SECONDS:
            self._last_look = time.monotonic()
            try:
                self._return()
            except redis.RedisError:
                self._tell()
        held, self._held = self._held, []
        for batch in held:
            self._place(batch)
        self._send_texts()

    def carry(self, items: Iterable[Event | Errand], overflow: int = 0) -> None:
        """Deliver items, or write them down; `overflow` items before them had to be let go."""
        events, errands = Counter[Event](), []
        for item in items:
            match item:
                case Event():
                    events[item] += 1
                case SendText():
                    self._texts.append(item)
                case _:
                    errands.append(item)
        if overflow:
            events[Event.at(self._clock(), EventKind.FAULT, "overflow")] += overflow
        self._ship(events, errands)
        self._send_texts()

    def drop_texts(self) -> None:
        """Give up the texts that still wait for Redis, and count them."""
        dropped, self._texts = self._texts, []
        self._ship(Counter(self._dropped(errand) for errand in dropped), [])

    def end(self) -> None:
        """Let go of the spool file."""
        self._spool.release()

    def _ship(self, events: Counter[Event], errands: Sequence[Errand]) -> None:
        if events or errands:
            self._number += 1
            self._place(Batch(self._source, self._number, events, tuple(errands)))

    def _place(self, batch: Batch) -> None:
        if not self._away:
            try:
                deliver(batch, self._stream, self._queues, self._clock())
            except redis.RedisError:
                self._leave()
            else:
                return
        try:
            self._spool.write(batch)
        except OSError:
            log.error("spool_unwritable")  # noqa: TRY400 - the trace would say nothing more
            self._hold(batch)

    def _hold(self, batch: Batch) -> None:
        """Keep in memory what found no place; under a source of its own, unless it may have arrived under another."""
        if batch.source == self._source:
            batch = replace(batch, source=uuid.uuid4().hex, number=1)
        self._held.append(batch)

    def _send_texts(self) -> None:
        waiting, self._texts = self._texts, []
        late = Counter[Event]()
        for errand in waiting:
            if self._clock() >= errand.before:
                late[self._dropped(errand)] += 1
            elif not self._sent(errand):
                self._texts.append(errand)
        self._ship(late, [])

    def _sent(self, errand: SendText) -> bool:
        if self._away:
            return False
        try:
            self._queues.put(errand, self._clock())
        except redis.RedisError:
            self._leave()
            return False
        return True

    def _return(self) -> None:
        """Go back to Redis if it answers, after delivering what waits on disk."""
        self._stream.waiting()
        self._spool.release()
        self._new_source()
        self._spool.deliver(lambda batch: deliver(batch, self._stream, self._queues, self._clock()))
        self._away = self._told = False

    def _leave(self) -> None:
        self._new_source()
        self._away, self._last_look = True, time.monotonic()
        self._tell()

    def _tell(self) -> None:
        if not self._told:
            log.warning("redis_away")
        self._told = True

    def _new_source(self) -> None:
        self._source, self._number = uuid.uuid4().hex, 0

    def _dropped(self, errand: SendText) -> Event:
        return Event.at(self._clock(), EventKind.TEXT, "dropped", errand.language)


def deliver(batch: Batch, stream: EventStream, queues: Queues, now: dt.datetime) -> None:
    """Put a batch into Redis; sent again, it changes nothing. Raises `redis.RedisError`."""
    if batch.tallies:
        stream.add(batch.source, batch.number, batch.tallies)
    for errand in batch.errands:
        queues.put(errand, now)


def _begin_anew(outbox: weakref.ref[Outbox]) -> None:
    """In a forked child: the thread is gone, and what waits belongs to the parent."""
    mine = outbox()
    if mine is not None:
        mine._begin()


def _close(outbox: weakref.ref[Outbox]) -> None:
    mine = outbox()
    if mine is not None:
        mine.close()
