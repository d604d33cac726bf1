"""Import and export in the pages: out from anywhere, in through a preview that keeps everything, into a draft."""

from __future__ import annotations

import base64
import io
import zlib
from typing import Any

import pytest
from werkzeug.test import TestResponse

from directory.desk.draft import Draft, Stage
from directory.desk.people import OPERATOR, Actor
from directory.exchange.kinds import Kind, take_out
from directory.exchange.troubles import TEMPLATES
from directory.pieces import Place, fingerprint, piece
from routes.admin.words import _translations
from tests.desk import ADA, ANA, BEN, EDDA, NOW, VERA, Office, a_desk
from tests.pages import Page
from tests.sample_directory import BRITAIN, FILES

CHANGE = b"id,cost\ngb-crime,free\n"


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here."""
    folder = tmp_path_factory.mktemp("office")
    return Office(folder, a_desk(f"sqlite:///{folder / 'desk.db'}", FILES))


@pytest.fixture
def office(building: Office) -> Office:
    """Return the office with the sample directory live again, and an editor at the desk."""
    present = building.desk.revisions.live()
    if present is not None and building.desk.files(present.number) != FILES:
        building.desk.revisions.roll_back(1, OPERATOR, NOW, "As it was.")
    return building.act_as(ANA)


def look(office: Office, data: bytes, name: str = "table.csv", **fields: str) -> TestResponse:
    """Choose a file and look at what it would change."""
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), **fields}
    answer = office.post("/transfer/preview", form, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the tests' client keeps a large body in a file, and leaves it open
    return answer


def press(office: Office, answer: TestResponse, button: str, **fields: str) -> TestResponse:
    """Press a button of a page, as a browser would."""
    _method, action, sent = Page(answer.text).button(button)
    return office.client.post(action, data={**sent, **fields})


def drafts(office: Office) -> tuple[Draft, ...]:
    """Return the open drafts."""
    return office.desk.drafts.listing((Stage.OPEN,))


@pytest.mark.parametrize("person", [VERA, ANA, BEN, ADA])
@pytest.mark.parametrize("kind", Kind)
def test_everybody_signed_in_can_take_the_tables_out(office: Office, person: Actor, kind: Kind) -> None:
    """Word for word what was published, as a file with a name that says what it is."""
    answer = office.act_as(person).get("/transfer/export", kind=kind.value)

    assert (200, take_out(kind, FILES)) == (answer.status_code, answer.get_data().decode("utf-8"))
    assert answer.headers["Content-Disposition"].endswith(f'.{kind.value}"')
    assert "attachment" in answer.headers["Content-Disposition"]


def test_nobody_else_can(office: Office) -> None:
    """Whoever is not signed in is led to where they can sign in."""
    assert 303 == office.act_as(None).get("/transfer/export", kind="csv").status_code


def test_one_country_and_any_source_can_be_taken_out(office: Office) -> None:
    """A revision by its number, a draft by its own, one country's file as it stands."""
    draft = office.desk.drafts.begin(ANA, NOW, "Mine")
    text = (piece(FILES, Place("gb.yaml", "gb-crime")) or "").replace("cost: standard", "cost: free")
    seen = fingerprint(piece(FILES, Place("gb.yaml", "gb-crime")))
    office.desk.drafts.save(draft.id, ANA, NOW, Place("gb.yaml", "gb-crime"), text, seen)

    country = office.get("/transfer/export", kind="yaml", source="1", country="GB").text
    mine = office.get("/transfer/export", kind="yaml", source=f"draft:{draft.id}", country="GB").text

    assert (BRITAIN, True) == (country, 'cost: free\n    anonymous: "yes"' in mine)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"kind": "exe"}, 400),
        ({}, 400),
        ({"kind": "csv", "source": "99"}, 404),
        ({"kind": "csv", "source": "draft:999999"}, 404),
        ({"kind": "csv", "source": "../../etc/passwd"}, 404),
        ({"kind": "yaml", "country": "../needs"}, 404),
        ({"kind": "yaml", "country": "XX"}, 404),
        ({"kind": "json", "country": "XX"}, 404),
    ],
)
def test_what_is_not_there_is_said_in_words(office: Office, query: dict[str, str], status: int) -> None:
    """A wrong word in the address is answered with the page and a sentence."""
    answer = office.get("/transfer/export", **query)

    assert (status, True) == (answer.status_code, 'role="alert"' in answer.text)


@pytest.mark.parametrize("person", [VERA, ADA])
@pytest.mark.parametrize("address", ["preview", "save", "rest"])
def test_only_editors_bring_in(office: Office, person: Actor, address: str) -> None:
    """Others see no form, and are refused where they send one."""
    office.act_as(person)

    assert 403 == office.post(f"/transfer/{address}").status_code
    assert "Bring tables in" in office.get("/transfer").text
    assert [] == Page(office.get("/transfer").text).all("input", type="file")


