"""The figures of the metrics page that are read when somebody asks. No caller waits for them, and they wait for nobody.

Redis and the database are each asked in a thread of their own and given some seconds: one that does not answer must not
keep the threads that answer texts and pages.
"""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import redis
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ivr.adapters import waiting
from ivr.adapters.errands import Errands
from ivr.edition import NoEditionError, Shelf
from ivr.metrics import ERRORS, FATES, RECORDS, Gauges, Named

PATIENCE = 2.0
"""Seconds that a source is waited for, and as long again where somebody else is asking it."""
_SUMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "fanal_texts": ("fate", FATES),
    "fanal_records": ("fate", RECORDS),
    "fanal_provider_errors": ("kind", ERRORS),
}
"""What the workers add up: each figure with its label, and the names that it may have."""


class Reader:
    """Reads the figures of one server. Where Redis or the database is away, only that is said of it."""

    def __init__(self, connection: redis.Redis, engine: sa.Engine, shelf: Shelf, spool: Path) -> None:
        self._shelf = shelf
        self._redis = Timely(lambda: _about_redis(connection), {"fanal_redis_up": 0.0})
        self._database = Timely(lambda: _about_database(engine, spool), {"fanal_database_up": 0.0})

    def __call__(self) -> Gauges:
        """Return every figure that can be had now."""
        return {**_about_directory(self._shelf), **self._redis(), **self._database()}


class Timely:
    """Asks one source, for so long at most; while an answer is awaited, nobody else asks."""

    def __init__(self, ask: Callable[[], Gauges], otherwise: Gauges, patience: float = PATIENCE) -> None:
        self._ask, self._otherwise, self._patience = ask, otherwise, patience
        self._asking = threading.Lock()

    def __call__(self) -> Gauges:
        """Return the answer, or what holds where there is none in time."""
        if not self._asking.acquire(timeout=self._patience):
            return self._otherwise
        answers = queue.SimpleQueue[Gauges]()
        try:
            threading.Thread(target=self._answer, args=(answers,), name="gauges", daemon=True).start()
        except RuntimeError:  # the machine has no room for another thread now
            self._asking.release()
            return self._otherwise
        try:
            return answers.get(timeout=self._patience)
        except queue.Empty:
            return self._otherwise

    def _answer(self, answers: queue.SimpleQueue[Gauges]) -> None:
        try:
            answers.put(self._ask())
        except (redis.RedisError, SQLAlchemyError):
            answers.put(self._otherwise)
        finally:
            self._asking.release()


def _about_redis(connection: redis.Redis) -> Gauges:
    found = waiting.in_redis(connection, dt.datetime.now(dt.UTC))
    return {
        "fanal_redis_up": 1.0,
        "fanal_redis_memory_ratio": found.memory,
        "fanal_batches_waiting": float(found.batches),
        "fanal_events_age_seconds": found.batches_age,
        "fanal_queue_age_seconds": _by("queue", found.ages),
        "fanal_workers": _by("queue", found.workers),
        **{f"fanal_{name}_queued": float(length) for name, length in found.lengths.items()},
        **{
            figure: _by(label, {name: found.sums.get(f"{figure}:{name}", 0) for name in names})
            for figure, (label, names) in _SUMS.items()
        },
    }


def _about_database(engine: sa.Engine, spool: Path) -> Gauges:
    due, overdue = Errands(engine).records(dt.datetime.now(dt.UTC))
    return {
        "fanal_database_up": 1.0,
        "fanal_events_waiting": float(waiting.here(engine, spool)),
        "fanal_records_due": float(due),
        "fanal_records_overdue": float(overdue),
    }


def _about_directory(shelf: Shelf) -> Gauges:
    stale = {"fanal_directory_stale": float(shelf.stale)}
    try:
        found = shelf.found
    except NoEditionError:
        return stale
    return {
        **stale,
        "fanal_directory_revision": Named(float(found.number or 0), "revision", found.directory.revision),
        "fanal_directory_switches": float(found.switches),
    }


def _by(label: str, values: Mapping[str, float]) -> tuple[Named, ...]:
    return tuple(Named(float(value), label, name) for name, value in values.items())
