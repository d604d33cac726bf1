"""Redis dies in the middle of a call, under the production server: the caller never notices, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.stream import EventStream
from ivr.events import EventKind
from ivr.simulator.exchange import Exchange
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import HttpTransport
from tests.application import PUBLIC_URL
from tests.callers import Caller
from tests.installation import free_port, wait_until
from tests.services import RestartableRedis

ROMANIA = "+40800123456"
TOKEN = "an auth token of a test"
ACCOUNT = "AC" + "0" * 32


@pytest.fixture
def exchange(restartable_redis: RestartableRedis, tmp_path: Path) -> Iterator[Exchange]:
    """An exchange that calls `fanal serve --workers 2`."""
    port = free_port()
    environ = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": ROMANIA,
        "PUBLIC_URL": PUBLIC_URL,
        "SECRET_KEY": "s" * 40,
        "REDIS_URL": restartable_redis.url,
        "VAR_PATH": str(tmp_path / "var"),
    }
    arguments = [sys.executable, "-m", "routes.cli", "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(arguments, env=environ)
    try:
        assert wait_until(lambda: _answers(port))
        subscription = Subscription(ACCOUNT, TOKEN, (ROMANIA,), PUBLIC_URL)
        yield Exchange(subscription, HttpTransport(PUBLIC_URL, reach_at=f"http://127.0.0.1:{port}"))
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).ok
    except requests.RequestException:
        return False


def test_killed_in_mid_call(exchange: Exchange, restartable_redis: RestartableRedis) -> None:
    """With Redis killed in mid-call the call goes on to the end, and every step of it is counted once Redis is back."""
    caller = Caller(exchange, "RO").dial().press("1")
    restartable_redis.kill()
    caller.press("3").press("0").press("*").press("4").press("*").press("#")
    caller.hang_up()

    assert [] == caller.failures

    restartable_redis.start()
    stream = EventStream(connect(restartable_redis.url, PATIENT))

    assert wait_until(lambda: len(_counted(stream)) >= 6, 30)
    counted = _counted(stream)
    assert {"language", "need", "referral", "emergency"} <= set(counted)
    assert 1 == counted.count("language")
    assert 1 == counted.count("emergency")


def _counted(stream: EventStream) -> list[str]:
    batches = [entry.batch for entry in stream.read(1000) if entry.batch]
    tallies = [pair for batch in batches for pair in batch.tallies.items()]
    return [event.name for event, times in tallies if event.kind is EventKind.STEP for _ in range(times)]
