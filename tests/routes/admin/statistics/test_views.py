"""The pages of figures: released ones for everybody who is signed in, true ones for administrators, in the log."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from directory.desk.people import Actor
from ivr.figures.tables import SPECS
from routes.admin.deeds import TEMPLATES
from routes.admin.statistics.titles import ROWS, TITLES, messages
from routes.counters import LOOKED
from tests import figures
from tests.desk import ADA, ANA, BEN, EVERYBODY, NOW, VERA, Office, a_desk
from tests.pages import Page
from tests.routes.admin.test_words import catalogs, first
from tests.sample_directory import FILES

LOOK = {"first": "2026-10-01", "last": "2026-10-31", "by": ["language"], "kind": "call"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office that has counted three months and released two."""
    folder = tmp_path_factory.mktemp("figures")
    desk = a_desk(f"sqlite:///{folder / 'desk.db'}", FILES)
    figures.count(desk.engine)
    figures.release(desk.engine)
    return Office(folder, desk)


def shown(answer: TestResponse, status: int = 200) -> Page:
    """Return a page, which must have this status."""
    assert status == answer.status_code, answer.text
    return Page(answer.text)


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
def test_who_sees_what(office: Office, person: Actor) -> None:
    """Everybody who is signed in sees what was released; the true counters are for administrators."""
    office.act_as(person)
    released = [office.get(path).status_code for path in ("/statistics", "/statistics/report/2026", "/statistics/file")]
    raw = [office.get("/statistics/counters").status_code, office.post("/statistics/counters", LOOK).status_code]

    assert [200, 200, 200] == released
    assert ([200, 200] if person is ADA else [403, 403]) == raw


def test_every_table_has_its_section(office: Office) -> None:
    """Each table that is released stands on the page: title, sentence, picture with title and words, rows, files."""
    page = shown(office.act_as(VERA).get("/statistics"))
    sections = page.all("section", class_="figure")

    assert {spec.name for spec in SPECS} - {"steps_stayed"} == {each.attributes["aria-labelledby"] for each in sections}
    for each in sections:
        files = [link.attributes["href"] for link in page.all("a", inside=each)]

        assert 2 == len([link for link in files if "/file?" in link])
        for picture in page.all("svg", inside=each):
            named = picture.attributes["aria-labelledby"].split()

            assert ["title", "desc"] == [page.one(id=id_).tag for id_ in named]
            assert all(page.one(id=id_).words for id_ in named)


def test_pictures_need_no_script_and_no_style(office: Office) -> None:
    """What the pages' policy forbids (styles and scripts inside them) is not there."""
    for path in ("/statistics", "/statistics/report/2026", "/statistics/counters"):
        text = office.act_as(ADA).get(path).text

        assert not re.search(r"\sstyle=|<style|\son\w+=", text)
        assert ["htmx.min.js"] == re.findall(r"<script[^>]*/([\w.-]+)\"", text)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("calls_by_language", "Most: English, 102,015 of 143,035."),
        ("outcomes", "Most: spoke with the service, 41,010 of 71,015."),
        ("texts", "Most: handed to the carrier, 28,005 of 31,000."),
        ("steps_entered", "Most ended here: being put through, 71,005 of 71,015 times that it was reached."),
    ],
)
def test_sentence_says_what_is_seen(office: Office, table: str, said: str) -> None:
    """The sentence names the largest part of a whole, never the whole itself; of the funnel, where most ended."""
    page = shown(office.act_as(VERA).get("/statistics"))

    assert said in page.one("section", aria_labelledby=table).words


def test_hidden_rows_are_named_together(office: Office) -> None:
    """A hidden row has no line of its own: it is named with the others, and its figure is nowhere."""
    page = shown(office.act_as(VERA).get("/statistics"))
    section = page.one("section", aria_labelledby="calls_by_language")
    rows = [row.words for row in page.all("tr", inside=section)]

    assert "Maltese" in section.words.partition("Hidden:")[2]
    assert not [row for row in rows if "Maltese" in row]


def test_one_month_by_days_and_several_by_months(office: Office) -> None:
    """A month is drawn day by day, a longer time month by month."""
    one = shown(office.act_as(VERA).get("/statistics", **{"from": "2026-09"}))
    two = shown(office.get("/statistics", **{"from": "2026-09", "to": "2026-10"}))

    assert "Calls, day by day" == one.one(id="calls_by_day").words
    assert "Calls, month by month" == two.one(id="calls_by_day").words
    assert "Figures: September 2026 to October 2026" == two.one("h1").words


@pytest.mark.parametrize(
    ("first_month", "last_month", "said"),
    [
        ("2026-10", "2026-09", "The last month is before the first."),
        ("2026-11", "2026-11", "No month of these was released."),
        ("November", "", "Write a month as 2026-01."),
    ],
)
def test_months_that_cannot_be(office: Office, first_month: str, last_month: str, said: str) -> None:
    """What cannot be meant, or is not released, is said above the newest month; there is no file of it."""
    page = shown(office.act_as(VERA).get("/statistics", **{"from": first_month, "to": last_month}), 400)

    assert said in page.one("main").words
    assert "Figures: October 2026" == page.one("h1").words
    assert 404 == office.get("/statistics/file", **{"from": first_month, "to": last_month}).status_code


def test_files(office: Office) -> None:
    """CSV and JSON come as files, whole or one table, named by what is in them."""
    table = office.act_as(VERA).get("/statistics/file", kind="csv", table="outcomes")
    whole = office.get("/statistics/file", kind="json")

    assert 'attachment; filename="fanal-2026-10-to-2026-10-outcomes.csv"' == table.headers["Content-Disposition"]
    assert {"outcomes"} == {row["table"] for row in csv.DictReader(io.StringIO(table.text))}
    assert set(TITLES) == {each["name"] for each in json.loads(whole.text)["tables"]}


