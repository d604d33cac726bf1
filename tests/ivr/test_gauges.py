"""The figures that are read when somebody asks: complete, and never waited for."""

from __future__ import annotations

import threading
from pathlib import Path

import redis

from directory.database import open_database
from ivr.adapters import schema
from ivr.gauges import Reader, Timely
from ivr.metrics import MEANINGS, SERIES, Metrics
from tests.application import some_services, some_settings


def lines(page: bytes) -> list[str]:
    """Return the lines of a page that have a value, without those that say when a counter was made."""
    return [line for line in page.decode().splitlines() if line[:1] != "#" and "_created" not in line]


def test_few_series(tmp_path: Path, redis_url: str) -> None:
    """With everything there to be shown, the page has fewer lines than its bound, and each of our names."""
    engine = open_database(f"sqlite:///{tmp_path / 'fanal.db'}")
    schema.upgrade(engine)
    shelf = some_services(some_settings(tmp_path)).shelf
    with redis.Redis.from_url(redis_url) as client:
        reader = Reader(client, engine, shelf, tmp_path)
        shown = lines(Metrics(reader).page())
    engine.dispose()

    assert set(MEANINGS) == set(reader())
    assert len(shown) <= SERIES
    assert [] == [line for line in shown if not line.startswith("fanal_")]


def test_who_does_not_answer_is_away() -> None:
    """A source that does not answer in time is away, also for whoever asks meanwhile; later it is there again."""
    answer = threading.Event()

    def ask() -> dict[str, float]:
        answer.wait(30)
        return {"fanal_redis_up": 1.0}

    source = Timely(ask, {"fanal_redis_up": 0.0}, patience=0.01)
    early = [source(), source()]
    answer.set()
    patient = Timely(ask, {"fanal_redis_up": 0.0}, patience=30)

    assert [{"fanal_redis_up": 0.0}] * 2 == early
    assert [{"fanal_redis_up": 1.0}] * 2 == [patient(), patient()]


def test_who_fails_is_away() -> None:
    """A source that fails is away at once, and the next one may ask again."""

    def ask() -> dict[str, float]:
        raise redis.ConnectionError

    source = Timely(ask, {"fanal_redis_up": 0.0}, patience=30)

    assert [{"fanal_redis_up": 0.0}] * 2 == [source(), source()]
