"""The form of a helpline: what goes in comes out, what is wrong is said beside the field, nothing typed is lost."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from directory.load import PACKAGED
from directory.pieces import Place, fingerprint, piece
from tests.desk import ANA, VERA, Office, an_office
from tests.forms import Form

SOMEBODY = "/helplines/ro-anitp/edit"


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office in which nothing is saved."""
    return an_office(tmp_path_factory.mktemp("still")).act_as(ANA)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office of the test's own."""
    return an_office(tmp_path).act_as(ANA)


def opened(office: Office, path: str = SOMEBODY, **query: str) -> Form:
    """Open a form."""
    page = office.get(path, **query)
    assert 200 == page.status_code
    return Form(page.text, "entry")


def sent(office: Office, form: Form, *more: tuple[str, str], **changed: str) -> TestResponse:
    """Send a form as a browser does."""
    return office.client.post(form.action, data=form.sent(*more, **changed))


def confirmed(office: Office, form: Form, *more: tuple[str, str], **changed: str) -> TestResponse:
    """Send a form whose hours were changed: look at the calendar, tick it, save."""
    looked = Form(sent(office, form, ("act", "look"), *more, **changed).text, "entry")
    page = office.client.post(looked.action, data=looked.sent(("act", "look")))
    mark = page.text.partition('name="confirmed" value="')[2][:16]
    return sent(office, looked, ("confirmed", mark), ("act", "save"))


def row(office: Office, id_: str = "ro-anitp") -> str:
    """Return a row of the draft under way, empty where there is none."""
    draft = office.desk.drafts.of(ANA)
    assert draft is not None
    return piece(office.desk.drafts.files(draft.id), Place(f"{id_[:2]}.yaml", id_)) or ""


def test_form_of_every_helpline_says_what_its_row_says(still: Office) -> None:
    """Opening any form and sending it unchanged saves nothing: whatever a row can say, the form can hold."""
    changed = []
    for id_ in still.desk.revisions.directory(1).helplines:
        form = opened(still, f"/helplines/{id_}/edit")
        answer = sent(still, form, ("act", "save"))
        if answer.status_code != 303 or still.desk.drafts.of(ANA) is not None:
            changed.append(id_)

    assert [] == changed


def test_save_changes_the_row_and_nothing_else(office: Office) -> None:
    """One field changed is one field changed in the draft, and callers notice nothing."""
    answer = sent(office, opened(office), ("act", "save"), cost="standard")
    draft = office.desk.drafts.of(ANA)

    assert 303 == answer.status_code
    assert draft is not None
    assert [Place("ro.yaml", "ro-anitp")] == [edit.place for edit in draft.edits]
    before = office.desk.revisions.directory(1).helplines["ro-anitp"]
    after = office.desk.drafts.directory(draft.id).helplines["ro-anitp"]
    assert ("free", "standard") == (before.cost.value, after.cost.value)
    assert [before.hours, before.numbers, before.name, before.note] == [
        after.hours,
        after.numbers,
        after.name,
        after.note,
    ]


def test_second_save_goes_into_the_same_draft(office: Office) -> None:
    """An editor's own open draft is gone on with."""
    sent(office, opened(office), ("act", "save"), cost="standard")
    sent(office, opened(office, "/helplines/ro-116111/edit"), ("act", "save"), note="Rung by nobody yet.")

    assert 1 == len(office.desk.drafts.listing())


WRONG = (
    (
        "number__say",
        "0800 800 678\u200b",
        "at place 13 stands a character that may not be there (zero width space); write `0800 800 678`",
        "numbers-1-say",
    ),
    (
        "number__say",
        "\u202e0800 800 678",
        "at place 1 stands a character that may not be there (right-to-left override)",
        "numbers-1-say",
    ),
    (
        "number__say",
        "0800\u2011800\u2011678",
        "at place 5 stands a character that may not be there (non-breaking hyphen)",
        "numbers-1-say",
    ),
    ("number__say", "call us", "is not what a caller can dial", "numbers-1-say"),
    ("number__dial", "+33142212222", "is a number of another country", "numbers-1-dial"),
    ("number__dial", "+116006", "would ring an American number", "numbers-1-dial"),
    ("number__dial", "+40112", "is a short or emergency number", "numbers-1-dial"),
    ("number__dial", "+4080080067", "is not a number that exists", "numbers-1-dial"),
    ("languages", "ro, xq", "is not a language tag", "languages"),
    ("hours", "Mo-Fr 9-17", "these hours cannot be read", "hours"),
    ("hours", "", "Nothing is written here", "hours"),
    ("hours", "Mo-Fr 08:00-12:00; Mo-Fr 13:00-16:00", "take the place of the whole day", "hours"),
    ("hours", "Mo-Fr 08:00-16:00; SH off", "School holidays", "hours"),
    ("timezone", "Bucharest", "is not a time zone", "timezone"),
    ("source__date", "9.7.2025", "is not a date", "source-date"),
    ("source__file", "", "Nothing is written here", "source-file"),
    ("name__text", "", "Nothing is written here", "name-1-text"),
    ("cost", "cheap", "is not one of the values", "cost"),
    ("note", "a\x00b", "may not be there", "note"),
    ("note", "x" * 4001, "This is too long", "note"),
    ("number__say", "1" * 3000, "is not what a caller can dial", "numbers-1-say"),
    ("timezone", "localtime", "is not a time zone", "timezone"),
    ("timezone", "../../etc/passwd", "is not a time zone", "timezone"),
)


@pytest.mark.parametrize(("name", "value", "words", "control"), WRONG)
def test_fault_stands_beside_its_field(still: Office, name: str, value: str, words: str, control: str) -> None:
    """What is wrong is said in words at the field and at the top, and all that was typed stays."""
    answer = sent(still, opened(still), ("act", "save"), **{name: value, "kind": "organisation"})
    again = Form(answer.text, "entry")

    assert 422 == answer.status_code
    assert f'href="#{control}"' in answer.text
    assert f'id="{control}-fault"' in answer.text
    assert words.lower() in answer.text.lower()
    assert ["organisation"] == again.sent()["kind"]
    assert value.replace("\x00", "\ufffd") in [
        text.replace("\x00", "\ufffd") for text in again.sent()[name.replace("__", ".")]
    ]
    assert still.desk.drafts.of(ANA) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number__say", " 0800 800 678 "),
        ("number__dial", "+40213161676"),
        ("languages", "ro; en,hu"),
        ("note", "Ω — “quoted”, žluťoučký"),
        ("source__date", ""),
    ],
)
def test_near_misses_are_taken(office: Office, name: str, value: str) -> None:
    """What a person may well write is no fault: a space too many, another separator, a dash in a note."""
    changed = {name: value}
    if name == "number__dial":
        changed["number__say"] = "021 316 16 76"

    assert 303 == sent(office, opened(office), ("act", "save"), **changed, cost="standard").status_code


def test_script_in_a_name_is_words(still: Office) -> None:
    """What is typed is shown as it is typed, never run."""
    answer = sent(still, opened(still), ("act", "look"), name__text="<script>alert(1)</script>")

    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_other_hours_have_to_be_looked_at(office: Office) -> None:
    """Changed hours are saved only with the tick at exactly the calendar that they mean."""
    form = opened(office)
    without = sent(office, form, ("act", "save"), hours="Mo-Fr 08:00-18:00")
    looked = Form(sent(office, form, ("act", "look"), hours="Mo-Fr 08:00-17:00").text, "entry")
    mark = sent(office, looked, ("act", "look")).text.partition('name="confirmed" value="')[2][:16]
    other = sent(office, looked, ("confirmed", mark), ("act", "save"), hours="Mo-Fr 08:00-18:00")
    forged = sent(office, looked, ("confirmed", "0" * 16), ("act", "save"))
    right = sent(office, looked, ("confirmed", mark), ("act", "save"))

    assert [422, 422, 422, 303] == [each.status_code for each in (without, other, forged, right)]
    assert 'href="#confirmed"' in without.text
    assert "hours: Mo-Fr 08:00-17:00" in row(office)


