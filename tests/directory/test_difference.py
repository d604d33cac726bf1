"""The difference in words: what is grave stands first, and hours are read as people read them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from directory import changes, difference, effect, weekly
from directory.changes import Change, ChangeCode
from directory.load import compile_files, load
from directory.model import DatedHours, Directory, Helpline
from directory.statement import ENGLISH, Named, Statement, Things, called, say, state
from tests.sample_directory import FILES, changed

BEFORE = compile_files(FILES)
CRIME = BEFORE.helplines["gb-crime"]


def after(file: str, old: str, new: str) -> Directory:
    """Return the sample directory with one passage replaced."""
    return compile_files(changed(file, old, new))


def told(file: str, old: str, new: str) -> list[str]:
    """Return the difference that one replaced passage makes, each change with ! before it if it is grave."""
    return marked(difference.difference(BEFORE, after(file, old, new)))


def marked(found: tuple[Change, ...]) -> list[str]:
    """Return changes as sentences, grave ones with !."""
    return [f"{'!' if each.grave else ''}{each}" for each in found]


def hours(old: str | None, new: str | None) -> list[str]:
    """Return what changes when the hours of the line for crime do."""
    one, other = (dataclasses.replace(CRIME, hours=each, exceptions=()) for each in (old, new))
    return [
        f"{'!' if each.shorter else ''}{say(each.days, ENGLISH)}: {say(each.was, ENGLISH)} > {say(each.will, ENGLISH)}"
        for each in weekly.weekly_changes(one, other)
    ]


def with_exceptions(*exceptions: DatedHours) -> Helpline:
    """Return the line for crime with other exceptions."""
    return dataclasses.replace(CRIME, exceptions=exceptions)


def test_same_directory() -> None:
    """A directory does not differ from itself, nor from the same tables in other files' spelling."""
    rewritten = compile_files(FILES | {"gb.yaml": FILES["gb.yaml"] + "\n# A remark.\n"})

    assert () == difference.difference(BEFORE, BEFORE)
    assert () == difference.difference(BEFORE, rewritten)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("gb.yaml", '"020 7946 0001", dial: "+442079460001"', '"020 7946 0009", dial: "+442079460009"', [
            "!gb-crime: the telephone number changes: was 020 7946 0001, works from everywhere, forwarded to "
            "+442079460001; will be 020 7946 0009, works from everywhere, forwarded to +442079460009",
        ]),
        ("gb.yaml", '"020 7946 0001", dial: "+442079460001"', '"020 7946 0001", dial: null', [
            "!gb-crime: the telephone number changes: was 020 7946 0001, works from everywhere, forwarded to "
            "+442079460001; will be 020 7946 0001, works from everywhere, only read out",
        ]),
        ("gb.yaml", 'say: "020 7946 0001"', 'say: "02079 460001"', [
            "gb-crime: a number is said in other groups: was 020 7946 0001, works from everywhere, forwarded to "
            "+442079460001; will be 02079 460001, works from everywhere, forwarded to +442079460001",
        ]),
        ("gb.yaml", '      - {say: "+44 20 7946 0002", dial: "+442079460002", from: abroad}\n', "", [
            "!gb-children: a telephone number is taken away: +44 20 7946 0002, works from abroad, forwarded to "
            "+442079460002",
        ]),
        ("gb.yaml", "needs: [children, support]", "needs: [support]", [
            "!gb-children: callers with this need are no longer led to it: children",
        ]),
        ("gb.yaml", "needs: [crime]", "needs: [crime, support]", ["gb-crime: needs: now also support"]),
        ("gb.yaml", "languages: [en, pl]\n    hours", "languages: [en, uk]\n    hours", [
            "gb-crime: languages in which it answers: no longer Polish",
            "gb-crime: languages in which it answers: now also Ukrainian",
        ]),
        ("gb.yaml", "languages: [en, pl]\nfallback", "languages: [pl, en]\nfallback", [
            "GB: languages in which it answers, in another order: was English, Polish; will be Polish, English",
        ]),
        ("gb.yaml", "Mo-Fr 09:00-17:00;", "Mo-Fr 09:00-17:00, Sa 10:00-16:00;", [
            "gb-crime: Saturday: was closed, will be open 10:00 to 16:00",
        ]),
        ("gb.yaml", "Mo-Fr 09:00-17:00;", "Mo-Th,Fr 09:00-17:00;", [
            "gb-crime: the hours mean the same and are written otherwise: was “Mo-Fr 09:00-17:00; PH off”, "
            "will be “Mo-Th,Fr 09:00-17:00; PH off”",
        ]),
        ("gb.yaml", 'hours: "09:00-12:00", reason', 'hours: "off", reason', [
            "!gb-crime: Thursday 24 December 2026: was open 09:00 to 12:00, will be closed (reason: “Christmas Eve”)",
        ]),
        ("gb.yaml", "reason: Christmas Eve", "reason: staff day", [
            "gb-crime: Thursday 24 December 2026: the reason for the other hours was “Christmas Eve”, "
            "will be “staff day”",
        ]),
        ("gb.yaml", "checked: 2026-10-01", "checked: null", [
            "gb-crime: last check: was Thursday 1 October 2026, will be never",
        ]),
        ("gb.yaml", "fr: Ligne pour le crime", "fr: Le crime, pl: Linia", [
            "gb-crime: its name in French: was “Ligne pour le crime”, will be “Le crime”",
            "gb-crime: it gets a name in Polish: “Linia”",
        ]),
        ("gb.yaml", "cost: standard\n    anonymous: \"yes\"", "cost: free\n    anonymous: unknown", [
            "gb-crime: cost of a call: was as an ordinary call, will be free",
            "gb-crime: whether a caller can stay anonymous: was yes, will be unknown",
        ]),
        ("gb.yaml", "children: [support, crime]", "children: [crime]", [
            "GB: needs that are tried next: was after children: support, crime, will be after children: crime",
        ]),
        ("needs.yaml", "audience: children\n    neighbours: [support]", "audience: anyone\n    neighbours: []", [
            "children: neighbouring needs: no longer support",
            "children: for whom it is: was children, will be anyone",
        ]),
        ("needs.yaml", "general: crime", "general: support", [
            "!needs: need of the general line: was crime, will be support",
        ]),
        ("harmonised.yaml", "    countries:\n      FR: {}", "    note: a note\n    countries:\n      FR: {}", [
            "fr-112: note: was nothing, will be “a note”",
        ]),
    ],
)  # fmt: skip
def test_change_in_words(file: str, old: str, new: str, words: list[str]) -> None:
    """Each kind of change is said in one sentence, and what harms callers is marked as grave."""
    assert words == told(file, old, new)


