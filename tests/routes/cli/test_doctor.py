"""`fanal doctor`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from directory.switched import Position
from routes.cli import main
from tests.desk import ANA, NOW, a_desk
from tests.sample_directory import FILES

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


def test_doubtful() -> None:
    """With complete settings, what nobody has checked or read is named, with exit status 1."""
    ran = CliRunner().invoke(main, ["doctor"], env=SETTINGS)

    assert 1 == ran.exit_code
    assert "settings    complete" in ran.output
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
def test_region_and_host(region: str, host: str, fits: bool) -> None:
    """A region and a host of another one do not fit together, which is found without asking anybody."""
    ran = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "TWILIO_REGION": region, "TWILIO_API_URL": host})

    assert (1 if fits else 2) == ran.exit_code
    assert fits is not ("TWILIO_REGION is ie1 and TWILIO_API_URL a host of us1" in ran.output)


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


def test_revisions(tmp_path: Path) -> None:
    """Of the published revisions it says what waits for somebody: a confirmation, switches, other shipped tables."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    desk = a_desk(url, FILES)
    directory = desk.served()
    say = directory.helplines["gb-crime"].numbers[0].say
    desk.switches.throw(ANA, NOW, directory, "GB", say, Position.OUT, "rings elsewhere")
    ran = CliRunner().invoke(main, ["doctor"], env={**SETTINGS, "DATABASE_URL": url})
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