def test_other_hours_make_a_row_unchecked(office: Office) -> None:
    """A check is about the hours and numbers that it was made of."""
    first = office.desk.drafts.begin(ANA, office.now, "checked")
    text = piece(office.desk.drafts.files(first.id), Place("ro.yaml", "ro-anitp")) or ""
    checked = text.replace("checked: null", "checked: 2026-11-20")
    office.desk.drafts.save(first.id, ANA, office.now, Place("ro.yaml", "ro-anitp"), checked, fingerprint(text))
    sent(office, opened(office), ("act", "save"), cost="standard")
    kept = row(office)
    confirmed(office, opened(office), hours="Mo-Fr 08:00-17:00")

    assert "checked: '2026-11-20'" in kept
    assert "checked: null" in row(office)


def test_plain_week_writes_the_syntax(office: Office) -> None:
    """Whoever does not write the syntax fills in a week, looks at what it means, and saves."""
    boxes = {"week.Sa.1.from": "10:00", "week.Sa.1.to": "12:00", "week.holidays": "off"}
    form = opened(office)
    written = Form(office.client.post(form.action, data={**form.sent(("act", "week")), **boxes}).text, "entry")
    answer = confirmed(office, written)

    assert ["Mo-Fr 08:00-16:00; Sa 10:00-12:00; PH off"] == written.sent()["hours"]
    assert 303 == answer.status_code


def test_plain_week_counts_without_its_own_button(office: Office) -> None:
    """A week that was filled in and saved at once is not forgotten: its calendar has to be looked at."""
    form = opened(office)
    answer = office.client.post(
        form.action, data={**form.sent(("act", "save")), "week.Sa.1.from": "10:00", "week.Sa.1.to": "12:00"}
    )

    assert 422 == answer.status_code
    assert ["Mo-Fr 08:00-16:00; Sa 10:00-12:00"] == Form(answer.text, "entry").sent()["hours"]
    assert 'href="#confirmed"' in answer.text


def test_plain_week_and_hours_both_changed(office: Office) -> None:
    """Two answers to one question are asked about."""
    form = opened(office)
    data = {**form.sent(("act", "save"), hours="24/7"), "week.Sa.1.from": "10:00", "week.Sa.1.to": "12:00"}
    answer = office.client.post(form.action, data=data)

    assert 422 == answer.status_code
    assert "were both changed" in answer.text
    assert ["10:00"] == Form(answer.text, "entry").sent()["week.Sa.1.from"]


def test_rows_come_and_go_without_script(still: Office) -> None:
    """Room for more numbers, and one number less, by buttons that keep what was typed."""
    form = opened(still)
    more = Form(sent(still, form, ("act", "add-numbers"), note="typed").text, "entry")
    less = Form(sent(still, form, ("act", "remove-numbers-1"), note="typed").text, "entry")

    assert [3, 5, 2] == [len(each.sent()["number.say"]) for each in (form, more, less)]
    assert "+40 21 313 31 00" == less.sent()["number.say"][0]
    assert [["typed"], ["typed"]] == [more.sent()["note"], less.sent()["note"]]


