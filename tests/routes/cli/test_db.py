"""`fanal db upgrade`: the tables, and the first revision."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from directory.database import open_database
from directory.desk import Desk
from directory.desk.revisions import Origin
from directory.load import load
from routes.cli import main
from tests.desk import a_desk
from tests.sample_directory import FILES


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database that nobody has made."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.delenv("DIRECTORY_PATH", raising=False)
    return url


def upgrade() -> str:
    """Run the command, and return what it prints."""
    ran = CliRunner().invoke(main, ["db", "upgrade"])
    assert 0 == ran.exit_code, ran.output
    return ran.output


def revisions(url: str) -> list[tuple[int, str, Origin]]:
    """Return what is published."""
    engine = open_database(url)
    found = [(each.number, each.revision, each.origin) for each in Desk(engine).revisions.history()]
    engine.dispose()
    return found


def test_shipped_tables_are_the_first_revision(url: str) -> None:
    """The first upgrade publishes the tables that come with the program; the next changes nothing and says nothing."""
    first, second = upgrade(), upgrade()

    assert [(1, load().revision, Origin.SHIPPED)] == revisions(url)
    assert f"revision 1 ({load().revision})" in first
    assert "other tables" not in second


def test_folder_rules(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where DIRECTORY_PATH names a folder, nothing is published."""
    monkeypatch.setenv("DIRECTORY_PATH", str(tmp_path))
    upgrade()

    assert [] == revisions(url)


def test_newer_tables_are_only_mentioned(url: str) -> None:
    """A program with other tables than any revision publishes nothing, and says how to look at them."""
    a_desk(url, FILES).engine.dispose()
    before = revisions(url)

    assert "fanal directory diff live shipped" in upgrade()
    assert before == revisions(url)


def test_no_database_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is no database is named in one sentence, without a password, and stays as it was."""
    note = tmp_path / "note.txt"
    note.write_text("no database, but as long as one: " + "." * 4096, encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{note}")
    ran = CliRunner().invoke(main, ["db", "upgrade"])

    assert (1, f"The database at sqlite:///{note} does not answer, or is not ours.\n") == (ran.exit_code, ran.output)
    assert note.read_text(encoding="utf-8").startswith("no database")