@pytest.mark.parametrize("query", [{"kind": "xls"}, {"table": "callers"}, {"kind": "\0"}])
def test_no_such_file(office: Office, query: dict[str, str]) -> None:
    """A kind or a table that is not there is not found."""
    assert 404 == office.act_as(VERA).get("/statistics/file", **query).status_code


def test_report_without_the_months_that_hide_it(office: Office) -> None:
    """A month with few callers hides the year: the report says so, and is made of the months that are chosen."""
    page = shown(office.act_as(VERA).get("/statistics/report/2026", **{"from": "2026-10", "to": "2026-09"}))
    one = shown(office.get("/statistics/report/2026", **{"from": "2026-10"}))

    assert "September 2026 to October 2026" in page.one("main").words
    choice = page.all("option", inside=page.one(id="from"))

    assert ["2026-10", "2026-09"] == [each.attributes["value"] for each in choice]
    assert "the figures of October 2026," in one.one("main").words
    assert 404 == office.get("/statistics/report/2026", **{"from": "October"}).status_code


def test_report(office: Office) -> None:
    """The report on a year stands by itself: all sections with open tables, what is not in it, how it was made."""
    page = shown(office.act_as(VERA).get("/statistics/report/2026"))
    words = page.one("main").words

    assert "September 2026 to October 2026" in words
    assert "How these figures were made" in words
    assert [] == page.all("details")
    assert 404 == office.get("/statistics/report/2025").status_code


def test_empty_state(tmp_path: Path) -> None:
    """Before the first release the page says what belongs here and when it comes; there is nothing else."""
    empty = Office(tmp_path, a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)).act_as(VERA)
    words = shown(empty.get("/statistics")).one("main").words

    assert "November 2026 will be released on 4 December 2026." in words
    assert [404, 404] == [empty.get(path).status_code for path in ("/statistics/file", "/statistics/report/2026")]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-12-04", "November 2026 will be released on 4 December 2026."),
        ("2026-12-05", "November 2026 is late: it was to be released on 4 December 2026."),
    ],
)
def test_late_month(office: Office, day: str, said: str) -> None:
    """A month that nobody has released on its day is said to be late from the next day on."""
    office.now = dt.datetime.fromisoformat(f"{day}T09:00Z")
    words = shown(office.act_as(VERA).get("/statistics")).one("main").words
    office.now = NOW

    assert said in words


def test_look_is_in_the_log(office: Office) -> None:
    """The true counts are shown after a warning, to an administrator, and the log has the look before they are."""
    before = shown(office.act_as(ADA).get("/statistics/counters")).one("main").words
    entries = len(office.desk.entries(limit=1000))
    page = shown(office.post("/statistics/counters", LOOK))

    assert "Each look is written into the log" in before
    assert f"Maltesecalllanguage{figures.RARE}" == page.all("tr")[-1].words
    assert entries + 1 == len(office.desk.entries(limit=1000))
    assert LOOKED == office.desk.entries(limit=1)[0].action
    assert "looked at the true counters, {subject}" in TEMPLATES


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "2026-10-02", "last": "2026-10-01"},
        {"first": "2026-10-01", "last": "2026-11-01"},
        {"first": "2027-01-01", "last": "2027-01-02"},
        {"first": "yesterday", "last": "2026-10-01"},
        {"first": "2026-10-01", "last": "2026-10-01", "by": ["caller"]},
        {"first": "2026-10-01", "last": "2026-10-01", "kind": "\0"},
    ],
)
def test_look_that_cannot_be_meant(office: Office, wrong: dict[str, str]) -> None:
    """Days that end before they begin, more than 31, days to come, and unknown words show nothing and log nothing."""
    before = len(office.desk.entries(limit=1000))
    page = shown(office.act_as(ADA).post("/statistics/counters", wrong), 400)

    assert [] == page.all("table")
    assert before == len(office.desk.entries(limit=1000))


def test_look_needs_a_fresh_sign_in(office: Office) -> None:
    """An old session is asked again who it is, and led back to the page."""
    answer = office.act_as(ADA, fresh=False).post("/statistics/counters", {**LOOK, "back": "/statistics/counters"})

    assert (303, "/again?then=/statistics/counters") == (answer.status_code, answer.location)


def test_french(office: Office) -> None:
    """The page is French for whoever reads French: names, dates and figures."""
    page = shown(office.act_as(ANA).get("/statistics", lang="fr"))

    assert "Chiffres : octobre 2026" == page.one("h1").words
    assert "anglais" in page.one("section", aria_labelledby="calls_by_language").words


def test_every_word_has_its_french() -> None:
    """Titles and names of rows stand in tables, where the search for messages does not find them."""
    known = {first(entry.id) for _, catalog in catalogs() for entry in catalog if entry.id and entry.string}

    assert [] == sorted(set(messages()) - known)


def test_every_table_and_row_has_its_words() -> None:
    """A table that is released, and each of its rows, is called something."""
    assert {spec.name for spec in SPECS} == set(TITLES)
    for spec in SPECS:
        if spec.columns[-1] == "what":
            group = ROWS["steps" if spec.name.startswith("steps") else spec.name.partition("_")[0]]

            assert set(spec.names) <= set(group), spec.name


def test_people(office: Office) -> None:
    """Only an administrator is shown the way to the counters."""
    links = {
        person.name: "/statistics/counters" in office.act_as(person).get("/statistics").text for person in (BEN, ADA)
    }

    assert {"Ben": False, "Ada": True} == links
