"""The coordinators' desk: revisions, drafts, emergency switches and checks in SQL, and the log of all that was done.

Every rule about who may do what stands here, so that no page and no command can forget it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from directory.database import at_one_moment
from directory.desk import audit, checks, switches, ties
from directory.desk.agreement import contradiction
from directory.desk.checks import Checks
from directory.desk.drafts import Drafts
from directory.desk.mistakes import Wordless
from directory.desk.people import Actor
from directory.desk.revisions import Revisions, compiled_of, files_of, live
from directory.desk.switches import Switches
from directory.desk.writes import turn
from directory.model import Directory
from directory.pieces import Files
from directory.switched import Standing, overlaid

Head = tuple[int, Standing]
"""What is to be served: the number of the live revision, 0 for none, and what stands above it."""


class Desk:
    """Everything that coordinators work with, in one database.

    What words there are is known to the conversation alone: whoever lets people publish says `wordless`.
    """

    def __init__(self, engine: sa.Engine, wordless: Wordless = lambda _: ()) -> None:
        self.engine = engine
        self.revisions = Revisions(engine)
        self.drafts = Drafts(engine, wordless)
        self.switches = Switches(engine)
        self.checks = Checks(engine)

    def head(self) -> Head:
        """Return what is to be served now, in two short reads. Raises SQLAlchemy's errors."""
        with self.engine.connect() as connection:
            present = live(connection)
            return (present.number if present else 0), _standing(connection)

    def standing(self) -> Standing:
        """Return what stands above the live revision."""
        with self.engine.connect() as connection:
            return _standing(connection)

    def files(self, number: int) -> Files:
        """Return the files of a revision. Raises `UnknownError`, `DamagedError`."""
        with self.engine.connect() as connection:
            return files_of(connection, number)

    def compiled(self, number: int) -> tuple[Directory, bytes]:
        """Return a revision as it is to be served, and packed. Raises `UnknownError`, `DamagedError`, Faults."""
        with self.engine.connect() as connection:
            return compiled_of(connection, number)

    def served(self) -> Directory:
        """Return the live directory as callers are to be served it. Raises `UnknownError` before the first revision."""
        number, standing = self.head()
        return overlaid(self.compiled(number)[0], standing)

    def log(self, actor: Actor, action: str, subject: str, now: dt.datetime, **detail: Any) -> None:
        """Append to the log what was done elsewhere (a sign-in, a new account)."""
        with turn(self.engine) as connection:
            audit.record(connection, actor, action, subject, now, **detail)

    @contextmanager
    def turn(self) -> Iterator[sa.Connection]:
        """Give a transaction of the desk's one writer, for tables that others keep beside it."""
        with turn(self.engine) as connection:
            yield connection

    def verify(self, head: tuple[int, str] | None = None) -> audit.Verdict:
        """Prove the log, and that the tables are as it tells at this moment; or say where that is broken."""
        with at_one_moment(self.engine).connect() as connection:
            found = audit.verify(connection, head)
            return replace(found, break_=contradiction(connection)) if found.whole else found

    def entries(
        self, before: int | None = None, limit: int = 100, only: audit.Only = audit.ALL
    ) -> tuple[audit.Entry, ...]:
        """Return entries of the log, the newest first."""
        with self.engine.connect() as connection:
            return audit.entries(connection, before, limit, only)

    def let_in(self, now: dt.datetime) -> tuple[audit.Entry, ...]:
        """Return what was done to accounts in the last day, but by the operator, the newest first."""
        with self.engine.connect() as connection:
            return ties.let_in(connection, now)

    def told(self) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Return who stands in the log (id and name), and which actions."""
        with self.engine.connect() as connection:
            return audit.people(connection), audit.actions(connection)


def _standing(connection: sa.Connection) -> Standing:
    return Standing(switches.standing(connection), checks.standing(connection))
