"""`fanal stats verify` says whether what was accepted was counted once, in words, in JSON and in its exit status."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from directory.database import open_database
from ivr.adapters import schema
from ivr.adapters.batch import Batch, line_of
from ivr.adapters.counters import Counters
from ivr.adapters.spool import SpoolFile
from ivr.events import Event, EventKind
from routes.cli import main

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """The database that the environment names, in which seven events were counted."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("VAR_PATH", str(tmp_path))
    engine = open_database(url)
    schema.upgrade(engine)
    Counters(engine).advance([Batch("a", 1, 7, {MENU: 7})], NOW)
    yield engine
    engine.dispose()


def _verify(*words: str) -> Result:
    return CliRunner().invoke(main, ("stats", "verify", *words))


def _books(result: Result) -> tuple[int, dict[str, int]]:
    return result.exit_code, json.loads(result.stdout)


def _change(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.usefixtures("engine")
def test_books_that_agree() -> None:
    """Where all is counted, the status is 0 and a sentence says so."""
    said = _verify()
    books = {"accepted": 7, "counted": 7, "repeated": 0, "waiting": 0, "lost": 0, "doubled": 0}

    assert (0, True) == (said.exit_code, "Every event that was accepted has been counted once" in said.stdout)
    assert (0, books) == _books(_verify("--json"))


@pytest.mark.usefixtures("engine")
def test_what_waits_in_a_file_is_not_lost(tmp_path: Path) -> None:
    """Events in files of this machine are accepted, and wait; those that were counted are not counted here again."""
    file = SpoolFile.make(tmp_path / "spool")
    for _ in range(3):
        file.append(line_of(MENU))
    file.mark_batch(1, 3)
    file.append(line_of(MENU))

    assert (0, 11, 7, 4) == _short(_books(_verify("--json")))
    file.release()


def test_what_is_counted_while_it_reads_does_not_wait(engine: sa.Engine, tmp_path: Path) -> None:
    """What was in no batch yet when the file was read, and has been counted when the database is, is there once."""
    file = SpoolFile.make(tmp_path / "spool")
    file.append(line_of(MENU))
    Counters(engine).advance([Batch(file.source, 1, 1, {MENU: 1})], NOW)

    assert (0, 8, 8, 0) == _short(_books(_verify("--json")))
    file.release()


def _short(found: tuple[int, dict[str, int]]) -> tuple[int, int, int, int]:
    status, books = found
    return status, books["accepted"], books["counted"], books["waiting"]


@pytest.mark.parametrize(
    ("statement", "lost", "doubled"),
    [
        ("UPDATE counters SET count = count - 1", 1, 0),
        ("UPDATE counters SET count = count + 2", 0, 2),
        ("UPDATE progress SET accepted = 9 WHERE source = 'a'", 2, 0),
        ("DELETE FROM counters", 7, 0),
    ],
)
def test_books_that_do_not_agree(engine: sa.Engine, statement: str, lost: int, doubled: int) -> None:
    """A sum that is not what the books say is found, and the status is 1."""
    _change(engine, statement)
    status, books = _books(_verify("--json"))

    assert (1, lost, doubled) == (status, books["lost"], books["doubled"])
    assert "The books do not agree" in _verify().stdout


def test_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without tables it says how to make them, and the status is 2."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    said = _verify()

    assert (2, True) == (said.exit_code, "fanal db upgrade" in said.stderr)
