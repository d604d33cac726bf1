"""The queue: the only place that enqueues, with RQ's defaults overridden (docs/decisions/0006-rq.md).

Arguments are JSON strings, descriptions fixed words, results are not kept, failures live ten minutes, and the id of a
job is a hash of what it is for: the same errand put twice is one job, and a log that names a job names nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import redis
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from ivr.adapters.connection import secure
from ivr.events import TEXT_LIFE, Errand, PurgeCall, PurgeMessage, SendText

JOB_SECONDS = 30
"""A job that takes longer is ended; the provider's answers take at most 20 seconds of it."""
RELEASE_SECONDS = 90
"""A release takes longer where there are many countries and needs: 17 seconds of a processor for a month of 100 and 40.
Less than two minutes, after which a process that shows no sign counts as one that hangs (`ivr.adapters.sign`)."""
FAILURE_SECONDS = 600
COUNT_SECONDS = 60
"""An order to count that nobody took within this time is forgotten; the schedule gives new ones."""
TEXT_PAUSES = (2, 4, 8, 15, 20, 25, 30, 30, 30)
"""Seconds between attempts at a text. They sum to more than its life, so one finds it too late and counts that; the
last is a spare, for an attempt that dies with its worker."""
LEFT_SECONDS = 3600
"""How often records are looked for that nobody told us of."""
PURGE_LIFE = dt.timedelta(hours=24)
PURGE_PAUSES = (30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 14400, 14400, 14400, 14400, 14400, 3600, 3600)
"""Seconds between attempts at deleting a record: after 24.3 hours one says that it is overdue; the last two are spares,
and then somebody looks after it (`ivr.jobs.look_after`)."""
AHEAD = dt.timedelta(seconds=max(PURGE_PAUSES), hours=1)
"""No job waits longer than this: one that does was put while a clock was wrong, and would wait for that day."""
CALL_PURGE_DELAY = TEXT_LIFE + dt.timedelta(seconds=60)
"""The records of a call stay this long after its end: a text that is being sent asks them for the number."""
TOGETHER = 20
"""Calls at most whose records one job deletes: two questions each, well within its time."""
SEVERAL = 2
"""Orders to count that wait for a worker at most; more would say nothing new. There is room for as many others, which
come seldom: where more comes than can be counted, somebody still has to look after what got lost."""


class Name(StrEnum):
    """The queues; each has a worker process of its own."""

    TEXTS = "texts"
    COUNTS = "counts"
    PURGES = "purges"


class Function(StrEnum):
    """The functions that are enqueued, and the only ones that a worker calls."""

    SEND_TEXT = "ivr.jobs.send_text"
    COUNT_EVENTS = "ivr.jobs.count_events"
    LOOK_AFTER = "ivr.jobs.look_after"
    RELEASE_FIGURES = "ivr.jobs.release_figures"
    PURGE_CALL = "ivr.jobs.purge_call"
    PURGE_MESSAGE = "ivr.jobs.purge_message"
    PURGE_LEFT_OVER = "ivr.jobs.purge_left_over"


@dataclass(frozen=True, slots=True)
class _Order:
    """How one kind of errand is enqueued."""

    queue: Name
    function: Function
    description: str
    arguments: tuple[str, ...]
    pauses: tuple[int, ...] = ()
    delay: dt.timedelta = dt.timedelta(0)
    life: int | None = None
    """Seconds for which it may wait in the queue; None for as long as it takes."""
    seconds: int = JOB_SECONDS
    """How long it may take."""


