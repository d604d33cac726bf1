"""Sums, positions and marks move together or not at all, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from directory.database import DatabaseError, open_database
from ivr.adapters import schema
from ivr.adapters.batch import Batch, Once
from ivr.adapters.books import Books, compare
from ivr.adapters.counters import Counters
from ivr.adapters.errands import ROWS
from ivr.events import Event, EventKind

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
DAY = NOW.date()
MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")
ENDED = Event.at(NOW, EventKind.OUTCOME, "completed", "ro", "RO", "trafficking")


@pytest.fixture
def counters(engine: sa.Engine) -> Counters:
    """Counters that stand at nothing."""
    return Counters(engine)


def _counts(counters: Counters) -> dict[str, int]:
    return {tally.name: tally.count for tally in counters.read(DAY, DAY)}


def _batch(number: int, tallies: Mapping[Event, int], source: str = "s", **others: Any) -> Batch:
    return Batch(source, number, others.pop("accepted", sum(tallies.values())), tallies, **others)


def _add(counters: Counters, tallies: Mapping[Event, int]) -> None:
    counters.advance([_batch(1, tallies)], NOW)


def test_adds_up_and_remembers(counters: Counters) -> None:
    """Batches are added to what is there, several at once, and each source stands where it got to."""
    first = counters.advance([_batch(1, {MENU: 2, ENDED: 1}), _batch(1, {MENU: 1}, "t")], NOW)
    second = counters.advance([_batch(2, {MENU: 3}), _batch(3, {MENU: 1})], NOW)

    assert ({"s": 1, "t": 1}, {"s": 3}) == (first.counted, second.counted)
    assert {"language": 7, "completed": 1} == _counts(counters)


@pytest.mark.parametrize("number", [1, 2])
def test_same_batch_again_changes_nothing(counters: Counters, number: int) -> None:
    """A batch at or before the position of its source adds nothing, whatever it says."""
    counters.advance([_batch(1, {MENU: 2}), _batch(2, {MENU: 1})], NOW)
    again = counters.advance([_batch(number, {MENU: 5}, first=True)], NOW)

    assert ({"s": 2}, (), {"language": 3}) == (again.counted, again.missing, _counts(counters))


def test_batch_out_of_turn_is_missed(counters: Counters) -> None:
    """A batch before which one is missing is not added, nor those after it, and its source is named."""
    counters.advance([_batch(1, {MENU: 1})], NOW)
    done = counters.advance([_batch(3, {MENU: 5}), _batch(4, {MENU: 5}), _batch(1, {MENU: 1}, "t")], NOW)

    assert ({"s": 1, "t": 1}, {"s"}) == (done.counted, set(done.missing))
    assert {"language": 2} == _counts(counters)


def test_gap_that_nobody_can_fill(counters: Counters, engine: sa.Engine, tmp_path: Path) -> None:
    """Where an older copy of the database was put back, counting goes on, and the books say what is missing."""
    counters.advance([_batch(1, {MENU: 1})], NOW)
    done = counters.advance([_batch(4, {MENU: 1}, accepted=7, first=True)], NOW)

    assert ({"s": 4}, ()) == (done.counted, done.missing)
    assert Books(accepted=7, counted=2, repeated=0, waiting=0, lost=5, doubled=0) == compare(engine, tmp_path)


def test_event_with_a_mark_is_counted_once(counters: Counters, engine: sa.Engine, tmp_path: Path) -> None:
    """Of events with one mark the first is counted, in whichever batch or source it comes; the books know."""
    sent, unknown = (Once("text:x", Event.at(NOW, EventKind.TEXT, name, "ro")) for name in ("sent", "unknown"))
    counters.advance([_batch(1, {}, once=(sent, unknown), accepted=2)], NOW)
    counters.advance([_batch(1, {}, "t", once=(unknown,), accepted=1)], NOW)

    assert {"sent": 1} == _counts(counters)
    assert Books(accepted=3, counted=1, repeated=2, waiting=0, lost=0, doubled=0) == compare(engine, tmp_path)


def test_many_marks_at_once(counters: Counters, engine: sa.Engine, tmp_path: Path) -> None:
    """More marks than one statement takes, from several sources and some of them twice, are each counted once."""
    numbered = [Once(f"text:{number}", ENDED) for number in range(ROWS + 1)]
    batches = [
        _batch(1, {}, once=(*numbered, numbered[0]), accepted=ROWS + 2),
        _batch(1, {}, "t", once=tuple(numbered[:2]), accepted=2),
    ]
    counters.advance(batches, NOW)
    books = compare(engine, tmp_path)

    assert {"completed": ROWS + 1} == _counts(counters)
    assert (ROWS + 4, ROWS + 1, 3) == (books.accepted, books.counted, books.repeated)


def test_books_are_read_at_one_moment(counters: Counters, engine: sa.Engine, tmp_path: Path) -> None:
    """What is counted while the books are being read does not look as if it had been counted twice, or been lost."""
    counters.advance([_batch(1, {MENU: 2})], NOW)
    later = [_batch(2, {MENU: 3}, accepted=5)]

    @sa.event.listens_for(engine, "after_cursor_execute")
    def _count_meanwhile(*statement: Any) -> None:
        if statement[2].startswith("SELECT") and later:
            counters.advance([later.pop()], NOW)

    assert Books(accepted=2, counted=2, repeated=0, waiting=0, lost=0, doubled=0) == compare(engine, tmp_path)
    assert Books(accepted=5, counted=5, repeated=0, waiting=0, lost=0, doubled=0) == compare(engine, tmp_path)


def test_marks_are_forgotten_after_their_time(counters: Counters) -> None:
    """A mark is known on its day and forgotten when days before another are."""
    once = Once("text:x", ENDED)
    counters.advance([_batch(1, {}, once=(once,), accepted=1)], NOW)
    counters.forget_marks(DAY)
    counters.advance([_batch(2, {}, once=(once,), accepted=2)], NOW)
    before = _counts(counters)
    counters.forget_marks(DAY + dt.timedelta(days=1))
    counters.advance([_batch(3, {}, once=(once,), accepted=3)], NOW)

    assert ({"completed": 1}, {"completed": 2}) == (before, _counts(counters))


def test_failure_moves_nothing(counters: Counters, engine: sa.Engine) -> None:
    """If the sums cannot be written, the position stays, and no mark is set."""
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE counters RENAME TO away"))
    batch = _batch(1, {MENU: 2}, once=(Once("text:x", ENDED),), accepted=3)
    with pytest.raises(sa.exc.DBAPIError):
        counters.advance([batch], NOW)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO counters"))
    counters.advance([batch], NOW)

    assert {"language": 2, "completed": 1} == _counts(counters)


def test_two_at_once_count_once(tables_url: str, counters: Counters) -> None:
    """Of several that add up the same batches at the same moment, one does."""
    engines = [open_database(tables_url) for _ in range(4)]
    gate = threading.Barrier(len(engines), timeout=60)

    def run(engine: sa.Engine) -> None:
        mine = Counters(engine)
        for number in range(1, 11):
            gate.wait()
            mine.advance([_batch(number, {MENU: 1})], NOW)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()

    assert {"language": 10} == _counts(counters)


def test_many_rows_at_once(counters: Counters) -> None:
    """A batch of more rows than one statement takes is added whole."""
    tallies = {Event.at(NOW, EventKind.STEP, f"step{number}"): 1 for number in range(1200)}
    _add(counters, tallies)

    assert 1200 == len(_counts(counters))


def test_overlong_name_is_cut(counters: Counters) -> None:
    """Names too long for their column, and equal once cut, are added as one row."""
    _add(counters, {Event.at(NOW, EventKind.STEP, "x" * 70 + end): 1 for end in "ab"})

    assert {"x" * 64: 2} == _counts(counters)


def test_reads_the_days_asked(counters: Counters) -> None:
    """First and last day are included, their neighbours are not."""
    days = [dt.timedelta(days=number) for number in range(-2, 3)]
    _add(counters, {Event.at(NOW + day, EventKind.STEP, str(day.days)): 1 for day in days})
    one = dt.timedelta(days=1)

    assert {"-1", "0", "1"} == {tally.name for tally in counters.read(DAY - one, DAY + one)}


def test_bands_are_added_together(counters: Counters) -> None:
    """Reports do not tell hour bands apart."""
    _add(counters, {MENU: 1, Event(DAY, 3, MENU.kind, MENU.name, "ro", "RO"): 1})

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
