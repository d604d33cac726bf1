"""Releases in SQL: each month once, for ever the same; and the end of raw counters whose time has come.

A month is released on the fourth day of the next one. Events of it that are counted later stand in the raw counters,
and in no release: what has been shown never changes, and a second version beside the first would tell the difference.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from directory.database import writing
from directory.desk.tables import Moment
from ivr.adapters.counters import counters
from ivr.events import EventKind
from ivr.figures.protect import protect
from ivr.figures.release import Release
from ivr.figures.tables import SPECS, Domain, Month, Tally, tables_of

WAIT = dt.timedelta(days=3)
"""So long after its end a month waits for late events."""
KEPT_MONTHS = 24
"""So long raw counters are kept."""
AT_ONCE = 2
"""Months that become due between two looks of a schedule, at most."""
_LOCK = 0x66696773
"""Any number that no other program of the same database uses for its advisory lock."""
_KINDS = sorted({kind.value for spec in SPECS for kind in (spec.kind, spec.minus) if kind})
metadata = sa.MetaData()
releases = sa.Table(
    "releases",
    metadata,
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
Account = Callable[[sa.Connection, int, dt.date], None]
"""Enters into the books, in the same transaction, how many events were removed on a day."""


class DamagedReleaseError(Exception):
    """A release's content is not what was released: it is never shown."""


def due_on(month: Month) -> dt.datetime:
    """Return when a month can be released: the fourth day of the next one, in UTC."""
    return dt.datetime.combine(month.plus(1).first, dt.time(), dt.UTC) + WAIT


class Releases:
    """Makes, keeps and reads the releases of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def release_due(self, now: dt.datetime, domain: Domain) -> tuple[Month, ...]:
        """Release every month that is due and has not been released, and return those.

        The first is the month of the oldest counter of the last `KEPT_MONTHS`; a month in which nothing was counted is
        released like any other. Of several programs that try at the same moment, one releases a month.
        """
        released = set(self.months())
        made = [month for month in self._due(now) if month not in released and self._release(month, now, domain)]
        return tuple(made)

    def looks_wrong(self, now: dt.datetime) -> bool:
        """Tell whether so many months have become due at once that the clock is to be doubted before the figures.

        What is released stays for ever, and what is removed is gone: somebody has to look (`fanal stats release`).
        """
        released = set(self.months())
        return len([month for month in self._due(now) if month not in released]) > AT_ONCE

    def months(self) -> tuple[Month, ...]:
        """Return the months released, the oldest first."""
        with self._engine.connect() as connection:
            found = connection.scalars(sa.select(releases.c.month).order_by(releases.c.month))
            return tuple(Month.parse(month) for month in found)

    def between(self, first: Month, last: Month) -> tuple[Release, ...]:
        """Return the releases from one month to another, both included, the oldest first.

        Raises `DamagedReleaseError`.
        """
        asked = sa.select(releases.c.month, releases.c.content, releases.c.hash).order_by(releases.c.month)
        with self._engine.connect() as connection:
            found = connection.execute(asked.where(releases.c.month.between(str(first), str(last))))
            return tuple(_read(*row) for row in found)

    def remove_old(self, now: dt.datetime, months: int = KEPT_MONTHS, account: Account | None = None) -> int:
        """Remove the raw counters of months that ended more than `months` ago, and return how many events they held.

        Months that have not been released stay: their figures would be gone for ever. `account` keeps the books.
        """
        before = Month.of(now.astimezone(dt.UTC).date()).plus(-months)
        old = [month for month in self.months() if month < before]
        with writing(self._engine).begin() as connection:
            removed = sum(sum(_remove(connection, month)) for month in old)
            if removed and account:
                account(connection, removed, now.astimezone(dt.UTC).date())
        return removed

    def _due(self, now: dt.datetime) -> Iterator[Month]:
        last = Month.of(now.astimezone(dt.UTC).date())
        likely = counters.c.day >= last.plus(-KEPT_MONTHS).first  # what is older was dated by a clock that was wrong
        with self._engine.connect() as connection:
            oldest = connection.scalar(sa.select(sa.func.min(counters.c.day)).where(likely))
        if oldest is not None:
            yield from (month for month in Month.of(oldest).upto(last) if due_on(month) <= now)

    def _release(self, month: Month, now: dt.datetime, domain: Domain) -> bool:
        tables = protect(tables_of(self._tallies(month), month, domain))
        content = Release(month, month, now, {table.name: table for table in tables}).to_json()
        row = {"month": str(month), "made_at": now, "content": content, "hash": _hash(content)}
        with writing(self._engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            if connection.scalar(sa.select(releases.c.month).filter_by(month=str(month))) is not None:
                return False
            connection.execute(releases.insert().values(row))
        return True

    def _tallies(self, month: Month) -> Iterator[Tally]:
        asked = sa.select(counters).where(counters.c.day.between(month.first, month.last), counters.c.kind.in_(_KINDS))
        with self._engine.connect() as connection:
            for day, band, kind, name, language, country, need, count in connection.execute(asked):
                yield Tally(day, EventKind(kind), name, language, country, need, count, band)


def _remove(connection: sa.Connection, month: Month) -> list[int]:
    """Remove a month's counters and return the counts; those that come in at the same moment stay."""
    where = counters.c.day.between(month.first, month.last)
    return list(connection.scalars(sa.delete(counters).where(where).returning(counters.c.count)))


def _read(month: str, content: str, found: str) -> Release:
    if _hash(content) != found:
        raise DamagedReleaseError(f"The release of {month} is not what was released.")
    return Release.from_json(content)


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
