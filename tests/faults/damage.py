"""The faults: what is done to an installation before people call, while they do, and after."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa

from tests.faults.exchange import Mood
from tests.faults.house import House
from tests.faults.slowness import slow_way
from tests.installation import wait_until

COUNTING_SECONDS = 2.2
"""Events are added up every two seconds."""
Standing = Callable[[House], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It stands while the block of `standing` is open; `amid` happens once calls have begun."""

    standing: Standing | None = None
    amid: Callable[[House], None] | None = None
    cuts: bool = False
    """A process that answers callers dies of it, with the requests that it had in hand."""
    seconds: float = 0.0
    """It stands for so long at least: what it befalls works only now and then."""


@contextmanager
def _redis_stopped(house: House) -> Iterator[None]:
    house.redis.kill()
    try:
        yield
    finally:
        house.redis.start()


@contextmanager
def _redis_slow(house: House) -> Iterator[None]:
    assert house.redis.server is not None
    folder = Path(tempfile.mkdtemp(prefix="fanal-slow-"))
    to = house.redis.server.socket_folder / "redis.sock"
    with slow_way(folder / "slow.sock", to), house.redis.reached_through(folder / "slow.sock"):
        yield
    shutil.rmtree(folder)


@contextmanager
def _worker_gone(house: House) -> Iterator[None]:
    house.kill_worker()
    try:
        yield
    finally:
        house.open_worker()


@contextmanager
def _disk_full(house: House) -> Iterator[None]:
    """Fill the disk, and then wait until every process has a file again.

    What a process that began on a full disk is told, it has in its memory alone until then: to kill that one too would
    be the third fault.
    """
    house.disk.fill(house.programs())
    try:
        yield
    finally:
        house.disk.free()
        wait_until(house.is_on_disk)


@contextmanager
def _revision_corrupt(house: House) -> Iterator[None]:
    """Let the live revision be one whose content is not what its hash says; people then publish what was live before.

    Revisions are never removed and never changed.
    """
    _publish_again(house, '\'{"ro.yaml": "\'')
    try:
        yield
    finally:
        _publish_again(house, "files")


def _publish_again(house: House, files: str) -> None:
    """Publish the second revision once more, with these files in the place of its own."""
    names = "hash, origin, content_of, author, author_name, approver, approver_name, at, note"
    number = "(SELECT max(number) + 1 FROM revisions)"
    copied = f"SELECT {number}, revision, {files}, {names} FROM revisions WHERE number = 2"  # noqa: S608 - words of ours
    with house.engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO revisions (number, revision, files, {names}) {copied}"))


@contextmanager
def _kept_corrupt(house: House) -> Iterator[None]:
    """Damage the tables on disk too, and start the web server anew on what is left."""
    with _revision_corrupt(house):
        for path in (house.disk.folder / "var" / "directory").iterdir():
            path.write_bytes(path.read_bytes()[:-20] + b"\x00\xff: [")
        house.kill_web()
        house.open_web()
        yield


def _provider(mood: Mood) -> Fault:
    """Let the provider answer so until it has been asked something: a text, or the deletion of a record."""

    @contextmanager
    def standing(house: House) -> Iterator[None]:
        house.provider.mood, house.provider.met = mood, 0
        try:
            yield
            wait_until(lambda: house.provider.met > 0, 4)
        finally:
            house.provider.mood = Mood.WELL

    return Fault(standing)


def _one_web_process(house: House) -> None:
    random.choice(house.web_processes()).kill()  # noqa: S311 - the test has seeded it


def _one_queue_process(house: House) -> None:
    processes = house.queue_processes()
    with suppress(psutil.NoSuchProcess, IndexError):  # it has ended meanwhile, or there is none
        random.choice(processes).kill()  # noqa: S311 - the test has seeded it


FAULTS: Mapping[str, Fault] = {
    "redis stopped": Fault(_redis_stopped, seconds=1.2),
    "redis paused": Fault(lambda house: house.redis.paused(), seconds=1.2),
    "redis full": Fault(lambda house: house.redis.full(), seconds=1.2),
    "redis slow": Fault(_redis_slow, seconds=1.2),
    "redis emptied": Fault(amid=lambda house: house.redis.lose_everything()),
    "database stopped": Fault(lambda house: house.database.stopped(), seconds=COUNTING_SECONDS),
    "database locked": Fault(lambda house: house.database.locked(), seconds=COUNTING_SECONDS),
    "database read-only": Fault(lambda house: house.database.read_only(), seconds=COUNTING_SECONDS),
    "database full": Fault(lambda house: house.database.full(house.programs), seconds=COUNTING_SECONDS),
    "worker gone": Fault(_worker_gone),
    "queue process killed": Fault(amid=_one_queue_process),
    "web process killed": Fault(amid=_one_web_process, cuts=True),
    "disk full": Fault(_disk_full),
    "revision corrupt": Fault(_revision_corrupt),
    "revision and kept tables corrupt": Fault(_kept_corrupt),
    "provider: 429": _provider(Mood.TOO_MANY),
    "provider: 500": _provider(Mood.BROKEN),
    "provider: garbage": _provider(Mood.GARBAGE),
    "provider: late": _provider(Mood.LATE),
}


def calls_under(house: House, *names: str) -> list[str]:
    """Let everybody call while these faults stand; return what went wrong, a line each."""
    faults = [FAULTS[name] for name in names]
    amid = [fault.amid for fault in faults if fault.amid is not None]
    house.injected += len(faults)
    house.keep_worker_open()

    def during() -> None:
        for happens in amid:
            wait_until(lambda: bool(house.exchange.timed.seconds[begun:]), 2)
            happens(house)

    with ExitStack() as standing:
        for fault in faults:
            if fault.standing is not None:
                standing.enter_context(fault.standing(house))
        until = time.monotonic() + max((fault.seconds for fault in faults), default=0.0)
        begun = len(house.exchange.timed.seconds) + 5
        wrong = house.crowd.call(during, cut=any(fault.cuts for fault in faults))
        time.sleep(max(0.0, until - time.monotonic()))
    return wrong
