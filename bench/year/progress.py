"""What can be seen while a run goes on: a line that is written anew each second, or every ten without a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import redis

from bench.year.latencies import percentile
from bench.year.load import Load
from bench.year.parts import Parts
from ivr.adapters.stream import EventStream

PLAIN_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the run at one moment."""

    seconds: int
    begun: int
    ended: int
    per_second: int
    """Webhooks answered in the last second."""
    p50: float
    p99: float
    """Milliseconds of what was due in the last second but one, or, where nothing of it is answered yet, earlier."""
    waiting: int
    """Batches of events in the stream."""
    texts: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:4} s  calls {self.begun:,} begun, {self.ended:,} ended  {self.per_second:,} webhooks/s  "
            f"p50 {self.p50:.0f} ms, p99 {self.p99:.0f} ms  {self.waiting} batches wait  {self.texts:,} texts sent"
        )


class Progress:
    """Looks at a run once a second, from a thread of its own, and tells."""

    def __init__(self, parts: Parts, load: Load, say: Callable[[str], None]) -> None:
        self._parts, self._load, self._say = parts, load, say
        self._stream = EventStream(redis.Redis.from_url(parts.installation.environ["REDIS_URL"]))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._is_live = sys.stderr.isatty()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._is_live:
            sys.stderr.write("\n")

    def _run(self) -> None:
        began, before, second = time.monotonic(), self._load.tally.requests, 0
        while not self._ended.wait(max(began + second + 1 - time.monotonic(), 0.05)):
            second += 1
            tally = self._load.tally
            latencies = list(self._load.latencies.latest(second - 2))
            p50, p99 = (1000 * percentile(latencies, share) for share in (0.5, 0.99))
            try:
                waiting, texts = self._stream.waiting(), int(self._parts.told()["texts"])
            except (OSError, redis.RedisError):
                continue
            now = Moment(second, tally.begun, tally.ended, tally.requests - before, p50, p99, waiting, texts)
            before = tally.requests
            self._tell(now)

    def _tell(self, now: Moment) -> None:
        if self._is_live:
            sys.stderr.write(f"\r\x1b[K{now}")
            sys.stderr.flush()
        elif now.seconds % PLAIN_SECONDS == 0:
            self._say(str(now))
