"""The log of the desk: append-only, each entry bound to the one before it by its hash.

The hash of an entry is SHA-256 over its own fields and the hash before it, as JSON. Whoever changes, adds or removes an
entry in the table breaks the chain at that place; whoever cuts off its end is found out by a head that was written down
elsewhere (`fanal audit verify --head`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from directory.desk.people import Actor
from directory.desk.tables import audit, written

PUBLISHED = "revision published"
"""The action of an entry that tells of a publication."""
CONFIRMED = "revision confirmed"
"""The action of an entry that tells that an approver has read what the operator put live."""
THROWN = "switch thrown"
"""The action of an entry that tells of an emergency switch."""
VOTED = "switch vote"
"""The action of an entry that tells what one person says should become of a switch."""
SETTLED = "switch settled"
"""The action of an entry that tells what two people made of a switch."""
CHANGED = "draft changed"
"""The action of an entry that tells of work on a draft."""
SUBMITTED = "draft submitted"
"""The action of an entry that tells who handed a draft over."""
CHECKED = "helpline checked"
"""The action of an entry that tells that somebody has rung a service, and found it right."""
BEGINNING = "0" * 64
"""What stands before the first entry."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done: when, by whom, what (`action`), to what (`subject`), and the rest as JSON."""

    number: int
    at: dt.datetime
    who: str
    name: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry tells beside its subject; the moment as it stands in the table."""

    action: str
    who: str
    name: str
    at: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found: how many entries, the last hash, and where it breaks, in words."""

    entries: int
    head: str
    break_: str = ""

    @property
    def whole(self) -> bool:
        """Tell whether nothing was touched."""
        return not self.break_


def record(connection: sa.Connection, actor: Actor, action: str, subject: str, now: dt.datetime, **detail: Any) -> None:
    """Append an entry, in the transaction of what it tells of. The caller holds the desk's lock (`desk.writes`)."""
    last = connection.execute(sa.select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    number, previous = (last.number + 1, last.hash) if last else (1, BEGINNING)
    told = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    values = (number, written(now), actor.id, actor.name, action, subject, told, previous)
    row = dict(zip(audit.columns.keys(), (*values, _hash(*values)), strict=True))
    connection.execute(audit.insert().values({**row, "at": now}))


@dataclass(frozen=True, slots=True)
class Only:
    """Which entries are asked for: an id of a person, an action, a subject or its beginning; empty words for all."""

    who: str = ""
    action: str = ""
    subject: str = ""


ALL = Only()


def entries(
    connection: sa.Connection, before: int | None = None, limit: int = 100, only: Only = ALL
) -> tuple[Entry, ...]:
    """Return the newest entries, or those before a number."""
    query = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.number < before)
    if only.who:
        query = query.where(audit.c.who == only.who)
    if only.action:
        query = query.where(audit.c.action == only.action)
    if only.subject:
        query = query.where(audit.c.subject.startswith(only.subject, autoescape=True))
    return tuple(_entry(row) for row in connection.execute(query))


def since(connection: sa.Connection, wanted: Iterable[str], moment: dt.datetime) -> tuple[Entry, ...]:
    """Return the entries of some actions since a moment, the newest first."""
    query = sa.select(audit).where(audit.c.at > moment, audit.c.action.in_(tuple(wanted)))
    return tuple(_entry(row) for row in connection.execute(query.order_by(audit.c.number.desc())))


def people(connection: sa.Connection) -> tuple[tuple[str, str], ...]:
    """Return everybody who stands in the log: id, and the name of their last entry, by name."""
    last = sa.select(sa.func.max(audit.c.number)).group_by(audit.c.who)
    query = sa.select(audit.c.who, audit.c.name).where(audit.c.number.in_(last)).order_by(audit.c.name)
    return tuple((row.who, row.name) for row in connection.execute(query))


def actions(connection: sa.Connection) -> tuple[str, ...]:
    """Return every action that stands in the log, sorted."""
    return tuple(connection.scalars(sa.select(audit.c.action).distinct().order_by(audit.c.action)))


def verify(connection: sa.Connection, head: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its beginning; `head` is a number and its hash that were written down before."""
    previous, number = BEGINNING, 0
    for row in _rows(connection):
        number += 1
        values = (row.number, row.at, row.who, row.name, row.action, row.subject, row.detail, row.previous)
        if row.number != number:
            return Verdict(number - 1, previous, f"entry {number} is missing: entry {row.number} follows")
        if row.previous != previous:
            return Verdict(number - 1, previous, f"entry {number} does not follow from entry {number - 1}")
        if not _fits(row.hash, values):
            return Verdict(number - 1, previous, f"entry {number} is not what was written: its hash does not fit")
        if head is not None and head[0] == number and head[1] != row.hash:
            return Verdict(number - 1, previous, f"entry {number} is another than the one whose hash was written down")
        previous = row.hash
    if head is not None and head[0] > number:
        return Verdict(number, previous, f"the log ends at entry {number}, but entry {head[0]} has existed")
    return Verdict(number, previous)


def told(connection: sa.Connection, action: str) -> dict[str, Told]:
    """Return what the log tells of every subject that an action was done to; of the last time, where it was several."""
    return dict(every(connection, action))


def every(connection: sa.Connection, *wanted: str) -> list[tuple[str, Told]]:
    """Return what the log tells of every time that one of some actions was done, with its subject, the oldest first."""
    columns = (audit.c.action, audit.c.who, audit.c.name, sa.type_coerce(audit.c.at, sa.String), audit.c.detail)
    query = sa.select(audit.c.subject, *columns).where(audit.c.action.in_(wanted)).order_by(audit.c.number)
    return [
        (subject, Told(action, who, name, at, json.loads(detail)))
        for subject, action, who, name, at, detail in connection.execute(query)
    ]


def _rows(connection: sa.Connection) -> Iterator[Any]:
    """Yield the rows as they stand in the table: a moment that somebody has made unreadable is no reason to stop."""
    last = -1
    columns = [sa.type_coerce(each, sa.String).label(each.name) if each is audit.c.at else each for each in audit.c]
    while found := connection.execute(
        sa.select(*columns).where(audit.c.number > last).order_by(audit.c.number).limit(_PAGE)
    ).fetchall():
        yield from found
        last = found[-1].number


def _entry(row: Any) -> Entry:
    return Entry(
        row.number, row.at, row.who, row.name, row.action, row.subject, json.loads(row.detail), row.previous, row.hash
    )


def _fits(hash_: str, values: tuple[object, ...]) -> bool:
    try:
        return hash_ == _hash(*values)
    except (TypeError, ValueError):  # bytes, or half a character: nothing that `record` writes
        return False


def _hash(*values: object) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
