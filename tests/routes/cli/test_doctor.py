"""`fanal doctor`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import redis
from click.testing import CliRunner

from directory.switched import Position
from routes.cli import main
from routes.cli.doctor_redis import about_itself
from routes.cli.findings import Health
from tests.databases import with_tables
from tests.desk import ANA, NOW, a_desk
from tests.sample_directory import FILES, WORDLESS
from tests.services import RestartableRedis

SETTINGS = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "a token",
    "TWILIO_NUMBER": "+442079460123",
    "PUBLIC_URL": "https://fanal.example.org",
    "SECRET_KEY": "s" * 40,
    "REDIS_URL": "redis://127.0.0.1",
    "VAR_PATH": "no-such-folder",
    "DATABASE_URL": "sqlite:///no-such-folder/fanal.db",
}
NOTHING = {**dict.fromkeys(SETTINGS, ""), "VAR_PATH": "no-such-folder", "DATABASE_URL": SETTINGS["DATABASE_URL"]}


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of an installation whose Redis answers and whose database has its tables."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    with_tables(url).dispose()
    return {**SETTINGS, "REDIS_URL": redis_url, "DATABASE_URL": url}


def test_doubtful(settings: dict[str, str]) -> None:
    """Where everything is there, what nobody has checked or read is named, with exit status 1."""
    ran = CliRunner().invoke(main, ["doctor"], env=settings)

    assert 1 == ran.exit_code
    assert "settings    complete" in ran.output
    assert "redis       it answers" in ran.output
    assert "database    it answers" in ran.output
    assert "never been checked by ringing" in ran.output
    assert "drafts that no native speaker has read: ar, bg, cs," in ran.output
    assert "to be heard in a test call before launch, and every month: ar, bg," in ran.output
    assert (
        "ga: 43 of 43 sentences that never change are not recorded (`fanal prompts render ga` makes them)" in ran.output
    )


@pytest.mark.parametrize(
    ("region", "host", "fits"),
    [("ie1", "https://api.dublin.ie1.twilio.com", True), ("ie1", "https://api.twilio.com", False)],
)
def test_region_and_host(settings: dict[str, str], region: str, host: str, fits: bool) -> None:
    """A region and a host of another one do not fit together, which is found without asking anybody."""
    ran = CliRunner().invoke(main, ["doctor"], env={**settings, "TWILIO_REGION": region, "TWILIO_API_URL": host})

    assert (1 if fits else 2) == ran.exit_code
    assert fits is not ("TWILIO_REGION is ie1 and TWILIO_API_URL a host of us1" in ran.output)


def test_redis_that_is_away(settings: dict[str, str]) -> None:
    """A Redis that does not answer is wrong, in words and without its password, with exit status 2."""
    away = {**settings, "REDIS_URL": "redis://:hidden@127.0.0.1:1"}
    ran = CliRunner().invoke(main, ["doctor"], env=away)

    assert 2 == ran.exit_code
    assert "redis       it does not answer us, or refuses: figures and deletions wait, and texts are not" in ran.output
    assert "hidden" not in ran.output


@pytest.mark.parametrize(("limit", "is_wrong"), [("100mb", True), ("0", False)])
def test_redis_that_may_forget(
    settings: dict[str, str], restartable_redis: RestartableRedis, limit: str, is_wrong: bool
) -> None:
    """A Redis that makes room by forgetting what waits is wrong, where it ever needs to."""
    with redis.Redis.from_url(restartable_redis.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", limit)
    ran = CliRunner().invoke(main, ["doctor"], env={**settings, "REDIS_URL": restartable_redis.url})

    assert (2 if is_wrong else 1) == ran.exit_code
    assert is_wrong == ("maxmemory-policy is allkeys-lru, and must be noeviction" in ran.output)


def test_redis_that_is_too_old() -> None:
    """A version that lacks what saves a job from a killed worker is wrong; the first that has it is not."""
    found = [next(about_itself({"redis_version": version})) for version in ("6.0.16", "6.2.0", "8.1")]

    assert [Health.WRONG, Health.FINE, Health.FINE] == [each.health for each in found]


def test_database_without_tables(settings: dict[str, str], tmp_path: Path) -> None:
    """A database whose tables have not been made is wrong, with the command that makes them."""
    ran = CliRunner().invoke(main, ["doctor"], env={**settings, "DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"})

    assert 2 == ran.exit_code
    assert "database    The database has no tables yet: run `fanal db upgrade`." in ran.output


def test_missing_settings() -> None:
    """Every missing setting is named, the rest is examined all the same, and the exit status is 2."""
    ran = CliRunner().invoke(main, ["doctor"], env=NOTHING)

    assert 2 == ran.exit_code
    assert all(name in ran.output for name in SETTINGS if name not in {"VAR_PATH", "DATABASE_URL"})
    assert "offered by voice" in ran.output


def test_broken_directory(tmp_path: Path) -> None:
    """A directory with faults is refused in words, with exit status 2."""
    (tmp_path / "needs.yaml").write_text("general: [", encoding="utf-8")
    ran = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "DIRECTORY_PATH": str(tmp_path)})

    assert 2 == ran.exit_code
    assert "needs.yaml" in ran.output


def test_directory_without_words(tmp_path: Path) -> None:
    """Tables that no server could say are told before one is started with them, with exit status 2."""
    for name, text in WORDLESS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "DIRECTORY_PATH": str(tmp_path)})

    assert 2 == ran.exit_code
    assert "need.housing" in ran.output


def test_prompts_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder of prompts without a table of voices, and one that is none, are named in words, with exit status 2."""
    empty = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "PROMPTS_PATH": str(tmp_path)})
    nowhere = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "PROMPTS_PATH": str(tmp_path / "nowhere")})

    assert 2 == empty.exit_code
    assert "voices      voices.yaml: this file is missing" in empty.output
    assert 2 == nowhere.exit_code
    assert 1 == nowhere.output.count("which is not a folder")


