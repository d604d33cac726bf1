"""The week of one need as stretches in words and in a picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from directory.coverage import coverage
from directory.load import compile_files
from routes.admin import weeks
from routes.admin.weeks import HOUR, Shade, Strip
from tests.desk import NOW, Office, an_office
from tests.sample_directory import FILES, changed


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office: the words of pages need one."""
    return an_office(tmp_path_factory.mktemp("office"))


@pytest.fixture(autouse=True)
def _page(office: Office) -> Iterator[None]:
    with office.app.test_request_context("/"):
        yield


def strip(country: str, need: str, files: dict[str, str] = FILES, now: dt.datetime = NOW) -> Strip:
    """Return the week of one need in one country."""
    directory = compile_files(files)
    cell = next(each for each in coverage(directory, now) if (each.country, each.need) == (country, need))
    return weeks.strip(directory, cell, "A title", now)


def test_stretches_in_words() -> None:
    """A stretch says its days and times by the country's clock, and who answers."""
    said = [each.sentence for each in strip("GB", "crime").spans][:3]

    assert [
        "Monday 00:00 to 09:00: nobody answers",
        "Monday 09:00 to 17:00: Line for crime",
        "Monday 17:00 to Tuesday 09:00: nobody answers",
    ] == said


def test_end_of_a_day() -> None:
    """A stretch that ends at midnight ends at 24:00 of its own day."""
    files = changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo 12:00-24:00; Su 20:00-24:00")

    assert ["Monday 12:00 to 24:00", "Sunday 20:00 to 24:00"] == [
        each.when for each in strip("GB", "crime", files).spans if each.shade is Shade.OPEN
    ]


def test_whole_week() -> None:
    """A week without a change is one stretch, and says so."""
    (span,) = strip("GB", "emergency").spans

    assert ("All week, day and night", 168, 0, 168 * HOUR) == (span.when, span.hours, span.x, span.width)


def test_who_may_answer_is_named_as_such() -> None:
    """A service whose hours nobody knows is named with a perhaps, after those that are sure."""
    said = [each.sentence for each in strip("GB", "children").spans][:2]

    assert "Monday 00:00 to 10:00: perhaps Line for children" == said[0]
    assert said[1].endswith("and perhaps Line for children")


@pytest.mark.parametrize(
    ("now", "days"),
    [("2026-03-27", [24, 48, 71, 95, 119, 143, 167]), ("2026-10-23", [24, 48, 73, 97, 121, 145])],
)
def test_days_of_a_clock_change(now: str, days: list[int]) -> None:
    """In the week in which clocks change a day is an hour shorter or longer, and the picture shows it."""
    moment = dt.datetime.combine(dt.date.fromisoformat(now), dt.time(12), dt.UTC)

    assert [hour * HOUR for hour in days] == list(strip("FR", "support", now=moment).midnights)


def test_present_moment() -> None:
    """The present minute stands where it is by the country's clock."""
    assert (9 * HOUR, 10 * HOUR) == (strip("GB", "crime").now, strip("FR", "support").now)


@pytest.mark.parametrize(
    ("country", "need", "shade"),
    [
        ("GB", "emergency", Shade.OPEN),
        ("GB", "crime", Shade.PARTLY),
        ("GB", "support", Shade.PERHAPS),
        ("FR", "crime", Shade.NOBODY),
    ],
)
def test_shades(country: str, need: str, shade: Shade) -> None:
    """A week is open, partly so, perhaps or nobody, by its hours."""
    assert shade is strip(country, need).shade