@pytest.mark.parametrize("person", [ANA, BEN])
def test_preview_changes_nothing_and_saving_makes_a_change(office: Office, person: Actor) -> None:
    """First the difference in words; then a draft of its own, which waits for another person."""
    before = len(drafts(office.act_as(person)))

    answer = look(office, CHANGE)
    looked = len(drafts(office))
    saved = press(office, answer, "Put it into the change", title="From the survey")
    draft = drafts(office)[0]

    assert ("One helpline changes." in answer.text, before, 303) == (True, looked, saved.status_code)
    assert f"/changes/{draft.id}" in saved.headers["Location"]
    assert ("From the survey", person.id) == (draft.title, draft.opened_by)
    assert "cost: free" in (piece(office.desk.drafts.files(draft.id), Place("gb.yaml", "gb-crime")) or "")


def test_preview_carries_the_file_and_can_be_taken_up_much_later(office: Office) -> None:
    """Nothing is kept on the server between the two: looking again needs no file."""
    answer = look(office, b"id,cost\ngb-999,charged\n")

    again = press(office, answer, "Look again", remove="yes")

    assert (True, True) == ("cost" in again.text.lower(), "One helpline changes." in again.text)
    assert "helplines are removed." not in answer.text
    assert "helplines are removed." in again.text or "One helpline is removed." in again.text


def test_file_can_be_brought_into_a_draft_that_is_open(office: Office) -> None:
    """It is held against that draft, and saved into it."""
    draft = office.desk.drafts.begin(ANA, NOW, "Mine")

    answer = look(office, CHANGE, target=str(draft.id))
    saved = press(office, answer, "Put it into the change")

    assert f"/changes/{draft.id}" in saved.headers["Location"]
    assert draft.hash != office.desk.drafts.get(draft.id).hash


def test_draft_changed_meanwhile_is_not_overwritten(office: Office) -> None:
    """The preview is shown anew against what the draft is now, with a word why; a second press saves it."""
    draft = office.desk.drafts.begin(ANA, NOW, "Mine")
    answer = look(office, CHANGE, target=str(draft.id))
    place = Place("gb.yaml", "gb-children")
    text = piece(FILES, place) or ""
    office.desk.drafts.save(draft.id, EDDA, NOW, place, text.replace("unknown", '"24/7"', 1), fingerprint(text))

    again = press(office, answer, "Put it into the change")
    saved = press(office, again, "Put it into the change")

    assert (200, True, 303) == (again.status_code, "have changed since" in again.text, saved.status_code)
    files = office.desk.drafts.files(draft.id)
    assert ("24/7" in (piece(files, place) or ""), True) == (
        True,
        "cost: free" in (piece(files, Place("gb.yaml", "gb-crime")) or ""),
    )


def test_live_tables_changed_meanwhile_are_not_undone(office: Office) -> None:
    """A new change begins on what is live now, or the preview is shown anew."""
    answer = look(office, CHANGE)
    files = {**FILES, "gb.yaml": BRITAIN.replace("Line for children", "The children's line")}
    standing = office.desk.standing()
    office.desk.revisions.publish(files, OPERATOR, NOW, "Meanwhile", accept_unchecked=True, standing=standing)

    again = press(office, answer, "Put it into the change")

    assert (200, True) == (again.status_code, "have changed since" in again.text)
    assert "children" not in Page(again.text).one("section", aria_labelledby="difference").words


def test_faults_stand_by_row_and_column_and_the_rest_can_be_kept(office: Office) -> None:
    """A row with a fault is left, the other is taken, and the one left can be had as a table."""
    answer = look(office, b"id,cost,hours\ngb-crime,free,24/7\ngb-children,dear,=1+1\n")
    table = Page(answer.text).one("table", class_="cards troubles")
    rows = [each.words for each in Page(answer.text).all("td", data_label="Row")]
    rest = press(office, answer, "Download the row as a table")

    assert (["3", "3"], True) == (rows, "formula" in table.words)
    assert ("One helpline changes." in answer.text, "One row has faults" in answer.text) == (True, True)
    assert ("text/csv; charset=utf-8", True) == (rest.content_type, "gb-children" in rest.text)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("table.csv", b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        ("table.csv", "id,cost\n".encode("utf-16"), "UTF-16"),
        ("ro.yaml", b"a: &a [x]\nb: *a\n", "shorthand"),
        ("ro.yaml", b"ro.yaml: !!python/object:os.system x\n", "YAML tag"),
        ("x.json", b"[" * 50_000, "not JSON"),
        ("../../../etc/passwd", b"id,cost\nxx-new,free\n", "is not a country"),
        ("<script>.csv", b"id,cost\n<script>,free\n", "is not a country"),
        ("table.csv", "id,name en\ngb-crime,‮Line\n".encode(), "right-to-left override"),
        ("table.csv", b"id,note\ngb-crime,\x00\n", "U+0000"),
        ("table.csv", b"x" * (1024 * 1024 + 1), "too large"),
        ("table.csv", b"", "nothing in it"),
    ],
)
def test_bad_files_are_refused_in_words(office: Office, name: str, data: bytes, words: str) -> None:
    """A sentence, never a traceback, and nothing to save."""
    answer = look(office, data, name)

    assert (200, True) == (answer.status_code, words.lower() in answer.text.lower())
    assert ("<script>" in answer.text.replace("<script src=", ""), "Put it into" in answer.text) == (False, False)


