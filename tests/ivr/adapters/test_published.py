"""Serving the published revisions: the newest that is good, under the switches of now, whatever is away or broken."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from directory.database import open_database
from directory.desk import Desk, revisions, tables
from directory.desk.people import OPERATOR
from directory.desk.switches import Outcome
from directory.faults import Fault, FaultCode, Faults
from directory.load import PACKAGED, compile_files, load
from directory.model import Directory
from directory.packed import packed
from directory.pieces import Files
from directory.switched import NOTHING, Position, fingerprint
from ivr.adapters.published import STANDING, TABLES, DeskSource
from ivr.adapters.wordings import WordingStore
from ivr.edition import Edition, NoEditionError, Shelf
from ivr.phrases import Phrase
from ivr.speech import WordlessError
from ivr.turn import Line
from ivr.wordings import NO_WORDINGS, Wording, Wordings, name_of
from tests.desk import ANA, BEN, NOW, a_desk
from tests.editions import make
from tests.sample_directory import FILES, changed

FIRST = compile_files(FILES)
BETTER_FILES = changed("gb.yaml", "Line for crime", "A better line for crime")
BETTER = compile_files(BETTER_FILES)
LINE = FIRST.helplines["gb-crime"]
SAY = LINE.numbers[0].say


class World:
    """A desk in a database, and processes that serve what is published there."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.kept = url, folder / "var" / "directory"
        self.fault: Exception | None = None
        self.faulty: str | None = None
        """The revision of which nothing can be made, where it is not all of them."""
        self.engines: list[sa.Engine] = []

    def open(self) -> Desk:
        """Make the database, with the sample directory as its first revision."""
        self.desk = a_desk(self.url, FILES)
        self.engines.append(self.desk.engine)
        return self.desk

    def shelf(self, url: str = "") -> Shelf:
        """Return a shelf of a newly started process, which has looked once."""
        shelf = Shelf(self.source(url or self.url), self.make)
        shelf.refresh()
        return shelf

    def source(self, url: str) -> DeskSource:
        """Return a source that asks the database at an address."""
        self.engines.append(open_database(url))
        return DeskSource(self.engines[-1], self.kept)

    def close(self) -> None:
        """Let go of every connection."""
        for engine in self.engines:
            engine.dispose()

    def make(self, directory: Directory, wordings: Wordings = NO_WORDINGS) -> Edition:
        """Make an edition, or raise what a test wants to be raised."""
        if self.fault and (self.faulty is None or directory.revision == self.faulty):
            raise self.fault
        return make(directory, wordings)

    def publish(self, files: Files) -> int:
        """Publish files from the command line; return the number of the revision."""
        return self.desk.revisions.publish(
            files, OPERATOR, NOW, "a test", accept_unchecked=True, standing=NOTHING
        ).number

    def throw(self, position: Position = Position.OUT) -> int:
        """Throw the switch of a number; return the switch's id."""
        return self.desk.switches.throw(ANA, NOW, FIRST, "GB", SAY, position, "a test").id

    def write(self, statement: sa.Executable, **values: object) -> None:
        """Change the tables behind the desk's back."""
        with self.desk.engine.begin() as connection:
            _unlock(connection, "revisions")
            connection.execute(statement, values)

    def rewrite(self, number: int, **values: object) -> None:
        """Change a revision behind the desk's back."""
        self.write(sa.update(tables.revisions).where(tables.revisions.c.number == number).values(values))


def _unlock(connection: sa.Connection, table: str) -> None:
    """Take away what keeps a table append-only."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"))
        return
    for verb in ("update", "delete"):
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A database that nobody has made yet."""
    world = World(database_url, tmp_path)
    yield world
    world.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    """The same in SQLite only, for what does not depend on the database."""
    world = World(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path)
    yield world
    world.close()


def served(shelf: Shelf) -> tuple[int | None, str, int, bool]:
    """Return number, name and switches of what is served, and whether it is stale."""
    return shelf.found.number, shelf.current.directory.revision, shelf.found.switches, shelf.stale


def dials(shelf: Shelf) -> set[str | None]:
    """Return what can be rung of the service whose number a test switches."""
    found = shelf.current.directory.helplines.get("gb-crime")
    return {number.dial for number in found.numbers} if found else set()


def test_before_the_database_is_made(world: World) -> None:
    """Where nobody has made the database the shipped tables are served, nothing is stale, and no file is made."""
    shelf = world.shelf()

    assert (None, load().revision, 0, False) == served(shelf)
    assert not world.kept.exists()
    assert not Path(sa.make_url(world.url).database or "").exists()


