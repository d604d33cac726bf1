"""What has come of a run: what stands in SQL and at the provider's stand-in, beside the generator's own tally."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from bench.year.parts import Parts
from bench.year.tally import Tally, differences
from directory.database import open_database
from ivr.adapters.books import Books as Compared
from ivr.adapters.books import compare
from ivr.adapters.counters import counters
from ivr.adapters.errands import errands

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
    def lost(self) -> int:
        """Everything that is not as it must be, in numbers."""
        differing = sum(abs(by) for by in self.wrong.values())
        records_and_texts = abs(self.texts_wrong) + abs(self.records_lost)
        return self.books.lost + self.books.doubled + differing + records_and_texts + (not self.verified)


class Books:
    """Reads what stands in SQL. What stood there before the run, of its rehearsal, is left out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._engine = open_database(parts.environ["DATABASE_URL"])
        self._before: Found = {}

    def begin(self) -> None:
        """Wait until all that has happened so far is counted, and begin behind it."""
        while self._compared().waiting:
            time.sleep(LOOK_SECONDS)
        self._before = {**_counted(self._engine), **_records(self._engine)}

    def settle(self, tally: Tally, seconds: float) -> Outcome:
        """Wait until all is counted and sent, at most some seconds, and compare."""
        began, books, wrong = time.monotonic(), self._compared(), {"nothing read": 1}
        while wrong and time.monotonic() - began < seconds:
            books = self._compared()  # later ones hold deletions, which go on for minutes after a long run
            found = {key: count - self._before.get(key, 0) for key, count in _counted(self._engine).items()}
            wrong = differences(tally.expected(), found) or ({"waiting": books.waiting} if books.waiting else {})
            time.sleep(LOOK_SECONDS if wrong else 0)
        waited = time.monotonic() - began
        sent = Counter(self._parts.told(whole=True)["texts"])
        records = sum(count - self._before.get(key, 0) for key, count in _records(self._engine).items())
        return Outcome(
            books=books,
            wrong=wrong,
            texts_wrong=((sent - tally.texts) + (tally.texts - sent)).total(),
            records_lost=tally.begun + tally.asked - records,
            seconds=waited,
            verified=self._parts.command("stats", "verify").returncode == 0,
        )

    def _compared(self) -> Compared:
        return compare(self._engine, self._parts.spool)


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
