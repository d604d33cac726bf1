"""The RQ worker of one queue, with the defaults that do not suit us overridden (docs/decisions/0006-rq.md)."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import redis
from redis.client import Pipeline
from rq import Queue, SimpleWorker
from rq.executions import Execution, ExecutionRegistry
from rq.job import Job
from rq.serializers import JSONSerializer

from ivr.adapters.queue import JOB_SECONDS, Function, Name
from ivr.log import bare_traceback, mask

WORKER_SECONDS = 30
"""How long a worker counts as living after its last sign; it waits for jobs half of that at a time."""
MAINTENANCE_SECONDS = 10
"""How often it looks for jobs that a killed worker left; RQ's ten minutes are longer than a text lives."""
MARGIN_SECONDS = 5
SIGN_SECONDS = 1.0
"""A worker that is busy says once in this time that it lives."""
log = logging.getLogger(__name__)


class Executions(ExecutionRegistry):
    """The attempts at one job that RQ knows of."""

    def get_executions(self, start: int = 0, end: int = -1) -> list[Execution]:
        """Return them without those of which nothing is left.

        RQ remembers the name of an attempt a minute longer than the attempt itself, and would fail over it: whatever a
        job does after its worker was killed would count as failed and be done again, until that minute is over.
        """
        found = []
        for name in self.get_execution_ids(start, end):
            with suppress(ValueError):  # there is no such attempt any more
                found.append(Execution.fetch(id=name, job_id=self.job_id, connection=self.connection))
        return found


class OwnJob(Job):
    """A job that calls one of our own functions and nothing else.

    RQ calls whatever function a job names, its callbacks and web addresses too, so whoever can write to Redis could run
    code here. Those of ours have no callbacks.
    """

    success_callback = failure_callback = stopped_callback = None

    @property
    def func(self) -> Any:
        """The function to call; raises PermissionError where it is not one of ours."""
        if self.func_name not in set(Function) or self.instance is not None:
            raise PermissionError("the job names a function that is not ours")
        return super().func

    @property
    def execution_registry(self) -> Executions:
        """The attempts at this job."""
        return Executions(self.id, connection=self.connection)

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Tell nobody."""


class OwnQueue(Queue):
    """A queue whose looking after is not stopped for long by a worker that dies over it."""

    def acquire_maintenance_lock(self) -> bool:
        """Take the right to look for jobs that were left; it ends by itself soon.

        RQ's ends after fifteen minutes, and a worker that is killed while it looks, or whose Redis goes away, takes it
        along: a job that another one left would be found again when no text lives any more.
        """
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=MAINTENANCE_SECONDS))


class QueueWorker(SimpleWorker):
    """Takes jobs of one queue and does them in its own process, so that connections outlive jobs.

    One queue, because RQ saves a job from a killed worker only where it pops from one (LMOVE instead of BLPOP).
    """

    max_connection_wait_time = 2.0
    """Seconds between attempts to reach Redis at most; RQ's minute is half of a text's life."""
    log_result_lifespan = False

    def __init__(self, name: Name, connection: redis.Redis, show: Callable[[], None] = lambda: None) -> None:
        """`show` is called whenever the worker goes round its loop, whether Redis answers or not."""
        self._show = show
        self._gave = float("-inf")
        super().__init__(
            [OwnQueue(name, connection=connection, serializer=JSONSerializer, job_class=OwnJob)],
            connection=connection,
            serializer=JSONSerializer,
            job_class=OwnJob,
            log_job_description=False,
            worker_ttl=WORKER_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
        )

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Give a sign of life, to the machine first; to Redis once a second, or with what is sent there anyway.

        RQ gives several for each job, one exchange or two each. A sign that asks for a longer life is always given.
        """
        self._show()
        moment = time.monotonic()
        if timeout is None and pipeline is None and moment - self._gave < SIGN_SECONDS:
            return
        if pipeline is None:
            self._gave = moment
        super().heartbeat(timeout, pipeline)

    def teardown(self) -> None:
        """Sign off over new connections: the word to stop may have come while this worker waited for a job.

        That question is still open: its answer would be taken for that of the next one, seconds later, and could bring
        a job, which nobody would look for before a minute is over.
        """
        self.connection.connection_pool.disconnect(inuse_connections=False)
        super().teardown()  # type: ignore[no-untyped-call]  # RQ is typed in part only

    def set_shutdown_requested_date(self) -> None:
        """Write nowhere when the word to stop came: it comes amid a job, which would fail where Redis is away."""

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """End the job in hand all the same: a manager of services tells us to stop, and the supervisor tells us again.

        RQ would break it off, and a text that is just being sent would count as unknown. Whoever cannot wait kills us.
        """

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Return after how many seconds a job counts as left: it is ended before, so it cannot be running still."""
        return int(job.timeout or JOB_SECONDS) + MARGIN_SECONDS

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log that a job failed: which function, where, what type, and no word of the exception's own."""
        log.error(
            "job_failed", extra={"job": job.func_name, "fault": exc_info[0].__name__, "where": _where(exc_info[1])}
        )

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = ""
    ) -> None:
        """Keep of a failure only what quotes nothing; RQ would store the exception's message in Redis."""
        kept = bare_traceback(sys.exc_info()[1]) or mask(exc_string)
        super().handle_job_failure(job, queue, started_job_registry, kept)


def _where(fault: BaseException) -> str:
    """Return the innermost place in our own packages, else the innermost at all."""
    places = []
    trace = fault.__traceback__
    while trace is not None:
        places.append((trace.tb_frame.f_globals.get("__name__", "?"), trace.tb_lineno))
        trace = trace.tb_next
    ours = [place for place in places if str(place[0]).partition(".")[0] in {"directory", "ivr"}]
    module, line = (ours or places or [("?", 0)])[-1]
    return f"{module}:{line}"
