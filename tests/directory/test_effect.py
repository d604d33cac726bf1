"""What a change does to callers: who is offered first, before and after."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.effect import AT_ALL_HOURS, Effect, Offer, effect, offered, when
from directory.find import Query, find
from directory.load import compile_files
from directory.model import Directory
from directory.statement import ENGLISH, say
from tests.sample_directory import FILES, changed

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
"""A Monday."""
BEFORE = compile_files(FILES)


def effects(file: str, old: str, new: str, language: str | None = None) -> tuple[Effect, ...]:
    """Return what one replaced passage does to callers."""
    return effect(BEFORE, compile_files(changed(file, old, new)), NOW, language)


def lines(found: tuple[Effect, ...]) -> list[str]:
    """Return effects as lines: country, need, hours, before, after."""
    return [
        f"{each.country} {each.need}: {say(when(each, NOW), ENGLISH)}: {words(each.before)} > {words(each.after)}"
        for each in found
    ]


def words(offer: Offer | None) -> str:
    """Return an offer in words, by the id of its service."""
    return str(offered(offer, offer.id if offer else ""))


def test_nothing_changes_for_callers() -> None:
    """A note, a name, a source or a check leads nobody elsewhere."""
    assert () == effect(BEFORE, BEFORE, NOW)
    assert () == effects("gb.yaml", "note: Nobody has said when it answers.", "note: Ask them.")
    assert () == effects("gb.yaml", "en: Line for crime", "en: Line about crime")
    assert () == effects("gb.yaml", "checked: 2026-10-01", "checked: null")


def test_longer_hours() -> None:
    """Hours that grow longer are told with the hours that are won, by the country's clock."""
    found = effects("gb.yaml", "Mo-Fr 09:00-17:00;", "Mo-Fr 09:00-17:00, Sa 10:00-16:00;")

    assert [
        "GB crime: Saturday 10:00 to 16:00: gb-crime, 020 7946 0001, closed > gb-crime, 020 7946 0001, open",
    ] == lines(found)


def test_shorter_hours_on_several_days() -> None:
    """Days with the same hours are told together."""
    found = effects("gb.yaml", "Mo-Fr 09:00-17:00;", "Mo-Fr 09:00-15:30;")

    assert [
        "GB crime: Monday to Friday 15:30 to 17:00: gb-crime, 020 7946 0001, open > gb-crime, 020 7946 0001, closed",
    ] == lines(found)


def test_changed_number() -> None:
    """A changed number is an effect at all hours, said as it was and as it will be."""
    said = effects("gb.yaml", '"020 7946 0001", dial: "+442079460001"', '"020 7946 0009", dial: "+442079460009"')
    before = [words(each.before) for each in said if each.need == "crime"]
    after = [words(each.after) for each in said if each.need == "crime"]

    assert ["gb-crime, 020 7946 0001, open", "gb-crime, 020 7946 0001, closed"] == sorted(before, reverse=True)
    assert ["gb-crime, 020 7946 0009, open", "gb-crime, 020 7946 0009, closed"] == sorted(after, reverse=True)


def test_changed_line_inside_the_country() -> None:
    """A number that only a line of the country rings is looked at as well."""
    old = 'dial: "+442079460001", from: anywhere'
    before = compile_files(changed("gb.yaml", old, 'dial: "+442079460001", from: national'))
    after = compile_files(changed("gb.yaml", old, 'dial: "+442079460009", from: national'))

    assert {"+442079460009"} == {each.after.dial for each in effect(before, after, NOW) if each.after}


def test_service_removed() -> None:
    """A caller whose service goes is shown who is offered instead."""
    start = FILES["gb.yaml"].index("  - id: gb-crime")
    end = FILES["gb.yaml"].index("  - id: gb-children")
    found = effect(BEFORE, compile_files(FILES | {"gb.yaml": FILES["gb.yaml"][:start] + FILES["gb.yaml"][end:]}), NOW)
    crime = [each for each in found if each.need == "crime"]

    assert {"gb-children"} == {each.after.id for each in crime if each.after}
    assert {"gb-crime"} == {each.before.id for each in crime if each.before}


def test_country_added() -> None:
    """A new country is told against nobody."""
    harmonised = FILES["harmonised.yaml"].replace("      FR: {}\n", "      GB: {}\n", 1)
    fewer = compile_files({**{name: FILES[name] for name in FILES if name != "fr.yaml"}, "harmonised.yaml": harmonised})
    found = [each for each in effect(fewer, BEFORE, NOW) if each.country == "FR"]

    assert {None} == {each.before for each in found}
    assert "FR emergency: at all hours: nobody > fr-112, 112, open" in lines(tuple(found))


def test_exception_weeks_ahead() -> None:
    """A dated exception beyond the week is looked at on its own day."""
    found = effects("gb.yaml", 'hours: "09:00-12:00", reason', 'hours: "off", reason')

    assert [
        "GB crime: Thursday 24 December 2026 09:00 to 12:00: gb-crime, 020 7946 0001, open > "
        "gb-crime, 020 7946 0001, closed",
    ] == lines(found)


