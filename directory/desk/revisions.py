"""The published revisions: never changed, never removed, the highest number is live."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from directory import packed
from directory.desk import audit
from directory.desk.people import OPERATOR, Actor, NotAllowedError, Role, StageError, UnknownError
from directory.desk.tables import confirmations, revisions
from directory.desk.ties import must_be_another
from directory.desk.writes import turn
from directory.load import compile_files
from directory.model import Directory, Helpline
from directory.pieces import Files
from directory.switched import NOTHING, Standing, fingerprint, overlaid

_LIVE_ALREADY = "These are the tables that are live already."
_BASE_MOVED = "Another revision has gone live since the draft began: bring the draft up to date in the pages first."


class Origin(StrEnum):
    """How a revision came to be."""

    SHIPPED = "shipped"
    """The files that came with the program, or the folder it was set up with."""
    DRAFT = "draft"
    """A draft that a second person approved."""
    UNDO = "undo"
    """An approver's return to the content before the live one."""
    COMMAND = "command"
    """The operator's command line."""


class UncheckedError(StageError):
    """Services that nobody has ever checked would go live, and nobody has decided that; `entries` are their ids."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        super().__init__("Services that nobody has ever checked would go live: somebody has to decide that they may.")
        self.entries = entries


class DamagedError(StageError):
    """A revision's content is not what was published: it is never served."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One published revision, without its content."""

    number: int
    revision: str
    """The short name of its compiled content, as callers' software shows it."""
    hash: str
    """SHA-256 of its files."""
    origin: Origin
    content_of: int | None
    """For an undo, or a return to an older state: the number of the revision whose content this is."""
    author: str
    author_name: str
    approver: str | None
    approver_name: str | None
    at: dt.datetime
    note: str

    @property
    def needs_confirmation(self) -> bool:
        """Tell whether nobody but its author had a say, so that an approver has yet to confirm it."""
        return self.origin in {Origin.SHIPPED, Origin.COMMAND}


