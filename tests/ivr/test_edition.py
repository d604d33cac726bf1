"""The edition being served: new tables replace it whole, and nothing that is wrong with them takes it away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from directory.faults import Fault, FaultCode, Faults
from directory.load import PACKAGED, compile_files, load
from directory.model import Directory
from ivr import edition
from ivr.adapters import folder as tables_of_a_folder
from ivr.adapters.folder import FolderSource
from ivr.edition import Edition, NoEditionError, Shelf
from ivr.speech import WordlessError
from ivr.wordings import NO_WORDINGS, Wordings
from tests.editions import make
from tests.sample_directory import BRITAIN, FILES, changed

GOOD = compile_files(FILES).revision
BETTER_FILES = changed("gb.yaml", "Line for crime", "A better line for crime")
BETTER = compile_files(BETTER_FILES).revision
BROKEN = "helplines: ["
FAULTS = Faults([Fault("gb.yaml", "", "", FaultCode.SYNTAX, "", "")])


def write(folder: Path, files: dict[str, str]) -> None:
    """Write tables. What a test writes anew has another size: a disk's clock may be coarser than a test is fast."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


class Tables:
    """A folder of tables, and shelves that look at it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept, self.audio = folder / "tables", folder / "var" / "directory", folder / "var" / "audio"
        self.made = 0
        self.fault: Exception | None = None
        write(self.folder, FILES)

    def make(self, directory: Directory, wordings: Wordings = NO_WORDINGS) -> Edition:
        """Make an edition, and count it, or raise what a test wants to be raised."""
        self.made += 1
        if self.fault:
            raise self.fault
        return make(directory, wordings)

    def shelf(self) -> Shelf:
        """Return a shelf of a newly started process, which has looked once."""
        shelf = Shelf(FolderSource(self.folder, self.kept), self.make, self.audio)
        shelf.refresh()
        return shelf

    def change(self, **files: str) -> None:
        """Write some tables anew; a name's last underscore is its dot."""
        write(self.folder, {name.replace("_", "."): text for name, text in files.items()})


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """A folder of good tables."""
    return Tables(tmp_path)


def state_of(shelf: Shelf) -> tuple[str | None, bool]:
    """Return the revision being served, None without one, and whether it is stale."""
    try:
        return shelf.current.directory.revision, shelf.stale
    except NoEditionError:
        return None, shelf.stale


def test_good_tables_are_served(tables: Tables) -> None:
    """A process that starts on good tables serves them."""
    assert (GOOD, False) == state_of(tables.shelf())


def test_nothing_is_served_before_the_first_look(tables: Tables) -> None:
    """A shelf is empty until it has looked."""
    assert (None, False) == state_of(Shelf(FolderSource(tables.folder, tables.kept), make))


def test_shipped_tables_are_the_default(tmp_path: Path) -> None:
    """Without a folder of its own an installation serves the shipped directory."""
    shelf = Shelf(FolderSource(PACKAGED, tmp_path / "kept"), make)
    shelf.refresh()

    assert (load().revision, False) == state_of(shelf)


def test_changed_tables_are_served(tables: Tables) -> None:
    """The next look after a change serves the new revision, whole."""
    shelf = tables.shelf()
    before = shelf.current
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    shelf.refresh()

    assert (BETTER, False) == state_of(shelf)
    assert (GOOD, BETTER) == (before.directory.revision, shelf.current.directory.revision)


def test_unchanged_tables_are_not_read_again(tables: Tables) -> None:
    """A look that finds nothing new costs nothing, and keeps the same edition."""
    shelf = tables.shelf()
    before = shelf.current
    for _ in range(5):
        shelf.refresh()

    assert shelf.current is before
    assert 1 == tables.made


