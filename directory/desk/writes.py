"""One writer at a time at the desk: what two people do at the same moment happens one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from directory.database import writing

_LOCK = 0x6465736B
"""Any number that no other program of the same database uses for its advisory lock."""


@contextmanager
def turn(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a transaction that no other writer of the desk shares; an exception undoes all of it."""
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection
