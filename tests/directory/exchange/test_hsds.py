"""Open Referral HSDS 3.1: valid where it goes out, word for word where it is ours, as far as it can where it is not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from directory.exchange.hsds import to_hsds
from directory.exchange.hsds_reading import from_hsds
from directory.exchange.hsds_schedule import hours_of_schedules, schedules_of
from directory.exchange.proposal import Proposal
from directory.load import compile_files
from tests.desk import shipped
from tests.sample_directory import FILES, changed

SCHEMA = Path(__file__).parents[4] / "shared/data/hsds_3.1_service.schema.json"

FOREIGN: dict[str, Any] = {
    "id": "0e1b5a3c-9f0b-4b58-8b5b-0d1f3f8a2c11",
    "name": "Line for neighbours",
    "description": "Somebody to talk to.",
    "status": "active",
    "assured_date": "2026-05-01",
    "last_modified": "2026-06-01T08:00:00Z",
    "organization": {"name": "The Neighbours", "description": "A charity."},
    "phones": [{"number": "020 7946 0009", "type": "voice"}, {"number": "020 7946 0010", "type": "fax"}],
    "languages": [{"code": "eng"}, {"code": "pl"}, {"name": "Martian"}],
    "service_areas": [{"name": "United Kingdom", "extent_type": "text"}],
    "schedules": [
        {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "12:00"},
        {"freq": "WEEKLY", "byday": "MO,TU,WE", "opens_at": "13:00", "closes_at": "17:00"},
    ],
}


WEEK = "`Mo-Fr 09:00-17:00; PH off`"
NINE_TO_FIVE = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
DAY_OFF = {"valid_from": "2026-12-24", "valid_to": "2026-12-24", "opens_at": "09:00", "closes_at": "12:00"}


def services(files: dict[str, str] = FILES) -> list[dict[str, Any]]:
    """Return the services of a directory."""
    return list(json.loads(to_hsds(compile_files(files).helplines.values()))["contents"])


def brought_in(document: object, files: dict[str, str] = FILES) -> Proposal:
    """Bring JSON into a directory."""
    return from_hsds(json.dumps(document).encode(), files)


@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema of HSDS is not beside this checkout")
def test_every_service_is_valid_by_the_schema() -> None:
    """Each service of the shipped directory is what the schema of 3.1 asks for, formats and all."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())

    assert [] == [error.message for each in services(shipped()) for error in validator.iter_errors(each)]


def test_shipped_directory_comes_back_as_it_was() -> None:
    """What we have exported changes nothing when it is brought in again."""
    files = shipped()

    assert Proposal(files) == from_hsds(to_hsds(compile_files(files).helplines.values()).encode(), files)


def test_ids_are_the_same_in_every_export() -> None:
    """Other people's software can tell that it is the same service."""
    found = {each["name"]: each["id"] for each in services()}

    assert (found, "30605dae") == ({each["name"]: each["id"] for each in services()}, found["Line for crime"][:8])


def test_what_we_know_of_checks_is_said() -> None:
    """A check has its date; where nobody has checked, an alert says so."""
    checked, unchecked = services()[1], services()[2]

    assert ("2026-10-01", False) == (checked["assured_date"], "alert" in checked)
    assert (False, "Nobody has rung to verify this entry.") == ("assured_date" in unchecked, unchecked["alert"])


def test_own_row_that_lacks_a_field_loses_it() -> None:
    """An export is whole: what it does not say is not said, whatever the directory has by now."""
    given = services()
    with_note = changed("gb.yaml", "    note: Nobody has said when it answers.\n", "    note: Another note.\n")
    given[2]["attributes"] = [each for each in given[2]["attributes"] if each.get("label") != "note"]

    found = brought_in(given, with_note)

    assert (("gb-children",), "") == (found.changed, compile_files(found.files).helplines["gb-children"].note)


def test_number_changed_beside_our_mark_is_refused() -> None:
    """Two numbers for one line: nobody can know which is right, so neither is taken."""
    given = services()
    given[1]["phones"][0]["number"] = "+442079460009"

    found = brought_in(given)

    assert ((), [(2, "number 1 say", "gb-crime")]) == (
        found.changed,
        [(each.row, each.column, each.entry) for each in found.faults],
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "Another line"}, [("name en", "`Another line`", "`Line for crime`")]),
        ({"name": " Line  for crime "}, []),
        ({"languages": [{"code": "en"}]}, [("languages", "`en`", "`en`, `pl`")]),
        ({"languages": []}, [("languages", "none", "`en`, `pl`")]),
        ({"languages": [{"code": "pl", "name": "Polonais"}, {"code": "en", "note": "all day"}]}, []),
        ({"schedules": [DAY_OFF]}, [("hours", "another week", WEEK)]),
        ({"schedules": [{**NINE_TO_FIVE, "byday": "MO"}, DAY_OFF]}, [("hours", "another week", WEEK)]),
        ({"schedules": [{**NINE_TO_FIVE, "closes_at": "16:00"}, DAY_OFF]}, [("hours", "another week", WEEK)]),
        ({"schedules": [{"freq": "MONTHLY", "bymonthday": "1"}, DAY_OFF]}, [("hours", "another week", WEEK)]),
        ({"schedules": [DAY_OFF, *({**NINE_TO_FIVE, "byday": day} for day in ("TU,MO", "WE", "FR,TH"))]}, []),
        ({"schedules": [NINE_TO_FIVE]}, [("exceptions", "other single days", "`2026-12-24`")]),
        (
            {"schedules": [NINE_TO_FIVE, {**DAY_OFF, "closes_at": "13:00"}]},
            [("exceptions", "other single days", "`2026-12-24`")],
        ),
        (
            {"name": ["no text"], "languages": {"en": 1}, "schedules": [3, {"valid_from": [1]}]},
            [
                ("name en", "``", "`Line for crime`"),
                ("languages", "none", "`en`, `pl`"),
                ("hours", "another week", WEEK),
                ("exceptions", "other single days", "`2026-12-24`"),
            ],
        ),
    ],
)
def test_field_changed_beside_our_mark_is_refused(
    change: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    """Whoever works with HSDS changes its own fields: what would be lost is said, and nothing is taken of the row."""
    given = services()
    given[1] |= change

    found = brought_in(given)

    assert expected == [(each.column, each.wrong, each.right) for each in found.faults]
    assert (FILES, bool(expected)) == (found.files, bool(found.left))


def test_own_service_that_has_ended_elsewhere_is_doubted() -> None:
    """Another directory says that a service of ours is gone: nothing is taken, and somebody is told to ring."""
    given = services()
    given[1]["status"] = "defunct"

    found = brought_in(given)

    assert ("ring before you keep the row", "gb-crime") == (found.notes[0].right, found.notes[0].entry)
    assert (FILES, 1) == (found.files, len(found.notes))


def test_foreign_service_becomes_a_row_to_complete() -> None:
    """What it says is taken over, what it cannot say is left empty, and each gap is named."""
    found = brought_in([FOREIGN])
    cells = {heading: text for heading, text in found.left[0].items() if text}

    assert FILES == found.files
    assert {
        "id": "gb-line-for-neighbours",
        "country": "GB",
        "name en": "Line for neighbours",
        "languages": "en, pl",
        "hours": "Mo-We 09:00-12:00,13:00-17:00; Th-Fr 09:00-12:00",
        "number 1 say": "020 7946 0009",
        "number 1 dial": "+442079460009",
        "cost": "unknown",
        "anonymous": "unknown",
        "source file": "HSDS The Neighbours",
        "source date": "2026-06-01",
        "source quote": "Somebody to talk to.",
    } == cells
    assert {"kind", "name fr", "needs", "audience", "number 1 from"} == {each.column for each in found.faults}
    assert ["languages", "timezone", "", "name en", "checked"] == [each.column for each in found.notes]


def test_somebody_else_s_check_is_not_taken_for_ours() -> None:
    """`checked` is the day on which one of us rang."""
    assert "" == brought_in([FOREIGN]).left[0]["checked"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('{"contents": [', 1),
        ("[NaN]", None),
        ("[" * 100_000, None),
        ("[" + "9" * 5000 + "]", None),
        ('{"a": 1, "a": 2}', None),
        ("[]", None),
        ("7", None),
        ('["service"]', 1),
        ("\x00", None),
    ],
)
def test_what_is_no_list_of_services_is_refused_in_words(text: str, row: int | None) -> None:
    """Broken JSON, depth without end, numbers that are none: a sentence, and nothing is taken."""
    found = from_hsds(text.encode(), FILES)

    assert (FILES, [row]) == (found.files, [each.row for each in found.faults])


