"""Everything between an outbox and the counters, with real parts: a stream, a queue, a spool and a database."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ivr import jobs
from ivr.adapters.batch import Item
from ivr.adapters.books import Books, compare
from ivr.adapters.connection import PATIENT, SHORT, connect
from ivr.adapters.counters import Counters, counters
from ivr.adapters.errands import Errands
from ivr.adapters.outbox import Outbox
from ivr.adapters.queue import Queues
from ivr.adapters.stream import EventStream
from tests.databases import with_tables

LONG = 60.0
"""Seconds that a test waits at most: it costs time only where something has failed."""
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@dataclass
class _Puts:
    items: list[Item]

    def put(self, item: Item) -> None:
        self.items.append(item)


class CountingHouse:
    """One installation's counting: make outboxes, count, look at what came of it. `now` is its clock."""

    def __init__(self, redis_url: str, database_url: str, folder: Path) -> None:
        self.now = NOW
        self.redis_url, self.spool = redis_url, folder / "spool"
        self.engine = with_tables(database_url)
        self.redis = connect(redis_url, PATIENT)
        self.stream, self.queues = EventStream(self.redis), Queues(self.redis)
        self.counters, self.errands = Counters(self.engine), Errands(self.engine)
        self.put: list[Item] = []
        """What jobs have put into their outbox, which is none."""
        self._outboxes: list[Outbox] = []
        self._clients = [self.redis]

    def outbox(self) -> Outbox:
        """Make an outbox of another process, so to speak."""
        connection = connect(self.redis_url, SHORT)
        self._clients.append(connection)
        self._outboxes.append(Outbox(EventStream(connection), Queues(connection), self.spool, lambda: self.now))
        return self._outboxes[-1]

    def count(self) -> None:
        """Do the job that counts."""
        jobs.begin(self.collaborators())
        jobs.count_events()

    def collaborators(self, **others: Any) -> jobs.Collaborators:
        """Return what the jobs work with; a provider and claims must be given where a job needs them."""
        given: dict[str, Any] = {
            "provider": None,
            "claims": None,
            "stream": self.stream,
            "queues": self.queues,
            "counters": self.counters,
            "errands": self.errands,
            "outbox": _Puts(self.put),
            "compose": None,
            "release": None,
            "clock": lambda: self.now,
        }
        return jobs.Collaborators(**{**given, **others})

    def counted(self, column: str = "name") -> Counter[str]:
        """Return what stands in the sums, by one column."""
        asked = sa.select(counters.c[column], sa.func.sum(counters.c.count)).group_by(counters.c[column])
        with self.engine.connect() as connection:
            return Counter({name: int(times) for name, times in connection.execute(asked)})

    def books(self) -> Books:
        """Compare what was accepted with what was counted."""
        return compare(self.engine, self.spool)

    def until(self, holds: Callable[[], bool]) -> bool:
        """Count again and again until something holds; tell whether it does."""
        deadline = time.monotonic() + LONG
        while not holds() and time.monotonic() < deadline:
            self.count()
            time.sleep(0.02)
        return holds()

    def end(self) -> None:
        """End what was begun."""
        for outbox in self._outboxes:
            outbox.close()
        for client in self._clients:
            client.close()
        self.engine.dispose()
