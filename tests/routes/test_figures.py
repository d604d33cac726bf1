"""Released figures for whoever asks: months, files, and when the next month comes."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from directory.database import open_database
from ivr.adapters.releases import Releases
from ivr.adapters.schema import upgrade
from ivr.figures.tables import SPECS, Month
from routes.figures import Period, PeriodError, as_csv, next_release, period, plain
from tests import figures

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """Return the releases of September and October; tests here only read them."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('releases') / 'fanal.db'}")
    upgrade(engine)
    figures.count(engine)
    figures.release(engine)
    return Releases(engine)


def asked(releases: Releases, first: str = "", last: str = "") -> Period:
    """Return a period that is there."""
    found = period(releases, first, last)
    assert found
    return found


def test_newest_month_without_words(releases: Releases) -> None:
    """Whoever asks for nothing gets the newest month that was released: November is not over."""
    assert (OCTOBER, OCTOBER) == (asked(releases).whole.first, asked(releases).whole.last)
    assert (SEPTEMBER, OCTOBER) == asked(releases).released


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-09", "", (SEPTEMBER,)),
        ("", "2026-09", (SEPTEMBER,)),
        ("2026-09", "2026-10", (SEPTEMBER, OCTOBER)),
        ("2026-01", "2026-12", (SEPTEMBER, OCTOBER)),
    ],
)
def test_months_asked_for(releases: Releases, first: str, last: str, expected: tuple[Month, ...]) -> None:
    """One month is asked for by either end, a stretch by both; of a stretch there is what was released."""
    assert expected == tuple(part.first for part in asked(releases, first, last).parts)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10", "2026-09"), ("2026-11", ""), ("2026-13", ""), ("2026-9", ""), ("\0", ""), ("x", "y")],
)
def test_months_that_cannot_be(releases: Releases, first: str, last: str) -> None:
    """An end before the beginning, a month that is not released, and what is no month are refused in words."""
    with pytest.raises(PeriodError, match=r"\.$"):
        period(releases, first, last)


def test_several_months_are_sums_of_what_was_released(releases: Releases) -> None:
    """Two months of 167,039 calls each were released as 167,040: together they are twice that, not 334,078."""
    total = asked(releases, "2026-09", "2026-10").whole.tables["calls_by_day"].total

    assert 2 * 167_040 == total


def test_json_and_csv_say_the_same(releases: Releases) -> None:
    """Each figure stands in both files; a hidden one is null here, and empty with a mark there."""
    found = asked(releases)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    tables = plain(found)["tables"]
    flat = [(each["name"], row["count"]) for each in tables for row in each["rows"]]
    sums = [(each["name"], each["total"]) for each in tables if "total" in each]
    written = [(row["table"], row["total"], int(row["count"]) if row["count"] else None) for row in rows]

    assert flat == [(name, count) for name, total, count in written if not total]
    assert sums == [(name, count) for name, total, count in written if total]
    assert [spec.name for spec in SPECS if spec.total] == [name for name, _ in sums]
    assert [(row["count"] == "") for row in rows] == [(row["hidden"] == "hidden") for row in rows]
    assert {True, False} == {count is None for _, count in flat}


def test_one_table(releases: Releases) -> None:
    """A file of one table has its columns and no others."""
    found = asked(releases)

    assert ["coverage"] == [each["name"] for each in plain(found, ["coverage"])["tables"]]
    assert "from,to,table,what,total,count,hidden" == as_csv(found, ["coverage"]).splitlines()[0]


@pytest.mark.parametrize(
    ("released", "now", "expected"),
    [
        ((), dt.datetime(2026, 11, 23, tzinfo=dt.UTC), ("2026-11", dt.date(2026, 12, 4))),
        ((), dt.datetime(2026, 11, 3, 23, 59, tzinfo=dt.UTC), ("2026-10", dt.date(2026, 11, 4))),
        ((), dt.datetime(2026, 11, 4, tzinfo=dt.UTC), ("2026-11", dt.date(2026, 12, 4))),
        ((SEPTEMBER,), dt.datetime(2026, 11, 23, tzinfo=dt.UTC), ("2026-10", dt.date(2026, 11, 4))),
        ((SEPTEMBER, OCTOBER), dt.datetime(2026, 11, 23, tzinfo=dt.UTC), ("2026-11", dt.date(2026, 12, 4))),
        ((Month(2026, 11),), dt.datetime(2026, 12, 31, tzinfo=dt.UTC), ("2026-12", dt.date(2027, 1, 4))),
    ],
)
def test_next_release(released: tuple[Month, ...], now: dt.datetime, expected: tuple[str, dt.date]) -> None:
    """A month comes on the fourth day of the one after it; one that is late keeps its day, so that it shows."""
    month, day = next_release(released, now)

    assert expected == (str(month), day)
