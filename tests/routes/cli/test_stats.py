"""`fanal stats` prints what was counted, small figures hidden, and `fanal db upgrade` makes its tables."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from directory.database import open_database
from ivr.adapters import schema
from ivr.adapters.counters import Counters
from ivr.adapters.stream import BEGINNING
from ivr.events import Event, EventKind
from routes.cli import main

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
COUNTED = {
    Event.at(NOW, EventKind.STEP, "language", "ro", "RO"): 22,
    Event.at(NOW, EventKind.STEP, "language", "nl", "BE"): 9,
    Event.at(NOW, EventKind.OUTCOME, "completed", "ro", "RO", "trafficking"): 14,
}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the database named by the environment will be."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'fanal.db'}")
    return tmp_path / "fanal.db"


@pytest.fixture
def counted(database: Path) -> Iterator[None]:
    """A database in which some things were counted."""
    engine = open_database(f"sqlite:///{database}")
    schema.upgrade(engine)
    Counters(engine).advance("s", BEGINNING, "5-0", COUNTED)
    yield
    engine.dispose()


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def _stats(*words: str) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(
        _run("stats", "--from", "2026-11-01", "--to", "2026-11-30", "--json", *words).stdout
    )
    return printed


@pytest.mark.usefixtures("counted")
def test_table() -> None:
    """The table names what happened and how often; a count below ten is words."""
    printed = _run("stats", "--from", "2026-11-24", "--to", "2026-11-24", "--by", "country")

    assert (
        "From 2026-11-24 to 2026-11-24, in UTC:\n\n"
        "country  kind     what       count\n"
        "BE       step     language   fewer than 10\n"
        "RO       outcome  completed  15\n"
        "RO       step     language   20\n"
    ) == printed.stdout


@pytest.mark.usefixtures("counted")
def test_json() -> None:
    """The same as JSON, where a count below ten is null."""
    assert {
        "from": "2026-11-01",
        "to": "2026-11-30",
        "fewer_than": 10,
        "rows": [
            {"language": "nl", "kind": "step", "what": "language", "count": None},
            {"language": "ro", "kind": "step", "what": "language", "count": 20},
        ],
    } == _stats("--by", "language", "--kind", "step")


@pytest.mark.usefixtures("counted")
def test_by_step_adds_the_rest() -> None:
    """Without anything to tell apart, 22 and 9 make 31, which is shown as 30."""
    assert [15, 30] == [row["count"] for row in _stats()["rows"]]


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(("first", "last"), [("2026-11-25", "2026-11-30"), ("2026-11-01", "2026-11-23")])
def test_other_days(first: str, last: str) -> None:
    """The days beside are empty, and that is said."""
    assert f"Nothing was counted from {first} to {last}.\n" == _run("stats", "--from", first, "--to", last).stdout


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-11-25", "--to", "2026-11-24"), "2026-11-25 is after 2026-11-24"),
        (("--from", "yesterday"), "does not match the format"),
        (("--by", "caller"), "'caller' is not one of"),
    ],
)
def test_misunderstood(words: tuple[str, ...], said: str) -> None:
    """What cannot be meant is refused with status 2 and the reason."""
    result = _run("stats", *words)

    assert (2, True) == (result.exit_code, said in result.stderr)


@pytest.mark.usefixtures("database")
def test_wants_tables() -> None:
    """Without tables the command says which one makes them; that makes them; then there is nothing to print."""
    before, made, after = _run("stats"), _run("db", "upgrade"), _run("stats")

    assert (1, "The database has no tables yet: run `fanal db upgrade`.\n") == (before.exit_code, before.stderr)
    assert (0, True) == (made.exit_code, made.stdout.startswith("The database is at revision 0"))
    assert (0, True) == (after.exit_code, after.stdout.startswith("Nothing was counted"))


@pytest.mark.parametrize("command", [("stats",), ("db", "upgrade")])
def test_strange_database(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of another kind of database is one sentence and status 1."""
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/fanal")
    result = _run(*command)

    assert (1, "DATABASE_URL names mysql; only sqlite and postgresql are known.\n") == (result.exit_code, result.stderr)


def test_help_teaches() -> None:
    """The help page shows an example and says what is hidden and why."""
    page = _run("stats", "--help").stdout

    assert ("fanal stats --by country" in page, "fewer than 10" in page, "points at a caller" in page) == (True,) * 3
