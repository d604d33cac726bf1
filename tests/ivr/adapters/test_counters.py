"""Sums and position move together or not at all, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from directory.database import DatabaseError, open_database
from ivr.adapters import schema
from ivr.adapters.counters import Counters
from ivr.adapters.stream import BEGINNING
from ivr.events import Event, EventKind

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
DAY = NOW.date()
MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")
ENDED = Event.at(NOW, EventKind.OUTCOME, "completed", "ro", "RO", "trafficking")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """A database with the tables of this program."""
    engine = open_database(database_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def counters(engine: sa.Engine) -> Counters:
    """Counters that stand at nothing."""
    return Counters(engine)


def _counts(counters: Counters) -> dict[str, int]:
    return {tally.name: tally.count for tally in counters.read(DAY, DAY)}


def test_adds_up_and_remembers(counters: Counters) -> None:
    """Tallies are added to what is there, and the position stands where the reader got to."""
    first = counters.advance("s", BEGINNING, "5-0", {MENU: 2, ENDED: 1})
    second = counters.advance("s", "5-0", "7-0", {MENU: 3})

    assert (True, True, "7-0") == (first, second, counters.position("s"))
    assert {"language": 5, "completed": 1} == _counts(counters)


@pytest.mark.parametrize("after", [BEGINNING, "4-0", "9-0"])
def test_same_entries_again_change_nothing(counters: Counters, after: str) -> None:
    """Whoever comes from another position than the one remembered adds nothing."""
    counters.advance("s", BEGINNING, "5-0", {MENU: 2})

    assert (False, {"language": 2}) == (counters.advance("s", after, "8-0", {MENU: 2}), _counts(counters))


def test_failure_moves_nothing(counters: Counters, engine: sa.Engine) -> None:
    """If the sums cannot be written, the position stays."""
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE counters"))
    with pytest.raises(sa.exc.DBAPIError):
        counters.advance("s", BEGINNING, "5-0", {MENU: 2})

    assert BEGINNING == counters.position("s")


def test_two_at_once_count_once(database_url: str, counters: Counters) -> None:
    """Of several that add up the same entries at the same moment, one does."""
    done: list[bool] = []
    engines = [open_database(database_url) for _ in range(4)]
    gate = threading.Barrier(len(engines))

    def run(engine: sa.Engine) -> None:
        mine = Counters(engine)
        for step in range(10):
            gate.wait()
            done.append(mine.advance("s", f"{step}-0", f"{step + 1}-0", {MENU: 1}))

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()

    assert (10, {"language": 10}) == (done.count(True), _counts(counters))


def test_streams_have_positions_of_their_own(counters: Counters) -> None:
    """A new generation of the stream begins at its beginning."""
    counters.advance("old", BEGINNING, "5-0", {MENU: 2})

    assert (BEGINNING, True) == (counters.position("new"), counters.advance("new", BEGINNING, "2-0", {MENU: 1}))


def test_many_rows_at_once(counters: Counters) -> None:
    """A batch of more rows than one statement takes is added whole."""
    tallies = {Event.at(NOW, EventKind.STEP, f"step{number}"): 1 for number in range(1200)}
    counters.advance("s", BEGINNING, "5-0", tallies)

    assert 1200 == len(_counts(counters))


def test_overlong_name_is_cut(counters: Counters) -> None:
    """Names too long for their column, and equal once cut, are added as one row."""
    counters.advance("s", BEGINNING, "5-0", {Event.at(NOW, EventKind.STEP, "x" * 70 + end): 1 for end in "ab"})

    assert {"x" * 64: 2} == _counts(counters)


def test_reads_the_days_asked(counters: Counters) -> None:
    """First and last day are included, their neighbours are not."""
    days = [dt.timedelta(days=number) for number in range(-2, 3)]
    counters.advance("s", BEGINNING, "5-0", {Event.at(NOW + day, EventKind.STEP, str(day.days)): 1 for day in days})
    one = dt.timedelta(days=1)

    assert {"-1", "0", "1"} == {tally.name for tally in counters.read(DAY - one, DAY + one)}


def test_bands_are_added_together(counters: Counters) -> None:
    """Reports do not tell hour bands apart."""
    counters.advance("s", BEGINNING, "5-0", {MENU: 1, Event(DAY, 3, MENU.kind, MENU.name, "ro", "RO"): 1})

    assert {"language": 2} == _counts(counters)


def test_upgrade_again_is_harmless(engine: sa.Engine) -> None:
    """An upgrade of what is up to date changes nothing, and the check is content."""
    assert schema.upgrade(engine) == schema.upgrade(engine)
    schema.check(engine)


def test_check_wants_tables(database_url: str) -> None:
    """A database without tables is refused with the command that makes them."""
    engine = open_database(database_url)
    with pytest.raises(DatabaseError, match="no tables yet: run `fanal db upgrade`"):
        schema.check(engine)
    engine.dispose()


def test_check_refuses_a_newer_revision(engine: sa.Engine) -> None:
    """A database of a revision that this program does not know is refused."""
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseError, match="newer than this program"):
        schema.check(engine)


def test_check_refuses_an_older_revision(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of an earlier revision is refused with the command that moves it forward."""
    shutil.copytree(schema.FOLDER, tmp_path / "migrations")
    head = ScriptDirectory(str(schema.FOLDER)).get_current_head()
    text = f'revision = "next"\ndown_revision = "{head}"\ndef upgrade() -> None:\n    pass\n'
    (tmp_path / "migrations" / "versions" / "next.py").write_text(text)
    monkeypatch.setattr(schema, "FOLDER", tmp_path / "migrations")

    with pytest.raises(DatabaseError, match=f"revision {head}, older than this program: run `fanal db upgrade`"):
        schema.check(engine)


def test_upgrade_makes_the_folder(tmp_path: Path) -> None:
    """The default database lies in a folder that the first upgrade makes."""
    engine = open_database(f"sqlite:///{tmp_path / 'var' / 'fanal.db'}")
    schema.upgrade(engine)
    engine.dispose()

    assert (tmp_path / "var" / "fanal.db").exists()


@pytest.mark.parametrize("url", ["mysql://localhost/fanal", "no address", "sqlite:/fanal.db:x@"])
def test_other_databases_are_refused(url: str) -> None:
    """An address of another kind is refused with a sentence that says what is known."""
    with pytest.raises(DatabaseError, match="sqlite"):
        open_database(url)


def test_unreachable_database_is_one_sentence(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer is said without its password."""
    engine = open_database(f"postgresql://fanal:secret@/fanal?host={tmp_path}")
    with pytest.raises(DatabaseError, match="does not answer") as fault:
        schema.check(engine)

    assert "secret" not in str(fault.value)
