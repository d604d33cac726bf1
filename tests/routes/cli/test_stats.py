"""`fanal stats` prints what was released, `raw` what was counted and says so in the log, `release` what is due."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from directory.database import open_database
from ivr.adapters import schema
from ivr.figures.tables import Month
from routes.admin.statistics.titles import TITLES
from routes.cli import main
from tests import figures


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the database named by the environment will be."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'fanal.db'}")
    return tmp_path / "fanal.db"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a database that has counted three months and released two."""
    url = f"sqlite:///{tmp_path_factory.mktemp('counted') / 'fanal.db'}"
    engine = open_database(url)
    schema.upgrade(engine)
    figures.count(engine)
    figures.release(engine)
    engine.dispose()
    return url


@pytest.fixture
def counted(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment name that database."""
    monkeypatch.setenv("DATABASE_URL", filled)


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.usefixtures("counted")
def test_tables() -> None:
    """A table has the rows that are shown and their sum; what is hidden is named below it, without a figure."""
    printed = _run("stats", "--table", "outcomes").stdout

    assert printed.startswith("From 2026-10 to 2026-10. Released: 2026-09 to 2026-10.")
    assert "put through             71015\n" in printed
    assert "nobody answered" in printed.partition("hidden: ")[2]
    assert f" {figures.RARE}\n" not in printed


@pytest.mark.usefixtures("counted")
def test_json() -> None:
    """The same as JSON, where a hidden count is null; it says what was released and what comes next."""
    found = json.loads(_run("stats", "--from", "2026-09", "--to", "2026-10", "--json").stdout)
    languages = next(each for each in found["tables"] if each["name"] == "calls_by_language")

    assert ["2026-09", "2026-10"] == found["released"] == found["months"]
    assert {"month", "on"} == set(found["next"])
    assert {"language": "mt", "count": None} in languages["rows"]
    assert set(TITLES) == {each["name"] for each in found["tables"]}


@pytest.mark.usefixtures("counted")
def test_csv() -> None:
    """The same as CSV, where a hidden count is empty and marked."""
    printed = _run("stats", "--table", "calls_by_language", "--csv").stdout
    rows = {row["language"]: row for row in csv.DictReader(io.StringIO(printed))}

    assert ("", "hidden") == (rows["mt"]["count"], rows["mt"]["hidden"])


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--from", "2026-11"), 1, "No month of these was released."),
        (("--from", "2026-10", "--to", "2026-09"), 2, "2026-10 is after 2026-09"),
        (("--from", "2026-9"), 2, "is not a month"),
        (("--from", "2026-13"), 2, "is not a month"),
        (("--table", "callers"), 2, "'callers' is not one of"),
        (("--json", "--csv"), 2, "not both"),
        (("raw", "--from", "2026-11-25", "--to", "2026-11-24"), 2, "2026-11-25 is after 2026-11-24"),
        (("raw", "--from", "2026-11-25"), 2, "Missing option '--to'"),
        (("raw", "--from", "2026-11-01", "--to", "2026-11-02", "--by", "caller"), 2, "'caller' is not one of"),
    ],
)
def test_misunderstood(words: tuple[str, ...], status: int, said: str) -> None:
    """What cannot be meant is refused with status 2, what is not released with status 1, and a reason."""
    result = _run("stats", *words)

    assert (status, True) == (result.exit_code, said in result.stderr), result.stderr


@pytest.mark.usefixtures("counted")
def test_raw_is_in_the_log() -> None:
    """The true counters are printed, the log has the look, and the command says that it has."""
    result = _run("stats", "raw", "--from", "2026-11-01", "--to", "2026-11-30", "--by", "language", "--json")
    rows = json.loads(result.stdout)["rows"]
    logged = json.loads(_run("audit", "log", "--json", "--limit", "1").stdout)[0]

    assert {"language": "mt", "kind": "call", "what": "language", "count": figures.RARE} in rows
    assert "This look is in the log" in result.stderr
    assert ("operator", "raw counters read") == (logged["who"], logged["action"])
    assert "2026-11-01 to 2026-11-30" == logged["subject"]


@pytest.mark.usefixtures("counted")
def test_no_true_count_is_printed() -> None:
    """Whatever months are asked for, in whatever form, no true count is among the figures; but raw has them all."""
    months: tuple[list[str], ...] = ([], ["--from", "2026-09"], ["--from", "2026-09", "--to", "2026-10"])
    printed = [_run("stats", *asked, *form).stdout for asked in months for form in ([], ["--json"], ["--csv"])]
    raw = _run("stats", "raw", "--from", "2026-10-01", "--to", "2026-10-31").stdout

    assert set() == figures.betrayed("\n".join([*printed, _run("audit", "log").stdout]))
    assert len(figures.betrayed(raw)) > 10


@pytest.mark.usefixtures("counted")
def test_raw_of_an_empty_day() -> None:
    """A day on which nothing happened is said to be one."""
    result = _run("stats", "raw", "--from", "2026-12-01", "--to", "2026-12-01")

    assert "Nothing was counted from 2026-12-01 to 2026-12-01.\n" == result.stdout


def test_list_of_tables() -> None:
    """Every table is explained, without a database."""
    listed = json.loads(_run("stats", "tables", "--json").stdout)

    assert list(TITLES) == [each["name"] for each in listed]
    assert all(name in _run("stats", "tables").stdout for name in TITLES)


def test_wants_tables(database: Path) -> None:
    """Without tables the command says which one makes them; that makes them; then nothing is released, or due."""
    before, made, after, due = _run("stats"), _run("db", "upgrade"), _run("stats"), _run("stats", "release")

    assert database.exists()
    assert (1, "The database has no tables yet: run `fanal db upgrade`.\n") == (before.exit_code, before.stderr)
    assert (0, True) == (made.exit_code, made.stdout.startswith("The database is at revision 0"))
    assert (0, True) == (after.exit_code, after.stdout.startswith("No month has been released yet. "))
    assert (0, "No month is due.\n") == (due.exit_code, due.stdout)


def test_release(database: Path) -> None:
    """What is due is released, once; then it can be printed."""
    assert 0 == _run("db", "upgrade").exit_code
    engine = open_database(f"sqlite:///{database}")
    month = Month.of(dt.datetime.now(dt.UTC).date()).plus(-2)
    figures.count(engine, [month.first])
    engine.dispose()
    first = _run("stats", "release", "--json")

    assert str(month) == json.loads(first.stdout)["released"][0]
    assert "No month is due.\n" == _run("stats", "release").stdout
    assert f"From {month} to {month}." in _run("stats", "--from", str(month)).stdout


@pytest.mark.parametrize("command", [("stats",), ("db", "upgrade")])
def test_strange_database(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of another kind of database is one sentence and status 1."""
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/fanal")
    result = _run(*command)

    assert (1, "DATABASE_URL names mysql; only sqlite and postgresql are known.\n") == (result.exit_code, result.stderr)


def test_help_teaches() -> None:
    """The help page shows an example, and says what is hidden and when a month is released."""
    page = " ".join(_run("stats", "--help").stdout.split())

    assert "fanal stats --from 2026-01 --to 2026-03 --table calls_by_country" in page
    assert "fewer than 10" in page
    assert "fourth day of the next one" in page
