"""Errands in SQL: what was promised and is not done yet, wherever its job may be.

Redis carries the jobs and may lose them. Here stands what must not be lost with it: a text that a caller has agreed to,
by the id of its job and nothing else, until its fate has been counted; and the provider's records of a call or of a
text, by the provider's id, until they have been deleted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from directory.database import writing
from ivr.adapters.queue import token
from ivr.events import Errand, PurgeCall, PurgeMessage, SendText

CALL_LIFE = dt.timedelta(hours=5)
"""No call lasts as long: the provider ends them after four hours (facts of the provider, section 3)."""
SENT_LIFE = dt.timedelta(minutes=15)
"""After so long the record of a text is deleted if the provider has not said how it ended."""
TEXT_GRACE = dt.timedelta(minutes=5)
"""So long after a text's life its job has certainly been done, or has been lost."""
PURGE_GRACE = dt.timedelta(minutes=20)
"""After so long a deletion that is not done is put into the queue again; that is harmless where it still is there."""
AHEAD = CALL_LIFE + dt.timedelta(hours=1)
"""Nothing falls due later than this: what does was noted while a clock was wrong, and would wait for that day."""
OVERDUE = dt.timedelta(days=1)
"""A record that has not been deleted a day after it could have been is an alarm."""
ROWS = 500
"""Rows of one statement; SQLite takes 32766 values in one."""

metadata = sa.MetaData()
errands = sa.Table(
    "errands",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False, index=True),
)
"""`since` and `due` are seconds of Unix time: when it could first be done, and when somebody has to look after it."""


@dataclass(frozen=True, slots=True)
class LostText:
    """A text whose job was lost: `mark` is that of its fate."""

    mark: str
    language: str


class Errands:
    """Notes, settles and looks after the errands of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def note(self, connection: sa.Connection, put: Sequence[Errand], settled: Iterable[str], now: dt.datetime) -> None:
        """Note errands that have not been settled meanwhile; of a call that is over, that it is."""
        known = frozenset(settled)
        rows = [_row(errand, now) for errand in put if settling_mark(errand) not in known]
        if not rows:
            return
        insert = insert_into(connection, errands)
        earlier = {"since": insert.excluded.since, "due": insert.excluded.due}
        noted = insert.on_conflict_do_update(
            index_elements=errands.primary_key, set_=earlier, where=insert.excluded.since < errands.c.since
        )
        connection.execute(noted, rows)  # one after another, in the order in which they were put

    def settle(self, connection: sa.Connection, marks: Iterable[str]) -> None:
        """Forget the errands that these marks settle."""
        tokens = sorted({mark.partition(":")[2] for mark in marks if mark.startswith(("text:", "record:"))})
        for some in in_parts(tokens):
            connection.execute(sa.delete(errands).where(errands.c.token.in_(some)))

    def due(self, now: dt.datetime, most: int = 500) -> Iterator[PurgeCall | PurgeMessage | LostText]:
        """Yield what should have been done by now; each is due again after a while."""
        moment = _seconds(now)
        is_due = sa.or_(errands.c.due <= moment, errands.c.due > _seconds(now + AHEAD))
        asked = sa.select(errands).where(is_due).order_by(errands.c.due).limit(most)
        with writing(self._engine).begin() as connection:
            rows = connection.execute(asked).all()
            again = sa.update(errands).where(errands.c.token.in_([row.token for row in rows]))
            since = sa.case((errands.c.since > moment, moment), else_=errands.c.since)
            connection.execute(again.values(due=moment + int(PURGE_GRACE.total_seconds()), since=since))
        for row in rows:
            yield _errand(row)

    def overdue(self, now: dt.datetime) -> int:
        """Return how many of the provider's records should have been deleted more than a day ago."""
        asked = sa.select(sa.func.count()).select_from(errands)
        late = sa.and_(errands.c.kind != "text", errands.c.since <= _seconds(now - OVERDUE))
        with self._engine.connect() as connection:
            return int(connection.scalar(asked.where(late)) or 0)

    def records(self, now: dt.datetime) -> tuple[int, int]:
        """Return how many of the provider's records could be deleted by now, and how many of them a day ago already."""
        late = sa.func.sum(sa.case((errands.c.since <= _seconds(now - OVERDUE), 1), else_=0))
        asked = sa.select(sa.func.count(), late).where(errands.c.kind != "text", errands.c.since <= _seconds(now))
        with self._engine.connect() as connection:
            due, overdue = connection.execute(asked).one()
        return int(due), int(overdue or 0)


def settling_mark(errand: Errand) -> str:
    """Return the mark of the event that says that an errand is done."""
    match errand:
        case SendText():
            return f"text:{token(errand)}"
        case PurgeCall():
            return f"record:{token(errand)}"
        case PurgeMessage():
            return f"record:{token(PurgeMessage(errand.message))}"


def in_parts(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield the names, as many at a time as one statement takes."""
    rest = list(names)
    for start in range(0, len(rest), ROWS):
        yield rest[start : start + ROWS]


def insert_into(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return the insert of this database's kind; both can update a row that is there already."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _row(errand: Errand, now: dt.datetime) -> dict[str, Any]:
    match errand:
        case SendText():
            kind, subject, language, since, grace = "text", "", errand.language, errand.before, TEXT_GRACE
        case PurgeCall(call, over=True):
            kind, subject, language, since, grace = "call", call, "", now, PURGE_GRACE
        case PurgeCall(call):
            kind, subject, language, since, grace = "call", call, "", now + CALL_LIFE, dt.timedelta(0)
        case PurgeMessage(message, ended=False):
            kind, subject, language, since, grace = "message", message, "", now + SENT_LIFE, dt.timedelta(0)
        case PurgeMessage(message):
            kind, subject, language, since, grace = "message", message, "", now, PURGE_GRACE
    mark = settling_mark(errand).partition(":")[2]
    due = _seconds(since + grace)
    return {
        "token": mark,
        "kind": kind,
        "subject": subject[:128],
        "language": language[:16],
        "since": _seconds(since),
        "due": due,
    }


def _errand(row: Any) -> PurgeCall | PurgeMessage | LostText:
    match row.kind:
        case "call":
            return PurgeCall(row.subject)
        case "message":
            return PurgeMessage(row.subject)
    return LostText(f"text:{row.token}", row.language)


def _seconds(moment: dt.datetime) -> int:
    return int(moment.timestamp())
