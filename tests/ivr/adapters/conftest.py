"""What the tests of adapters share: a client of a Redis, and a database that has its tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
import sqlalchemy as sa

from ivr.adapters.connection import PATIENT, connect
from tests.databases import with_tables


@pytest.fixture
def connection(redis_url: str) -> Iterator[redis.Redis]:
    """A client of an empty server, closed after the test: whoever finds it open later would be blamed for it."""
    with connect(redis_url, PATIENT) as client:
        yield client


@pytest.fixture
def engine(tables_url: str) -> Iterator[sa.Engine]:
    """A database with the tables of this program."""
    engine = with_tables(tables_url)
    yield engine
    engine.dispose()
