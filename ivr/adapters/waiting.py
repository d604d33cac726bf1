"""What waits: jobs in the queues, batches in the stream, events in the spool of this machine.

It is asked by the metrics page. What waits in Redis is read in two exchanges, whatever there is; of files only their
ends are looked at. Ages are whole tens of seconds: what is done at once has none, so the page does not tell when a
single call was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import sqlalchemy as sa
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import str_to_date
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from ivr.adapters import stream, tally
from ivr.adapters.counters import progress
from ivr.adapters.queue import Name
from ivr.adapters.spool import SUFFIX

GRAIN = 10.0
"""Seconds to which ages are rounded down."""
_ASKED = 5
"""Answers about each queue in the first exchange."""


@dataclass(frozen=True, slots=True)
class InRedis:
    """What waits in Redis, and what stands there for the page."""

    memory: float
    """Part of the memory that it may have and has used, 0 where it has no limit."""
    batches: int
    batches_age: float
    """Seconds, as all ages."""
    lengths: Mapping[str, int] = field(default_factory=dict)
    ages: Mapping[str, float] = field(default_factory=dict)
    workers: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, int] = field(default_factory=dict)
    """What the workers have added up: "figure:name" to a number (`ivr.adapters.tally`)."""


def in_redis(connection: redis.Redis, now: dt.datetime) -> InRedis:
    """Ask Redis for everything; may raise `redis.RedisError`."""
    queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in Name]
    with connection.pipeline(transaction=False) as asked:
        for queue in queues:
            later = queue.scheduled_job_registry.key
            asked.llen(queue.key)
            asked.lindex(queue.key, 0)
            asked.zcard(later)
            asked.zrange(later, 0, 0, withscores=True)
            asked.smembers(WORKERS_BY_QUEUE_KEY % queue.name)
        asked.xlen(stream.KEY)
        asked.xrange(stream.KEY, count=1)
        asked.time()
        asked.hgetall(tally.KEY)
        asked.info("memory")
        *about_queues, batches, first, clock, sums, memory = asked.execute()
    each = [about_queues[start : start + _ASKED] for start in range(0, len(about_queues), _ASKED)]
    since, alive = _second_exchange(connection, each)
    return InRedis(
        memory=_part(memory),
        batches=batches,
        batches_age=coarse(clock[0] - int(first[0][0].partition(b"-")[0]) / 1000) if first else 0.0,
        lengths={name: told[0] + told[2] for name, told in zip(Name, each, strict=True)},
        ages={name: _age(begun, told[3], now) for name, begun, told in zip(Name, since, each, strict=True)},
        workers=dict(zip(Name, alive, strict=True)),
        sums={key.decode(): int(value) for key, value in sums.items()},
    )


def here(engine: sa.Engine, folder: Path) -> int:
    """Return how many events stand in the spool of this machine and are not counted; may raise `SQLAlchemyError`.

    Those that are in Redis on their way are among them: a file forgets only what has been counted.
    """
    ends = {end.source: end for end in _ends(folder)}
    if not ends:
        return 0
    asked = sa.select(progress.c.source, progress.c.number, progress.c.accepted)
    with engine.connect() as connection:
        found = {row.source: row for row in connection.execute(asked.where(progress.c.source.in_(list(ends))))}
    return sum(end.left(found.get(source)) for source, end in ends.items())


def coarse(seconds: float) -> float:
    """Return an age as it may be shown."""
    return max(seconds // GRAIN, 0.0) * GRAIN


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a file of the spool: its last batch, the events accepted with it, and those that are in none yet."""

    source: str
    number: int
    accepted: int
    before: int
    """Events that were erased from it because they had been counted."""
    rest: int

    def left(self, counted: Any) -> int:
        if counted is None:
            return self.accepted - self.before + self.rest
        if counted.number > self.number:  # what was in no batch yet when the file was read has been counted since
            return 0
        return max(self.accepted - int(counted.accepted), 0) + self.rest


def _ends(folder: Path) -> Iterator[_End]:
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError, ValueError):  # it is gone by now, or none of ours
            yield _end(path.read_bytes())


def _end(data: bytes) -> _End:
    """Read a file without reading its items; raises ValueError where it is none of ours."""
    written = data.partition(b"\0")[0]
    head, _, _ = written.partition(b"\n")
    _, _, source, number, accepted = head.decode().split(" ")
    at, before = written.rfind(b"\n="), int(accepted)
    if at >= 0:
        number, _, accepted = written[at + 2 : written.find(b"\n", at + 1)].decode().partition(" ")
    rest = written[max(at + 1, 0) : written.rfind(b"\n") + 1]
    return _End(source, int(number), int(accepted), before, rest.count(b"\ne") + rest.count(b"\nm"))


def _second_exchange(connection: redis.Redis, each: list[list[Any]]) -> tuple[list[bytes | None], list[int]]:
    """Return since when the first job of each queue has been due, and how many of its workers live."""
    with connection.pipeline(transaction=False) as asked:
        for _, first, _, _, workers in each:
            asked.hget(Job.key_for((first or b"").decode()), "enqueued_at")
            asked.exists("-", *workers)
        answers = asked.execute()
    return answers[0::2], answers[1::2]


def _age(begun: bytes | None, later: list[tuple[bytes, float]], now: dt.datetime) -> float:
    """Return how long the oldest job has been due: of those in the queue, and of those that wait for their time."""
    ages = [(now - str_to_date(begun)).total_seconds()] if begun else []
    return coarse(max([*ages, *(now.timestamp() - due for _, due in later)], default=0.0))


def _part(memory: Mapping[str, Any]) -> float:
    most = int(memory.get("maxmemory", 0))
    return int(memory.get("used_memory", 0)) / most if most else 0.0
