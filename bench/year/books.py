"""What has come of a run: what stands in SQL and at the provider's stand-in, beside the generator's own tally."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.year.tally import Tally, differences
from directory.database import open_database
from ivr.adapters.batch import Once
from ivr.adapters.books import Books as Compared
from ivr.adapters.books import compare
from ivr.adapters.counters import counters, progress
from ivr.adapters.errands import errands
from ivr.adapters.spool import Content, waiting
from ivr.events import Event, EventKind

LOOK_SECONDS = 0.2
Found = dict[tuple[str, str], int]
"""What was found, by kind and name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has come of a run, at its end."""

    books: Compared
    wrong: dict[str, int]
    """By how much which counter differs from the tally."""
    texts_wrong: int
    """Texts that a number got too many or too few."""
    records_lost: int
    """Records that the provider keeps and nobody knows to delete."""
    seconds: float
    """Until everything had been counted and sent, from the last call's end."""
    verified: bool
    """Whether `fanal stats verify` says the same."""

    @property
    def accepted(self) -> int:
        """Events that must have been counted: where all of the calls are, what still waits are deletions of records."""
        return self.books.accepted - (0 if self.wrong else self.books.waiting)

    @property
    def lost(self) -> int:
        """Everything that is not as it must be, in numbers."""
        differing = sum(abs(by) for by in self.wrong.values())
        records_and_texts = abs(self.texts_wrong) + abs(self.records_lost)
        return self.books.lost + self.books.doubled + differing + records_and_texts + (not self.verified)


class Books:
    """Reads what stands in SQL. What stood there before the run, of its rehearsal, is left out.

    The provider's records are deleted some minutes after their calls, one after another, while a long run goes on and
    after its end. Each deletion is an event too; nobody waits for the last of them.
    """

    def __init__(
        self, database: str, spool: Path, sent: Callable[[], Mapping[str, int]], verified: Callable[[], bool]
    ) -> None:
        """`sent` tells how many texts the provider took for each number, `verified` what `fanal stats verify` says."""
        self._engine, self._spool = open_database(database), spool
        self._sent, self._verified = sent, verified
        self._before: Found = {}

    def begin(self) -> None:
        """Wait until all that has happened so far is counted, and begin behind it."""
        while self._waiting():
            time.sleep(LOOK_SECONDS)
        self._before = {**_counted(self._engine), **_records(self._engine)}

    def settle(self, tally: Tally, seconds: float) -> Outcome:
        """Wait until all is counted and sent, at most some seconds, and compare."""
        began = time.monotonic()
        while (wrong := self._missing(tally)) and time.monotonic() - began < seconds:
            time.sleep(LOOK_SECONDS)
        waited = time.monotonic() - began
        books = compare(self._engine, self._spool)
        sent = Counter(self._sent())
        records = sum(count - self._before.get(key, 0) for key, count in _records(self._engine).items())
        return Outcome(
            books=books,
            wrong=wrong,
            texts_wrong=((sent - tally.texts) + (tally.texts - sent)).total(),
            records_lost=tally.begun + tally.asked - records,
            seconds=waited,
            verified=self._verified(),
        )

    def _missing(self, tally: Tally) -> dict[str, int]:
        """Return by how much which counter differs from the tally, or, where none does, how many events wait still."""
        if wrong := self._differences(tally):
            return wrong  # files are read only where they may be empty: reading takes time that the worker needs
        left = self._waiting()
        return self._differences(tally) or ({"waiting": left} if left else {})

    def _differences(self, tally: Tally) -> dict[str, int]:
        found = {key: count - self._before.get(key, 0) for key, count in _counted(self._engine).items()}
        return differences(tally.expected(), found)

    def _waiting(self) -> int:
        """Return how many events wait to be counted, deletions of records left out."""
        contents = tuple(waiting(self._spool))  # before the database: what is counted in between waits no more
        with self._engine.connect() as connection:
            counted = {row.source: int(row.number) for row in connection.execute(sa.select(progress))}
        events = (event for each in contents for event in _late(each, counted.get(each.source, 0)))
        return sum(event.kind is not EventKind.RECORD for event in events)


def _late(content: Content, counted: int) -> Iterator[Event]:
    """Yield the events of a file that are in batches after number `counted`, or in none yet."""
    late = [batch for batch in content.batches if batch.number > counted]
    items = [*(item for batch in late for item in batch.once), *(content.rest if counted <= content.last else ())]
    for batch in late:
        yield from Counter(batch.tallies).elements()
    for item in items:
        if isinstance(item, Event | Once):
            yield item if isinstance(item, Event) else item.event


def _counted(engine: sa.Engine) -> Found:
    """Return the sums, by kind and name."""
    sums = sa.select(counters.c.kind, counters.c.name, sa.func.sum(counters.c.count).label("times"))
    with engine.connect() as connection:
        rows = connection.execute(sums.group_by(counters.c.kind, counters.c.name)).all()
    return {(row.kind, row.name): int(row.times) for row in rows}


def _records(engine: sa.Engine) -> Found:
    """Return the provider's records that are noted to be deleted, and those that have been."""
    with engine.connect() as connection:
        done = sa.select(sa.func.coalesce(sa.func.sum(counters.c.count), 0)).where(counters.c.kind == "record")
        noted = sa.select(sa.func.count()).select_from(errands).where(errands.c.kind != "text")
        asked = sa.select(noted.scalar_subquery().label("noted"), done.scalar_subquery().label("deleted"))
        row = connection.execute(asked).one()
    return {("records", "noted"): int(row.noted), ("records", "deleted"): int(row.deleted)}
