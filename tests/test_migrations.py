"""The migrations make exactly the tables that the program's modules speak of."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from directory.database import open_database
from ivr.adapters import schema

ROOT = Path(__file__).parents[1]


def tables() -> Iterator[sa.MetaData]:
    """Yield the tables of every module that has some."""
    for package in ("directory", "ivr", "routes"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "sa.Table(" in path.read_text(encoding="utf-8"):
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield importlib.import_module(name).metadata


def test_migrations_make_the_tables_of_the_program(database_url: str) -> None:
    """What the migrations make and what the program says of its tables is the same, in both databases."""
    engine = open_database(database_url)
    try:
        schema.upgrade(engine)
        with engine.connect() as connection:
            every = list(dict.fromkeys(tables()))
            found = compare_metadata(MigrationContext.configure(connection), every)  # type: ignore[arg-type]  # takes several
    finally:
        engine.dispose()

    assert [] == found
