"""A worker tries again what may be tried again, and of a job that failed keeps nothing that could name anybody."""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Iterator

import pytest
import redis
from rq import Callback, Queue, SimpleWorker
from rq.job import Job
from rq.registry import FailedJobRegistry, ScheduledJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer

from directory.database import open_database
from ivr import jobs, log
from ivr.adapters.claims import Claims
from ivr.adapters.consume import MAINTENANCE_SECONDS, QueueWorker
from ivr.adapters.counters import Counters
from ivr.adapters.errands import Errands
from ivr.adapters.provider import CallRecord, Fate, ProviderError
from ivr.adapters.queue import TEXT_PAUSES, Name, Queues, token
from ivr.adapters.stream import EventStream
from ivr.events import TEXT_LIFE, Form, SendText
from ivr.jobs import Collaborators
from ivr.numbers import CallerNumber
from tests.application import FakeOutbox
from tests.fakes import FakeProvider
from tests.kept import values

MARKED = "+12025550123"
CALL = "CA" + "5" * 32


@pytest.fixture
def provider(connection: redis.Redis) -> FakeProvider:
    """The provider of the jobs that run in this process."""
    provider = FakeProvider(calls={CALL: CallRecord(CallerNumber(MARKED), "+442079460123")})
    engine = open_database("sqlite://")
    jobs.begin(
        Collaborators(
            provider,
            Claims(connection, ["s" * 40]),
            EventStream(connection),
            Queues(connection),
            Counters(engine),
            Errands(engine),
            FakeOutbox(),
            _compose,
            lambda _now: None,
            lambda: dt.datetime.now(dt.UTC),
        )
    )
    return provider


def _compose(_helpline: str, _language: str, _form: Form, _country: str | None) -> str:
    return "116 111"


@pytest.fixture
def text(connection: redis.Redis) -> SendText:
    """A text that waits in its queue."""
    errand = SendText(CALL, "ro-anitp", "ro", Form.SHORT, dt.datetime.now(dt.UTC) + TEXT_LIFE)
    Queues(connection).put(errand, dt.datetime.now(dt.UTC))
    return errand


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged meanwhile."""
    stream, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(stream)
    handler.setFormatter(log.JsonLines())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def _work(connection: redis.Redis) -> None:
    QueueWorker(Name.TEXTS, connection).work(burst=True, logging_level="WARNING")


def test_done_job_leaves_nothing(connection: redis.Redis, provider: FakeProvider, text: SendText) -> None:
    """Of a job that succeeded Redis keeps no key."""
    _work(connection)

    assert (1, False) == (len(provider.sent), Job.exists(token(text), connection))


def test_failure_is_tried_again_later(connection: redis.Redis, provider: FakeProvider, text: SendText) -> None:
    """A failed job waits for its first pause."""
    provider.faults.append(ProviderError(503, None, Fate.AGAIN))
    before = dt.datetime.now(dt.UTC)
    _work(connection)
    at = ScheduledJobRegistry("texts", connection=connection).get_scheduled_time(token(text))

    assert TEXT_PAUSES[0] - 1 <= (at - before).total_seconds() <= TEXT_PAUSES[0] + 5


def test_failed_job_names_nobody(
    connection: redis.Redis, provider: FakeProvider, text: SendText, written: io.StringIO
) -> None:
    """A job that fails for good, with the caller's number in its exception, leaves it in neither Redis nor the log."""
    provider.sending_faults.append(RuntimeError(f"cannot text {MARKED} of {CALL}"))
    job = Job.fetch(token(text), connection=connection, serializer=JSONSerializer)
    job.retries_left = 0
    job.save()
    _work(connection)
    raw = b" ".join(part for key in connection.scan_iter() for part in values(connection, key))
    result = Job.fetch(token(text), connection=connection, serializer=JSONSerializer).latest_result()
    kept = result.exc_string if result and result.exc_string else ""

    assert [token(text)] == FailedJobRegistry("texts", connection=connection).get_job_ids()
    assert (True, False, False) == ("RuntimeError" in kept, MARKED[1:] in kept, CALL in kept)
    assert MARKED[1:].encode() not in raw
    assert (True, False, False) == (
        "job_failed" in written.getvalue(),
        MARKED[1:] in written.getvalue(),
        CALL in written.getvalue(),
    )
    assert 0 < connection.ttl(f"rq:job:{token(text)}") <= 600


def test_job_left_by_a_killed_worker_is_done(connection: redis.Redis, provider: FakeProvider, text: SendText) -> None:
    """A job whose worker died is put back by another's maintenance and done."""
    worker = QueueWorker(Name.TEXTS, connection)
    found = worker.dequeue_job_and_maintain_ttl(None)
    assert found is not None
    worker.prepare_execution(found[0])
    worker.prepare_job_execution(found[0], remove_from_intermediate_queue=True)
    later = dt.datetime.now().timestamp() + 60  # noqa: DTZ005 - RQ compares timestamps
    StartedJobRegistry("texts", connection=connection, serializer=JSONSerializer).cleanup(later)
    again = ScheduledJobRegistry("texts", connection=connection).get_job_ids()

    assert [token(text)] == again


def test_worker_that_dies_while_it_looks_for_left_jobs(connection: redis.Redis) -> None:
    """The right to look for jobs that were left is given up soon by itself, and then another worker has it."""
    worker, other = (QueueWorker(Name.TEXTS, connection) for _ in range(2))
    (queue,), (others,) = worker.queues, other.queues
    taken = queue.acquire_maintenance_lock(), others.acquire_maintenance_lock()

    assert ((True, False), True) == (taken, 0 < connection.ttl(queue.registry_cleaning_key) <= MAINTENANCE_SECONDS)


def test_waits_shorter_than_a_text_lives(connection: redis.Redis, text: SendText) -> None:
    """A job counts as left after 35 seconds, and Redis is looked for every two seconds."""
    worker = QueueWorker(Name.TEXTS, connection)
    job = Job.fetch(token(text), connection=connection, serializer=JSONSerializer)

    assert (35, 2.0, 10) == (
        worker.get_heartbeat_ttl(job),
        worker.max_connection_wait_time,
        worker.maintenance_interval,
    )


CALLED: list[str] = []


def foreign(*_: object) -> None:
    """Stand for code that somebody wants to have run."""
    CALLED.append("foreign")


@pytest.mark.parametrize(("ours", "called"), [(True, []), (False, ["foreign"] * 3)])
def test_foreign_function_is_not_called(connection: redis.Redis, ours: bool, called: list[str]) -> None:
    """Where RQ's own worker calls whatever function and callbacks a job names, ours calls none of them."""
    CALLED.clear()
    queue = Queue("texts", connection=connection, serializer=JSONSerializer)
    queue.enqueue(foreign)
    for _ in range(2):
        queue.enqueue("ivr.jobs.nothing", on_success=Callback(foreign), on_failure=Callback(foreign))
    if ours:
        _work(connection)
    else:
        SimpleWorker([queue], connection=connection, serializer=JSONSerializer).work(burst=True)

    assert called == CALLED
