"""The sign of life that each process of the worker gives to its machine."""

from __future__ import annotations

import os
from pathlib import Path

import redis

from ivr.adapters.connection import connect
from ivr.adapters.consume import WORKER_SECONDS, QueueWorker
from ivr.adapters.queue import JOB_SECONDS, Name
from ivr.adapters.sign import FOLDER, Sign

PROBE_SECONDS = 120
"""The age at which what asks for the sign gives a process up."""


def test_each_sign_makes_the_file_young_again(tmp_path: Path) -> None:
    """A process that goes round its loop once more is alive, however long it was silent."""
    sign, path = Sign(tmp_path, "texts"), tmp_path / FOLDER / "texts"
    sign.show()
    os.utime(path, (0, 0))
    sign.show()

    assert path.stat().st_mtime > 0
    assert 0 == path.stat().st_size


def test_a_disk_that_refuses_stops_nobody(tmp_path: Path) -> None:
    """The sign is for whoever watches; the work goes on without it."""
    (tmp_path / FOLDER).touch()
    Sign(tmp_path, "texts").show()

    assert (tmp_path / FOLDER).is_file()


def test_a_worker_shows_that_it_lives(connection: redis.Redis) -> None:
    """It shows it before it asks for a job, and so also where it finds none."""
    shown: list[bool] = []
    QueueWorker(Name.TEXTS, connection, lambda: shown.append(True)).work(burst=True, logging_level="WARNING")

    assert shown


def test_a_worker_shows_that_it_lives_while_redis_is_away(connection: redis.Redis) -> None:
    """Nothing is gained by starting a worker again because something else does not answer."""
    shown: list[bool] = []
    worker = QueueWorker(Name.TEXTS, connection, lambda: shown.append(True))
    worker.connection = connect("redis://127.0.0.1:1/0", 0.1)
    try:
        worker.heartbeat()
    except redis.RedisError:
        shown.append(False)

    assert [True, False] == shown


def test_two_signs_lie_closer_than_patience() -> None:
    """Between two of them lies a job at most, or half of what RQ waits for."""
    assert JOB_SECONDS + WORKER_SECONDS // 2 < PROBE_SECONDS / 2
