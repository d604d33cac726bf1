"""What a directory will need somebody for: hours without anybody, needs that nobody serves, lists that run out."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from directory.agenda import Hole, endings, holes, main_needs, unserved
from directory.calendar import SOON
from directory.load import compile_files
from directory.switched import Position, Standing, Switched, overlaid
from tests.sample_directory import FILES, changed

LONDON = ZoneInfo("Europe/London")
MORNING = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
"""A Monday; London's clock shows the same."""
DIRECTORY = compile_files(FILES)


def at(hour: int, day: int = 23) -> dt.datetime:
    """Return an hour of a day of that November by London's clock."""
    return dt.datetime(2026, 11, day, hour, tzinfo=LONDON)


def test_main_needs_stand_in_every_menu() -> None:
    """Needs that only some countries offer, and the emergency services, are no main needs."""
    assert ("crime", "children") == main_needs(DIRECTORY)


def test_hole_lasts_while_every_service_is_closed() -> None:
    """An hour in which all services for a need are closed for sure is a hole, to the minute, by the country's clock."""
    assert (Hole("GB", "crime", ((at(17), at(21)),)),) == holes(DIRECTORY, MORNING)


def test_hole_begins_at_once_where_it_is_closed_now() -> None:
    """A line that is closed now leaves a hole until it opens, and another after it has closed again."""
    found = holes(DIRECTORY, at(8), dt.timedelta(hours=12))

    assert ((at(8), at(9)), (at(17), at(20))) == found[0].spans


def test_no_hole_before_it_closes() -> None:
    """A line that is open until the last minute that is looked at leaves none; a minute later there is one."""
    assert () == holes(DIRECTORY, MORNING, dt.timedelta(hours=8))
    assert ((at(17), at(17) + dt.timedelta(minutes=1)),) == holes(DIRECTORY, MORNING, dt.timedelta(minutes=481))[
        0
    ].spans


def test_unknown_hours_leave_no_hole() -> None:
    """Where nobody knows when a service answers, it may answer."""
    assert not any(each.need == "children" for each in holes(DIRECTORY, at(2)))


def test_closed_services_leave_a_hole_where_none_is_unknown() -> None:
    """With the hours known, the children's lines leave the hours in which all of them are closed."""
    known = compile_files(changed("gb.yaml", "hours: unknown", 'hours: "Mo-Su 08:00-12:00"'))
    found = [each for each in holes(known, at(2)) if each.need == "children"]

    assert [((at(2), at(8)),)] == [each.spans for each in found]


def test_unserved_needs_are_no_holes() -> None:
    """A need that no service of a country is for is told apart, and not as tonight's."""
    assert (("FR", "crime"), ("FR", "children")) == unserved(DIRECTORY)
    assert not any(each.country == "FR" for each in holes(DIRECTORY, at(2)))


def test_number_out_of_service_leaves_a_need_unserved() -> None:
    """Asked of the tables as they are served, a switch counts."""
    served = overlaid(DIRECTORY, Standing((Switched("GB", "02079460001", Position.OUT),)))

    assert ("GB", "crime") in unserved(served)


def test_clock_change_moves_no_hour() -> None:
    """In the night in which clocks are put back a hole ends by the clock at which the line opens."""
    sunday = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    open_daily = compile_files(changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Su 09:00-17:00"))
    spans = holes(open_daily, sunday)[0].spans

    assert dt.datetime(2026, 10, 25, 9, tzinfo=LONDON) == spans[0][1]
    assert dt.timedelta(hours=8, minutes=30) == spans[0][1].astimezone(dt.UTC) - sunday


def test_list_that_ends_soon() -> None:
    """A list of exceptions is called to mind a while before its last day, and after it, and not a day too early."""
    last = dt.date(2026, 12, 24)
    noon = dt.datetime.combine(last - SOON, dt.time(12), tzinfo=dt.UTC)

    assert [("gb-crime", last)] == [(each.helpline, each.last) for each in endings(DIRECTORY, noon)]
    assert [("gb-crime", last)] == [(e.helpline, e.last) for e in endings(DIRECTORY, noon + 2 * SOON)]
    assert () == endings(DIRECTORY, noon - dt.timedelta(days=1))
