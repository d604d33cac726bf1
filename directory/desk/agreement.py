"""Whether the published revisions, who answers for them, and what stands above them, are those the log tells of."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from directory.desk import audit
from directory.desk.revisions import DamagedError, compiled_of, files_of, live, tables_of
from directory.desk.tables import Moment, checks, confirmations, revisions, switches, votes
from directory.faults import Faults
from directory.load import compile_files
from directory.model import Directory
from directory.revision import revision_of
from directory.tables import Vocabulary


def contradiction(connection: sa.Connection) -> str:
    """Say where the tables that decide what callers are told are not as the log tells; nothing where they are."""
    told = audit.told(connection, audit.PUBLISHED)
    own = _own_work(connection, told)
    if own:
        return own
    for row in connection.execute(_as_it_stands(revisions).order_by(revisions.c.number)):
        entry = told.pop(str(row.number), None)
        if entry is None:
            return f"revision {row.number} stands in the history, but not in the log"
        if not _is_told(row, entry) or not _is_whole(connection, row.number):
            return f"the content of revision {row.number} is not what was published"
        if not _agrees(row, entry):
            return f"who published revision {row.number}, when or why is not what the log tells"
    if told:
        return f"revision {min(told, key=int)} was published and is no longer there"
    present = live(connection)
    if present is not None and _misleads(connection, present.number):
        return f"what callers are told from revision {present.number} is not what its files say"
    later = (_unfounded_confirmation, _strange_switch, _strange_vote, _strange_check)
    return next((found for look in later if (found := look(connection))), "")


def _own_work(connection: sa.Connection, published: dict[str, audit.Told]) -> str:
    """Say which change was approved by somebody who had worked on it, as only the log still tells."""
    worked = {
        (subject, entry.who)
        for action in (audit.CHANGED, audit.SUBMITTED)
        for subject, entry in audit.every(connection, action)
    }
    for number, entry in published.items():
        if (f"draft:{entry.detail.get('draft')}", entry.who) in worked:
            return f"revision {number} was approved by somebody whose own work is in it"
    return ""


def _is_told(row: Any, entry: audit.Told) -> bool:
    """Tell whether the hashes of a revision's files and tables are those that its entry names."""
    hashes = [(entry.detail.get(name), getattr(row, name)) for name in ("hash", "tables_hash")]
    return all(told == stands for told, stands in hashes)


def _misleads(connection: sa.Connection, number: int) -> bool:
    """Tell whether a revision's tables say something else than its files, which people read and approve."""
    try:
        read = compile_files(files_of(connection, number))
    except Faults:
        return False  # an older program's files: its tables are what was approved
    tables, _ = compiled_of(connection, number)
    return _name(tables) != read.revision


def _name(tables: Directory) -> str:
    """Return the name that the content of tables has, whatever name they give themselves."""
    words = Vocabulary(tables.needs, tables.audiences, tables.general_need, tables.emergency_need)
    return revision_of(words, tables.countries, tables.helplines)


def _agrees(row: Any, entry: audit.Told) -> bool:
    """Tell whether a revision's row says what its entry does: whoever approved it made the entry, else its author."""
    detail = entry.detail
    stands = (row.approver or row.author, row.approver_name or row.author_name, row.at)
    return (
        (entry.who, entry.name, entry.at) == stands
        and all(detail.get(name) == getattr(row, name) for name in ("revision", "origin", "note", "content_of"))
        and (detail.get("author", row.author), detail.get("author_name", row.author_name))
        == (row.author, row.author_name)
        and (row.approver is None) == (row.approver_name is None)
    )


def _unfounded_confirmation(connection: sa.Connection) -> str:
    told = audit.told(connection, audit.CONFIRMED)
    for row in connection.execute(_as_it_stands(confirmations).order_by(confirmations.c.revision)):
        entry = told.pop(str(row.revision), None)
        if entry is None or (entry.who, entry.name, entry.at) != (row.who, row.name, row.at):
            return f"the confirmation of revision {row.revision} is not what the log tells"
    return f"revision {min(told, key=int)} was confirmed, and its confirmation is no longer there" if told else ""


