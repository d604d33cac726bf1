"""Where a server's tables come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.database import DatabaseError
from ivr.adapters.folder import FolderSource
from ivr.adapters.published import DeskSource
from ivr.services import build, source_of
from tests.application import some_settings
from tests.desk import a_desk
from tests.sample_directory import FILES


def test_folder_rules(tmp_path: Path) -> None:
    """Where DIRECTORY_PATH names a folder nobody asks the database, whatever is published there."""
    assert isinstance(source_of(some_settings(tmp_path, directory_path=tmp_path)), FolderSource)
    assert isinstance(source_of(some_settings(tmp_path)), DeskSource)


def test_server_serves_what_is_published(tmp_path: Path) -> None:
    """A server begins with the live revision, and holds no connection that the processes it forks would share."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    desk = a_desk(url, FILES)
    services = build(some_settings(tmp_path, database_url=url))
    source = services.shelf._source
    desk.engine.dispose()

    assert 1 == services.shelf.found.number
    assert isinstance(source, DeskSource)
    assert "Connections in pool: 0" in source._engine.pool.status()


def test_server_starts_without_a_database(tmp_path: Path) -> None:
    """Without a database a server serves the tables that come with the program, and makes none."""
    url = f"sqlite:///{tmp_path / 'none.db'}"
    services = build(some_settings(tmp_path / "var", database_url=url))

    assert (None, False) == (services.shelf.found.number, services.shelf.stale)
    assert [] == list(tmp_path.glob("*.db"))


def test_strange_address(tmp_path: Path) -> None:
    """An address of another kind of database is refused in words, before anybody calls."""
    with pytest.raises(DatabaseError):
        build(some_settings(tmp_path, database_url="mysql://localhost/fanal"))
