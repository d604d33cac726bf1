"""What the tests of adapters share: a database that has its tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.databases import with_tables


@pytest.fixture
def engine(tables_url: str) -> Iterator[sa.Engine]:
    """A database with the tables of this program."""
    engine = with_tables(tables_url)
    yield engine
    engine.dispose()
