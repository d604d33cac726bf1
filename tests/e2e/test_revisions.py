"""Revisions under the production server: every process serves what was published, and goes on without its database."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from directory.desk.people import OPERATOR
from directory.load import compile_files
from directory.switched import Position
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.queue import Queues
from ivr.events import TEXT_LIFE, Form, SendText
from ivr.simulator.exchange import Exchange
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import HttpTransport
from tests.application import PUBLIC_URL
from tests.callers import Caller
from tests.carrier import Carrier, carrier_at_work
from tests.desk import ANA, NOW, a_desk
from tests.installation import free_port, wait_until
from tests.sample_directory import FILES, changed
from tests.services import RestartableRedis

OURS, MOBILE = "+442079460123", "+12025550123"
TOKEN, ACCOUNT = "an auth token of a test", "AC" + "0" * 32
FIRST = compile_files(FILES)
BETTER_FILES = changed("gb.yaml", "Line for crime", "A better line for crime")
OPEN = "2026-11-24T10:00+00:00"
ASKED = 12
"""Questions to a server, each on a connection of its own: enough for every process to answer some."""


class Site:
    """An installation with a web server of two processes, a worker, and a desk in its database."""

    def __init__(self, url: str, folder: Path, redis: RestartableRedis, carrier: Carrier) -> None:
        self.url, self.folder, self.redis, self.carrier = url, folder, redis, carrier
        self.desk = a_desk(url, FILES)
        self.port = free_port()

    @contextmanager
    def program(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run one of our programs."""
        environ = {
            **os.environ,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": OURS,
            "TWILIO_API_URL": self.carrier.url,
            "PUBLIC_URL": PUBLIC_URL,
            "SECRET_KEY": "s" * 40,
            "REDIS_URL": self.redis.url,
            "DATABASE_URL": self.url,
            "VAR_PATH": str(self.folder / "var"),
            "FANAL_EXCHANGE_TOKEN": "t" * 40,
        }
        environ.pop("DIRECTORY_PATH", None)
        process = subprocess.Popen([sys.executable, "-m", *words], env=environ)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run the web server."""
        with self.program("routes.cli", "serve", "--port", str(self.port), "--workers", "2"):
            assert wait_until(lambda: self.ready() != [])
            yield

    def ready(self) -> list[dict[str, object]]:
        """Return what the web processes say that they serve, each answer once; nothing where there is no server."""
        found: list[dict[str, object]] = []
        for _ in range(ASKED):
            try:
                told = requests.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=60).json()
            except requests.RequestException:
                return []
            found += [] if told in found else [told]
        return found

    def serves(self, number: int, switches: int, status: str = "ready") -> bool:
        """Tell whether every web process serves a revision with so many switches."""
        told = [(each["number"], each["switches"], each["status"]) for each in self.ready()]
        return [(number, switches, status)] == told

    def call(self) -> Caller:
        """Return a caller with a British mobile."""
        subscription = Subscription(ACCOUNT, TOKEN, (OURS,), PUBLIC_URL)
        transport = HttpTransport(PUBLIC_URL, reach_at=f"http://127.0.0.1:{self.port}")
        return Caller(Exchange(subscription, transport), "GB", at=OPEN)

    def texted(self) -> str:
        """Ask the worker for a text about the line for crime, for another call each time, and return it."""
        now, before = dt.datetime.now(dt.UTC), len(self.carrier.sent)
        call = f"CA{before:032x}"
        self.carrier.calls[call] = {"from": MOBILE, "to": OURS}
        with connect(self.redis.url, PATIENT) as client:
            Queues(client).put(SendText(call, "gb-crime", "en", Form.NAMED, now + TEXT_LIFE), now)
        assert wait_until(lambda: len(self.carrier.sent) > before)
        return self.carrier.sent[-1][2]

    def publish(self) -> None:
        """Publish the better name."""
        standing = self.desk.standing()
        self.desk.revisions.publish(BETTER_FILES, OPERATOR, NOW, "x", accept_unchecked=True, standing=standing)

    def switch(self) -> None:
        """Take the number of the line for crime out of service."""
        say = FIRST.helplines["gb-crime"].numbers[0].say
        self.desk.switches.throw(ANA, NOW, FIRST, "GB", say, Position.OUT, "rings elsewhere")

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Take the database away from everybody."""
        self.desk.engine.dispose()
        if self.url.startswith("sqlite"):
            path = Path(self.url.removeprefix("sqlite:///"))
            path.rename(path.with_suffix(".away"))
            yield
            path.with_suffix(".away").rename(path)
            return
        name = self.url.rpartition("/test_")[2].partition("?")[0]
        server = self.url.replace("+psycopg", "").replace(f"/test_{name}?", "/postgres?")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE test_{name} WITH ALLOW_CONNECTIONS false".encode())
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [f"test_{name}"]
            )
            yield
            connection.execute(f"ALTER DATABASE test_{name} WITH ALLOW_CONNECTIONS true".encode())


@pytest.fixture
def site(database_url: str, tmp_path: Path, restartable_redis: RestartableRedis) -> Iterator[Site]:
    """An installation that has not been started."""
    with carrier_at_work() as carrier:
        site = Site(database_url, tmp_path, restartable_redis, carrier)
        yield site
        site.desk.engine.dispose()


def test_published_under_way(site: Site) -> None:
    """A revision and a switch reach every web process, the texts of the worker, and a call that is under way."""
    with site.serving(), site.program("worker"):
        assert site.serves(1, 0)
        assert "A better line" not in site.texted()

        caller = site.call().dial().press("1")
        site.publish()
        assert wait_until(lambda: site.serves(2, 0))
        caller.press("1")
        assert "A better line for crime" in caller.heard
        assert wait_until(lambda: "A better line" in site.texted(), 20)

        site.switch()
        assert wait_until(lambda: site.serves(2, 1))
        caller.press("1")
        assert "+442079460001" != caller.forwarded_to
        assert [] == caller.failures


def test_database_away(site: Site) -> None:
    """Without its database the server goes on, and starts anew, with the last revision and its switches."""
    site.publish()
    site.switch()
    with site.serving():
        assert wait_until(lambda: site.serves(2, 1))
        caller = site.call().dial().press("1")
        with site.database_away():
            assert wait_until(lambda: site.serves(2, 1, "stale"))
            assert [] == caller.press("1").failures
        assert wait_until(lambda: site.serves(2, 1))

    with site.database_away(), site.serving():
        assert wait_until(lambda: site.serves(2, 1, "stale"))
        caller = site.call().dial().press("1").press("1").press("1")

        assert [] == caller.failures
        assert "+442079460001" != caller.forwarded_to
