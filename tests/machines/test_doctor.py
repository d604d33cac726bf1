"""`fanal doctor` where Sentinels look after Redis."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from routes.cli import main
from tests.machines.sentinels import SentinelRedis


@pytest.fixture(scope="module")
def own_family(tmp_path_factory: pytest.TempPathFactory) -> SentinelRedis:
    """Addresses at which nobody listens."""
    return SentinelRedis(tmp_path_factory.mktemp("nobody"))


def asked(redis_url: str, folder: Path) -> list[str]:
    """Return what `fanal doctor` says about Redis."""
    settings = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a token",
        "TWILIO_NUMBER": "+442079460123",
        "PUBLIC_URL": "https://fanal.example.org",
        "SECRET_KEY": "s" * 40,
        "REDIS_URL": redis_url,
        "VAR_PATH": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'fanal.db'}",
    }
    lines = CliRunner().invoke(main, ["doctor"], env=settings).output.splitlines()
    return [line.partition("redis")[2].strip() for line in lines if line.startswith("redis")]


def test_names_the_primary(family: SentinelRedis, tmp_path: Path) -> None:
    """It says whom it has reached, and that a replica could take over."""
    host, port = family.primary

    assert f"the primary is {host}:{port}; replicas that follow it: 1" in asked(family.url, tmp_path)


def test_names_silence(own_family: SentinelRedis, tmp_path: Path) -> None:
    """Where no Sentinel answers it says what that costs."""
    (said,) = asked(own_family.url, tmp_path)

    assert said.startswith("3 of 3 Sentinels do not answer")
    assert said.endswith("texts are not sent")


def test_a_redis_alone_has_no_sentinels(redis_url: str, tmp_path: Path) -> None:
    """Without Sentinels only the Redis itself is asked."""
    (said,) = asked(redis_url, tmp_path)

    assert said.startswith("it answers")
