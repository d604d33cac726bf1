"""The coordinators' telephone: calls on a draft or a revision, which ring nobody and leave nothing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.pofile import read_po

from ivr.simulator.people import everybody
from routes.admin.trial import keys
from routes.admin.words import FOLDER
from routes.phone import chooser, conversation, standing
from routes.phone.page import KEYS
from tests.application import FakeOutbox
from tests.desk import ANA, NOW, VERA, Office, an_office
from tests.pages import Page

CALL = {"country": "RO", "telephone": "mobile", "moment": "2026-11-29T23:00"}
"""A Sunday night in Romania."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here: a call leaves nothing behind, drafts do not meet."""
    return an_office(tmp_path_factory.mktemp("office")).act_as(VERA)


def look(office: Office, status: int = 200, /, **query: str) -> Page:
    """Open the page."""
    answer = office.get("/try", **query)
    assert status == answer.status_code
    return Page(answer.text)


def press(office: Office, page: Page, words: str) -> Page:
    """Press a button, known by its words or its value, as a browser without JavaScript does."""
    method, address, fields = page.button(words)
    assert ("get", "/try") == (method, address.partition("#")[0])
    return look(office, **fields)


def heard(page: Page) -> str:
    """Return the whole conversation."""
    return page.one("ol", inside=page.one(id_="log")).words


def a_draft(office: Office, file: str, old: str, new: str) -> str:
    """Return the source word of a draft in which one passage is another."""
    files = office.desk.revisions.files(1)
    assert old in files[file]
    draft = office.desk.drafts.begin(ANA, NOW, "A test's change")
    changed = {**files, file: files[file].replace(old, new, 1)}
    office.desk.drafts.save_files(draft.id, ANA, NOW, changed, draft.hash)
    return f"draft:{draft.id}"


def test_form_first(office: Office) -> None:
    """Before a call the page offers countries, kinds of telephone, our numbers, and a time; none for a free number."""
    page = look(office)
    fields = [each.attributes["name"] for tag in ("select", "input") for each in page.all(tag)]

    assert ["source", "country", "telephone", "number", "moment"] == fields
    assert [] == page.all(id_="log")


def test_time_is_written_down(office: Office) -> None:
    """A call without a time gets the present one, by the clock of the caller's country, and keeps it."""
    answer = office.get("/try", country="RO", telephone="landline", keys="1-2")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)

    assert 302 == answer.status_code
    assert (["2026-11-23T11:00"], ["1-2"], ["landline"]) == (query["moment"], query["keys"], query["telephone"])


def test_whole_call_without_javascript(office: Office) -> None:
    """A caller presses key after key, a forwarded call is busy, and the line leads on; then they hang up."""
    page = press(office, look(office, **CALL), "Call")
    for key in ("1", "1-2", "1-2-1"):
        page = press(office, page, key)

    assert page.one(class_="display").words.startswith("Ringing at ")
    page = press(office, page, "Busy")
    assert "The other side was busy." in heard(page)
    page = press(office, page, "Hang up")
    assert "The call is over" == page.one(class_="display").words
    assert [] == [each for each in page.all("button", name="keys") if "data-key" in each.attributes and not _off(each)]


def _off(button: object) -> bool:
    return "disabled" in getattr(button, "attributes", {})


def test_draft_is_heard_before_it_is_live(office: Office) -> None:
    """A call on a draft hears the draft's hours; one on the live tables, with the same keys, hears the live ones."""
    source = a_draft(office, "ro.yaml", '"24/7"', '"Mo-Fr 08:00-16:00"')
    live, draft = (heard(look(office, **CALL, keys="3-2", source=each)) for each in ("live", source))

    assert "day and night" in live
    assert "day and night" not in draft
    assert "closed" in draft.lower()


def test_revision_is_heard(office: Office) -> None:
    """A call on the revision that is live is the call on the live tables."""
    assert heard(look(office, **CALL, keys="3-2")) == heard(look(office, **CALL, keys="3-2", source="1"))


def test_time_can_be_set(office: Office) -> None:
    """The same keys at another time lead to what is true then; the page offers to press them again."""
    source = a_draft(office, "ro.yaml", '"24/7"', '"Mo-Fr 08:00-16:00"')
    page = look(office, **CALL, keys="3-2", source=source)
    _method, _address, fields = page.button("3-2")
    day = look(office, **{**fields, "moment": "2026-11-30T10:00"})

    assert "closed" in heard(page).lower()
    assert "closed" not in heard(day).lower()


def test_last_key_can_be_taken_back(office: Office) -> None:
    """The call before the last key is one button away, and is the same call again."""
    before = look(office, **CALL, keys="1-2")
    after = press(office, press(office, before, "1-2-star"), "Take the last key back")

    assert heard(before) == heard(after)


def test_text_arrives_as_a_bubble(office: Office) -> None:
    """A text that the caller agrees to is shown; a withheld number is offered none."""
    mobile = look(office, **CALL, keys="1-2-2-1")
    withheld = look(office, **{**CALL, "telephone": "withheld"}, keys="1-2-2-1")

    assert 1 == len(mobile.all("li", class_="text"))
    assert [] == withheld.all("li", class_="text")


