"""What is left in Redis of a worker that was killed does not make the next one fail."""

from __future__ import annotations

import time

import redis
from rq.executions import Execution, ExecutionRegistry
from rq.serializers import JSONSerializer

from ivr.adapters.consume import OwnJob


def test_attempt_of_which_nothing_is_left(redis_url: str) -> None:
    """A job of which an earlier attempt is known by name only is done and forgotten, the other attempts with it."""
    with redis.Redis.from_url(redis_url) as connection:
        job = OwnJob.create("ivr.jobs.look_after", connection=connection, serializer=JSONSerializer, origin="counts")
        job.save()
        with connection.pipeline() as pipeline:
            living = Execution.create(job, 35, pipeline)
            pipeline.execute()
        connection.zadd(ExecutionRegistry.key_template.format(job.id), {"gone": time.time() + 60})

        assert [living] == job.get_executions()

        job.delete()

        assert [] == connection.keys(f"*{job.id}*")