def test_new_helpline(office: Office) -> None:
    """A new helpline is saved with an id made from its country and its name, which no other has."""
    form = opened(office, "/helplines/new", country="RO")
    data = form.sent(
        ("needs", "support"), ("act", "look"), number__say="021 316 16 76", number__dial="+40213161676",
        source__file="a page", source__quote="its words", hours="unknown", cost="standard",
    )  # fmt: skip
    data["name.text"] = ["Listening line of a test", "Ligne d'écoute d'un test", *data["name.text"][2:]]
    looked = office.client.post(form.action, data=data)
    mark = looked.text.partition('name="confirmed" value="')[2][:16]
    answer = sent(office, Form(looked.text, "entry"), ("confirmed", mark), ("act", "save"))

    assert 303 == answer.status_code
    assert "/helplines/ro-listening-line-test" in answer.location
    assert "021 316 16 76" in row(office, "ro-listening-line-test")


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("ro-anitp", "stands here twice"),
        ("fr-anitp", "is not an id"),
        ("ro", "is not an id"),
        ("../etc/passwd", "is not an id"),
    ],
)
def test_id_of_a_new_helpline_is_its_own(still: Office, id_: str, words: str) -> None:
    """An id that exists, or that is none, is refused in words and stays in the form."""
    form = opened(still, "/helplines/new", country="RO")
    answer = sent(still, form, ("act", "save"), id=id_)

    assert 422 == answer.status_code
    assert words in answer.text
    assert 'href="#id"' in answer.text
    assert [id_] == Form(answer.text, "entry").sent()["id"]


def test_harmonised_number_gets_a_row_of_its_own(office: Office) -> None:
    """Editing what comes from the table for all countries writes a row into this country's file alone."""
    sent(office, opened(office, "/helplines/hr-116111/edit"), ("act", "save"), note="Asked by letter.")
    draft = office.desk.drafts.of(ANA)
    assert draft is not None
    after = office.desk.drafts.directory(draft.id).helplines

    assert {"hr.yaml"} == {edit.place.file for edit in draft.edits}
    assert "Asked by letter." == after["hr-116111"].note
    untouched = office.desk.revisions.directory(1).helplines["si-116111"]
    assert replace(untouched, order=after["si-116111"].order) == after["si-116111"]


@pytest.mark.parametrize(
    ("date", "hours", "words"),
    [
        ("9999-12-31", "off", "is not a date"),
        ("0001-01-01", "off", "is not a date"),
        ("1999-12-31", "off", "is not a date"),
        ("2026-02-29", "off", "is not a date"),
        ("24.12.2026", "off", "is not a date"),
        ("2026-W01-1", "off", "is not a date"),
        ("2026-12-24", "closed", "these hours cannot be read"),
        ("2026-12-24", "23:00-49:00", "these hours cannot be read"),
        ("2026-12-24", "", "nothing is written here"),
    ],
)
def test_wrong_single_days_are_told(still: Office, date: str, hours: str, words: str) -> None:
    """A day that no calendar holds, or hours that are none, are refused in words, and stay in the form."""
    day = {"exception__date": date, "exception__hours": hours, "exception__reason": "closed for a test"}
    answer = sent(still, opened(still), ("act", "save"), **day)
    again = Form(answer.text, "entry").sent()

    assert 422 == answer.status_code
    assert words in html.unescape(answer.text).lower()
    assert (date, hours) == (again["exception.date"][0], again["exception.hours"][0])


TRAPS = (
    ("Mo-Fr 08:00-12:00; Mo-Fr 13:00-16:00", "take the place of the whole day", True),
    ("Mo-Fr 08:00-12:00,13:00-16:00", "take the place", False),
    ("Mo-Su 22:00-06:00; PH off", "ends at midnight the night shift", True),
    ("00:00-06:00,22:00-24:00; PH off", "ends at midnight the night shift", False),
    ("Mo-Fr 09:00-25:00", "ends after 24:00", True),
    ("Mo-Fr 09:00-24:00", "ends after 24:00", False),
    ("Mo-Fr 09:00-17:00", "nothing is said about public holidays", True),
    ("Mo-Fr 09:00-17:00; PH off", "nothing is said about public holidays", False),
    ("PH off; Mo-Fr 09:00-17:00", "write it last", True),
    ("off", "opens at no time", True),
    ("Mo-Fr 9-17", "these hours cannot be read", True),
    ("Mo-Fr 08.00-16.00", "these hours cannot be read", True),
    ("mon-fri 08:00-16:00", "these hours cannot be read", True),
    ("Mo-Fr sunrise-sunset", "does not follow the sun", True),
)


