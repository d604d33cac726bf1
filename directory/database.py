"""The database: SQLite by default, PostgreSQL where several machines share the work."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

BUSY_SECONDS = 5
"""How long a writer waits for another one in SQLite, and anybody for a PostgreSQL that does not answer; twice that for
a lock in PostgreSQL."""
WRITES = "fanal_writes"
"""Execution option of a transaction that will write."""


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class AwayError(DatabaseError):
    """The database does not answer; it may later."""


def open_database(url: str) -> sa.Engine:
    """Return an engine for the address, which connects when first used; raises `DatabaseError`.

    Its errors, which stand in the log, quote no values.
    """
    try:
        address = sa.make_url(url)
    except ArgumentError:
        raise DatabaseError("DATABASE_URL is not an address such as sqlite:///var/fanal.db.") from None
    match address.get_backend_name():
        case "sqlite":
            return _sqlite(address)
        case "postgresql" | "postgres":
            patience = {"connect_timeout": BUSY_SECONDS, "tcp_user_timeout": 2 * BUSY_SECONDS * 1000}
            address = address.set(drivername="postgresql+psycopg")
            # Whoever has waited for a lock has to see what was written meanwhile, whatever the server's own rule is.
            seen = {"isolation_level": "READ COMMITTED", "hide_parameters": True}
            return _postgres(sa.create_engine(address, pool_pre_ping=True, connect_args=patience, **seen))
        case other:
            raise DatabaseError(f"DATABASE_URL names {other}; only sqlite and postgresql are known.")


def writing(engine: sa.Engine) -> sa.Engine:
    """Return the engine for a transaction that writes: in SQLite it takes its turn at the beginning."""
    return engine.execution_options(**{WRITES: True})


def at_one_moment(engine: sa.Engine) -> sa.Engine:
    """Return the engine for a transaction that reads several times and is to see one moment, whatever others write."""
    is_postgres = engine.dialect.name == "postgresql"  # a reader in SQLite sees one moment anyway
    return engine.execution_options(isolation_level="REPEATABLE READ") if is_postgres else engine


def _postgres(engine: sa.Engine) -> sa.Engine:
    """Let no transaction wait for a lock for ever: the threads that would wait are those that answer calls."""

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{2 * BUSY_SECONDS}s'")

    return engine


def _sqlite(address: sa.URL) -> sa.Engine:
    """Make an engine with write-ahead log; its transactions begin when we say so (SQLAlchemy's pages on SQLite)."""
    engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA secure_delete=ON")  # what has been deleted is not left in the file

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
