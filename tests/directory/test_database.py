"""The database: one writer after the other, who sees what the one before wrote, and errors that tell nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from directory.database import open_database
from directory.desk import audit
from directory.desk.people import OPERATOR
from directory.desk.tables import metadata
from directory.desk.writes import turn

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """A database with the desk's tables."""
    engine = open_database(strict(database_url))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def strict(url: str) -> str:
    """Return the address of a PostgreSQL whose operator has made another isolation the rule; SQLite has but one."""
    if url.startswith("sqlite"):
        return url
    options = "-c default_transaction_isolation=repeatable\\ read"
    return sa.make_url(url).update_query_dict({"options": options}).render_as_string(hide_password=False)


def _until_somebody_waits(engine: sa.Engine) -> None:
    """Wait until PostgreSQL says that somebody waits for the lock; SQLite takes turns before anything is read."""
    if engine.dialect.name == "sqlite":
        return
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with engine.connect() as connection:
        while not connection.scalar(waiting):
            connection.rollback()


def test_turns_see_each_other(engine: sa.Engine) -> None:
    """Whoever has waited for their turn sees what was written meanwhile, whatever the database's own rule is."""
    begun, waits = Event(), Event()

    def first() -> None:
        with turn(engine) as connection:
            begun.set()
            waits.wait(10)
            _until_somebody_waits(engine)
            audit.record(connection, OPERATOR, "first", "", NOW)

    def second() -> None:
        begun.wait(10)
        waits.set()
        with turn(engine) as connection:
            audit.record(connection, OPERATOR, "second", "", NOW)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(first), pool.submit(second)]:
            each.result()
    with engine.connect() as connection:
        actions = [entry.action for entry in audit.entries(connection)]

    assert ["second", "first"] == actions


def test_errors_quote_no_values(engine: sa.Engine) -> None:
    """An error of the database, which stands in the log, quotes none of the values that were to be written."""
    with pytest.raises(SQLAlchemyError) as told, engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hidden-in-a-hash"})

    assert "hidden-in-a-hash" not in str(told.value)


@pytest.mark.postgres
def test_nobody_waits_for_ever(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that somebody else holds locked is given up, so that the threads of the server are free for calls."""
    engine = open_database(postgres_url)
    metadata.create_all(engine)
    monkeypatch.setattr("directory.database.BUSY_SECONDS", 0.05)
    try:
        with engine.begin() as holder:
            holder.execute(sa.text("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE"))
            with engine.connect() as other, pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                other.execute(sa.select(metadata.tables["audit"]))
    finally:
        engine.dispose()
