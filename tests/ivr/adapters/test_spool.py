"""The spool keeps batches on disk, gives each file to one reader, and survives writers and readers that die."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest

from ivr.adapters.spool import Batch, Spool
from ivr.events import Event, EventKind, Form, PurgeCall, PurgeMessage, SendText

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language")
BATCH = Batch("a", 1, {MENU: 2}, (PurgeCall("CA1"), PurgeMessage("SM1", "delivered")))


def _delivered(spool: Spool) -> list[Batch]:
    batches: list[Batch] = []
    spool.deliver(batches.append)
    return batches


def test_gives_back_what_was_written(tmp_path: Path) -> None:
    """Batches come back whole and in order, and the file is gone."""
    spool, second = Spool(tmp_path), Batch("a", 2, {MENU: 1})
    spool.write(BATCH)
    spool.write(second)
    spool.release()

    assert [BATCH, second] == _delivered(spool)
    assert [] == list(tmp_path.iterdir())


def test_is_private(tmp_path: Path) -> None:
    """Folder and files are for their owner only."""
    folder = tmp_path / "spool"
    Spool(folder).write(BATCH)
    (file,) = folder.iterdir()

    assert (0o700, 0o600) == (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode))


def test_file_being_written_is_left_alone(tmp_path: Path) -> None:
    """A reader does not take a file whose writer lives, and takes it when the writer has let go."""
    writer, reader = Spool(tmp_path), Spool(tmp_path)
    writer.write(BATCH)
    before = _delivered(reader)
    writer.release()

    assert ([], [BATCH]) == (before, _delivered(reader))


def test_another_source_lets_the_earlier_file_go(tmp_path: Path) -> None:
    """When a new source begins, the file of the one before can be delivered."""
    writer = Spool(tmp_path)
    writer.write(BATCH)
    writer.write(Batch("b", 1, {MENU: 1}))

    assert [BATCH] == _delivered(Spool(tmp_path))


def test_reader_that_fails_leaves_the_file(tmp_path: Path) -> None:
    """A delivery that breaks off is begun again from the first line."""
    spool = Spool(tmp_path)
    spool.write(BATCH)
    spool.release()

    def fail(_: Batch) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.deliver(fail)

    assert [BATCH] == _delivered(spool)


@pytest.mark.parametrize(
    "torn", ['{"number": 2, "ev', '{"number": 2}', '{"number": 2, "events": ["x"], "errands": []}', "[]"]
)
def test_torn_line_is_left_out(tmp_path: Path, torn: str) -> None:
    """A line cut off by its writer's death costs no other line."""
    spool = Spool(tmp_path)
    spool.write(BATCH)
    spool.release()
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write(torn)

    assert [BATCH] == _delivered(spool)


def test_text_does_not_wait_on_disk(tmp_path: Path) -> None:
    """A text is refused: it would come too late, to a phone that may be in other hands."""
    text = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW)

    with pytest.raises(ValueError, match="too late"):
        Spool(tmp_path).write(Batch("a", 1, {}, (text,)))


def test_counts_waiting_files(tmp_path: Path) -> None:
    """Files that wait are counted; a folder that does not exist holds none."""
    spool = Spool(tmp_path / "spool")
    none = spool.waiting()
    spool.write(BATCH)

    assert (0, 1) == (none, spool.waiting())
