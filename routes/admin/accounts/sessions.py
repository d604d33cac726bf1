"""Sessions: a row in SQL for each, so that one that has ended is refused, whoever has kept its cookie.

The cookie holds 256 random bits, the row their SHA-256. A session begins half, with the password alone, and is made
anew, under another id, with the second factor.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from directory.desk import Desk
from routes.admin.accounts.register import Account, State, get
from routes.admin.accounts.tables import sessions
from routes.admin.accounts.tokens import hashed, new_token

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
HALF_LASTS = dt.timedelta(minutes=10)
FRESH = dt.timedelta(minutes=10)
"""How long after password and second factor somebody may approve and change accounts."""
_STEP = dt.timedelta(minutes=1)
"""How exactly it is kept when somebody was last seen: not every page writes."""


class Stage(StrEnum):
    """How far somebody has proved who they are."""

    HALF = "half"
    """The password only."""
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that has not ended."""

    hash: str
    stage: Stage
    begun_at: dt.datetime
    seen_at: dt.datetime
    proved_at: dt.datetime
    account: Account

    def is_fresh(self, now: dt.datetime) -> bool:
        """Tell whether every factor was shown a short while ago."""
        return self.stage is Stage.FULL and now - self.proved_at < FRESH


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find(self, id_: str, now: dt.datetime) -> Session | None:
        """Return the session of a cookie, and note that its holder was here; None where there is none any more."""
        with self._desk.engine.connect() as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.hash == hashed(id_))).first()
            if row is None or not _is_alive(row, now):
                return None
            account = get(connection, row.account)
        if account.state is not State.ACTIVE:
            return None
        if now - row.seen_at >= _STEP:
            with self._desk.turn() as connection:
                connection.execute(sessions.update().where(sessions.c.hash == row.hash).values(seen_at=now))
        return _session(row, account)

    def begin_half(self, account: Account, now: dt.datetime) -> str:
        """Begin a session of somebody who has given their password, and return its id."""
        with self._desk.turn() as connection:
            return _begin(connection, account, Stage.HALF, now, now)

    def end(self, id_: str) -> None:
        """End one session."""
        with self._desk.turn() as connection:
            drop(connection, id_)

    def of(self, account: int, now: dt.datetime) -> tuple[tuple[str, dt.datetime, dt.datetime], ...]:
        """Return hash, beginning and last sign of each session of an account, the newest first."""
        query = sa.select(sessions).where(sessions.c.account == account, sessions.c.stage == Stage.FULL.value)
        with self._desk.engine.connect() as connection:
            rows = connection.execute(query.order_by(sessions.c.begun_at.desc())).all()
        return tuple((row.hash, row.begun_at, row.seen_at) for row in rows if _is_alive(row, now))


def begin_full(connection: sa.Connection, account: Account, now: dt.datetime, before: Session | None) -> str:
    """Begin a whole session under a new id in the place of the one before; it ends when that would have ended."""
    begun = before.begun_at if before and before.stage is Stage.FULL else now
    if before:
        connection.execute(sessions.delete().where(sessions.c.hash == before.hash))
    connection.execute(sessions.delete().where(sessions.c.seen_at <= now - LONGEST))
    return _begin(connection, account, Stage.FULL, begun, now)


def drop(connection: sa.Connection, id_: str) -> None:
    """Remove a session."""
    connection.execute(sessions.delete().where(sessions.c.hash == hashed(id_)))


def _begin(connection: sa.Connection, account: Account, stage: Stage, begun: dt.datetime, now: dt.datetime) -> str:
    id_ = new_token()
    row = {"hash": hashed(id_), "account": account.id, "stage": stage.value}
    connection.execute(sessions.insert().values(begun_at=begun, seen_at=now, proved_at=now, **row))
    return id_


def _is_alive(row: sa.Row[tuple[object, ...]], now: dt.datetime) -> bool:
    if row.stage == Stage.HALF.value:
        return bool(now - row.begun_at < HALF_LASTS)
    return bool(now - row.begun_at < LONGEST and now - row.seen_at < IDLE)


def _session(row: sa.Row[tuple[object, ...]], account: Account) -> Session:
    return Session(row.hash, Stage(row.stage), row.begun_at, row.seen_at, row.proved_at, account)
