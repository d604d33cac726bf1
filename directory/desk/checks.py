"""Checks: somebody has rung a service and found its numbers and hours right; valid until these change, or are old."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from directory.desk import audit
from directory.desk.people import Actor, Role, StageError, UnknownError
from directory.desk.tables import checks
from directory.desk.writes import turn
from directory.model import Directory
from directory.switched import Tick, fingerprint

DUE_AFTER = dt.timedelta(days=180)
"""After how long a check is due again."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: of which service, as it was then, on which day, how, and by whom."""

    id: int
    helpline: str
    fingerprint: str
    on: dt.date
    how: str
    who: str
    name: str
    at: dt.datetime


class Checks:
    """Ticks services off, and remembers who did."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def tick(
        self, actor: Actor, now: dt.datetime, directory: Directory, helpline: str, seen: str, on: dt.date, how: str
    ) -> Check:
        """Note that a service of the live directory was found right; `seen` is its fingerprint on the page.

        Raises `UnknownError`, and `StageError` for another fingerprint, a day to come, or without a word how.
        """
        actor.must(Role.EDITOR)
        found = directory.helplines.get(helpline)
        if found is None:
            raise UnknownError("There is no such helpline.")
        if fingerprint(found) != seen:
            raise StageError("The numbers or hours have changed since you looked: check what stands there now.")
        if on > now.astimezone(found.timezone).date():
            raise StageError("This day is still to come.")
        if not how.strip():
            raise StageError("Say how it was checked: rung, asked by letter, read on its page.")
        row = {
            "helpline": helpline,
            "fingerprint": seen,
            "on": on,
            "how": how.strip(),
            "who": actor.id,
            "name": actor.name,
            "at": now,
        }
        with turn(self._engine) as connection:
            made = connection.execute(checks.insert().values(row)).inserted_primary_key
            told = {"on": on.isoformat(), "how": how.strip(), "fingerprint": seen}
            audit.record(connection, actor, audit.CHECKED, helpline, now, **told)
        return Check(id=int(made[0]) if made else 0, **row)  # type: ignore[arg-type]  # the row above is its fields

    def of(self, helpline: str) -> tuple[Check, ...]:
        """Return the checks of one service, the newest first."""
        query = sa.select(checks).where(checks.c.helpline == helpline).order_by(checks.c.id.desc())
        with self._engine.connect() as connection:
            return tuple(_check(row) for row in connection.execute(query))

    def checkers(self) -> dict[str, str]:
        """Return the name of whoever checked each service last, by its id."""
        query = sa.select(checks.c.helpline, checks.c.name).order_by(checks.c.id)
        with self._engine.connect() as connection:
            return {row.helpline: row.name for row in connection.execute(query)}


def standing(connection: sa.Connection) -> tuple[Tick, ...]:
    """Return the last check of each service as it was then, sorted."""
    last = sa.func.max(checks.c.on)
    query = sa.select(checks.c.helpline, checks.c.fingerprint, last).group_by(checks.c.helpline, checks.c.fingerprint)
    return tuple(sorted(Tick(row[0], row[1], row[2]) for row in connection.execute(query)))


def is_due(checked: dt.date | None, today: dt.date) -> bool:
    """Tell whether a service last checked on a day has to be checked: never, or too long ago."""
    return checked is None or today - checked >= DUE_AFTER


def _check(row: Any) -> Check:
    return Check(**row._mapping)
