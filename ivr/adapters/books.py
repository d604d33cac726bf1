"""The books: whether every event that was accepted has been counted, and once.

Each batch says how many events its source had accepted up to its end; `progress` says how many of them are in the sums
and how many were not counted because their mark was known; the sums say how many they hold. All three must agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ivr.adapters.batch import Once
from ivr.adapters.counters import counters, progress
from ivr.adapters.errands import insert_into
from ivr.adapters.spool import Content, waiting
from ivr.events import Event

RETENTION = "retention"
"""The source to which events that were removed after their time are ascribed, with a negative number."""


@dataclass(frozen=True, slots=True)
class Books:
    """What was accepted, and what became of it; all in events."""

    accepted: int
    """Events for which some process has promised that they will be counted."""
    counted: int
    """Events in the sums, those included that were removed after their time."""
    repeated: int
    """Events not counted because the same had been counted before: a job that ran twice."""
    waiting: int
    """Events in files of this machine that have not been counted yet."""
    lost: int
    doubled: int

    @property
    def agree(self) -> bool:
        """True where nothing was lost and nothing counted twice."""
        return self.lost == self.doubled == 0


def compare(engine: sa.Engine, spool: Path) -> Books:
    """Compare what was accepted with what was counted. Raises `sqlalchemy.exc.SQLAlchemyError`.

    What waits in files of other machines is not seen, and is no fault: it has been accepted by nobody here yet.
    """
    contents = tuple(waiting(spool))  # before the database: what is counted in between waits in neither, not in both
    sums = sa.select(sa.func.coalesce(sa.func.sum(counters.c.count), 0).label("held")).subquery()
    asked = sa.select(sums, progress).select_from(sums.outerjoin(progress, sa.true()))
    with engine.connect() as connection:  # one statement: PostgreSQL shows two what was counted in between
        found = connection.execute(asked).all()
    rows = {row.source: row for row in found if row.source is not None}
    held = int(found[0].held)
    counted = sum(row.counted for row in rows.values())
    removed = -sum(row.counted for row in rows.values() if row.source == RETENTION)
    gaps = [row.accepted - row.counted - row.repeated for row in rows.values()]
    left = sum(_left(content, rows[content.source].number if content.source in rows else 0) for content in contents)
    return Books(
        accepted=sum(row.accepted for row in rows.values()) + removed + left,
        counted=counted + removed,
        repeated=sum(row.repeated for row in rows.values()),
        waiting=left,
        lost=sum(gap for gap in gaps if gap > 0) + max(counted - held, 0),
        doubled=-sum(gap for gap in gaps if gap < 0) + max(held - counted, 0),
    )


def ascribe(connection: sa.Connection, removed: int, day: dt.date) -> None:
    """Enter into the books that so many events were removed from the sums, in the transaction that removes them."""
    row = {"number": 0, "accepted": -removed, "counted": -removed, "repeated": 0, "day": day}
    less = {"accepted": progress.c.accepted - removed, "counted": progress.c.counted - removed, "day": day}
    insert = insert_into(connection, progress).values(source=RETENTION, **row)
    connection.execute(insert.on_conflict_do_update(index_elements=progress.primary_key, set_=less))


def _left(content: Content, counted: int) -> int:
    """Return how many events of a file are in batches after number `counted`, or in none yet."""
    if counted > content.last:  # what was in no batch yet when the file was read has been counted since
        return 0
    batches = [batch for batch in content.batches if batch.number <= counted]
    before = batches[-1].accepted if batches else content.accepted_before
    rest = sum(isinstance(item, Event | Once) for item in content.rest)
    return content.accepted - before + rest
