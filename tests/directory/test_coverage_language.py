"""Who is served when in one language, and who it is that answers."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.coverage import WEEK, Coverage, Stretch, coverage, stated_languages, stretches, week_begins
from directory.load import compile_files
from tests.sample_directory import FILES, changed

MONDAY = dt.datetime(2026, 11, 23, 12, 30, tzinfo=dt.UTC)
CHRISTMAS = dt.datetime(2026, 12, 21, 12, 30, tzinfo=dt.UTC)
DIRECTORY = compile_files(FILES)


def cell(country: str, need: str, language: str | None) -> Coverage:
    """Return the coverage of one need in one country for one language."""
    found = coverage(DIRECTORY, MONDAY, language)
    return next(each for each in found if (each.country, each.need) == (country, need))


@pytest.mark.parametrize("language", ["en", "pl"])
def test_stated_language(language: str) -> None:
    """A service stated to speak the language answers in it in all its hours."""
    assert cell("GB", "crime", None) == cell("GB", "crime", language)


def test_other_language() -> None:
    """A service stated to speak other languages only answers nobody in this one."""
    crime = cell("GB", "crime", "ro")

    assert (0, 0, 0, WEEK) == (crime.services, crime.open_now, crime.unknown_hours, crime.nobody_hours)


def test_unstated_language() -> None:
    """A service that has not said what it speaks may answer while it is open, and does not while it is closed."""
    support = cell("FR", "support", "fr")

    assert (1, 0, 0, 8 * 7, 16 * 7) == (
        support.services,
        support.open_now,
        support.open_hours,
        support.unknown_hours,
        support.nobody_hours,
    )


def test_who_answers() -> None:
    """The stretches of a day name who answers in each of its hours."""
    day = [each for each in stretches(DIRECTORY, "GB", "crime", MONDAY) if each.first < 24]

    assert [Stretch(0, 9, (), ()), Stretch(9, 8, ("gb-crime",), ()), Stretch(17, 16, (), ())] == day
    assert [False, True, False] == [each.state for each in day]


def test_who_may_answer() -> None:
    """A service whose hours nobody knows may answer, beside one that does."""
    sure, perhaps = "gb-116111", "gb-children"
    day = [each for each in stretches(DIRECTORY, "GB", "children", MONDAY) if each.first < 24]

    assert [Stretch(0, 10, (), (perhaps,)), Stretch(10, 14, (sure,), (perhaps,))] == day
    assert [None, True] == [each.state for each in day]


@pytest.mark.parametrize("language", [None, "en", "fr", "ro"])
def test_stretches_and_cells_agree(language: str | None) -> None:
    """Who answers hour by hour is the same account as the states of the hours."""
    for each in coverage(DIRECTORY, MONDAY, language):
        found = stretches(DIRECTORY, each.country, each.need, MONDAY, language)

        assert each.week == tuple(stretch.state for stretch in found for _ in range(stretch.hours))


def test_emergency_services_serve_no_other_need() -> None:
    """Where only the emergency services answer, a need has a hole."""
    assert (Stretch(0, WEEK, (), ()),) == stretches(DIRECTORY, "FR", "crime", MONDAY)


def test_holidays_of_two_countries_in_one_zone() -> None:
    """Equal hours in one time zone differ where the holidays of the countries do."""
    files = changed("fr.yaml", 'hours: "Mo-Su 22:00-06:00"', 'hours: "Mo-Fr 09:00-17:00; PH off"')
    files["fr.yaml"] = files["fr.yaml"].replace("Europe/Paris", "Europe/London")
    files["gb.yaml"] = (
        files["gb.yaml"]
        .replace("    exceptions:\n", "")
        .replace('      - {date: 2026-12-24, hours: "09:00-12:00", reason: Christmas Eve}\n', "")
    )
    found = {(each.country, each.need): each.open_hours for each in coverage(compile_files(files), CHRISTMAS)}

    # Boxing Day is a Saturday: the week has Christmas alone; the Monday after is a substitute day in Britain.
    assert (32, 32) == (found["GB", "crime"], found["FR", "support"])


def test_week_begins_in_the_country() -> None:
    """The week begins at the last midnight of the country, which may be another day than elsewhere."""
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)

    assert "2026-11-23T00:00:00+00:00" == week_begins(DIRECTORY, "GB", late).isoformat()
    assert "2026-11-24T00:00:00+01:00" == week_begins(DIRECTORY, "FR", late).isoformat()


def test_languages_to_choose_from() -> None:
    """The languages that services are stated to speak are listed once each, by tag."""
    assert ("en", "pl") == stated_languages(DIRECTORY)
