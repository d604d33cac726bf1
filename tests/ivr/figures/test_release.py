"""A release is written and read back the same, and several are one."""

from __future__ import annotations

import datetime as dt

import pytest

from ivr.figures.release import Release, joined
from ivr.figures.tables import Key, Month, Table

NOW = dt.datetime(2026, 2, 4, 3, 0, tzinfo=dt.UTC)
JANUARY, FEBRUARY, MARCH = (Month(2026, number) for number in (1, 2, 3))


def _release(month: Month, rows: dict[str, int | None], total: int | None, name: str = "calls_by_need") -> Release:
    cells: tuple[tuple[Key, int | None], ...] = tuple(((key,), count) for key, count in rows.items())
    return Release(month, month, NOW + dt.timedelta(month.number), {name: Table(name, ("need",), cells, total)})


def test_release_is_read_back_as_it_was_written() -> None:
    """JSON holds all of it: what is hidden is null, what is shown a number."""
    release = _release(JANUARY, {"violence": 15, "trafficking": None}, None)
    written = release.to_json()

    assert release == Release.from_json(written)
    assert '"rows":[["violence",15],["trafficking",null]]' in written


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"first": "2026-13", "tables": []}'])
def test_what_is_no_release_is_not_read(text: str) -> None:
    """A reader meets an error, never half a release."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Release.from_json(text)


def test_longer_period_is_the_sum_of_what_was_released() -> None:
    """15 and 20 are 35; hidden in one month is hidden in the sum."""
    one = _release(JANUARY, {"violence": 15, "trafficking": None, "-": 10}, 30)
    other = _release(FEBRUARY, {"violence": 20, "trafficking": 40, "-": None}, 60)
    both = joined([other, one])

    assert (JANUARY, FEBRUARY, other.made_at) == (both.first, both.last, both.made_at)
    assert {("violence",): 35, ("trafficking",): None, ("-",): None} == both.tables["calls_by_need"].cells
    assert 90 == both.tables["calls_by_need"].total


def test_hidden_total_stays_hidden() -> None:
    """The sum of totals is hidden where one of them is, whichever comes first."""
    one, other = _release(JANUARY, {}, None), _release(FEBRUARY, {}, 20)

    assert {None} == {joined(pair).tables["calls_by_need"].total for pair in ([one, other], [other, one])}


def test_quarter_of_quarters() -> None:
    """Sums can be joined again, and come to the same."""
    months = [_release(month, {"violence": 10}, 10) for month in (JANUARY, FEBRUARY, MARCH)]

    assert joined(months) == joined([joined(months[:2]), months[2]])


def test_row_that_came_later_counts_from_then() -> None:
    """A need that the first month did not have yet is the sum of the others."""
    both = joined([_release(JANUARY, {"violence": 10}, 10), _release(FEBRUARY, {"violence": 10, "stalking": 15}, 25)])

    assert {("violence",): 20, ("stalking",): 15} == both.tables["calls_by_need"].cells


def test_nothing_and_twice_are_refused() -> None:
    """No release has no period, and no month may count twice."""
    one = _release(JANUARY, {"violence": 10}, 10)

    for wrong in ([], [one, one]):
        with pytest.raises(ValueError, match=r"nothing|twice"):
            joined(wrong)