def test_nothing_is_left(office: Office) -> None:
    """A call that is only tried is not counted, queued, logged or kept."""
    outbox, figures, log = office.services.outbox, office.services.metrics.page(), office.desk.entries()
    assert isinstance(outbox, FakeOutbox)
    look(office, **CALL, keys="1-2-1-answered-hangup")

    assert [] == outbox.items
    assert figures == office.services.metrics.page()
    assert log == office.desk.entries()


@pytest.mark.parametrize("telephone", ["mobile", "landline", "withheld"])
def test_no_caller_in_an_address(office: Office, telephone: str) -> None:
    """No address of the page holds a number from which a call comes, not even an example."""
    numbers = {each.removeprefix("+") for who in everybody() for each in (who.mobile, who.landline)}
    page = look(office, **{**CALL, "telephone": telephone}, keys="1-2")
    values = [each.attributes.get("value", "") for each in page.elements]
    links = [each.attributes.get("href", "") for each in page.elements]

    assert [] == [each for each in (*values, *links) if any(number in each for number in numbers)]


def test_keys_that_do_not_fit(office: Office) -> None:
    """Keys after the call has begun to ring are not pressed, and the page says so."""
    page = look(office, **CALL, keys="1-2-1-9-9")

    assert "The last 2 keys of this address were not pressed" in page.one("p", class_="notice").words
    assert heard(look(office, **CALL, keys="1-2-1")) == heard(page)


def test_longest_call(office: Office) -> None:
    """A call ends being played at its longest; one key more is refused in words."""
    whole = "-".join(["hash"] * keys.MOST)
    page = look(office, **CALL, keys=whole)

    assert "as long as one can be" in page.one("p", class_="notice").words
    assert all(_off(each) for each in page.all("button") if "data-key" in each.attributes)
    assert "no call that can be played" in look(office, 400, **CALL, keys=f"{whole}-hash").one(role="alert").words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keys": "zz"}, "This is no call that can be played"),
        ({"keys": "1--2"}, "This is no call that can be played"),
        ({"keys": "1 2"}, "This is no call that can be played"),
        ({"keys": "12"}, "This is no call that can be played"),
        ({"country": "XX"}, "Choose a country of the list"),
        ({"country": ""}, "Choose a country of the list"),
        ({"country": "+40712345678"}, "Choose a country of the list"),
        ({"number": "+33199000000"}, "Choose one of the numbers of the list"),
        ({"moment": "tomorrow"}, "This is no day and time"),
        ({"moment": "9999-12-31T23:59"}, "This is no day and time"),
        ({"source": "draft:424242"}, "There is no such draft"),
        ({"source": "<script>"}, "There are no such tables"),
    ],
)
def test_what_cannot_be_meant(office: Office, change: dict[str, str], words: str) -> None:
    """A wrong address is answered in words beside the form, and no call is made."""
    page = look(office, 400, **{**CALL, "keys": "1", **change})

    assert words in page.one(role="alert").words
    assert [] == page.all(id_="log")


def test_unknown_telephone_is_a_mobile(office: Office) -> None:
    """A kind of telephone that there is not becomes the simplest case."""
    assert (
        "From a mobile in Romania"
        in look(office, **{**CALL, "telephone": "fax"}, keys="").one(class_="call-summary").words
    )


def test_what_callers_would_notice(office: Office) -> None:
    """For a draft the page names who is offered first before and after, and leads to both calls."""
    source = a_draft(office, "ro.yaml", '"24/7"', '"Mo-Fr 08:00-16:00"')
    table = (page := look(office, source=source)).one("table")
    rows = [each for each in page.all("tr", inside=table) if page.all("td", inside=each)]
    links = [each.attributes["href"] for each in page.all("a", inside=table)]

    assert {"Romania"} == {page.one("th", inside=row).words for row in rows}
    for link in links:
        look(
            office,
            **{name: values[0] for name, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()},
        )
    assert [] == look(office).all("table")


def test_everything_told_of_a_call_is_said_in_french() -> None:
    """Whoever reads the page in French reads no English but what the caller hears."""
    told = {
        *conversation.TEMPLATES,
        *standing.TEMPLATES,
        *chooser.TEMPLATES,
        *(meaning for _, _, meaning in KEYS if meaning),
    }
    known = set()
    for path in (FOLDER / "fr").glob("*.po"):
        with path.open("rb") as file:
            known |= {each.id for each in read_po(file) if each.string}

    assert set() == told - known


def test_page_in_french(office: Office) -> None:
    """The conversation's own words are French, those of the line stay as they are heard."""
    page = look(office, **CALL, keys="1-2-1", lang="fr")
    office.client.delete_cookie("fanal-language", path="/admin")

    assert "La ligne · roumain" in heard(page)
    assert page.one(class_="display").words.startswith("Ça sonne au ")


def test_signed_in_only(office: Office) -> None:
    """Nobody makes a call here without signing in."""
    office.act_as(None)
    try:
        answer = office.get("/try", **CALL, keys="1")
    finally:
        office.act_as(VERA)

    assert 303 == answer.status_code


def test_nothing_is_posted(office: Office) -> None:
    """The page only asks: a form that is posted is refused."""
    assert 405 == office.post("/try", dict(CALL)).status_code