class Revisions:
    """Reads and publishes revisions."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def live(self) -> Revision | None:
        """Return the revision that callers are served; None before the first."""
        with self._engine.connect() as connection:
            return live(connection)

    def get(self, number: int) -> Revision:
        """Return one revision. Raises `UnknownError`."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(*_HEAD).where(revisions.c.number == number)).first()
        if row is None:
            raise UnknownError("There is no such revision.")
        return _revision(row)

    def history(self, limit: int = 50, before: int | None = None) -> tuple[Revision, ...]:
        """Return revisions, the newest first."""
        query = sa.select(*_HEAD).order_by(revisions.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(revisions.c.number < before)
        with self._engine.connect() as connection:
            return tuple(_revision(row) for row in connection.execute(query))

    def files(self, number: int) -> dict[str, str]:
        """Return the files of a revision. Raises `UnknownError`, and `DamagedError` where their hash does not fit."""
        with self._engine.connect() as connection:
            return files_of(connection, number)

    def directory(self, number: int) -> Directory:
        """Return a revision compiled, without what stands above it. Raises as `files`, and Faults."""
        return compile_files(self.files(number))

    def ship(self, files: Files, now: dt.datetime, note: str) -> Revision | None:
        """Publish the first revision, once: None where there is one already. Raises Faults."""
        first = compile_files(files)
        with turn(self._engine) as connection:
            if live(connection) is not None:
                return None
            return publish(connection, files, first, Origin.SHIPPED, OPERATOR, None, now, note)

    def publish(
        self,
        files: Files,
        actor: Actor,
        now: dt.datetime,
        note: str,
        *,
        accept_unchecked: bool,
        standing: Standing,
        base: int | None = None,
    ) -> Revision:
        """Publish files from the command line. Raises Faults, `UncheckedError`, `StageError` if nothing changes.

        `base` is the number of the revision that a draft's files began with: `StageError` where another is live by now,
        for what that one brought would go.
        """
        if actor != OPERATOR:
            raise NotAllowedError("In the pages a revision is published by the approval of a draft.")
        after = compile_files(files)
        with turn(self._engine) as connection:
            present = live(connection)
            if present is not None and present.hash == hash_of(files):
                raise StageError(_LIVE_ALREADY)
            if base is not None and (present is None or present.number != base):
                raise StageError(_BASE_MOVED)
            before = compiled_of(connection, present.number)[0] if present else None
            must_be_decided(before, after, standing, accept_unchecked)
            return publish(connection, files, after, Origin.COMMAND, actor, None, now, note)

    def undo(self, actor: Actor, now: dt.datetime, note: str, live_number: int) -> Revision:
        """Return to the content before the live revision, at once: what two people approved before is live again.

        `live_number` is the revision that the actor saw as the live one. Raises `NotAllowedError`, `StageError`.
        """
        actor.must(Role.APPROVER)
        with turn(self._engine) as connection:
            present = live(connection)
            if present is None or present.number != live_number:
                raise StageError("Another revision has gone live meanwhile. Look at it first.")
            if present.number == 1:
                raise StageError("This is the first revision: there is nothing before it.")
            return self._return_to(connection, present.number - 1, Origin.UNDO, actor, now, note)

    def roll_back(self, number: int, actor: Actor, now: dt.datetime, note: str) -> Revision:
        """Publish the content of an older revision again, from the command line. Raises `UnknownError` and others."""
        if actor != OPERATOR:
            raise NotAllowedError("In the pages an older revision returns as a draft, which another person approves.")
        with turn(self._engine) as connection:
            present = live(connection)
            if present is not None and present.hash == hash_of(files_of(connection, number)):
                raise StageError(_LIVE_ALREADY)
            return self._return_to(connection, number, Origin.COMMAND, actor, now, note)

    def confirm(self, number: int, actor: Actor, now: dt.datetime) -> None:
        """Settle a revision that nobody has approved: an approver has read it, unchecked services included."""
        actor.must(Role.APPROVER)
        found = self.get(number)
        with turn(self._engine) as connection:
            if not _waits(connection, found):
                raise StageError("This revision does not wait for a confirmation.")
            must_be_another(connection, actor, (found.author,), now)
            row = {"revision": number, "who": actor.id, "name": actor.name, "at": now}
            connection.execute(confirmations.insert().values(row))
            audit.record(connection, actor, audit.CONFIRMED, str(number), now, hash=found.hash)

    def unconfirmed(self) -> Revision | None:
        """Return the live revision if nobody has approved or confirmed it."""
        with self._engine.connect() as connection:
            present = live(connection)
            return present if present and _waits(connection, present) else None

    def _return_to(
        self, connection: sa.Connection, number: int, origin: Origin, actor: Actor, now: dt.datetime, note: str
    ) -> Revision:
        files = files_of(connection, number)
        return publish(connection, files, compile_files(files), origin, actor, None, now, note, content_of=number)


CONTENT = ("files", "tables", "tables_hash")
"""The columns of a revision's content."""
_HEAD = tuple(column for column in revisions.c if column.name not in CONTENT)


def live(connection: sa.Connection) -> Revision | None:
    """Return the revision with the highest number."""
    row = connection.execute(sa.select(*_HEAD).order_by(revisions.c.number.desc()).limit(1)).first()
    return None if row is None else _revision(row)


def files_of(connection: sa.Connection, number: int) -> dict[str, str]:
    """Return the files of a revision, held against its hash. Raises `UnknownError`, `DamagedError`."""
    columns = sa.select(revisions.c.files, revisions.c.hash).where(revisions.c.number == number)
    row = connection.execute(columns).first()
    if row is None:
        raise UnknownError("There is no such revision.")
    files = dict(json.loads(row.files))
    if hash_of(files) != row.hash:
        raise DamagedError("The content of this revision is not what was published.")
    return files


def tables_of(connection: sa.Connection, number: int) -> bytes | None:
    """Return the packed tables of a revision, held against their hash; None for one that has none.

    Programs before the tables were packed have published such. Raises `DamagedError`.
    """
    columns = sa.select(revisions.c.tables, revisions.c.tables_hash).where(revisions.c.number == number)
    row = connection.execute(columns).first()
    if row is None or row.tables is None:
        return None
    if packed.hash_of(row.tables) != row.tables_hash:
        raise DamagedError("The tables of this revision are not what was published.")
    return bytes(row.tables)


def compiled_of(connection: sa.Connection, number: int) -> tuple[Directory, bytes]:
    """Return a revision compiled, and packed: as it was published, or, where that cannot be read, from its files.

    Raises `UnknownError`, `DamagedError`, and Faults where it had to be compiled.
    """
    content = tables_of(connection, number)
    if content is not None:
        with suppress(packed.UnknownFormError):
            return packed.unpacked(content), content
    tables = compile_files(files_of(connection, number))
    return tables, packed.packed(tables)


def publish(
    connection: sa.Connection,
    files: Files,
    tables: Directory,
    origin: Origin,
    author: Actor,
    approver: Actor | None,
    now: dt.datetime,
    note: str,
    **told: Any,
) -> Revision:
    """Append a revision and its entry in the log; the caller holds the desk's lock and has looked at everything.

    `tables` is what the files were compiled to.
    """
    present = live(connection)
    number = present.number + 1 if present else 1
    row = {
        "number": number,
        **_content(files, tables),
        "origin": origin.value,
        "content_of": told.get("content_of"),
        "author": author.id,
        "author_name": author.name,
        "approver": approver.id if approver else None,
        "approver_name": approver.name if approver else None,
        "at": now,
        "note": note,
    }
    connection.execute(revisions.insert().values(row))
    named = ("hash", "tables_hash", "revision", "origin", "note", "author", "author_name")
    told = {name: row[name] for name in named} | told
    audit.record(connection, approver or author, audit.PUBLISHED, str(number), now, **told)
    found = live(connection)
    if found is None:
        raise UnknownError("There is no such revision.")
    return found


def _content(files: Files, tables: Directory) -> dict[str, Any]:
    content = packed.packed(tables)
    return {
        "revision": tables.revision,
        "hash": hash_of(files),
        "files": json.dumps(dict(files), ensure_ascii=False),
        "tables": content,
        "tables_hash": packed.hash_of(content),
    }


def must_be_decided(before: Directory | None, after: Directory, standing: Standing, accepted: bool) -> None:
    """Raise `UncheckedError` for what is new or changed and was never checked, unless somebody accepts it."""
    entries = unchecked(before, after, standing)
    if entries and not accepted:
        raise UncheckedError(entries)


def unchecked(before: Directory | None, after: Directory, standing: Standing = NOTHING) -> tuple[str, ...]:
    """Return the ids of services that are new or changed against `before`, and that nobody has checked as they are.

    Where numbers or hours are others, the day of the check before says nothing, whoever has left it in the row.
    """
    served, old = overlaid(after, standing).helplines, before.helplines if before else {}
    return tuple(
        each.id
        for each in after.helplines.values()
        if _facts(each) != _facts(old.get(each.id))
        and not _is_checked(each, served.get(each.id, each).checked, old.get(each.id))
    )


def _is_checked(after: Helpline, checked: dt.date | None, before: Helpline | None) -> bool:
    if checked is None or before is None or checked != before.checked:
        return checked is not None
    return fingerprint(after) == fingerprint(before)


def _facts(helpline: Helpline | None) -> object:
    """Return what a service is, without its place in the table."""
    return None if helpline is None else _FACTS(helpline)


_FACTS = attrgetter(*(each.name for each in dataclasses.fields(Helpline) if each.name != "order"))


def hash_of(files: Files) -> str:
    """Return SHA-256 of the files, names and texts: what an approval is bound to."""
    return hashlib.sha256(json.dumps(sorted(files.items()), ensure_ascii=False).encode()).hexdigest()


def _waits(connection: sa.Connection, revision: Revision) -> bool:
    """Tell whether nobody but its author had a say in a revision; an undo is what it returns to."""
    if _confirmed(connection, revision.number):
        return False
    if revision.origin is Origin.UNDO and revision.content_of is not None:
        row = connection.execute(sa.select(*_HEAD).where(revisions.c.number == revision.content_of)).first()
        return row is None or _waits(connection, _revision(row))
    return revision.needs_confirmation


def _confirmed(connection: sa.Connection, number: int) -> bool:
    return connection.scalar(sa.select(confirmations.c.at).where(confirmations.c.revision == number)) is not None


def _revision(row: Any) -> Revision:
    values: Mapping[str, Any] = row._mapping
    return Revision(**{**values, "origin": Origin(row.origin)})