def test_before_the_first_revision(small: World) -> None:
    """A database without a revision is like none; the first one is served at the next look."""
    shelf = small.shelf()
    small.open()
    shelf.refresh()

    assert (1, FIRST.revision, 0, False) == served(shelf)


def test_published_revision_is_served(world: World) -> None:
    """The next look after a publication serves the new revision, whole; what was in use stays as it was."""
    world.open()
    shelf = world.shelf()
    before = shelf.current
    world.publish(BETTER_FILES)
    shelf.refresh()

    assert (2, BETTER.revision, 0, False) == served(shelf)
    assert FIRST.revision == before.directory.revision


def test_unchanged_revision_is_not_read_again(small: World) -> None:
    """A look that finds nothing new keeps the same edition."""
    small.open()
    shelf = small.shelf()
    before = shelf.current
    for _ in range(5):
        shelf.refresh()

    assert shelf.current is before


def test_reworded_sentence_is_said_at_the_next_look_and_after_a_start_without_database(small: World) -> None:
    """Other words that a second person approved are heard within a look, and kept with the tables on disk."""
    desk, store = small.open(), WordingStore(small.desk)
    shelf = small.shelf()
    english = name_of((shelf.current.speech.spoken(Line(Phrase.GREETING, "en")),))
    proposal = store.propose(ANA, NOW, Wording("ro", Phrase.GREETING, ("Bine ați sunat.",), english))
    shelf.refresh()
    before = shelf.current.speech.spoken(Line(Phrase.GREETING, "ro"))
    store.approve(proposal.id, BEN, NOW, proposal.hash)
    shelf.refresh()
    desk.engine.dispose()
    restarted = small.shelf("postgresql:///nobody?host=/nowhere")

    assert "Bine ați sunat." != before
    assert ["Bine ați sunat."] * 2 == [
        each.current.speech.spoken(Line(Phrase.GREETING, "ro")) for each in (shelf, restarted)
    ]
    assert restarted.stale


@pytest.mark.parametrize(("position", "left"), [(Position.OUT, set()), (Position.READ_OUT, {None})])
def test_switch_works_at_the_next_look(world: World, position: Position, left: set[str | None]) -> None:
    """A number that was switched is not rung from the next look on, and is again when two people have lifted it."""
    world.open()
    shelf = world.shelf()
    before = dials(shelf)
    switch = world.throw(position)
    shelf.refresh()
    switched = dials(shelf)
    for person in (ANA, BEN):
        world.desk.switches.settle(switch, person, NOW, Outcome.LIFT)
    shelf.refresh()

    assert ({LINE.numbers[0].dial}, left, before) == (before, switched, dials(shelf))
    assert (1, FIRST.revision, 0, False) == served(shelf)


def test_check_is_served(world: World) -> None:
    """A check that somebody ticked off stands in the directory that is served."""
    world.open()
    shelf = world.shelf()
    world.desk.checks.tick(ANA, NOW, FIRST, "gb-crime", fingerprint(LINE), NOW.date(), "rung")
    shelf.refresh()

    assert NOW.date() == shelf.current.directory.helplines["gb-crime"].checked


