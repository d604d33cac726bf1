"""What is enqueued: JSON, fixed words, short lives, one job an errand; and every name in it exists."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from importlib import import_module

import pytest
import redis
from rq.job import Job
from rq.registry import ScheduledJobRegistry
from rq.serializers import JSONSerializer

from ivr.adapters.queue import (
    CALL_PURGE_DELAY,
    PURGE_LIFE,
    PURGE_PAUSES,
    SEVERAL,
    TEXT_PAUSES,
    TOGETHER,
    Function,
    Name,
    Queues,
    token,
)
from ivr.events import TEXT_LIFE, Errand, Form, PurgeCall, PurgeMessage, SendText

NOW = dt.datetime.now(dt.UTC)
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW + TEXT_LIFE)
ERRANDS: list[Errand] = [TEXT, PurgeCall("CA1"), PurgeMessage("SM1", "delivered"), PurgeMessage("SM1")]


@pytest.fixture
def queues(connection: redis.Redis) -> Queues:
    """Empty queues."""
    return Queues(connection)


def _job(connection: redis.Redis, job_id: str) -> Job:
    return Job.fetch(job_id, connection=connection, serializer=JSONSerializer)


def test_figures_may_take_longer(queues: Queues, connection: redis.Redis) -> None:
    """A release is not ended while the figures of many countries are protected, which takes the longest of all jobs."""
    queues.release(NOW)
    queues.count(NOW)
    release, count = (
        _job(connection, f"{name}-{int(NOW.timestamp())}") for name in ("release_figures", "count_events")
    )

    assert (90, 30) == (release.timeout, count.timeout)


@pytest.mark.parametrize("errand", ERRANDS)
def test_overrides_the_defaults(queues: Queues, connection: redis.Redis, errand: Errand) -> None:
    """Results are not kept, failures live ten minutes, a job has half a minute, descriptions name nobody."""
    queues.put(errand, NOW)
    job = _job(connection, token(errand))

    assert (0, 600, 30) == (job.result_ttl, job.failure_ttl, job.timeout)
    assert job.description in {"send a text", "delete the records of a call", "delete the record of a text"}


@pytest.mark.parametrize("errand", ERRANDS)
def test_arguments_are_json_strings(queues: Queues, connection: redis.Redis, errand: Errand) -> None:
    """What Redis holds of a job's call is JSON, its arguments strings, and no pickle."""
    queues.put(errand, NOW)
    packed = connection.hget(f"rq:job:{token(errand)}", "data")
    assert isinstance(packed, bytes)
    data = json.loads(zlib.decompress(packed))

    assert all(isinstance(argument, str) for argument in data[2])


def test_every_function_exists(queues: Queues, connection: redis.Redis) -> None:
    """Each function that is enqueued by its name can be found by it."""
    for errand in ERRANDS:
        queues.put(errand, NOW)
    queues.count(NOW)
    connection.delete("rq:queue:counts")
    queues.look_after(NOW)
    queues.release(NOW)
    queues.purge_left_over(NOW)
    keys = [key.decode() for key in connection.keys("rq:job:*") if isinstance(key, bytes)]
    names = {_job(connection, key.removeprefix("rq:job:")).func_name or "" for key in keys}
    found = [callable(getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2])) for name in names]

    assert (len(Function), True) == (len(found), all(found))


@pytest.mark.parametrize("errand", ERRANDS)
def test_put_twice_is_one_job(queues: Queues, errand: Errand) -> None:
    """An errand put again while it waits changes nothing."""
    queues.put(errand, NOW)
    queues.put(errand, NOW)

    assert 1 == sum(queues.lengths().values())


def test_ids_of_jobs_name_nobody() -> None:
    """An id of a job, which logs may show, is a hash that shows no id of the provider; different errands differ."""
    tokens = {token(errand) for errand in ERRANDS}

    assert (4, True) == (len(tokens), all(len(each) == 40 and int(each, 16) for each in tokens))


def test_call_stays_while_a_text_is_sent(queues: Queues, connection: redis.Redis) -> None:
    """The deletion of a call begins after the last text that asks it for its number has died."""
    queues.put(PurgeCall("CA1"), NOW)
    at = ScheduledJobRegistry("purges", connection=connection).get_scheduled_time(token(PurgeCall("CA1")))

    assert int((NOW + CALL_PURGE_DELAY).timestamp()) == int(at.timestamp())
    assert CALL_PURGE_DELAY > TEXT_LIFE


@pytest.mark.parametrize("errand", [PurgeCall("CA1", over=False), PurgeMessage("SM1", ended=False)])
def test_what_has_only_begun_is_no_job(queues: Queues, errand: Errand) -> None:
    """The records of a call that has begun, or of a text that was sent, wait in SQL for their time."""
    queues.put(errand, NOW)

    assert 0 == sum(queues.lengths().values())


def test_calls_that_are_over_share_a_job(queues: Queues, connection: redis.Redis) -> None:
    """The records of calls that end together are deleted by one job, `TOGETHER` of them at most, each named once."""
    calls = [PurgeCall(f"CA{number}") for number in range(TOGETHER + 2)]
    queues.put_all([*calls, calls[0], PurgeCall("CA99", over=False), TEXT], NOW)
    jobs = [_job(connection, token(*calls[:TOGETHER])), _job(connection, token(*calls[TOGETHER:]))]
    named = [call for job in jobs for call in (job.args[0], *job.args[2:])]

    assert {"texts": 1, "counts": 0, "purges": 2} == queues.lengths()
    assert [call.call for call in calls] == named


def test_alone_or_together_is_another_job(queues: Queues) -> None:
    """A call put alone, or with the same others again, is the job that it was."""
    queues.put(PurgeCall("CA1"), NOW)
    for _ in range(2):
        queues.put_all([PurgeCall("CA1")], NOW)
        queues.put_all([PurgeCall("CA1"), PurgeCall("CA2")], NOW)

    assert 2 == queues.lengths()["purges"]


def test_retries_outlast_lives(queues: Queues, connection: redis.Redis) -> None:
    """Attempts at a text go on past its two minutes, at a deletion past its day, so that the end is always counted."""
    for errand in (TEXT, PurgeCall("CA1")):
        queues.put(errand, NOW)
    text, purge = _job(connection, token(TEXT)), _job(connection, token(PurgeCall("CA1")))

    assert (len(TEXT_PAUSES), len(PURGE_PAUSES)) == (text.retries_left, purge.retries_left)
    assert (list(TEXT_PAUSES), list(PURGE_PAUSES)) == (text.retry_intervals, purge.retry_intervals)
    assert sum(TEXT_PAUSES[:-1]) > TEXT_LIFE.total_seconds()
    assert sum(PURGE_PAUSES[:-2]) > PURGE_LIFE.total_seconds()


def test_counting_is_asked_once(queues: Queues) -> None:
    """While orders wait for a worker, no more are added, however much later they are asked."""
    for hour in range(9):
        queues.count(NOW + dt.timedelta(hours=hour))

    assert SEVERAL == queues.lengths()[Name.COUNTS]


def test_call_that_has_only_begun_is_no_job(queues: Queues) -> None:
    """The records of a call are not deleted while it goes on."""
    queues.put(PurgeCall("CA1", over=False), NOW)

    assert 0 == sum(queues.lengths().values())
