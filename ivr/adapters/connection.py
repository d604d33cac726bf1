"""Connections to Redis that give up soon: whoever uses them has another way, or a queue that tries again."""

from __future__ import annotations

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SHORT = 0.5
"""Seconds that a web process's own thread waits for Redis."""
PATIENT = 5.0
"""Seconds that a job waits for Redis; a job that fails is tried again."""


def connect(url: str, seconds: float) -> redis.Redis:
    """Return a client that waits `seconds` for a connection or an answer, once; it connects when first used."""
    return redis.Redis.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
    )
