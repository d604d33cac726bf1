"""The spool: files in which stands what a process has accepted, until it has been counted.

A file is written through memory that the process shares with the system: nothing waits for the disk, and what has been
written is there when the process is killed in the next instant (not when the machine loses its power: then the last
seconds may be missing). Its writer keeps a lock on it that ends with the writer, so whoever finds a file unlocked may
go on with it; no claim can go stale. Files are readable by their owner only, and erased as soon as everything in them
has been counted.

    fanal 2 <source> 2 17    the first line: batches up to 2, with 17 events, were counted and erased
    e[...]                   an item, as `ivr.adapters.batch` writes it
    =3 41                    the items since the last such line are batch 3; 41 events were accepted up to here
    !3                       batch 3 is in the stream, and its errands are in the queue

Behind the last line the file holds zeros. A line that was cut off when its writer died has no end, and is left out.
"""

from __future__ import annotations

import errno
import fcntl
import io
import mmap
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ivr.adapters.batch import Batch, Item, UnreadableError, gathered, item_of

SUFFIX = ".spool"
PART = ".new"
"""A file that is being made."""
PART_SECONDS = 60.0
"""One that has not changed for so long has lost its maker."""
SIZE = 1 << 20
"""Bytes of a file, some ten thousand items; they are reserved when it is made, so that a full disk is met then."""
MARKS = 1 << 16
"""Bytes of them that only marks may use, so that what stands in a file can always be divided into batches."""
_HEAD = "fanal 2 "


@dataclass
class Content:
    """What a file says: its batches, those of them that are in the stream, and the items that are in none yet."""

    source: str
    number: int = 0
    """Batches up to this one have been counted and erased."""
    accepted_before: int = 0
    """Events in them."""
    batches: list[Batch] = field(default_factory=list)
    sent: set[int] = field(default_factory=set)
    rest: list[Item] = field(default_factory=list)
    unreadable: int = 0

    @property
    def accepted(self) -> int:
        """Events in all batches, from the source's first on."""
        return self.batches[-1].accepted if self.batches else self.accepted_before

    @property
    def is_queued(self) -> bool:
        """True when every errand in it has been put into the queue."""
        return not self.rest and self.sent.issuperset(batch.number for batch in self.batches)

    @property
    def last(self) -> int:
        """The number of the last batch."""
        return self.batches[-1].number if self.batches else self.number


class SpoolFile:
    """One file of the spool, locked by this process. Its lines are written by whoever puts, and by the courier."""

    def __init__(self, path: Path, descriptor: int, memory: mmap.mmap, source: str, end: int) -> None:
        self.path, self.source = path, source
        self._descriptor: int | None = descriptor
        self._memory, self._end = memory, end
        self._turn = threading.Lock()

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Make an empty file of a new source; raises OSError where the folder or the disk refuses."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        path = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        fresh = path.with_suffix(PART)
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _reserve(descriptor)
            made = cls(path, descriptor, mmap.mmap(descriptor, SIZE), uuid.uuid4().hex, 0)
            made.erase(0, 0)
            fresh.rename(path)
        except OSError:
            os.close(descriptor)
            fresh.unlink(missing_ok=True)
            raise
        return made

    @classmethod
    def adopt(cls, path: Path) -> tuple[Self, Content] | None:
        """Take over a file that nobody writes any more, with what it says; None where its writer lives, or it is gone.

        Raises OSError where it cannot be read.
        """
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return None
        if not _locked(descriptor) or not path.exists():
            os.close(descriptor)
            return None
        try:
            memory = mmap.mmap(descriptor, SIZE)
        except (OSError, ValueError):  # a file that is too short is none of ours
            os.close(descriptor)
            raise OSError("this is no file of a spool") from None
        text = _whole_lines(memory[:])
        content = read(text)
        return cls(path, descriptor, memory, content.source, len(text)), content

    @property
    def is_half_full(self) -> bool:
        """True when it is time for the next file."""
        return self._end > SIZE // 2

    def append(self, line: str) -> bool:
        """Write an item; False where there is no room for it."""
        return self._write(line, SIZE - MARKS)

    def mark_batch(self, number: int, accepted: int) -> None:
        """Write that what stands here since the last such mark is batch `number`."""
        self._write(f"={number} {accepted}", SIZE)

    def mark_sent(self, number: int) -> None:
        """Write that a batch is in the stream and its errands are in the queue."""
        self._write(f"!{number}", SIZE)

    def erase(self, number: int, accepted: int) -> None:
        """Forget everything up to batch `number`, the last, with which so many events were accepted: it is counted."""
        self._memory[0:1] = b"\0"  # from here on a reader finds nothing, however far we get
        self._memory[1 : self._end] = bytes(max(self._end - 1, 0))
        head = f"{_HEAD}{self.source} {number} {accepted}\n".encode()
        self._memory[1 : len(head)] = head[1:]
        self._memory[0:1] = head[:1]
        self._end = len(head)

    def remove(self) -> None:
        """Remove the file, and let go of it."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Let go of the file: another process, or this one, may adopt it; it takes no more. Twice is once."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._memory.close()
            os.close(descriptor)

    def _write(self, line: str, limit: int) -> bool:
        data = line.encode() + b"\n"
        with self._turn:
            end = self._end + len(data)
            if end > limit or self._descriptor is None:
                return False
            self._memory[self._end : end] = data
            self._end = end
        return True


def waiting(folder: Path) -> Iterator[Content]:
    """Yield what each file of a spool says, those being written included; nothing is changed."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with suppress(OSError):
            yield read(_whole_lines(path.read_bytes()))


def read(text: bytes) -> Content:
    """Read what a file says, in whole lines; a line that is none of ours is left out and counted."""
    lines = (line[:-1].decode("utf-8", "replace") for line in io.BytesIO(text))  # at once they would fill memory
    content = _content(next(lines, ""))
    for line in lines:
        try:
            _take(content, line)
        except UnreadableError:
            content.unreadable += 1
    return content


def _content(head: str) -> Content:
    """Read the first line; what is none of ours has neither source nor batches."""
    match head.removeprefix(_HEAD).split(" ") if head.startswith(_HEAD) else ():
        case [source, number, accepted] if number.isdecimal() and accepted.isdecimal():
            return Content(source, int(number), int(accepted))
    return Content("", unreadable=int(bool(head)))


def _take(content: Content, line: str) -> None:
    match line[:1]:
        case "=":
            number, accepted = (_whole_number(word) for word in line[1:].partition(" ")[::2])
            batch = gathered(content.source, number, content.accepted, content.rest)
            content.batches.append(batch if batch.accepted == accepted else _corrected(batch, accepted))
            content.rest = []
        case "!":
            content.sent.add(_whole_number(line[1:]))
        case _:
            content.rest.append(item_of(line))


def _corrected(batch: Batch, accepted: int) -> Batch:
    """Keep what the writer says it had accepted: where that is more, items were in its memory only, and are missed."""
    return Batch(batch.source, batch.number, accepted, batch.tallies, batch.once, batch.errands)


def _whole_number(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise UnreadableError from None


def _whole_lines(data: bytes) -> bytes:
    """Cut off the zeros, and a last line that has no end."""
    written = data.partition(b"\0")[0]
    return written[: written.rfind(b"\n") + 1]


def _sweep(folder: Path) -> None:
    """Remove what is left of processes that were killed while they made a file."""
    for path in folder.glob(f"*{PART}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > PART_SECONDS:
                path.unlink()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _reserve(descriptor: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, SIZE)
    elif os.write(descriptor, bytes(SIZE)) < SIZE:  # macOS, where a disk that is nearly full takes a part
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