class Queues:
    """Puts errands into RQ. Every method may raise `redis.RedisError`."""

    def __init__(self, connection: redis.Redis) -> None:
        self._connection = connection
        self._queues = {name: Queue(name, connection=connection, serializer=JSONSerializer) for name in Name}

    def put(self, errand: Errand, now: dt.datetime) -> None:
        """Enqueue an errand; put twice, it is one job. A call that has only begun, a text only sent, is no job yet."""
        match errand:
            case PurgeCall(over=False) | PurgeMessage(ended=False):
                return
        self._give(token(errand), _order(errand, now), now)

    def put_all(self, errands: Iterable[Errand], now: dt.datetime) -> None:
        """Enqueue errands; calls that are over share jobs, since a job costs more than what it does for one of them."""
        calls = []
        for errand in dict.fromkeys(errands):
            match errand:
                case PurgeCall(over=True):
                    calls.append(errand)
                case _:
                    self.put(errand, now)
        for start in range(0, len(calls), TOGETHER):
            first, *others = calls[start : start + TOGETHER]
            order = _order(first, now)
            order = replace(order, arguments=(*order.arguments, *(each.call for each in others)))
            self._give(token(first, *others), order, now)

    def put_rest(self, calls: Sequence[str], until: str, now: dt.datetime) -> None:
        """Enqueue the calls, which are over, for which a job had no time left; their day ends as it would have."""
        first, *others = (PurgeCall(call) for call in calls)
        order = replace(_order(first, now), arguments=(calls[0], until, *calls[1:]), delay=dt.timedelta(0))
        self._give(token(first, *others), order, now)

    def hasten(self, now: dt.datetime) -> None:
        """Let be due what waits for a time so far ahead that only a wrong clock can have named it."""
        for queue in self._queues.values():
            later = queue.scheduled_job_registry.key
            found: Any = self._connection.zrangebyscore(later, (now + AHEAD).timestamp(), "+inf")
            if found:
                self._connection.zadd(later, dict.fromkeys(found, int(now.timestamp())), xx=True)

    def secure(self) -> None:
        """Wait until no failover can lose what has been put; raises `InsecureError` where one may."""
        secure(self._connection)

    def count(self, now: dt.datetime) -> None:
        """Ask for the waiting events to be added up, unless that has been asked already and not been begun."""
        self._ask(Function.COUNT_EVENTS, "add up events", now)

    def look_after(self, now: dt.datetime) -> None:
        """Ask for somebody to look after what should have been done by now."""
        self._ask(Function.LOOK_AFTER, "look after errands", now)

    def release(self, now: dt.datetime) -> None:
        """Ask for the figures that are due to be released."""
        self._ask(Function.RELEASE_FIGURES, "release figures", now)

    def purge_left_over(self, now: dt.datetime) -> None:
        """Ask for the deletion of records that nobody told us of; asked again within the hour, it is one job."""
        hour = int(now.timestamp()) // LEFT_SECONDS
        order = _Order(Name.PURGES, Function.PURGE_LEFT_OVER, "delete what is left over", (), life=LEFT_SECONDS)
        self._give(f"purge_left_over-{hour}", order, now)

    def _ask(self, function: Function, description: str, now: dt.datetime) -> None:
        most = SEVERAL if function is Function.COUNT_EVENTS else 2 * SEVERAL
        seconds = RELEASE_SECONDS if function is Function.RELEASE_FIGURES else JOB_SECONDS
        if self._queues[Name.COUNTS].count < most:
            order = _Order(Name.COUNTS, function, description, (), life=COUNT_SECONDS, seconds=seconds)
            self._give(f"{function.rpartition('.')[2]}-{int(now.timestamp())}", order, now)

    def lengths(self) -> Mapping[str, int]:
        """Return how many jobs wait in each queue, those that wait for a later attempt included."""
        return {name: queue.count + queue.scheduled_job_registry.count for name, queue in self._queues.items()}

    def _give(self, token: str, order: _Order, now: dt.datetime) -> None:
        queue = self._queues[order.queue]
        job = queue.create_job(
            order.function.value,
            args=order.arguments,
            job_id=token,
            description=order.description,
            timeout=order.seconds,
            ttl=order.life,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
            retry=Retry(max=len(order.pauses), interval=list(order.pauses)) if order.pauses else None,
        )
        with suppress(DuplicateJobError):
            if order.delay:
                queue.schedule_job(job, now + order.delay, unique=True)
            else:
                queue.enqueue_job(job, unique=True)


def token(errand: Errand, *others: PurgeCall) -> str:
    """Return the id under which an errand, or several, are one job: a hash, since ids of jobs are written to logs."""
    match errand:
        case SendText():
            parts = ["text", errand.call, errand.helpline, errand.form, errand.before.isoformat()]
        case PurgeCall():
            parts = ["call", errand.call, *(other.call for other in others)]
        case PurgeMessage():
            parts = ["message", errand.message, errand.fate]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:40]


def _order(errand: Errand, now: dt.datetime) -> _Order:
    until = (now + PURGE_LIFE).isoformat()
    match errand:
        case SendText():
            return _Order(
                Name.TEXTS,
                Function.SEND_TEXT,
                "send a text",
                (errand.call, errand.helpline, errand.language, errand.form.value, errand.before.isoformat()),
                TEXT_PAUSES,
            )
        case PurgeCall():
            return _Order(
                Name.PURGES,
                Function.PURGE_CALL,
                "delete the records of a call",
                (errand.call, until),
                PURGE_PAUSES,
                CALL_PURGE_DELAY,
            )
        case PurgeMessage():
            return _Order(
                Name.PURGES,
                Function.PURGE_MESSAGE,
                "delete the record of a text",
                (errand.message, errand.fate, until),
                PURGE_PAUSES,
            )
