"""Sums of what the workers of all machines have met, for the metrics page: a worker has no port of its own.

They stand in one hash in Redis, which the web processes read. They are for watching only: a worker that is killed takes
the last second along, what a job did twice stands there twice, and they begin at 0 where Redis was emptied. What has to
be exact is counted from events (`ivr.adapters.counters`).
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import Counter
from contextlib import suppress

import redis

from ivr.events import Event, EventKind

KEY = "fanal:figures"
PAUSE = 1.0
"""Seconds between a first mark and its writing, so that a thousand jobs cost one order to Redis."""
_FIGURES = {EventKind.TEXT: "fanal_texts", EventKind.RECORD: "fanal_records"}


class Tally:
    """Adds up the marks of one process. `add` waits for nothing and never raises."""

    def __init__(self, connection: redis.Redis) -> None:
        self._redis = connection
        self._lock, self._wake = threading.Lock(), threading.Event()
        self._sums = Counter[str]()
        self._begun = False

    def add(self, figure: str, name: str) -> None:
        """Add one to a figure, under one of its names (`ivr.metrics`)."""
        with self._lock:
            self._sums[f"{figure}:{name}"] += 1
            first, self._begun = not self._begun, True
        if first:
            atexit.register(self.write)
            with suppress(RuntimeError):  # no thread could be made: what is added stands here until the end
                threading.Thread(target=self._run, name="tally", daemon=True).start()
        self._wake.set()

    def happened(self, event: Event) -> None:
        """Add an event of a job, where it is one that is watched."""
        figure = _FIGURES.get(event.kind)
        if figure is not None:
            self.add(figure, event.name)

    def write(self) -> None:
        """Write what was added; where Redis is away it is kept for later."""
        with self._lock:
            sums, self._sums = self._sums, Counter[str]()
        if not sums:
            return
        try:
            with self._redis.pipeline(transaction=True) as asked:
                for name, times in sums.items():
                    asked.hincrby(KEY, name, times)
                asked.execute()
        except redis.RedisError:
            with self._lock:
                self._sums += sums
            self._wake.set()

    def _run(self) -> None:
        while self._wake.wait():
            self._wake.clear()
            time.sleep(PAUSE)
            self.write()
