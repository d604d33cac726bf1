"""A file of the spool says what was put, whichever way its writer ended, and is for one process at a time."""

from __future__ import annotations

import datetime as dt
import os
import stat
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.adapters.batch import line_of
from ivr.adapters.spool import MARKS, SIZE, Content, SpoolFile, read, waiting
from ivr.events import Event, EventKind, PurgeCall

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language")
CALL = PurgeCall("CA1")


def _said(folder: Path) -> Content:
    (content,) = waiting(folder)
    return content


def _written(folder: Path) -> SpoolFile:
    """Write two batches, of which one is sent, and something after them."""
    file = SpoolFile.make(folder)
    for item in (MENU, MENU, CALL):
        file.append(line_of(item))
    file.mark_batch(1, 2)
    file.append(line_of(MENU))
    file.mark_batch(2, 3)
    file.mark_sent(1)
    file.append(line_of(MENU))
    return file


def test_says_what_was_put(tmp_path: Path) -> None:
    """Batches come back whole, in order, with what was sent and what is in none yet, while the writer lives."""
    file = _written(tmp_path)
    content = _said(tmp_path)

    assert (file.source, [1, 2], {1}, [MENU]) == (
        content.source,
        [batch.number for batch in content.batches],
        content.sent,
        content.rest,
    )
    assert ([{MENU: 2}, {MENU: 1}], (CALL,)) == (
        [batch.tallies for batch in content.batches],
        content.batches[0].errands,
    )
    assert (3, 0) == (content.accepted, content.unreadable)
    file.release()


class _Interrupted:
    """The memory of a file, which lets another thread write a mark while the first line is being written."""

    def __init__(self, file: SpoolFile) -> None:
        self._memory = file._memory
        self.other = threading.Thread(target=file.mark_sent, args=(1,))

    def __setitem__(self, place: slice, data: bytes) -> None:
        if self.other.ident is None:
            self.other.start()
            self.other.join(0.2)
        self._memory[place] = data


def test_two_threads_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark that one thread writes while another one puts an item costs neither of them."""
    file = SpoolFile.make(tmp_path)
    memory = _Interrupted(file)
    with monkeypatch.context() as patched:
        patched.setattr(file, "_memory", memory)
        file.append(line_of(MENU))
        memory.other.join()
    content = _said(tmp_path)

    assert ([MENU], {1}, 0) == (content.rest, content.sent, content.unreadable)
    file.release()


def test_is_private(tmp_path: Path) -> None:
    """Folder and files are for their owner only."""
    folder = tmp_path / "spool"
    file = SpoolFile.make(folder)

    assert (0o700, 0o600) == (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.path.stat().st_mode))
    file.release()


def test_space_is_reserved(tmp_path: Path) -> None:
    """The disk gives the whole space when the file is made, so that it cannot refuse later."""
    file = SpoolFile.make(tmp_path)

    assert (SIZE, True) == (file.path.stat().st_size, file.path.stat().st_blocks * 512 >= SIZE)
    file.release()


def test_disk_that_takes_part_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where space is reserved by writing, as on macOS, a full disk refuses the file too, and nothing is left of it."""
    write = os.write
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[: SIZE // 2]))
    with pytest.raises(OSError, match="No space left"):
        SpoolFile.make(tmp_path)

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("seconds", "left"), [(-61, 0), (-59, 1)])
def test_maker_that_died(tmp_path: Path, seconds: int, left: int) -> None:
    """What is left of a process that was killed while it made a file goes with the next one, if nobody makes it now."""
    part = tmp_path / "part.new"
    part.touch()
    os.utime(part, (time.time() + seconds,) * 2)
    file = SpoolFile.make(tmp_path)

    assert left == len(list(tmp_path.glob("*.new")))
    file.release()


def test_is_for_one_process(tmp_path: Path) -> None:
    """A file is not adopted while its writer holds it, and is when it has let go."""
    file = _written(tmp_path)
    before = SpoolFile.adopt(file.path)
    file.release()
    found = SpoolFile.adopt(file.path)

    assert before is None
    assert found
    assert file.source == found[1].source
    found[0].remove()
    assert [] == list(tmp_path.iterdir())