@pytest.mark.parametrize("size", [3 * 1024 * 1024 + 1, 10_000_000])
def test_large_file_is_refused_beside_its_field(office: Office, size: int) -> None:
    """The form comes back with a sentence beside the file, and says how much is too much."""
    answer = look(office, b"x" * size)
    field = Page(answer.text).one("input", type="file").attributes

    assert (400, "true") == (answer.status_code, field["aria-invalid"])
    assert "3 megabytes" in Page(answer.text).one(id=field["aria-describedby"].split()[1]).words


def test_more_than_any_table_is_not_taken_at_all(office: Office) -> None:
    """Beyond sixteen megabytes nothing is read, and the page says so."""
    assert 413 == look(office, b"x" * 17_000_000).status_code


def test_form_without_a_file_says_so_beside_the_field(office: Office) -> None:
    """An empty form, or a file field that is none, is answered with the form."""
    answer = office.post("/transfer/preview", {"target": "new"})
    field = Page(answer.text).one("input", type="file").attributes

    assert (400, "true") == (answer.status_code, field["aria-invalid"])
    assert "Choose a file first." == Page(answer.text).one(id=field["aria-describedby"].split()[1]).words


@pytest.mark.parametrize(
    "packed",
    [
        "x",
        "é",
        "AAAA",
        base64.urlsafe_b64encode(zlib.compress(b"x" * 20_000_000)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"id,cost\n")[:-3]).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"")).decode(),
    ],
)
def test_carried_file_that_is_damaged_or_a_bomb_is_refused(office: Office, packed: str) -> None:
    """What was not packed by us, or would unpack to more than a file may have, is not looked at."""
    answer = office.post("/transfer/save", {"packed": packed, "seen": "x"})

    assert (400, True) == (answer.status_code, "is damaged" in answer.text)


@pytest.mark.parametrize("target", ["999999", "x", "-1", "1e3", "٣", "9" * 40, ""])
def test_change_that_is_not_open_is_refused_in_words(office: Office, target: str) -> None:
    """A change that nobody has, or no number at all."""
    answer = look(office, CHANGE, target=target)

    assert (400, True) == (answer.status_code, "can no longer be worked on" in answer.text)


def test_change_that_was_handed_over_takes_nothing_in(office: Office) -> None:
    """What waits for approval is what was handed over."""
    answer = look(office, CHANGE)
    press(office, answer, "Put it into the change")
    draft = drafts(office)[0]
    office.desk.drafts.submit(draft.id, ANA, NOW, "They wrote to us.")

    assert 400 == look(office, b"id,cost\ngb-crime,charged\n", target=str(draft.id)).status_code


def test_forms_opened_as_addresses_lead_back(office: Office) -> None:
    """A page opened anew after a form was sent is the first page, not a fault."""
    assert [303, 303, 303] == [office.get(f"/transfer/{each}").status_code for each in ("preview", "save", "rest")]


def test_nothing_is_saved_without_the_token_of_the_page(office: Office) -> None:
    """A form of another origin is refused."""
    assert 400 == office.client.post("/transfer/save", data={"packed": "x"}).status_code


def test_every_sentence_of_the_troubles_is_in_french() -> None:
    """What is wrong with a file is said in the reader's language."""
    catalogue = _translations("fr")

    assert [] == [each for each in TEMPLATES if catalogue.gettext(each) == each]


def test_page_is_in_the_reader_s_language(office: Office) -> None:
    """In French the page says so, and its troubles too."""
    office.client.set_cookie("fanal-language", "fr", path="/")
    try:
        answer = look(office, b"id,hours\ngb-crime,=1+1\n")
    finally:
        office.client.delete_cookie("fanal-language", path="/")

    assert ("Ce que le fichier changerait" in answer.text, "est une formule" in answer.text) == (True, True)