def test_database_away(small: World, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While the database is away the edition goes on, stale and said once; when it is back, what is new is served."""
    small.open()
    shelf = small.shelf()
    (tmp_path / "desk.db").rename(tmp_path / "away")
    small.desk.engine.dispose()
    shelf._source.close()
    (tmp_path / "desk.db").mkdir()
    for _ in range(3):
        shelf.refresh()
    away = served(shelf)
    (tmp_path / "desk.db").rmdir()
    (tmp_path / "away").rename(tmp_path / "desk.db")
    small.publish(BETTER_FILES)
    shelf.refresh()

    assert (1, FIRST.revision, 0, True) == away
    assert (2, BETTER.revision, 0, False) == served(shelf)
    assert ["EmptiedError"] == [type(record.exc_info[1]).__name__ for record in caplog.records if record.exc_info]


NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"
"""An address where no database answers."""


def test_start_with_the_database_away(small: World, caplog: pytest.LogCaptureFixture) -> None:
    """A process that starts while the database is away serves what was kept, its switched numbers out of service."""
    small.open()
    small.publish(BETTER_FILES)
    small.throw()
    small.shelf()
    shelf = small.shelf(NOBODY)

    assert (2, BETTER.revision, 1, True) == served(shelf)
    assert set() == dials(shelf)
    assert ["database_away"] == caplog.messages


def test_database_that_is_back_is_noticed(small: World) -> None:
    """A process that serves what was kept takes the live revision as soon as the database answers."""
    small.open()
    small.shelf()
    shelf = small.shelf(NOBODY)
    small.publish(BETTER_FILES)
    shelf._source = small.source(small.url)
    shelf.refresh()

    assert (2, BETTER.revision, 0, False) == served(shelf)


def test_first_start_with_the_database_away(small: World) -> None:
    """Where nothing was ever kept, the shipped tables are served, and that they may be old is said."""
    assert (None, load().revision, 0, True) == served(small.shelf(NOBODY))


def test_tables_kept_by_a_folder_are_no_revision(small: World) -> None:
    """Tables that were kept while a folder ruled are not taken for a published revision."""
    small.kept.mkdir(parents=True)
    for name, text in FILES.items():
        (small.kept / name).write_text(text)

    assert (None, load().revision, 0, True) == served(small.shelf(NOBODY))


@pytest.mark.parametrize("url", [NOBODY, ""])
def test_emptied_database(small: World, tmp_path: Path, url: str) -> None:
    """A database that has lost its revisions does not put switched numbers back into service."""
    small.open()
    small.throw()
    small.shelf()
    small.desk.engine.dispose()
    for path in tmp_path.glob("desk.db*"):
        path.unlink()

    assert (1, FIRST.revision, 1, True) == served(small.shelf(url))


@pytest.mark.parametrize("name", [TABLES, STANDING])
def test_damaged_copy_is_not_served(small: World, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Where somebody has changed what is kept, callers are led by the lifeline: the shipped tables may be wrong."""
    small.open()
    small.shelf()
    if name == TABLES:
        (small.kept / name).write_bytes(packed(BETTER))
    else:
        text = (small.kept / name).read_text()
        (small.kept / name).write_text(text.replace('"switches"', '"others"'))
    shelf = small.shelf(NOBODY)

    with pytest.raises(NoEditionError):
        _ = shelf.current
    assert ["database_away", "kept_directory_refused"] == caplog.messages


def test_switch_is_kept_at_once(small: World) -> None:
    """What is kept changes with a switch, although the tables do not."""
    small.open()
    shelf = small.shelf()
    small.throw()
    shelf.refresh()

    assert [["GB", "".join(SAY.split()), "out"]] == json.loads((small.kept / STANDING).read_text())["switches"]


def test_damaged_revision_is_never_served(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A revision whose content was changed in the table is refused; the old one goes on, also after a restart."""
    world.open()
    shelf = world.shelf()
    number = world.publish(BETTER_FILES)
    evil = compile_files(changed("gb.yaml", "Line for crime", "A line of ours"))
    world.rewrite(number, tables=packed(evil))
    shelf.refresh()
    shelf.refresh()

    assert (1, FIRST.revision, 0, True) == served(shelf)
    assert (1, FIRST.revision, 0, True) == served(world.shelf())
    assert ["directory_refused", "directory_refused"] == caplog.messages


def test_start_with_a_damaged_revision_and_nothing_kept(small: World) -> None:
    """A new machine that finds the live revision damaged serves the one before it."""
    small.open()
    number = small.publish(BETTER_FILES)
    small.rewrite(number, tables=b"{}")

    assert (1, FIRST.revision, 0, True) == served(small.shelf())


def test_start_with_a_damaged_revision_and_damaged_tables_kept(small: World) -> None:
    """A start that finds the live revision damaged, and what is kept too, serves the revision before."""
    small.open()
    small.shelf()
    number = small.publish(BETTER_FILES)
    small.rewrite(number, tables=b"{}")
    small.throw()
    for path in small.kept.iterdir():
        path.write_bytes(b"\xff")

    assert (1, FIRST.revision, 1, True) == served(small.shelf())


def test_switch_works_on_a_damaged_revision(small: World) -> None:
    """A switch thrown while the live revision cannot be served works on the one that is served instead."""
    small.open()
    shelf = small.shelf()
    number = small.publish(BETTER_FILES)
    small.rewrite(number, tables=b"{}")
    shelf.refresh()
    small.throw()
    shelf.refresh()

    assert ((1, FIRST.revision, 1, True), set()) == (served(shelf), dials(shelf))
    assert (1, FIRST.revision, 1, True) == served(small.shelf(NOBODY))


def test_revision_that_cannot_be_spoken_is_never_kept(small: World) -> None:
    """A revision that compiles, and that nothing can be made of, takes the place of nothing: not on disk, not at a
    start, and not for a switch.
    """
    small.open()
    shelf = small.shelf()
    small.publish(BETTER_FILES)
    small.fault, small.faulty = WordlessError("no phrase is called need.debt"), BETTER.revision
    shelf.refresh()
    small.throw()
    shelf.refresh()

    assert ((1, FIRST.revision, 1, True), set()) == (served(shelf), dials(shelf))
    assert (1, FIRST.revision, 1, True) == served(small.shelf())
    assert (1, FIRST.revision, 1, True) == served(small.shelf(NOBODY))


def test_start_with_a_revision_that_cannot_be_spoken_and_nothing_kept(small: World) -> None:
    """A new machine that can make nothing of the live revision, nor of the one before it, serves an earlier one."""
    small.open()
    small.publish(BETTER_FILES)
    small.publish(FILES)
    small.rewrite(3, tables=b"{}")
    small.fault, small.faulty = WordlessError("no phrase is called need.debt"), BETTER.revision

    assert (1, FIRST.revision, 0, True) == served(small.shelf())


@pytest.mark.parametrize(
    "fault", [WordlessError("no phrase is called need.debt"), ValueError("a fault of ours"), OSError("no disk")]
)
def test_revision_that_cannot_be_spoken(small: World, fault: Exception) -> None:
    """A revision that nothing can be made of leaves the old edition, and the next good one is served."""
    small.open()
    shelf = small.shelf()
    small.publish(BETTER_FILES)
    small.fault = fault
    shelf.refresh()
    refused = served(shelf)
    small.fault = None
    small.publish(FILES)
    shelf.refresh()

    assert (1, FIRST.revision, 0, True) == refused
    assert (3, FIRST.revision, 0, False) == served(shelf)


def test_tables_in_a_form_of_tomorrow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision that a newer program has packed in its own way is served from its files, and kept in our way."""
    world.open()
    with monkeypatch.context() as patched:
        patched.setattr("directory.packed.FORM", 99)
        number = world.publish(BETTER_FILES)

    assert (number, BETTER.revision, 0, False) == served(world.shelf())
    assert (number, BETTER.revision, 0, True) == served(world.shelf(NOBODY))


def test_what_an_older_program_has_published_and_kept(world: World) -> None:
    """A revision without packed tables, and a copy of its files on disk, are served as they were."""
    world.open()
    world.rewrite(1, tables=None, tables_hash=None)
    world.throw()
    first = served(world.shelf())
    told = json.loads((world.kept / STANDING).read_text()) | {"hash": revisions.hash_of(FILES)}
    (world.kept / TABLES).unlink()
    (world.kept / STANDING).write_text(json.dumps(told))
    for name, text in FILES.items():
        (world.kept / name).write_text(text)

    assert (1, FIRST.revision, 1, False) == first
    assert (1, FIRST.revision, 1, True) == served(world.shelf(NOBODY))


def test_revision_that_does_not_compile(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision that an older program cannot read is refused there; the old one goes on."""
    small.open()
    shelf = small.shelf()
    small.rewrite(small.publish(BETTER_FILES), tables=None, tables_hash=None)
    with monkeypatch.context() as patched:
        patched.setattr("directory.desk.revisions.compile_files", _refusing_the_better(compile_files))
        shelf.refresh()

    assert (1, FIRST.revision, 0, True) == served(shelf)


def _refusing_the_better(compiled: Callable[[Files], Directory]) -> Callable[[Files], Directory]:
    def refuse(files: Files) -> Directory:
        if files == BETTER_FILES:
            raise Faults([Fault("gb.yaml", "", "", FaultCode.SYNTAX, "", "")])
        return compiled(files)

    return refuse


def test_disk_that_refuses_stops_nothing(small: World, caplog: pytest.LogCaptureFixture) -> None:
    """Where no copy can be kept the revision is served all the same."""
    small.open()
    small.kept.parent.write_text("a file where a folder should be")

    assert (1, FIRST.revision, 0, False) == served(small.shelf())
    assert [("directory_not_kept", logging.WARNING)] == [(r.message, r.levelno) for r in caplog.records]


def test_shipped_tables_are_a_whole_directory() -> None:
    """What is served before the first revision is what `fanal db upgrade` makes the first revision of."""
    files = {path.name: path.read_text(encoding="utf-8") for path in PACKAGED.glob("*.yaml")}

    assert load().revision == compile_files(files).revision