def test_grave_changes_stand_first() -> None:
    """A changed number stands above a removed need, and that above a new name, wherever they are in the files."""
    files = changed("fr.yaml", '"01 99 00 00 03", dial: "+33199000003"', '"01 99 00 00 04", dial: "+33199000004"')
    files |= {"gb.yaml": FILES["gb.yaml"].replace("needs: [children, support]", "needs: [support]")}
    files |= {"needs.yaml": FILES["needs.yaml"].replace("neighbours: [support]", "neighbours: []", 1)}
    found = difference.difference(BEFORE, compile_files(files))

    assert [ChangeCode.NUMBER_CHANGED, ChangeCode.NEED_TAKEN, ChangeCode.TAKEN] == [each.code for each in found]
    assert [True, True, False] == [each.grave for each in found]


def test_service_added_and_removed() -> None:
    """A new service is told with its numbers, needs and hours; a removed one is grave."""
    start = FILES["gb.yaml"].index("  - id: gb-children")
    end = FILES["gb.yaml"].index("  - id: gb-999")
    fewer = compile_files(FILES | {"gb.yaml": FILES["gb.yaml"][:start] + FILES["gb.yaml"][end:]})
    removed, *_ = difference.difference(BEFORE, fewer)
    (added,) = (each for each in difference.difference(fewer, BEFORE) if each.entries == ("gb-children",))

    assert (ChangeCode.SERVICE_REMOVED, True) == (removed.code, removed.grave)
    assert "020 7946 0004" in str(removed)
    assert (ChangeCode.SERVICE_ADDED, False) == (added.code, added.grave)
    assert "for children, support; 020 7946 0004, works inside the country" in str(added)
    assert str(added).endswith("every day unknown")


def test_country_removed() -> None:
    """A country that is taken away is grave, and each of its services is named."""
    harmonised = FILES["harmonised.yaml"].replace("      FR: {}\n", "      GB: {}\n", 1)
    fewer = compile_files({**{name: FILES[name] for name in FILES if name != "fr.yaml"}, "harmonised.yaml": harmonised})
    found = difference.difference(BEFORE, fewer)

    assert ChangeCode.COUNTRY_REMOVED == found[0].code
    assert {"FR", "fr-support", "fr-112"} <= {each.entries[0] for each in found if each.grave}
    assert "FR: the country is new" in map(str, difference.difference(fewer, BEFORE))