@pytest.mark.parametrize(("hours", "words", "told"), TRAPS)
def test_traps_of_the_syntax_are_told(still: Office, hours: str, words: str, told: bool) -> None:
    """What is written and means something else than it looks is named while it is typed; its right neighbour is not."""
    form = opened(still)
    answer = still.client.post("/helplines/look", data=form.sent(hours=hours))

    assert told == (words in answer.text.lower())


def test_look_while_typing(still: Office) -> None:
    """The fragment for typing says the faults, or what it means with the calendar and its tick."""
    form = opened(still)
    wrong = still.client.post("/helplines/look", data=form.sent(hours="Mo-Fr 9-17"))
    right = still.client.post("/helplines/look", data=form.sent(hours="Mo-Fr 09:00-17:00; PH off"))

    assert [200, 200] == [wrong.status_code, right.status_code]
    assert "these hours cannot be read" in wrong.text.lower()
    assert "<html" not in wrong.text
    assert 'name="confirmed"' in right.text
    assert "09:00 to 17:00" in right.text


def test_heading_is_in_the_language_of_the_reader(still: Office) -> None:
    """The form is headed with the service's name as the reader would say it, as every other page is."""
    french = still.get(SOMEBODY, lang="fr").text
    still.get("/helplines", lang="en")

    assert "<h1>Modifier Ligne nationale contre la traite" in french.replace("’", "'")


def test_what_cannot_be_saved_is_not_called_right(still: Office) -> None:
    """A trap that will be refused is told as a fault while it is typed; what is only doubtful is not."""
    form = opened(still)
    refused = still.client.post("/helplines/look", data=form.sent(hours="Mo-Fr 08:00-12:00; Mo-Fr 13:00-16:00; PH off"))
    doubtful = still.client.post("/helplines/look", data=form.sent(hours="Mo-Fr 08:00-25:00; PH off"))

    assert "1 thing is not right yet" in refused.text
    assert "Nothing is wrong" not in refused.text
    assert "Nothing is wrong" in doubtful.text


@pytest.mark.parametrize("path", [SOMEBODY, "/helplines/new", "/helplines/look", "/helplines/ro-anitp/remove"])
def test_viewers_change_nothing(still: Office, path: str) -> None:
    """Whoever may only look is refused on the server."""
    still.act_as(VERA)
    answer = still.post(path)
    still.act_as(ANA)

    assert 403 == answer.status_code


def test_removal_says_what_happens_and_wants_a_tick(office: Office) -> None:
    """A helpline is taken out of a draft by whoever has read what callers find instead."""
    asked = office.get("/helplines/ro-anitp/remove")
    form = Form(asked.text)
    without = office.client.post(form.action, data=form.sent())
    done = office.client.post(form.action, data=form.sent(("sure", "yes")))
    draft = office.desk.drafts.of(ANA)

    assert [200, 422, 303] == [each.status_code for each in (asked, without, done)]
    assert "What callers find instead" in asked.text
    assert draft is not None
    assert "ro-anitp" not in office.desk.drafts.directory(draft.id).helplines


def test_harmonised_number_is_not_taken_out_here(still: Office) -> None:
    """A number that is the same everywhere stands in another table: the page says where."""
    assert "by import" in still.get("/helplines/ro-112/remove").text
    assert 409 == still.post("/helplines/ro-112/remove", {"sure": "yes"}).status_code
    assert still.desk.drafts.of(ANA) is None


def test_folder_is_edited_in_its_files(tmp_path: Path) -> None:
    """Where callers are served a folder, these pages show it and say where it is changed instead."""
    office = an_office(tmp_path).act_as(ANA)
    settings = replace(office.services.settings, directory_path=PACKAGED)
    office.app.extensions["fanal"] = replace(office.services, settings=settings)
    answers = [office.get("/helplines"), office.get(SOMEBODY), office.post(SOMEBODY)]

    assert [200, 409, 409] == [each.status_code for each in answers]
    assert "Add a helpline" not in answers[0].text
    assert "changed in those files" in answers[1].text
