"""The emergency switch: one person takes a number out of service at once, two people settle what becomes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from directory.desk import audit
from directory.desk.people import Actor, Role, StageError, UnknownError
from directory.desk.tables import switches, votes
from directory.desk.ties import must_be_another
from directory.desk.writes import turn
from directory.dialling import digits
from directory.model import Directory, Kind
from directory.switched import Position, Switched


class Outcome(StrEnum):
    """What two people can agree on."""

    LIFT = "lift"
    """The number is well: it is in service again."""
    KEEP = "keep"
    """It stays as it was switched, and stands on the first page no longer."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person says should become of a switch."""

    who: str
    name: str
    outcome: Outcome
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch that was thrown."""

    id: int
    country: str
    number: str
    """The digits that a caller dials."""
    say: str
    """The number as callers hear it."""
    position: Position
    reason: str
    who: str
    name: str
    at: dt.datetime
    outcome: Outcome | None
    """None until two people have settled it."""
    ended_at: dt.datetime | None
    votes: tuple[Vote, ...]

    @property
    def works(self) -> bool:
        """Tell whether the number is still switched."""
        return self.outcome is not Outcome.LIFT


_WORKS = switches.c.outcome.is_(None) | (switches.c.outcome != Outcome.LIFT.value)
"""Which rows are switches that work."""


class Switches:
    """Throws and settles switches."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def get(self, id_: int) -> Switch:
        """Return one switch. Raises `UnknownError`."""
        with self._engine.connect() as connection:
            return _get(connection, id_)

    def working(self) -> tuple[Switch, ...]:
        """Return every switch that works on callers now, the newest first."""
        return self._all(_WORKS)

    def unsettled(self) -> tuple[Switch, ...]:
        """Return the switches that two people have yet to settle, the newest first."""
        return self._all(switches.c.outcome.is_(None))

    def history(self) -> tuple[Switch, ...]:
        """Return every switch there has been, the newest first."""
        return self._all()

    def throw(
        self,
        actor: Actor,
        now: dt.datetime,
        directory: Directory,
        country: str,
        say: str,
        position: Position,
        reason: str,
    ) -> Switch:
        """Take a number of the directory out of service, or let it be read out only; it works at once.

        Raises `UnknownError` where no service of the country has the number, `StageError` for emergency numbers, for a
        number that is switched so already, and without a reason.
        """
        actor.must(Role.EDITOR)
        number = digits(say)
        _must_be_switchable(directory, country, number)
        if not reason.strip():
            raise StageError("Say why, in a few words: everybody will read it.")
        with turn(self._engine) as connection:
            same = [each for each in _standing(connection) if (each.country, each.number) == (country, number)]
            if any(each.position is Position.OUT or each.position is position for each in same):
                raise StageError("This number is switched so already.")
            row = {
                "country": country,
                "number": number,
                "say": say,
                "position": position.value,
                "reason": reason.strip(),
                "who": actor.id,
                "name": actor.name,
                "at": now,
            }
            made = connection.execute(switches.insert().values(row)).inserted_primary_key
            id_ = int(made[0]) if made else 0
            told = {"say": say, "position": position.value, "reason": reason.strip()}
            audit.record(connection, actor, audit.THROWN, f"{country} {number}", now, **told)
            return _get(connection, id_)

    def settle(self, id_: int, actor: Actor, now: dt.datetime, outcome: Outcome) -> Switch:
        """Say what should become of a switch; when two different people say the same, that is done.

        Raises `UnknownError`, `StageError`, and `NotAllowedError` where whoever has said the same may be the actor.
        """
        actor.must(Role.EDITOR)
        with turn(self._engine) as connection:
            switch = _get(connection, id_)
            if not switch.works or switch.outcome is outcome:
                raise StageError("This switch has been settled already.")
            others = [each.who for each in switch.votes if each.outcome is outcome and each.who != actor.id]
            must_be_another(connection, actor, others, now)
            connection.execute(votes.delete().where(votes.c.switch == id_, votes.c.who == actor.id))
            row = {"switch": id_, "who": actor.id, "name": actor.name, "outcome": outcome.value, "at": now}
            connection.execute(votes.insert().values(row))
            subject, said = f"{switch.country} {switch.number}", {"switch": id_, "outcome": outcome.value}
            audit.record(connection, actor, audit.VOTED, subject, now, **said)
            agreed = [each for each in _get(connection, id_).votes if each.outcome is outcome]
            if len(agreed) >= 2:
                settled = {"outcome": outcome.value, "ended_at": now}
                connection.execute(switches.update().where(switches.c.id == id_).values(**settled))
                connection.execute(votes.delete().where(votes.c.switch == id_, votes.c.outcome != outcome.value))
                told = {**said, "by": [each.name for each in agreed]}
                audit.record(connection, actor, audit.SETTLED, subject, now, **told)
            return _get(connection, id_)

    def _all(self, wanted: sa.ColumnElement[bool] | None = None) -> tuple[Switch, ...]:
        query = sa.select(switches.c.id).order_by(switches.c.id.desc())
        with self._engine.connect() as connection:
            ids = connection.scalars(query if wanted is None else query.where(wanted)).all()
            return tuple(_get(connection, id_) for id_ in ids)


def standing(connection: sa.Connection) -> tuple[Switched, ...]:
    """Return what is switched now, sorted: what every process that serves callers asks each second."""
    return tuple(sorted(Switched(each.country, each.number, each.position) for each in _standing(connection)))


def _standing(connection: sa.Connection) -> list[Switched]:
    query = sa.select(switches.c.country, switches.c.number, switches.c.position).where(_WORKS)
    return [Switched(row.country, row.number, Position(row.position)) for row in connection.execute(query)]


def _must_be_switchable(directory: Directory, country: str, number: str) -> None:
    found = [
        each
        for each in directory.helplines.values()
        if each.country == country and any(digits(line.say) == number for line in each.numbers)
    ]
    if not found:
        raise UnknownError("No service of this country has this number.")
    if any(each.kind is Kind.EMERGENCY for each in found):
        raise StageError(
            "Emergency numbers cannot be switched: they are said, never rung, and every country needs one."
        )


def _get(connection: sa.Connection, id_: int) -> Switch:
    row = connection.execute(sa.select(switches).where(switches.c.id == id_)).first()
    if row is None:
        raise UnknownError("There is no such switch.")
    query = sa.select(votes).where(votes.c.switch == id_).order_by(votes.c.at)
    said = tuple(Vote(each.who, each.name, Outcome(each.outcome), each.at) for each in connection.execute(query))
    values: dict[str, Any] = dict(row._mapping)
    outcome = Outcome(row.outcome) if row.outcome else None
    return Switch(**{**values, "position": Position(row.position), "outcome": outcome}, votes=said)