def test_broken_tables_leave_the_old_edition(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    """Broken YAML is refused, said once, and reported as stale; calls go on with what was there."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BROKEN)
    for _ in range(3):
        shelf.refresh()

    assert (GOOD, True) == state_of(shelf)
    assert ["directory_refused"] == caplog.messages


def test_mended_tables_are_served(tables: Tables) -> None:
    """When the tables are mended the next look serves them and nothing is stale any more."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BROKEN)
    shelf.refresh()
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    shelf.refresh()

    assert (BETTER, False) == state_of(shelf)


def test_tables_put_back_are_served(tables: Tables) -> None:
    """Going back to the old tables ends the staleness too."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BROKEN)
    shelf.refresh()
    tables.change(gb_yaml=BRITAIN)
    shelf.refresh()

    assert (GOOD, False) == state_of(shelf)


def test_start_with_broken_tables_serves_the_kept_copy(tables: Tables) -> None:
    """A restart does not need the tables that were broken meanwhile."""
    tables.shelf()
    tables.change(gb_yaml=BROKEN)

    assert (GOOD, True) == state_of(tables.shelf())


def test_start_after_mending_ends_the_staleness(tables: Tables) -> None:
    """A process that serves the kept copy takes the tables as soon as they are good."""
    tables.shelf()
    tables.change(gb_yaml=BROKEN)
    shelf = tables.shelf()
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    shelf.refresh()

    assert (BETTER, False) == state_of(shelf)


def test_start_with_broken_tables_and_nothing_kept(tables: Tables) -> None:
    """Where there has never been a good revision there is no edition, and the shelf says that something is wrong."""
    tables.change(gb_yaml=BROKEN)

    assert (None, True) == state_of(tables.shelf())


def test_start_with_broken_tables_is_said_once(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    """Tables that were broken from the start are read once, not at every look."""
    tables.change(gb_yaml=BROKEN)
    shelf = tables.shelf()
    for _ in range(3):
        shelf.refresh()

    assert ["directory_refused"] == caplog.messages


@pytest.mark.parametrize("stale", [False, True])
def test_new_recordings_are_served_with_the_same_directory(tables: Tables, *, stale: bool) -> None:
    """Audio that comes or goes makes an edition anew, without a look at the tables, and once for each change."""
    shelf = tables.shelf()
    if stale:
        tables.change(gb_yaml=BROKEN)
        shelf.refresh()
    before = shelf.current
    (tables.audio / "ga").mkdir(parents=True)
    for _ in range(3):
        shelf.refresh()

    assert shelf.current is not before
    assert shelf.current.directory is before.directory
    assert (2, stale) == (tables.made, shelf.stale)


def test_broken_kept_copy_is_no_edition(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    """A kept copy that somebody has broken as well is refused and said."""
    tables.shelf()
    write(tables.kept, {"gb.yaml": BROKEN})
    tables.change(gb_yaml=BROKEN)

    assert (None, True) == state_of(tables.shelf())
    assert ["directory_refused", "kept_directory_refused"] == caplog.messages


@pytest.mark.parametrize("started", [True, False])
def test_missing_folder_serves_what_was_there(tables: Tables, started: bool) -> None:
    """A folder that is gone, at a start or later, is like broken tables: not taken for one without tables."""
    shelf = tables.shelf()
    tables.folder.rename(tables.folder.with_name("elsewhere"))
    shelf = tables.shelf() if started else shelf
    shelf.refresh()

    assert (GOOD, True) == state_of(shelf)


def test_folder_without_tables_is_refused(tmp_path: Path) -> None:
    """An empty folder at the first start is no directory."""
    shelf = Shelf(FolderSource(tmp_path, tmp_path / "kept"), make)
    shelf.refresh()

    assert (None, True) == state_of(shelf)


def test_removed_table_is_noticed(tables: Tables) -> None:
    """A table that is taken away changes the revision."""
    shelf = tables.shelf()
    (tables.folder / "fr.yaml").unlink()
    (tables.folder / "harmonised.yaml").unlink()
    shelf.refresh()

    assert not shelf.stale
    assert GOOD != shelf.current.directory.revision


def test_table_of_another_ending_is_noticed(tables: Tables) -> None:
    """A file that would be refused at the next start is refused as soon as it is there."""
    shelf = tables.shelf()
    write(tables.folder, {"ro.yml": BRITAIN})
    shelf.refresh()

    assert (GOOD, True) == state_of(shelf)


def test_vanishing_table_harms_nothing(tables: Tables) -> None:
    """A name that leads to nothing, as when a file goes away while one looks, is refused like a fault."""
    shelf = tables.shelf()
    (tables.folder / "ro.yaml").symlink_to("nothing.yaml")
    shelf.refresh()
    stale = state_of(shelf)
    (tables.folder / "ro.yaml").unlink()
    shelf.refresh()

    assert ((GOOD, True), (GOOD, False)) == (stale, state_of(shelf))


@pytest.mark.parametrize(
    "fault",
    [
        FAULTS,
        OSError("the disk is away"),
        PermissionError(13, "no"),
        ValueError("a fault of ours"),
        KeyError("a need"),
        AttributeError("a field"),
        RecursionError("too deep"),
        MemoryError(),
        WordlessError("no phrase is called need.debt"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"),
    ],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("where", ["load", "make"])
def test_no_fault_takes_the_edition_away(
    tables: Tables, where: str, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever loading or making raises, even our own fault, the old edition serves, and the next good one is taken."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    with monkeypatch.context() as patched:
        if where == "load":
            patched.setattr(tables_of_a_folder, "load", _raising(fault))
        else:
            tables.fault = fault
        shelf.refresh()
    refused = state_of(shelf)
    tables.fault = None
    tables.change(fr_yaml=FILES["fr.yaml"] + "# a comment\n")
    shelf.refresh()

    assert ((GOOD, True), (BETTER, False)) == (refused, state_of(shelf))


def _raising(fault: Exception) -> Callable[[Path], Directory]:
    def load_nothing(_: Path) -> Directory:
        raise fault

    return load_nothing


@pytest.mark.parametrize("fault", [ValueError("a fault of ours"), OSError("the disk is away")])
def test_fault_at_the_start_serves_the_kept_copy(tables: Tables, fault: Exception) -> None:
    """A process that cannot make an edition of the tables tries the kept ones, and survives that these fail too."""
    tables.shelf()
    tables.fault = fault

    assert (None, True) == state_of(tables.shelf())


def test_disk_that_is_well_again_is_noticed(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    """Where a disk failed for a while, the tables are read again although they have not changed; it is said once."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    tables.fault = OSError("the disk is away")
    for _ in range(3):
        shelf.refresh()
    stale = state_of(shelf)
    tables.fault = None
    shelf.refresh()

    assert ((GOOD, True), (BETTER, False)) == (stale, state_of(shelf))
    assert ["directory_refused"] == caplog.messages


def test_fault_of_the_tables_is_not_tried_again(tables: Tables) -> None:
    """What is wrong with the tables themselves stays so until they change, and costs nothing meanwhile."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    tables.fault = ValueError("a fault of ours")
    for _ in range(5):
        shelf.refresh()

    assert 2 == tables.made


@pytest.mark.parametrize("share", range(0, 20))
def test_half_written_files_harm_nothing(tables: Tables, share: int) -> None:
    """A file seen while it is being written is refused or is a directory of its own; the whole one is served next."""
    whole = BETTER_FILES["gb.yaml"]
    shelf = tables.shelf()
    tables.change(gb_yaml=whole[: len(whole) * share // 20])
    shelf.refresh()
    half = shelf.current.directory.revision
    tables.change(gb_yaml=whole)
    shelf.refresh()

    assert BETTER != half
    assert (BETTER, False) == state_of(shelf)


def test_kept_copy_is_the_last_good_one(tables: Tables) -> None:
    """Broken tables are never kept, and good ones replace those that were."""
    shelf = tables.shelf()
    first = load(tables.kept).revision
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    shelf.refresh()
    second = load(tables.kept).revision
    tables.change(gb_yaml=BROKEN)
    shelf.refresh()

    assert (GOOD, BETTER, BETTER) == (first, second, load(tables.kept).revision)


def test_tables_that_change_while_they_are_kept_are_not(tables: Tables) -> None:
    """What nobody has read is not kept as good."""
    shelf = tables.shelf()

    def change_under_way(directory: Directory, wordings: Wordings = NO_WORDINGS) -> Edition:
        tables.change(gb_yaml=BROKEN)
        return make(directory, wordings)

    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    tables.make = change_under_way  # type: ignore[method-assign]  # this test's way of being in between
    meddled = Shelf(FolderSource(tables.folder, tables.kept), tables.make)
    meddled.refresh()

    assert (BETTER, False) == state_of(meddled)
    assert GOOD == load(tables.kept).revision
    shelf.refresh()
    assert (GOOD, True) == state_of(shelf)


def test_nothing_but_the_copy_is_left(tables: Tables) -> None:
    """Keeping leaves no half copies behind."""
    shelf = tables.shelf()
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    shelf.refresh()

    assert [tables.kept] == list(tables.kept.parent.iterdir())
    assert set(FILES) == {path.name for path in tables.kept.iterdir()}


def test_disk_that_refuses_stops_nothing(tables: Tables, caplog: pytest.LogCaptureFixture) -> None:
    """Where no copy can be kept the tables are served all the same."""
    tables.kept.parent.write_text("a file where a folder should be")

    assert (GOOD, False) == state_of(tables.shelf())
    assert [("directory_not_kept", logging.WARNING)] == [(r.message, r.levelno) for r in caplog.records]


def test_many_processes_can_keep_at_once(tables: Tables) -> None:
    """All processes of a server keep the same tables at the same time, and what is kept is whole."""
    begin = threading.Barrier(8)

    def start(_: int) -> tuple[str | None, bool]:
        begin.wait()
        return state_of(tables.shelf())

    for _ in range(5):
        with ThreadPoolExecutor(8) as pool:
            assert {(GOOD, False)} == set(pool.map(start, range(8)))

    assert GOOD == load(tables.kept).revision


def test_watching_survives_a_fault(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that looks lives on after a fault of ours, and serves the next good tables without being asked."""
    monkeypatch.setattr(edition, "LOOK_SECONDS", 0.01)
    shelf = tables.shelf()
    tables.fault = ValueError("a fault of ours")
    shelf.watch()
    tables.change(gb_yaml=BROKEN)
    _wait_for(lambda: shelf.stale)
    tables.change(gb_yaml=BRITAIN)
    _wait_for(lambda: tables.made > 1)
    tables.fault = None
    tables.change(gb_yaml=BETTER_FILES["gb.yaml"])
    _wait_for(lambda: not shelf.stale)

    assert (BETTER, False) == state_of(shelf)


def test_watching_twice_is_watching_once(tables: Tables) -> None:
    """A process has one thread that looks, however often it is told to."""
    shelf = tables.shelf()
    before = _watchers()
    for _ in range(3):
        shelf.watch()

    assert before + 1 == _watchers()


def _watchers() -> int:
    return sum(thread.name == "shelf" for thread in threading.enumerate())


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()