def test_fallback() -> None:
    """The fallback is one TwiML document that leads back to the menu, and needs no setting but PUBLIC_URL."""
    ran = CliRunner().invoke(main, ["doctor", "--fallback"], env={**NOTHING, "PUBLIC_URL": SETTINGS["PUBLIC_URL"]})
    document = ET.fromstring(ran.output.encode())  # noqa: S314 - our own document

    assert 0 == ran.exit_code
    assert "https://fanal.example.org/voice" == document.findtext("Redirect")


def test_fallback_without_address() -> None:
    """Without PUBLIC_URL there is nothing to lead back to: that is said, with exit status 2."""
    ran = CliRunner().invoke(main, ["doctor", "--fallback"], env=NOTHING)

    assert 2 == ran.exit_code
    assert "PUBLIC_URL" in ran.output


def test_revisions(settings: dict[str, str], tmp_path: Path) -> None:
    """Of the published revisions it says what waits for somebody: a confirmation, switches, other shipped tables."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    desk = a_desk(url, FILES)
    directory = desk.served()
    say = directory.helplines["gb-crime"].numbers[0].say
    desk.switches.throw(ANA, NOW, directory, "GB", say, Position.OUT, "rings elsewhere")
    ran = CliRunner().invoke(main, ["doctor"], env=settings)
    desk.engine.dispose()

    assert 1 == ran.exit_code
    assert f"revision {directory.revision}" in ran.output
    assert "no approver has read revision 1 yet" in ran.output
    assert "numbers switched out of service, or read out only: 1" in ran.output
    assert "fanal directory diff live shipped" in ran.output


def test_broken_log(tmp_path: Path) -> None:
    """A log that somebody has touched is wrong, with exit status 2 and the place."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    desk = a_desk(url, FILES)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET name = 'Somebody'")
    desk.engine.dispose()
    ran = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "DATABASE_URL": url})

    assert 2 == ran.exit_code
    assert "entry 1 is not what was written" in ran.output


def test_database_that_does_not_answer() -> None:
    """A database that cannot be asked which revision is live is wrong, in words and without its password."""
    url = "postgresql://nobody:secret@127.0.0.1:1/nothing"
    ran = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "DATABASE_URL": url})

    assert 2 == ran.exit_code
    assert "does not answer" in ran.output
    assert "secret" not in ran.output
