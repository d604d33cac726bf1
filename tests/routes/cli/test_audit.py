"""`fanal audit`: the proof of the log, and its entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from directory.desk import Desk
from routes.cli import main
from tests.desk import ANA, NOW, a_desk
from tests.sample_directory import FILES


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk at which something has been done."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    desk = a_desk(url, FILES)
    desk.drafts.begin(ANA, NOW, "a draft")
    yield desk
    desk.engine.dispose()


def audit(*words: str, status: int = 0) -> Result:
    """Run `fanal audit`, and see that it leaves with the given status."""
    ran = CliRunner().invoke(main, ["audit", *words], env={"COLUMNS": "200"})
    assert status == ran.exit_code, ran.output
    return ran


def test_whole(desk: Desk) -> None:
    """A log that nobody touched is whole; what is printed is taken back as a head."""
    found = json.loads(audit("verify", "--json").stdout)
    head = f"{found['entries']}:{found['head']}"

    assert (True, 2, None) == (found["whole"], found["entries"], found["broken"])
    assert head in audit("verify", "--head", head).stdout
    assert desk.verify().head == found["head"]


def test_broken(desk: Desk) -> None:
    """A log that somebody touched is broken where they did, with status 1."""
    with desk.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET name = 'Somebody' WHERE number = 2"))

    assert "entry 2 is not what was written" in audit("verify", status=1).stderr
    assert json.loads(audit("verify", "--json", status=1).stdout)["broken"]


@pytest.mark.parametrize("head", ["2", "0:" + "a" * 64, "2:abc", "2:" + "g" * 64, ""])
def test_head_that_is_none(desk: Desk, head: str) -> None:
    """What is no number with a hash is not understood."""
    del desk

    assert "--head" in audit("verify", "--head", head, status=2).stderr


def test_head_of_another_log(desk: Desk) -> None:
    """A head that was written down and is not in the log shows that the log is another, or was cut off."""
    del desk

    assert "another than the one" in audit("verify", "--head", "1:" + "a" * 64, status=1).stderr
    assert "entry 9 has existed" in audit("verify", "--head", "9:" + "a" * 64, status=1).stderr


def test_log(desk: Desk) -> None:
    """The entries come newest first, with who and what."""
    del desk
    found = json.loads(audit("log", "--json").stdout)

    assert [(2, "Ana", "draft begun")] == [(each["number"], each["name"], each["action"]) for each in found][:1]
    assert "revision published" in audit("log").stdout


def test_without_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database there is nothing to prove: that is said, and none is made."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")

    assert "no tables yet" in audit("verify", status=1).stderr
    assert [] == list(tmp_path.iterdir())