@pytest.mark.parametrize(
    "service",
    [
        {},
        {"name": 7, "phones": "x", "languages": [1], "schedules": {}, "service_areas": [None], "attributes": [[]]},
        {"name": "\ud800", "phones": [{"number": "\u202e116"}]},
        {"attributes": [{"link_type": "fanal", "label": "id", "value": "gb-\ud800"}]},
        {"attributes": [{"link_type": "fanal", "label": ["id"], "value": {}}]},
        {**FOREIGN, "phones": [{"number": "+116006"}, {"number": ""}]},
        {**FOREIGN, "service_areas": [{"extent": "ZZ"}]},
    ],
)
def test_services_of_any_shape_are_refused_in_words(service: object) -> None:
    """Whatever stands in a service, the answer is a list of sentences and the files are as before."""
    found = brought_in([service])

    assert (FILES, True) == (found.files, bool(found.faults))
    assert all(str(each).encode() for each in found.faults)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("24/7", [("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")]),
        ("Mo-Fr 09:00-17:00; PH off", [("MO,TU,WE,TH,FR", "09:00", "17:00")]),
        ("Mo-Fr 09:00-12:00,13:00-24:00", [("MO,TU,WE,TH,FR", "09:00", "12:00"), ("MO,TU,WE,TH,FR", "13:00", "23:59")]),
        ("May-Sep 09:00-17:00", [(None, None, None)]),
    ],
)
def test_hours_become_schedules_of_local_time(hours: str, expected: list[tuple[str | None, ...]]) -> None:
    """Each span of the day with its weekdays; hours that change with the season stand in words."""
    files = changed("gb.yaml", '"Mo-Fr 09:00-17:00; PH off"\n    exceptions:', f'"{hours}"\n    exceptions:')

    found = list(schedules_of(compile_files(files).helplines["gb-crime"]))

    assert expected == [(each.get("byday"), each.get("opens_at"), each.get("closes_at")) for each in found[:-1]]
    assert ("2026-12-24", "09:00", "12:00") == tuple(found[-1][key] for key in ("valid_from", "opens_at", "closes_at"))
    assert not any("timezone" in each for each in found)


@pytest.mark.parametrize(
    ("change", "hours"),
    [
        ({}, "Mo 09:00-17:00"),
        ({"byday": "SA, SU"}, "Sa-Su 09:00-17:00"),
        ({"byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "23:59"}, "24/7"),
        ({"opens_at": "22:00", "closes_at": "06:00"}, "Mo 22:00-06:00"),
        ({"closes_at": "00:00"}, "Mo 09:00-24:00"),
        ({"interval": 2}, None),
        ({"freq": "MONTHLY", "byday": "1MO"}, None),
        ({"byday": "1MO"}, None),
        ({"opens_at": "09:00Z"}, None),
        ({"opens_at": "09:00+02:00"}, None),
        ({"timezone": 2}, None),
        ({"valid_from": "2026-01-01"}, None),
        ({"opens_at": None}, None),
        ({"byday": None}, None),
    ],
)
def test_schedules_become_hours_only_where_they_say_nothing_else(change: dict[str, object], hours: str | None) -> None:
    """Every second week, a fixed offset, a season: what our hours cannot say is not guessed."""
    schedule = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}

    assert hours == hours_of_schedules([{**schedule, **change}])


def test_nights_of_other_directories_last_until_morning() -> None:
    """Nights of the week and of the weekend stand side by side: neither ends the other at midnight."""
    weekly = [
        {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "22:00", "closes_at": "06:00"},
        {"freq": "WEEKLY", "byday": "SA,SU", "opens_at": "20:00", "closes_at": "08:00"},
    ]

    assert "Mo-Fr 22:00-06:00, Sa-Su 20:00-08:00" == hours_of_schedules(weekly)


def test_schedules_and_hours_say_the_same() -> None:
    """The weekly hours of the shipped directory survive the way through schedules, where there is one."""
    for helpline in compile_files(shipped()).helplines.values():
        weekly = [each for each in schedules_of(helpline) if "byday" in each]
        back = hours_of_schedules(weekly)
        again = [] if back is None else list(schedules_of(_with_hours(helpline, back)))

        assert [_span(each) for each in weekly] == [_span(each) for each in again if "byday" in each]


def _with_hours(helpline: Any, hours: str) -> Any:
    """Return a helpline with other hours."""
    from dataclasses import replace

    return replace(helpline, hours=hours, checked=dt.date(2026, 1, 1))


def _span(schedule: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(schedule[key] for key in ("byday", "opens_at", "closes_at"))


def test_files_with_too_many_services_are_read_up_to_a_point() -> None:
    """The first thousand are read, nothing is removed, and the fault says so."""
    found = from_hsds(json.dumps([*services(), *[{}] * 1000]).encode(), FILES, remove=True)

    assert ((), True) == (found.removed, any("more than 1000 rows" in each.words for each in found.faults))
