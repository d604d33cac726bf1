"""The counters in SQL: how often each thing happened, and how far the stream has been added up.

Sums and position move in one transaction, so whatever dies, an entry is in the sums if and only if the position is past
it; and the position moves only from where the reader began, so of two that add up the same entries one does nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from directory.database import writing
from ivr.adapters.stream import BEGINNING
from ivr.events import Event, EventKind
from ivr.report import Tally

ROWS = 500
"""Rows of one statement; SQLite takes 32766 values in one."""
metadata = sa.MetaData()
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
    sa.Column("stream", sa.String(64), primary_key=True),
    sa.Column("last_id", sa.String(64), nullable=False),
)


class Counters:
    """Adds up and reads the counters of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def position(self, stream: str) -> str:
        """Return the position up to which a stream has been added up."""
        with self._engine.connect() as connection:
            found = connection.scalar(sa.select(progress.c.last_id).where(progress.c.stream == stream))
        return BEGINNING if found is None else str(found)

    def advance(self, stream: str, after: str, upto: str, tallies: Mapping[Event, int]) -> bool:
        """Add the tallies of the entries after `after`, up to `upto`; False if another has moved the position."""
        with writing(self._engine).begin() as connection:
            moved = self._moved(connection, stream, after, upto)
            if moved:
                self._add(connection, tallies)
        return moved

    def read(self, first: dt.date, last: dt.date) -> Iterator[Tally]:
        """Yield what was counted from day `first` to day `last`, both included, without the hour bands."""
        columns = [counters.c[name] for name in ("day", "kind", "name", "language", "country", "need")]
        asked = sa.select(*columns, sa.func.sum(counters.c.count).label("times")).where(
            counters.c.day.between(first, last)
        )
        with self._engine.connect() as connection:
            for row in connection.execute(asked.group_by(*columns)):
                yield Tally(row.day, EventKind(row.kind), row.name, row.language, row.country, row.need, int(row.times))

    def _moved(self, connection: sa.Connection, stream: str, after: str, upto: str) -> bool:
        where = sa.and_(progress.c.stream == stream, progress.c.last_id == after)
        if connection.execute(sa.update(progress).where(where).values(last_id=upto)).rowcount:
            return True
        if after != BEGINNING:
            return False
        first = self._insert(progress).values(stream=stream, last_id=upto).on_conflict_do_nothing()
        return connection.execute(first, execution_options={"preserve_rowcount": True}).rowcount == 1

    def _add(self, connection: sa.Connection, tallies: Mapping[Event, int]) -> None:
        sums = Counter[tuple[Any, ...]]()
        for event, times in tallies.items():
            sums[_key(event)] += times
        rows = [dict(zip(_NAMES, (*key, count), strict=True)) for key, count in sorted(sums.items())]
        for start in range(0, len(rows), ROWS):
            insert = self._insert(counters).values(rows[start : start + ROWS])
            added = {"count": counters.c.count + insert.excluded.count}
            connection.execute(insert.on_conflict_do_update(index_elements=counters.primary_key, set_=added))

    def _insert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        """Return the insert of this database's kind; both can update a row that is there already."""
        return postgresql.insert(table) if self._engine.dialect.name == "postgresql" else sqlite.insert(table)


def _key(event: Event) -> tuple[Any, ...]:
    """Return the row's key; a text longer than its column is cut, so that one event cannot stop the others."""
    texts = (event.kind.value, event.name, event.language, event.country, event.need)
    return (event.day, event.band, *(text[:width] for text, width in zip(texts, _WIDTHS, strict=True)))