def test_adopted_file_is_gone_on_with(tmp_path: Path) -> None:
    """Whoever adopts a file writes on where its writer ended."""
    file = _written(tmp_path)
    file.release()
    found = SpoolFile.adopt(file.path)
    assert found
    found[0].mark_batch(3, 4)
    found[0].release()

    assert ([2, 3, 4], []) == ([batch.accepted for batch in _said(tmp_path).batches], _said(tmp_path).rest)


def test_file_that_is_gone_is_nobodys(tmp_path: Path) -> None:
    """A file that another process has removed meanwhile is not adopted."""
    assert SpoolFile.adopt(tmp_path / "gone.spool") is None


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"something else"])
def test_file_of_somebody_else_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is too short to be ours raises OSError and is left alone."""
    path = tmp_path / "x.spool"
    path.write_bytes(content)
    with pytest.raises(OSError, match="no file of a spool"):
        SpoolFile.adopt(path)

    assert path.exists()


def test_erased_file_says_nothing(tmp_path: Path) -> None:
    """After erasing, nothing of what was put is on the disk but how far it was counted, and one goes on from there."""
    file = _written(tmp_path)
    file.erase(3, 4)
    data = file.path.read_bytes()
    file.append(line_of(MENU))
    file.mark_batch(4, 5)
    content = _said(tmp_path)

    assert f"fanal 2 {file.source} 3 4\n".encode() == data.rstrip(b"\0")
    assert (file.source, 3, [4], 4, 5) == (
        content.source,
        content.number,
        [batch.number for batch in content.batches],
        content.last,
        content.accepted,
    )
    assert ({MENU: 1}, []) == (content.batches[0].tallies, content.rest)
    file.release()


@pytest.mark.parametrize("head", ["", "fanal 2", "fanal 2 a", "fanal 2 a 1", "fanal 2 a 1 x", "fanal 3 a 0 0", "x"])
def test_head_that_is_not_ours(head: str) -> None:
    """Where the first line is none of ours, nothing is ascribed to any source."""
    assert ("", []) == (read(f"{head}\n".encode()).source, read(f"{head}\n".encode()).batches)


def test_full_file_refuses_items_and_takes_marks(tmp_path: Path) -> None:
    """Items leave room for the marks that divide them."""
    file, line = SpoolFile.make(tmp_path), line_of(MENU)
    taken = 0
    while file.append(line):
        taken += 1
    file.mark_batch(1, taken)
    file.mark_sent(1)

    assert taken == (SIZE - MARKS - len("fanal 2  0 0\n") - 32) // (len(line) + 1)
    assert ([taken], {1}, True) == (
        [batch.events for batch in _said(tmp_path).batches],
        _said(tmp_path).sent,
        file.is_half_full,
    )
    file.release()


@given(st.integers(0, 400))
@settings(max_examples=60)
def test_writer_that_dies_in_a_line(cut: int) -> None:
    """Wherever the text is cut off, what stands before is read, and nothing is invented."""
    lines = ["fanal 2 a 0 0", line_of(MENU), line_of(CALL), "=1 1", "!1", line_of(MENU), "=2 2", line_of(MENU)]
    text = "".join(f"{line}\n" for line in lines).encode()
    whole = text[:cut].rfind(b"\n") + 1
    content = read(text[:whole])
    count = text[:whole].count(line_of(MENU).encode())

    assert count == sum(batch.events for batch in content.batches) + sum(item == MENU for item in content.rest)
    assert 0 == content.unreadable


@pytest.mark.parametrize("line", ["=x 1", "=1", "!", "!x", "e[]", "?"])
def test_line_that_is_not_ours(line: str) -> None:
    """A line that cannot be read is left out and counted; the others are read."""
    content = read(f"fanal 2 a 0 0\n{line_of(MENU)}\n{line}\n{line_of(MENU)}\n".encode())

    assert (1, [MENU, MENU]) == (content.unreadable, content.rest)