def test_name_taken_away() -> None:
    """A name that goes is told with what it was."""
    longer = after("gb.yaml", "fr: Ligne pour le crime", "fr: Ligne pour le crime, pl: Linia")

    assert ["gb-crime: it has no name in Polish any more; it was “Linia”"] == marked(
        difference.difference(longer, BEFORE)
    )


def test_services_change_places() -> None:
    """Two services that change places are told; the places of the others behind them are not."""
    rows = {id_: dataclasses.replace(row) for id_, row in BEFORE.helplines.items()}
    rows["gb-crime"] = dataclasses.replace(rows["gb-crime"], order=1)
    rows["gb-children"] = dataclasses.replace(rows["gb-children"], order=0)
    (found,) = difference.difference(BEFORE, dataclasses.replace(BEFORE, helplines=rows))

    assert "was gb-crime, gb-children, gb-999, gb-116111; will be gb-children, gb-crime" in str(found)


def test_numbers_change_places() -> None:
    """The first number is the one that is said: numbers that change places are grave."""
    rows = dict(BEFORE.helplines)
    rows["gb-children"] = dataclasses.replace(rows["gb-children"], numbers=tuple(reversed(rows["gb-children"].numbers)))
    (found,) = difference.difference(BEFORE, dataclasses.replace(BEFORE, helplines=rows))

    assert (ChangeCode.NUMBERS_REORDERED, True) == (found.code, found.grave)


def test_harmonised_number_is_told_once() -> None:
    """What changes alike for one harmonised number in many countries is one change that names them all."""
    shipped = load()
    rows = dict(shipped.helplines)
    changed_ = [id_ for id_ in rows if id_.endswith("-116111")]
    for id_ in changed_:
        rows[id_] = dataclasses.replace(rows[id_], note="another")
    found = difference.difference(shipped, dataclasses.replace(shipped, helplines=rows))

    assert sorted(changed_) == sorted(entry for each in found for entry in each.entries)
    assert len(found) < len(changed_)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-16:00", ["!Monday to Friday: open 09:00 to 17:00 > open 09:00 to 16:00"]),
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-18:00", ["Monday to Friday: open 09:00 to 17:00 > open 09:00 to 18:00"]),
        ("Mo-Fr 09:00-17:00", "Mo-Fr 10:00-18:00", ["!Monday to Friday: open 09:00 to 17:00 > open 10:00 to 18:00"]),
        ("24/7", "Mo-Su 00:00-24:00", []),
        ("24/7", "24/7; Sa off", ["!Saturday: open day and night > closed"]),
        ("Mo-Su 22:00-06:00", "Mo-Su 22:00-04:00", ["!every day: open 22:00 to 06:00 > open 22:00 to 04:00"]),
        ("Mo-Su 22:00-06:00", "Mo-Su 22:00-24:00,00:00-06:00", []),
        ("Mo-Fr 20:00-08:00", "Mo-Fr 20:00-08:00, Sa,Su 00:00-24:00", [
            "Saturday, Sunday: closed > open day and night",
        ]),
        (None, "Mo-Fr 09:00-12:00,13:00-17:00", [
            "Monday to Friday: unknown > open 09:00 to 12:00, 13:00 to 17:00",
            "Saturday, Sunday: unknown > closed",
        ]),
        ("Mo-Fr 09:00-17:00", None, [
            "!Monday to Friday: open 09:00 to 17:00 > unknown",
            "Saturday, Sunday: closed > unknown",
        ]),
        ("Mo 09:00-17:00; We 09:00-17:00", "Mo 09:00-12:00; We 09:00-12:00", [
            "!Monday, Wednesday: open 09:00 to 17:00 > open 09:00 to 12:00",
        ]),
        ("Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00", ["public holidays: closed > as on other days"]),
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00; PH off", ["!public holidays: as on other days > closed"]),
        ("Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; PH 10:00-12:00", [
            "public holidays: closed > open 10:00 to 12:00",
        ]),
        ("Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-18:00; PH off", [
            "Monday to Friday: open 09:00 to 17:00 > open 09:00 to 18:00",
        ]),
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 09:00-12:00", [
            "!Monday to Friday (in July, August: 45 days of a year): open 09:00 to 17:00 > open 09:00 to 12:00",
        ]),
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00; 2026 Dec 24 off", [
            "!Thursday 24 December 2026: open 09:00 to 17:00 > closed",
        ]),
        ("Mo-Fr 09:00-17:00", "2026 Mo-Fr 09:00-17:00", [
            "!Monday to Friday (522 days, the first Wednesday 1 January 2025, the last Friday 31 December 2027): "
            "open 09:00 to 17:00 > closed",
        ]),
        ("2027 Mo 09:00-17:00", "2027-2028 Mo 09:00-17:00", [
            "Monday (52 days, the first Monday 3 January 2028, the last Monday 25 December 2028): "
            "closed > open 09:00 to 17:00",
        ]),
        ("Mo-Fr 09:00-17:00", 'Mo-Fr 09:00-17:00; Sa 10:00-12:00 unknown "by appointment"', [
            "Saturday: closed > perhaps open 10:00 to 12:00",
        ]),
    ],
)  # fmt: skip
def test_hours_in_words(old: str | None, new: str | None, words: list[str]) -> None:
    """Hours are compared by what they mean, day by day; an hour that is lost is grave, one that is won is not."""
    assert words == hours(old, new)


