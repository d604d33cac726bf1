"""Where a server's tables come from."""

from __future__ import annotations

import gc
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directory.database import DatabaseError
from ivr import cldr, services
from ivr.adapters.folder import FolderSource
from ivr.adapters.published import DeskSource
from ivr.catalogue import CATALOGUES, load_catalogues
from ivr.services import build, read_ahead, source_of
from ivr.voices import PACKAGED
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


@pytest.fixture
def cold() -> Iterator[None]:
    """Nothing has been read of any language; and what reading ahead keeps from the search for garbage is given back."""
    cldr.words.cache_clear()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("cold")
def test_damaged_data_stop_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What libraries know of a country and a language may be damaged: the log names them, and the rest is read."""

    def damaged(read: Callable[[str], str]) -> Callable[[str], str]:
        return lambda language: read("no language" if language == "fi" else language)

    monkeypatch.setattr(cldr, "_taken_out", damaged(cldr._taken_out))
    monkeypatch.setattr(services, "read_regions", lambda: {"RO": "SyntaxError"})
    with caplog.at_level(logging.ERROR):
        read_ahead(some_settings(tmp_path))

    named = [[getattr(record, name, None) for name in ("country", "language", "fault")] for record in caplog.records]
    assert ["data_unreadable"] * 2 == [record.message for record in caplog.records]
    assert [["RO", None, "SyntaxError"], [None, "fi", "ValueError"]] == named
    assert len(load_catalogues()) - 1 == cldr.words.cache_info().currsize


@pytest.mark.usefixtures("cold")
def test_language_without_names_stops_no_server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A catalogue in a language that CLDR does not know is not offered; a server starts with it all the same."""
    shutil.copytree(CATALOGUES, tmp_path / "catalogues")
    shutil.copy(CATALOGUES / "fr.po", tmp_path / "catalogues" / "rmn.po")
    shutil.copy(PACKAGED, tmp_path)
    read_ahead(some_settings(tmp_path, prompts_path=tmp_path))

    assert [] == caplog.records
    assert len(load_catalogues()) == cldr.words.cache_info().currsize
