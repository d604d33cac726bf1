"""The list of the helplines and the page of one: what is found, what stands out, what a caller hears."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from directory.switched import Position, fingerprint
from tests.desk import ANA, BEN, VERA, Office, an_office
from tests.pages import Page


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office in which one number is switched, one service checked, and one row changed in a draft."""
    made = an_office(tmp_path_factory.mktemp("list"))
    tables = made.desk.revisions.directory(1)
    made.desk.switches.throw(ANA, made.now, tables, "RO", "0800 800 678", Position.OUT, "Rings a stranger.")
    for id_, day in (("ro-violence-home", dt.date(2026, 11, 20)), ("ro-116111", dt.date(2026, 3, 1))):
        seen = fingerprint(tables.helplines[id_])
        made.desk.checks.tick(BEN, made.now, tables, id_, seen, day, "rung")
    return made.act_as(VERA)


def ids(office: Office, **asked: str) -> list[str]:
    """Return the ids that a list shows."""
    page = Page(office.get("/helplines", **asked).text)
    return (
        [each.words for each in page.all("span", class_="quiet") if each.is_inside(page.one("tbody"))]
        if page.all("tbody")
        else []
    )


def test_everything_is_listed(office: Office) -> None:
    """Without a question every helpline stands there."""
    assert set(office.desk.revisions.directory(1).helplines) == set(ids(office))


@pytest.mark.parametrize(
    "query",
    [
        "ro-anitp",
        "persoane",
        "TRAFICULUI DE PERS",
        "0800 800 678",
        "0800800678",
        "0800-800-678",
        "+40 800 800 678",
        "0040800800678",
        "+40213133100",
        "021 313 31 00",
    ],
)
def test_search_finds(office: Office, query: str) -> None:
    """A service is found by our name for it, its name in any language, its number in any writing."""
    assert ["ro-anitp"] == ids(office, q=query, country="RO")


@pytest.mark.parametrize("query", ["ro-anitq", "0800 800 679", "0800 999", "<script>"])
def test_search_finds_nothing(office: Office, query: str) -> None:
    """A near miss finds nothing, and the page says what to do."""
    page = office.get("/helplines", q=query, country="RO")

    assert "No helpline is like that" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("asked", "inside", "outside"),
    [
        ({"country": "RO"}, "ro-anitp", "fr-116006"),
        ({"need": "children"}, "ro-116111", "ro-anitp"),
        ({"state": "never"}, "ro-anitp", "ro-violence-home"),
        ({"state": "overdue"}, "ro-116111", "ro-violence-home"),
        ({"state": "switched"}, "ro-anitp", "ro-violence-home"),
        ({"state": "unknown"}, "ro-salvati-copiii", "ro-anitp"),
    ],
)
def test_filters(office: Office, asked: dict[str, str], inside: str, outside: str) -> None:
    """Each filter keeps what it says and leaves out its neighbour."""
    found = ids(office, **asked)

    assert (True, False) == (inside in found, outside in found)


def test_closed_now_is_by_the_clock_of_the_helpline(office: Office) -> None:
    """At 16:30 in Bucharest a line that closes at 16:00 there is closed."""
    before = office.now
    office.now = dt.datetime(2026, 11, 23, 14, 30, tzinfo=dt.UTC)
    late = "ro-anitp" in ids(office, state="closed")
    office.now = dt.datetime(2026, 11, 23, 13, 30, tzinfo=dt.UTC)
    early = "ro-anitp" in ids(office, state="closed")
    office.now = before

    assert (True, False) == (late, early)


def test_order(office: Office) -> None:
    """The list is ordered by country, or as asked."""
    found = ids(office, sort="id")

    assert sorted(found) == found
    assert "at-" == ids(office)[0][:3]


def test_end_of_the_day_is_midnight(office: Office) -> None:
    """A line that closes at the end of the day is open until midnight, not until another day."""
    assert "open until midnight" in office.get("/helplines", q="ro-116111").text