def test_exception_in_a_week() -> None:
    """A single day just beyond the week is named by its date: its weekday alone would mean today."""
    a_week_before = dt.datetime(2026, 12, 17, 12, tzinfo=dt.UTC)
    after = compile_files(changed("gb.yaml", 'hours: "09:00-12:00", reason', 'hours: "off", reason'))
    found = effect(BEFORE, after, a_week_before)

    assert ["Thursday 24 December 2026 09:00 to 12:00"] == [say(when(each, a_week_before), ENGLISH) for each in found]


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ((24, 25), 14, "Thursday 24 December 2026 00:00 to Friday 25 December 2026 24:00"),
        ((24, 25, 26, 27, 28), 14, "Thursday 24 December 2026 00:00 to Monday 28 December 2026 24:00"),
        ((24, 26), 14, "Thursday 24 December 2026, all day, Saturday 26 December 2026, all day"),
        (tuple(range(20, 30)), 15, "Sunday 20 December 2026 00:00 to Tuesday 29 December 2026 24:00"),
        ((21, 22), 15, "Monday 21 December 2026 00:00 to Tuesday 22 December 2026 24:00"),
        ((20, 21), 15, "Sunday 00:00 to Tuesday 00:00"),
        ((21,), 15, "Monday, all day"),
        ((22,), 15, "Tuesday 22 December 2026, all day"),
    ],
)
def test_closed_days_in_a_row(days: tuple[int, ...], today: int, expected: str) -> None:
    """Each day of a closed week is told, by dates where weekdays alone would mean another week."""
    closed = "".join(f'      - {{date: 2026-12-{day}, hours: "off", reason: Closed.}}\n' for day in days)
    row = '      - {date: 2026-12-24, hours: "09:00-12:00", reason: Christmas Eve}\n'
    always = changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "24/7")["gb.yaml"]
    before, after = (
        compile_files({**FILES, "gb.yaml": always.replace(f"    exceptions:\n{row}", exceptions)})
        for exceptions in ("", f"    exceptions:\n{closed}")
    )
    now = dt.datetime(2026, 12, today, 12, tzinfo=dt.UTC)

    assert [expected] == [say(when(each, now), ENGLISH) for each in effect(before, after, now)]


def test_public_holidays_beyond_the_week() -> None:
    """Hours that differ on public holidays only are told for the first such day, and not for each of them."""
    found = effects("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; PH 10:00-12:00")

    assert [
        "GB crime: Friday 25 December 2026 10:00 to 12:00: gb-crime, 020 7946 0001, closed > "
        "gb-crime, 020 7946 0001, open",
    ] == lines(found)


def test_seasons_beyond_the_week() -> None:
    """Hours of a season are told for its first days of each kind; hours written in another way for none."""
    found = effects("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; Jul Mo-Fr 09:00-12:00; PH off")

    assert [
        "GB crime: Thursday 1 July 2027 12:00 to 17:00: gb-crime, 020 7946 0001, open > "
        "gb-crime, 020 7946 0001, closed",
    ] == lines(found)
    assert () == effects("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo,Tu,We,Th,Fr 09:00-17:00; PH off")


def test_season_that_begins_on_a_single_day() -> None:
    """The first day of a season has hours of its own by date: the first on which the season counts is told."""
    found = effects("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; Dec 24-Jan 1 off; PH off")

    assert ["GB crime: Tuesday 29 December 2026 09:00 to 17:00"] == [
        line.partition(": gb-")[0] for line in lines(found)
    ]


def test_span_over_several_days() -> None:
    """A stretch over more than a night names both its ends."""
    found = effects("gb.yaml", '"Mo-Fr 09:00-17:00; PH off"', '"24/7"')

    assert any("Friday 17:00 to Monday 00:00" in each for each in lines(found))
    assert any("Monday to Thursday 17:00 to 09:00" in each for each in lines(found))


def test_for_callers_of_one_language() -> None:
    """Callers of one language may be led elsewhere where others are not."""
    files = changed(
        "gb.yaml",
        "needs: [children, support]\n    audience: [children]",
        "needs: [children, crime]\n    audience: [anyone]",
    )
    with_two = compile_files(files)
    files["gb.yaml"] = files["gb.yaml"].replace("languages: [en, pl]\n    hours", "languages: [en]\n    hours")
    with_less = compile_files(files)

    assert () != effect(with_two, with_less, NOW, "pl")
    assert () == effect(with_two, with_less, NOW, "en")


def test_at_all_hours() -> None:
    """What is so at every hour is not told hour by hour."""
    found = effects("harmonised.yaml", "      FR: {}\n", "      FR: {hours: unknown}\n")

    assert {AT_ALL_HOURS} == {str(when(each, NOW)) for each in found if each.need == "emergency"}
    assert [True] == [each.whole for each in found if each.need == "emergency"]


@pytest.mark.parametrize("hour", range(0, 168, 7))
def test_agrees_with_the_matching(hour: int) -> None:
    """At any hour the table says exactly what the matching would offer."""
    after = compile_files(changed("gb.yaml", "Mo-Fr 09:00-17:00;", "Tu-Sa 12:00-20:00;"))
    zone = BEFORE.countries["GB"].timezone
    at = dt.datetime(2026, 11, 23, tzinfo=zone) + dt.timedelta(hours=hour)
    found = [
        each
        for each in effect(BEFORE, after, NOW)
        if each.need == "crime" and any(span.start <= at < span.end for span in each.spans)
    ]
    before_, after_ = (first(one, at) for one in (BEFORE, after))

    assert [(before_, after_)] * (before_ != after_) == [
        ((each.before.id, each.before.open), (each.after.id, each.after.open))
        for each in found
        if each.before and each.after
    ]


def first(directory: Directory, at: dt.datetime) -> tuple[str, bool | None]:
    """Return who is offered first for crime in Britain, and whether they are open."""
    best = find(directory, Query("GB", "crime"), at)[0]
    return best.helpline.id, best.status.open
