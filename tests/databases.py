"""Databases whose tables have been made: once in a process, and copied for each test after that."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from directory.database import open_database
from ivr.adapters.schema import upgrade


def with_tables(url: str) -> sa.Engine:
    """Open a database and make its tables; in a new file of SQLite they are those that were made before."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite" and address.database and not Path(address.database).exists():
        Path(address.database).write_bytes(_made())
    engine = open_database(url)
    upgrade(engine)
    return engine


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        engine = open_database(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()  # which writes everything into the one file
        return path.read_bytes()