def test_marks_and_checker(office: Office) -> None:
    """What stands out stands there in words, and who checked when."""
    page = Page(office.get("/helplines", country="RO").text)
    rows = {row.words.partition("ro-")[2].split(" ")[0]: row.words for row in page.all("tr") if "ro-" in row.words}

    assert "out of service" in rows["anitp"]
    assert "Friday 20 November 2026, Ben" in rows["violence-home"]
    assert "check overdue" in rows["116111"]


def test_one_helpline_says_first_what_a_caller_hears(office: Office) -> None:
    """The page of one helpline begins with the sentences of the telephone, numbers digit by digit, in two languages."""
    page = office.get("/helplines/ro-violence-home").text

    assert page.index("Romania: National helpline on violence at home") < page.index("What stands in the entry")
    assert "0, 8, 0, 0. 5, 0, 0. 3, 3, 3" in page
    assert 'lang="ro"' in page
    assert "out of service" in office.get("/helplines/ro-anitp").text


@pytest.mark.parametrize("id_", ["ro-112", "de-116006", "ro-salvati-copiii", "hu-112"])
def test_every_kind_of_helpline_has_a_page(office: Office, id_: str) -> None:
    """Emergency numbers, harmonised ones and those without hours are shown too."""
    assert 200 == office.get(f"/helplines/{id_}").status_code


@pytest.mark.parametrize(
    "path", ["/helplines/xx-nobody", "/helplines?draft=99", "/helplines?draft=x", "/helplines/ro-anitp?draft=²"]
)
def test_what_is_not_there(office: Office, path: str) -> None:
    """What does not exist is answered in words."""
    assert 404 == office.client.get(path).status_code


def test_viewer_is_offered_nothing_to_change(office: Office) -> None:
    """Whoever may only look sees no way to edit."""
    words = office.get("/helplines/ro-anitp").text

    assert "/edit" not in words
    assert "/edit" in office.act_as(ANA).get("/helplines/ro-anitp").text
    office.act_as(VERA)


def test_calendar_is_drawn_and_told(office: Office) -> None:
    """The picture of two weeks and its table show the same days."""
    page = Page(office.get("/helplines/ro-anitp").text)
    table = [each for each in page.all("tr") if "08:00 to 16:00" in each.words]

    assert 10 == len(table)
    assert ["Mon 30 Nov", "Tue 1 Dec"] == [
        row.words.partition("08:00")[0] for row in table if "public holiday" in row.words
    ]
    assert 14 == len([each for each in page.all("rect") if each.attributes.get("class") == "day-closed"])


def test_empty_desk_says_how_to_begin(tmp_path: Path) -> None:
    """Whoever nobody has signed in is led to where they can."""
    answer = an_office(tmp_path).get("/helplines")

    assert 303 == answer.status_code
    assert "/sign-in" in answer.location


def test_what_is_switched_is_not_heard(tmp_path: Path) -> None:
    """The page of a service says what callers hear of it now: without what a switch has taken out of service."""
    made = an_office(tmp_path).act_as(VERA)
    tables = made.desk.revisions.directory(1)
    before = Page(made.get("/helplines/ro-anitp").text).one("main").words
    made.desk.switches.throw(ANA, made.now, tables, "RO", "0800 800 678", Position.OUT, "Rings a stranger.")
    one = Page(made.get("/helplines/ro-anitp").text).one("main").words
    made.desk.switches.throw(ANA, made.now, tables, "RO", "+40 21 313 31 00", Position.OUT, "Rings a stranger.")
    none = Page(made.get("/helplines/ro-anitp").text).one("main").words

    said = (
        "A caller can be connected",
        "Whoever dials our international number can be connected",
        "Callers hear nothing of it",
    )
    assert [[True, False, False], [False, True, False], [False, False, True]] == [
        [each in words for each in said] for words in (before, one, none)
    ]
