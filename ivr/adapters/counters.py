"""The counters in SQL: how often each thing happened, and how far each source has been added up.

Sums, positions, marks and errands move in one transaction, so whatever dies, a batch is in the sums if and only if the
position of its source is at or past its number. A batch is added only where it follows the last one of its source.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from directory.database import writing
from ivr.adapters.batch import MARK_LENGTH, Batch
from ivr.adapters.errands import Errands, in_parts, insert_into, metadata, settling_mark
from ivr.events import Event, EventKind
from ivr.figures.tables import Tally

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("band", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("country", sa.String(16), primary_key=True),
    sa.Column("need", sa.String(64), primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
)
_NAMES = tuple(column.name for column in counters.columns)
_WIDTHS = (16, 64, 16, 16, 64)
progress = sa.Table(
    "progress",
    metadata,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("accepted", sa.BigInteger, nullable=False),
    sa.Column("counted", sa.BigInteger, nullable=False),
    sa.Column("repeated", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
)
"""How far each source has been added up, and the books: of the events that it accepted up to batch `number`, how many
are in the sums, and how many were not counted because their mark was known."""
marks = sa.Table(
    "marks",
    metadata,
    sa.Column("mark", sa.String(MARK_LENGTH), primary_key=True),
    sa.Column("day", sa.Date, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Advance:
    """What came of adding up: how far each source is now, and of which sources something is missing in between."""

    counted: Mapping[str, int]
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Account:
    """The row of `progress` of one source, while batches are added."""

    number: int = 0
    accepted: int = 0
    counted: int = 0
    repeated: int = 0


@dataclass(slots=True)
class _Sum:
    """What is added in one transaction."""

    accounts: dict[str, _Account]
    tallies: Counter[Event] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)


class Counters:
    """Adds up and reads the counters of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def advance(self, batches: Sequence[Batch], now: dt.datetime) -> Advance:
        """Add the batches that have not been added, all or nothing; raises `sqlalchemy.exc.SQLAlchemyError`."""
        with writing(self._engine).begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite has one writer at a time as it is
                connection.execute(sa.text("LOCK TABLE progress IN EXCLUSIVE MODE"))
            found = _Sum(_accounts(connection, {batch.source for batch in batches}))
            taken = [batch for batch in batches if _takes(found, batch)]
            self._add_once(connection, taken, found, now)
            self._add(connection, found.tallies)
            _keep_books(connection, {batch.source: found.accounts[batch.source] for batch in taken}, now.date())
        return Advance({source: each.number for source, each in found.accounts.items()}, tuple(found.missing))

    def read(self, first: dt.date, last: dt.date) -> Iterator[Tally]:
        """Yield what was counted from day `first` to day `last`, both included, without the hour bands."""
        columns = [counters.c[name] for name in ("day", "kind", "name", "language", "country", "need")]
        asked = sa.select(*columns, sa.func.sum(counters.c.count).label("times")).where(
            counters.c.day.between(first, last)
        )
        with self._engine.connect() as connection:
            for row in connection.execute(asked.group_by(*columns)):
                yield Tally(row.day, EventKind(row.kind), row.name, row.language, row.country, row.need, int(row.times))

    def forget_marks(self, before: dt.date) -> None:
        """Forget marks that were set before a day: their jobs are long done."""
        with writing(self._engine).begin() as connection:
            connection.execute(sa.delete(marks).where(marks.c.day < before))

    def _add_once(self, connection: sa.Connection, taken: Sequence[Batch], found: _Sum, now: dt.datetime) -> None:
        """Add the events with a mark that nobody has set before, settle their errands, and note new errands."""
        errands = Errands(self._engine)
        fresh = _set_marks(connection, [once.mark for batch in taken for once in batch.once], now.date())
        for batch in taken:
            account = found.accounts[batch.source]
            for once in batch.once:
                if once.mark[:MARK_LENGTH] in fresh:
                    fresh.remove(once.mark[:MARK_LENGTH])
                    found.tallies[once.event] += 1
                else:
                    account.repeated += 1
                    account.counted -= 1
        errands.settle(connection, (once.mark for batch in taken for once in batch.once))
        put = [errand for batch in taken for errand in batch.errands]
        known = _known(connection, (settling_mark(errand) for errand in put))
        errands.note(connection, put, known, now)

    def _add(self, connection: sa.Connection, tallies: Mapping[Event, int]) -> None:
        sums = Counter[tuple[Any, ...]]()
        for event, times in tallies.items():
            sums[_key(event)] += times
        rows = [dict(zip(_NAMES, (*key, count), strict=True)) for key, count in sorted(sums.items())]
        if rows:
            insert = insert_into(connection, counters)
            added = {"count": counters.c.count + insert.excluded.count}
            connection.execute(insert.on_conflict_do_update(index_elements=counters.primary_key, set_=added), rows)


def _accounts(connection: sa.Connection, sources: Iterable[str]) -> dict[str, _Account]:
    names = sorted(sources)
    accounts = {name: _Account() for name in names}
    for row in connection.execute(sa.select(progress).where(progress.c.source.in_(names))):
        accounts[row.source] = _Account(row.number, row.accepted, row.counted, row.repeated)
    return accounts


def _takes(found: _Sum, batch: Batch) -> bool:
    """Tell whether a batch is the next of its source, and take its sums if so."""
    account = found.accounts[batch.source]
    if batch.number <= account.number:
        return False
    if batch.number != account.number + 1 and not batch.first:
        found.missing.append(batch.source)
        return False
    account.number, account.accepted = batch.number, batch.accepted
    account.counted += batch.events
    found.tallies.update(batch.tallies)
    return True


def _keep_books(connection: sa.Connection, accounts: Mapping[str, _Account], day: dt.date) -> None:
    for source, each in sorted(accounts.items()):
        values = {
            "number": each.number,
            "accepted": each.accepted,
            "counted": each.counted,
            "repeated": each.repeated,
            "day": day,
        }
        insert = insert_into(connection, progress).values(source=source, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=progress.primary_key, set_=values))


def _set_marks(connection: sa.Connection, names: Iterable[str], day: dt.date) -> set[str]:
    """Set marks, and return those that nobody had set before; nobody else sets any before our transaction ends."""
    asked = {name[:MARK_LENGTH] for name in names}
    fresh = asked - _known(connection, asked)
    if fresh:
        connection.execute(insert_into(connection, marks), [{"mark": mark, "day": day} for mark in sorted(fresh)])
    return fresh


def _known(connection: sa.Connection, names: Iterable[str]) -> frozenset[str]:
    known: set[str] = set()
    for some in in_parts(sorted(set(names))):
        known.update(connection.scalars(sa.select(marks.c.mark).where(marks.c.mark.in_(some))))
    return frozenset(known)


def _key(event: Event) -> tuple[Any, ...]:
    """Return the row's key; a text longer than its column is cut, so that one event cannot stop the others."""
    texts = (event.kind.value, event.name, event.language, event.country, event.need)
    return (event.day, event.band, *(text[:width] for text, width in zip(texts, _WIDTHS, strict=True)))
