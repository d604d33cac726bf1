"""Health and metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from directory.database import open_database
from ivr.adapters import schema
from ivr.adapters.batch import Batch
from ivr.adapters.connection import SHORT, connect
from ivr.adapters.counters import Counters
from ivr.events import PurgeMessage
from ivr.gauges import Reader
from ivr.metrics import MEANINGS, Metrics
from ivr.services import Services
from ivr.settings import Secret
from routes import create_app
from tests.application import some_services, some_settings

TOKEN = "a token for the metrics of a test, long enough"


def test_live(tmp_path: Path) -> None:
    """A process that answers says that it lives."""
    client = create_app(some_services(some_settings(tmp_path))).test_client()

    assert {"status": "live"} == client.get("/health/live").get_json()


def test_metrics_closed(tmp_path: Path) -> None:
    """Without a configured token the metrics do not exist."""
    client = create_app(some_services(some_settings(tmp_path))).test_client()

    assert 404 == client.get("/metrics", headers={"Authorization": "Bearer "}).status_code


@pytest.mark.parametrize(
    ("header", "status"),
    [(f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 403), (TOKEN, 403), ("", 403), ("Bearer é", 403)],
)
def test_metrics_token(tmp_path: Path, header: str, status: int) -> None:
    """With one, they are shown to whoever sends exactly it."""
    client = create_app(some_services(some_settings(tmp_path, metrics_token=Secret(TOKEN)))).test_client()

    assert status == client.get("/metrics", headers={"Authorization": header.encode().decode("latin-1")}).status_code


@pytest.fixture
def late(tmp_path: Path) -> Iterator[sa.Engine]:
    """A database with one record that should have been deleted more than a day ago."""
    engine = open_database(f"sqlite:///{tmp_path / 'fanal.db'}")
    schema.upgrade(engine)
    noted = dt.datetime.now(dt.UTC) - dt.timedelta(days=1, seconds=1)
    Counters(engine).advance([Batch("a", 1, 0, errands=(PurgeMessage("SM1"),))], noted)
    yield engine
    engine.dispose()


def _away(services: Services, folder: Path) -> Reader:
    """Return what reads figures where Redis and the database cannot be asked."""
    database = open_database(f"sqlite:///{folder / 'nowhere' / 'fanal.db'}")
    return Reader(redis.Redis(unix_socket_path="/nowhere"), database, services.shelf, folder)


def test_gauges(tmp_path: Path, redis_url: str, late: sa.Engine) -> None:
    """Every gauge that is described is shown, and the alarm of an overdue record with it."""
    services = some_services(some_settings(tmp_path))
    with connect(redis_url, SHORT) as client:
        read = Reader(client, late, services.shelf, tmp_path)()

    assert set(MEANINGS) == set(read)
    assert (1.0, 1.0) == (read["fanal_records_due"], read["fanal_records_overdue"])
    assert b"fanal_records_overdue 1.0" in Metrics(lambda: read).page()


def test_gauges_without_redis_and_database(tmp_path: Path) -> None:
    """Where both are away the page is shown all the same, and says so."""
    services = some_services(some_settings(tmp_path))
    read = _away(services, tmp_path)()

    about_directory = {"fanal_directory_stale", "fanal_directory_revision", "fanal_directory_switches"}

    assert {"fanal_redis_up", "fanal_database_up", *about_directory} == set(read)
    assert (0.0, 0.0) == (read["fanal_redis_up"], read["fanal_database_up"])


def test_revision_is_said(tmp_path: Path) -> None:
    """Readiness and metrics name the revision that is served; tables that nobody has published have no number."""
    services = some_services(some_settings(tmp_path))
    revision = services.shelf.current.directory.revision
    ready = create_app(services).test_client().get("/health/ready")
    page = Metrics(_away(services, tmp_path)).page().decode()

    assert {"status": "ready", "revision": revision, "number": None, "switches": 0} == ready.get_json()
    assert f'fanal_directory_revision{{revision="{revision}"}} 0.0' in page
    assert "fanal_directory_switches 0.0" in page


def test_no_directory(tmp_path: Path) -> None:
    """Where there has never been a directory, readiness says so with status 503, and the metrics say no revision."""
    services = some_services(some_settings(tmp_path, directory_path=tmp_path))
    ready = create_app(services).test_client().get("/health/ready")
    read = _away(services, tmp_path)()

    assert (503, "no directory", None) == (ready.status_code, ready.get_json()["status"], ready.get_json()["number"])
    assert {"fanal_redis_up": 0.0, "fanal_database_up": 0.0, "fanal_directory_stale": 1.0} == read