def test_holidays_on_closed_days_are_told_with_the_others() -> None:
    """A holiday on a weekend, closed before because it is one and because it is the weekend, is told once."""
    rows = [
        dataclasses.replace(CRIME, country="FR", hours=each, exceptions=())
        for each in ("Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; PH 10:00-12:00")
    ]
    found = [(str(each.days), say(each.was, ENGLISH)) for each in weekly.weekly_changes(*rows)]

    assert [("public holidays", "closed")] == found


def test_exception_that_comes_and_goes() -> None:
    """A new exception is read against the hours of that day: it is grave only if it takes hours away."""
    friday = dt.date(2026, 11, 27)
    closed = with_exceptions(DatedHours(friday, "off", "training"))
    longer = with_exceptions(DatedHours(friday, "09:00-20:00", "long day"))
    ((date, found),) = weekly.dated_changes(with_exceptions(), closed)

    assert (friday, True, "as on other days", "closed") == (date, found.shorter, str(found.was), str(found.will))
    assert not weekly.dated_changes(with_exceptions(), longer)[0][1].shorter
    assert weekly.dated_changes(longer, with_exceptions())[0][1].shorter
    assert () == weekly.dated_changes(longer, longer)


def test_every_sentence_can_be_filled() -> None:
    """Every template names its places, so that a translation can set them in any order."""
    templates = (*changes.TEMPLATES, *difference.TEMPLATES, *weekly.TEMPLATES, *effect.TEMPLATES)

    assert [] == [each for each in templates if "{}" in each or not each.strip()]
    assert len(set(ChangeCode)) == len(changes.WORDS)


def test_speaker_of_another_language() -> None:
    """A statement is said by whoever knows the language: template, names and dates come from there."""

    class Backwards:
        """Says everything backwards, but for the places."""

        def template(self, text: str) -> str:
            """Return the template with the value before the words."""
            return {"{field}: was {was}": "{was} < {field}", "needs": "sdeen"}.get(text, text)

        def name(self, thing: Named) -> str:
            """Return the id backwards."""
            return thing.id[::-1]

        def date(self, date: dt.date) -> str:
            """Return the year."""
            return str(date.year)

    statement = state("{field}: was {was}", field=state("needs"), was=Named(Things.NEED, "crime"))

    assert "emirc < sdeen" == say(statement, Backwards())
    assert "needs: was crime" == str(statement)
    assert "2026" == say(dt.date(2026, 11, 27), Backwards())


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (Named(Things.LANGUAGE, "pl"), "Polish"),
        (Named(Things.LANGUAGE, "pt-BR"), "Portuguese (Brazil)"),
        (Named(Things.LANGUAGE, "rmn"), None),
        (Named(Things.COUNTRY, "RO"), "Romania"),
        (Named(Things.COUNTRY, "XX"), None),
        (Named(Things.NEED, "crime"), None),
    ],
)
def test_names_of_things(thing: Named, name: str | None) -> None:
    """Languages and countries have their names from CLDR; what it does not know keeps its id."""
    assert name == called(thing, "en")
    assert isinstance(ENGLISH.name(thing), str)


def test_statements_are_values() -> None:
    """Two statements with the same words and values are the same."""
    assert {state("a", b="c")} == {Statement("a", {"b": "c"})}
