"""The databases of the fault suite, which can be stopped, locked, made read-only, and left without room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import psutil
import sqlalchemy as sa

from tests.faults.disk import Disk

COUNTING = ("counters", "progress", "marks", "errands", "revisions")
"""Tables that the programs write while people call; those that a version lacks are passed over."""


Programs = Callable[[], list[psutil.Process]]


class Database(Protocol):
    """A database and what may befall it. Each method makes the fault, and undoes it when the block ends."""

    url: str

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nobody answers."""
        ...

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else writes, and does not come to an end."""
        ...

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing may be written."""
        ...

    @contextmanager
    def full(self, programs: Programs) -> Iterator[None]:
        """There is no room for anything new."""
        ...


class Sqlite:
    """A file on a disk of its own, reached by a link, so that it can be taken away without harm to what is in it."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._link = disk.folder.with_name(f"{disk.folder.name}-link")
        self._link.symlink_to(disk.folder)
        self.url = f"sqlite:///{self._link / 'fanal.db'}"

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Take the folder away: whoever has the file open keeps it, and nobody can open it anew."""
        self._link.unlink()
        try:
            yield
        finally:
            self._link.symlink_to(self._disk.folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the one writer."""
        with _autocommitting(self.url) as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.exec_driver_sql("ROLLBACK")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Refuse every change by triggers: the rights of a file mean nothing to root, who runs this in CI."""
        words = "RAISE(ABORT, 'attempt to write a readonly database')"
        acts = ("INSERT", "UPDATE", "DELETE")
        with _refusing(self.url, acts, lambda name, table, act: _sqlite_trigger(name, table, act, words)):
            yield

    @contextmanager
    def full(self, programs: Programs) -> Iterator[None]:
        """Fill the disk, once what is in the log has been written into the file: it would lend its room."""
        with _autocommitting(self.url) as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._disk.fill(programs())
        try:
            yield
        finally:
            self._disk.free()

    def remove(self) -> None:
        """Let go of the link."""
        self._link.unlink(missing_ok=True)


class Postgres:
    """A database of a server that can be stopped and started."""

    def __init__(self, url: str, stop: Callable[[], None], start: Callable[[], None]) -> None:
        self.url, self._stop, self._start = url, stop, start
        self._name = sa.make_url(url).database

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """End the server without warning to anybody."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold every table that is written while people call."""
        with _autocommitting(self.url) as connection:
            tables = ", ".join(sorted(_there(connection, COUNTING)))
            while True:  # a program that has some of them and wants the others is let go first
                connection.exec_driver_sql("BEGIN")
                try:
                    connection.exec_driver_sql(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT")
                    break
                except sa.exc.OperationalError:
                    connection.exec_driver_sql("ROLLBACK")
            try:
                yield
            finally:
                connection.exec_driver_sql("ROLLBACK")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let every new transaction be one that only reads, and end the connections that began before."""
        self._tell("default_transaction_read_only = on")
        try:
            yield
        finally:
            self._tell("default_transaction_read_only = off")

    @contextmanager
    def full(self, programs: Programs) -> Iterator[None]:
        """Refuse what needs room, with the server's own error: a disk that is really full would end the server."""
        del programs  # it is the server that lacks room
        with _refusing(self.url, ("INSERT", "UPDATE"), _postgres_trigger):
            yield

    def _tell(self, setting: str) -> None:
        with _autocommitting(self.url) as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(f"ALTER DATABASE {self._name} SET {setting}")
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@contextmanager
def _autocommitting(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@contextmanager
def _refusing(url: str, acts: tuple[str, ...], trigger: Callable[[str, str, str], str]) -> Iterator[None]:
    with _autocommitting(url) as connection:
        made = {f"refuse_{table}_{act}".lower(): (table, act) for table in _there(connection, COUNTING) for act in acts}
        for name, (table, act) in made.items():
            connection.exec_driver_sql(trigger(name, table, act))
    try:
        yield
    finally:
        with _autocommitting(url) as connection:
            for name, (table, _) in made.items():
                on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
                connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


def _there(connection: sa.Connection, tables: tuple[str, ...]) -> set[str]:
    return set(tables) & set(sa.inspect(connection).get_table_names())


def _sqlite_trigger(name: str, table: str, act: str, words: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT {words}; END"


def _postgres_trigger(name: str, table: str, act: str) -> str:
    body = "BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END"
    function = f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    return f"{function}; CREATE TRIGGER {name} BEFORE {act} ON {table} EXECUTE FUNCTION refuse()"