def _strange_switch(connection: sa.Connection) -> str:
    """Say which switch is gone, or was not thrown or settled as it stands: a lost one would let a number ring again."""
    thrown = audit.every(connection, audit.THROWN)
    settled = {
        (subject, entry.detail.get("switch")): (entry.at, entry.detail.get("outcome"))
        for subject, entry in audit.every(connection, audit.SETTLED)
    }
    for row in connection.execute(_as_it_stands(switches).order_by(switches.c.id)):
        subject = f"{row.country} {row.number}"
        stands = {name: getattr(row, name) for name in ("say", "position", "reason")}
        told = (subject, audit.Told(audit.THROWN, row.who, row.name, row.at, stands))
        if told not in thrown:
            return f"the switch of {subject} is not what the log tells"
        thrown.remove(told)
        if (row.ended_at, row.outcome) != settled.get((subject, row.id), (None, None)):
            return f"what became of the switch of {subject} is not what the log tells"
    return f"the switch of {thrown[0][0]} was thrown and is no longer there" if thrown else ""


def _strange_vote(connection: sa.Connection) -> str:
    """Say which vote on a switch nobody has cast as it stands, or is gone: two of them bring a number back."""
    numbers = connection.execute(sa.select(switches.c.id, switches.c.country, switches.c.number))
    subjects = {id_: f"{country} {number}" for id_, country, number in numbers}
    told = _votes(connection)
    for row in connection.execute(_as_it_stands(votes).order_by(votes.c.switch, votes.c.who)):
        subject = subjects.get(row.switch, str(row.switch))
        if told.pop((row.switch, row.who), None) != (subject, row.name, row.at, row.outcome):
            return f"a vote on the switch of {subject} is not what the log tells"
    gone = next(iter(told.values()), None)
    return f"a vote on the switch of {gone[0]} was cast and is no longer there" if gone else ""


def _votes(connection: sa.Connection) -> dict[tuple[int, str], tuple[str, str, str, str]]:
    """Return the votes that stand by the log, by switch and person: the last of each, but what was settled otherwise.

    A vote is its subject, the person's name, the moment and the outcome.
    """
    found: dict[tuple[int, str], tuple[str, str, str, str]] = {}
    for subject, entry in audit.every(connection, audit.VOTED, audit.SETTLED):
        switch, outcome = entry.detail.get("switch", 0), entry.detail.get("outcome", "")
        if entry.action == audit.VOTED:
            found[switch, entry.who] = (subject, entry.name, entry.at, outcome)
        else:
            found = {key: vote for key, vote in found.items() if key[0] != switch or vote[-1] == outcome}
    return found


def _strange_check(connection: sa.Connection) -> str:
    """Say which check nobody has made as it stands, or is gone: what was never checked goes live by a decision only."""
    told = Counter(_check(subject, entry) for subject, entry in audit.every(connection, audit.CHECKED))
    for row in connection.execute(_as_it_stands(checks).order_by(checks.c.id)):
        found = (row.helpline, row.who, row.name, row.at, row.fingerprint, str(row.on), row.how)
        if not told[found]:
            return f"a check of {row.helpline} is not what the log tells"
        told[found] -= 1
    gone = next(told.elements(), None)
    return f"a check of {gone[0]} was made and is no longer there" if gone else ""


def _check(helpline: str, entry: audit.Told) -> tuple[str, ...]:
    stands = (entry.detail.get(name, "") for name in ("fingerprint", "on", "how"))
    return (helpline, entry.who, entry.name, entry.at, *stands)


def _as_it_stands(table: sa.Table) -> sa.Select[Any]:
    """Select all but files; times as text, for one that somebody has made unreadable is no reason to stop."""
    return sa.select(*(
        sa.type_coerce(each, sa.String).label(each.name) if isinstance(each.type, (Moment, sa.Date)) else each
        for each in table.c
        if each.name not in {"files", "tables"}
    ))  # fmt: skip


def _is_whole(connection: sa.Connection, number: int) -> bool:
    try:
        files_of(connection, number)
        tables_of(connection, number)
    except (DamagedError, ValueError, TypeError):
        return False
    return True
