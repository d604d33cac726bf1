"""The courier: carries batches to Redis and keeps them until they have been counted. Used by one thread only."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import redis

from ivr.adapters.batch import Batch, gathered
from ivr.adapters.queue import Queues
from ivr.adapters.spool import SUFFIX, Content, SpoolFile
from ivr.adapters.stream import EventStream
from ivr.events import SendText

RETRY_SECONDS = 1.0
"""Seconds between attempts to reach Redis while it is away."""
HEAR_SECONDS = 0.5
"""Seconds between questions whether batches have been counted."""
ADOPT_SECONDS = 2.0
"""Seconds until the next look, where there was no file that nobody writes any more."""
log = logging.getLogger(__name__)


class Source:
    """The batches of one source that have not been counted yet, and the file in which they stand."""

    def __init__(self, name: str, file: SpoolFile | None, counted: int = 0) -> None:
        self.name, self.file = name, file
        self.is_whole = True
        """All of it stands in the file, if there is one; else another process could not go on with it."""
        self._batches: deque[Batch] = deque()
        self._queued: set[int] = set()
        self._last = self._sent = self._counted = counted

    @classmethod
    def adopted(cls, file: SpoolFile, content: Content) -> Source:
        """Return the source of a file whose writer has died; what it had not divided into batches becomes the last."""
        source = cls(content.source, file, content.number)
        source._queued = set(content.sent)
        for batch in content.batches:
            source.add(batch)
        if content.rest:
            batch = gathered(content.source, content.last + 1, content.accepted, content.rest)
            file.mark_batch(batch.number, batch.accepted)
            source.add(batch)
        return source

    def add(self, batch: Batch) -> None:
        """Take the next batch."""
        self._batches.append(batch)
        self._last = batch.number

    @property
    def is_counted(self) -> bool:
        """True when nothing of it is left to be counted."""
        return not self._batches

    @property
    def is_sent(self) -> bool:
        """True when everything is in the stream, as far as is known."""
        return self._last <= self._sent

    @property
    def events(self) -> int:
        """How many events it holds."""
        return sum(batch.events for batch in self._batches)

    def following(self) -> Batch | None:
        """Return the next batch to be sent; None if there is none. In a damaged file the one before may be missing."""
        before = None
        for batch in self._batches:
            if batch.number > self._sent:
                return replace(batch, first=batch.number - 1 != before)
            before = batch.number
        return None

    def sent(self, batch: Batch) -> None:
        """Note that a batch is in the stream, and its errands are in the queue."""
        self._sent = batch.number
        if batch.number not in self._queued:
            self._queued.add(batch.number)
            if self.file:
                self.file.mark_sent(batch.number)

    def has_queued(self, batch: Batch) -> bool:
        """Tell whether the errands of a batch were put into the queue once: a text must not be put there again."""
        return batch.number in self._queued

    def go_back(self, known: int) -> None:
        """Begin again behind the last batch that the stream knows."""
        self._sent = min(self._sent, max(known, self._counted))

    def counted(self, upto: int) -> None:
        """Let go of the batches that have been counted."""
        self._counted = max(self._counted, upto)
        while self._batches and self._batches[0].number <= self._counted:
            self._queued.discard(self._batches.popleft().number)
        self._sent = max(self._sent, self._counted)


class Courier:
    """Carries the batches of this process, and of one file at a time that a dead process has left."""

    def __init__(
        self, own: Source, stream: EventStream, queues: Queues, folder: Path, clock: Callable[[], dt.datetime]
    ) -> None:
        self._stream, self._queues, self._folder, self._clock = stream, queues, folder, clock
        self._own = own
        self._others: list[Source] = []
        """Earlier sources of this process that have no file, and the one that was adopted."""
        self._adopted: Source | None = None
        self._resting: set[Path] = set()
        """Files with nothing left to queue, seen while another was in hand: they wait on the disk, not in memory."""
        self._tried = self._heard = self._looked = float("-inf")
        self._told = False
        self.is_away = False

    def turn_to(self, source: Source) -> None:
        """Carry another source; the one before is carried to its end, here or by whoever adopts its file."""
        before, self._own = self._own, source
        if before.file and before.is_whole:
            _close(before)
        elif before.file or not before.is_counted:
            self._others.append(before)

    @property
    def is_done(self) -> bool:
        """True when everything of this process is in Redis, or, while that is away, in a file."""
        return all(each.is_sent or (self.is_away and each.file) for each in self._all())

    @property
    def held(self) -> int:
        """How many events are in memory only."""
        return sum(each.events for each in self._all() if each.file is None or not each.is_whole)

    @property
    def is_waiting(self) -> bool:
        """True while something has not been counted."""
        return any(not each.is_counted for each in self._all())

    def work(self) -> None:
        """Send what can be sent, and hear what has been counted; never raises for a Redis that is away."""
        now = time.monotonic()
        if self.is_away and now - self._tried < RETRY_SECONDS:
            return
        self._tried = now
        try:
            for each in self._all():
                self._send(each)
            if now - self._heard >= HEAR_SECONDS:
                self._heard = now
                self._hear()
            self.is_away = self._told = False
        except redis.RedisError:
            self.is_away = True
            if not self._told:
                log.warning("redis_away")
            self._told = True

    def adopt(self) -> None:
        """Take over a file that nobody writes any more, if Redis is there and has all of the one in hand.

        That this has been counted is not waited for where something in another has still to be put into a queue: it may
        be a text, which lives two minutes.
        """
        if self._adopted not in self._others:
            self._adopted, self._resting = None, set()
        now = time.monotonic()
        if self.is_away or now - self._looked < ADOPT_SECONDS or (self._adopted and not self._adopted.is_sent):
            return
        for path in sorted(set(self._folder.glob(f"*{SUFFIX}")) - self._resting):
            with suppress(OSError):
                if self._take(path):
                    return
        self._looked = now

    def _take(self, path: Path) -> bool:
        """Take over a file in the place of the one in hand; False where it is not wanted. Raises OSError."""
        found = SpoolFile.adopt(path)
        if found is None:
            return False
        file, content = found
        if self._adopted and content.is_queued:
            file.release()
            self._resting.add(path)
            return False
        source = _source(file, content)
        if source is None:
            return False
        if self._adopted and self._adopted.file:
            self._resting.add(self._adopted.file.path)
            self._others.remove(self._adopted)
            _close(self._adopted)
        self._others.append(source)
        self._adopted = source
        return True

    def end(self) -> None:
        """Let go of everything: what has not been counted stands in files that others adopt."""
        for each in self._all():
            _close(each)

    def abandon(self) -> None:
        """In a forked child: the files are the parent's."""
        for each in self._all():
            if each.file:
                each.file.release()

    def _all(self) -> list[Source]:
        return [self._own, *self._others]

    def _send(self, source: Source) -> None:
        while batch := source.following():
            known = self._stream.add(batch)
            if known < batch.number:
                source.go_back(known)
                continue
            if not source.has_queued(batch):
                self._queue(batch)
            source.sent(batch)

    def _queue(self, batch: Batch) -> None:
        """Put the errands of a batch into the queue; a text, which is put once only, so that no failover loses it."""
        self._queues.put_all(batch.errands, self._clock())
        if any(isinstance(errand, SendText) for errand in batch.errands):
            self._queues.secure()

    def _hear(self) -> None:
        for each in self._all():
            if not each.is_counted:
                each.counted(self._stream.counted(each.name))
            if not each.is_counted:
                each.go_back(self._stream.known(each.name))
        for each in [each for each in self._others if each.is_counted]:
            self._others.remove(each)
            _close(each)


def _source(file: SpoolFile, content: Content) -> Source | None:
    """Return what a file holds; None where it holds nothing, and then the file is gone."""
    if content.unreadable:
        log.warning("spool_line_unreadable", extra={"count": content.unreadable})
    source = Source.adopted(file, content)
    if source.is_counted:
        _close(source)
        return None
    return source


def _close(source: Source) -> None:
    if source.file is None:
        return
    if source.is_counted:
        source.file.remove()
    else:
        source.file.release()
