"""The schedule of the workers: later attempts fall due, events are added up, what got lost is looked after.

RQ's own scheduler is a process that ends when Redis is away, is looked for only every ten minutes, and lives on when
its worker is killed; a text lives two minutes. So its steps are taken here, by a thread that survives an outage.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

import redis
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from ivr.adapters.outbox import utc_now
from ivr.adapters.queue import LEFT_SECONDS, Name, Queues
from ivr.adapters.stream import EventStream

TICK_SECONDS = 1.0
COUNT_TICKS = 2
"""Events are added up every two seconds."""
LOOK_AFTER_TICKS = 60
RELEASE_TICKS = 3600
LOCK_SECONDS = 10
"""Seconds after which another machine goes on where one has died; RQ's minute is half of a text's life."""
RQ_SECONDS = 60
"""What RQ adds to the interval for the life of its locks; the interval is used for nothing else here."""
log = logging.getLogger(__name__)


class Schedule:
    """What has to be done again and again. Several machines may run one each: locks see that nothing is done twice."""

    def __init__(self, connection: redis.Redis, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._stream, self._queues, self._clock = EventStream(connection), Queues(connection), clock
        names = [Name.TEXTS.value, Name.PURGES.value]
        self._later = RQScheduler(
            names,
            connection,
            interval=LOCK_SECONDS - RQ_SECONDS,
            serializer=JSONSerializer,
            logging_level=logging.WARNING,
        )
        self._ticks = 0
        self._away = False

    def run(self, ended: threading.Event) -> None:
        """Take a step every second until `ended` is set; nothing that fails ends it."""
        while not ended.wait(TICK_SECONDS):
            try:
                self.tick()
            except redis.RedisError:
                if not self._away:
                    log.warning("redis_away")
                self._away = True
            except Exception:
                log.exception("schedule_fault")
            else:
                self._away = False
        self._release()

    def tick(self) -> None:
        """Take one step; may raise `redis.RedisError`."""
        if self._ticks % LOOK_AFTER_TICKS == 0:
            self._queues.hasten(self._clock())
        self._later.acquire_locks()
        self._later.enqueue_scheduled_jobs()
        self._ticks += 1
        if self._ticks % COUNT_TICKS == 0 and self._stream.waiting():
            self._queues.count(self._clock())
        if self._ticks % LOOK_AFTER_TICKS == 1:
            self._queues.look_after(self._clock())
        if self._ticks % RELEASE_TICKS == LOOK_AFTER_TICKS // 2:
            self._queues.release(self._clock())
        if self._ticks % LEFT_SECONDS == LEFT_SECONDS // 2:
            self._queues.purge_left_over(self._clock())

    def _release(self) -> None:
        try:
            self._later.release_locks()
        except redis.RedisError:
            log.warning("schedule_locks_kept")
