"""Changes on their way: who may do what, and that nothing goes live but what a second person has read."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory import changes, difference, effect, weekly
from directory.desk.draft import Draft, Stage
from directory.desk.people import Actor, Role
from directory.pieces import Place
from routes.admin.ways import FROM_FOLDER
from routes.admin.words import _translations
from tests.desk import ADA, ANA, BEN, CLEO, EDDA, EVERYBODY, NOW, VERA, Office, someone
from tests.reviewing import (
    CRIME,
    SUPPORT,
    a_small_office,
    approve,
    begun,
    forms,
    handed_over,
    live,
    page_of,
    publish,
    roll_back,
    save,
)

CHILDREN = Place("gb.yaml", "gb-children")
ANA_APPROVES = someone("Ana", Role.APPROVER)
"""Ana, who has meanwhile been given another role."""


def test_nobody_sees_anything(office: Office) -> None:
    """Whoever is not signed in is led to where they can, and nothing is shown or done."""
    draft = handed_over(office)
    office.act_as(None)
    answers = [office.get("/changes"), office.get(f"/changes/{draft.id}"), approve(office, draft)]

    assert [303] * 3 == [each.status_code for each in answers]
    assert all(each.headers["Location"].startswith("/sign-in") for each in answers)
    assert Stage.WAITING == office.desk.drafts.get(draft.id).stage


def test_list_of_changes(office: Office) -> None:
    """The list shows what waits, what is being worked on, and what is live, each with its mark."""
    waiting, open_ = handed_over(office), begun(office)
    office.act_as(VERA)
    page = page_of(office.get("/changes"))

    assert {f"/changes/{waiting.id}", f"/changes/{open_.id}"} <= {each.attributes["href"] for each in page.all("a")}
    assert {"waiting", "draft"} <= {
        each.words for each in page.all("span") if "mark" in each.attributes.get("class", "")
    }
    assert "undo" not in str([each.attributes["href"] for each in page.all("a")])


def test_empty_list_says_what_belongs_here(tmp_path: Path) -> None:
    """Where nothing is on its way, the page says how a change begins."""
    office = a_small_office(tmp_path).act_as(VERA)
    text = office.get("/changes").text

    assert "A change begins when somebody edits a helpline" in text
    assert "Nothing waits" in text


def test_change_in_words(office: Office) -> None:
    """A change shows the difference in words, the gravest first, what callers notice, and what the check finds."""
    draft = office.desk.drafts.begin(ANA, NOW, "Other hours")
    save(office, draft, CRIME, "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00, Sa 10:00-16:00; PH off")
    save(office, draft, CRIME, '"020 7946 0001", dial: "+442079460001"', '"020 7946 0009", dial: "+442079460009"')
    page = page_of(office.act_as(VERA).get(f"/changes/{draft.id}"))
    lines = [each.words for each in page.all("li") if each.parent and each.parent.parent]
    said = [line for line in lines if line.startswith(("look closely The telephone number", "Saturday"))]

    assert "look closely The telephone number changes: was 020 7946 0001" in said[0]
    assert "Saturday: was closed, will be open 10:00 to 16:00" == said[1]
    assert any("Saturday 10:00 to 16:00" in each.words for each in page.all("td"))
    assert set() == forms(page)


def test_change_for_callers_of_one_language(office: Office) -> None:
    """The effect can be asked for callers of one language; an invented one asks for any."""
    draft = office.desk.drafts.begin(ANA, NOW, "Other languages")
    save(office, draft, CRIME, "needs: [crime]", "needs: [support]")
    office.act_as(VERA)

    assert "selected" in page_of(office.get(f"/changes/{draft.id}", speaks="pl")).one("option", value="pl").attributes
    assert 200 == office.get(f"/changes/{draft.id}", speaks="<b>").status_code


def test_script_in_a_name(office: Office) -> None:
    """Whatever somebody writes into a row, a title, a reason or an answer is shown as text."""
    bad = "<script>alert(1)</script>"
    draft = office.desk.drafts.begin(ANA, NOW, bad)
    save(office, draft, SUPPORT, "en: Support,", f'en: "{bad}",')
    office.desk.drafts.submit(draft.id, ANA, NOW, bad)
    office.desk.drafts.send_back(draft.id, BEN, NOW, bad)
    office.act_as(ANA)

    assert bad not in office.get(f"/changes/{draft.id}").text
    assert bad not in office.get("/changes").text


def test_long_words(office: Office) -> None:
    """Of a reason of a megabyte only the beginning is kept: it stands in the log for good."""
    draft = begun(office)
    office.act_as(ANA).post(f"/changes/{draft.id}/submit", {"reason": "so it is. " * 100_000})

    assert "so it is." in office.desk.drafts.get(draft.id).reason
    assert max(len(str(entry.detail)) for entry in office.desk.entries(limit=3)) < 5000


EDITORS = {ANA, EDDA, BEN, CLEO, ANA_APPROVES}
ALLOWED: dict[tuple[str, Stage], set[Actor]] = {
    ("submit", Stage.OPEN): EDITORS,
    ("update", Stage.OPEN): EDITORS,
    ("settle", Stage.OPEN): EDITORS,
    ("withdraw", Stage.OPEN): {ANA, ANA_APPROVES},
    ("withdraw", Stage.WAITING): {ANA, ANA_APPROVES},
    ("send-back", Stage.WAITING): {ANA, ANA_APPROVES, BEN, CLEO},
    ("approve", Stage.WAITING): {BEN, CLEO},
}
"""Who may do what with a change of Ana's. Everything else is refused."""


def at(office: Office, stage: Stage) -> Draft:
    """Return a change of Ana's at a stage."""
    if stage is Stage.OPEN:
        return begun(office)
    draft = handed_over(office)
    if stage is Stage.WITHDRAWN:
        return office.desk.drafts.withdraw(draft.id, ANA, NOW)
    if stage is Stage.PUBLISHED:
        standing = office.desk.standing()
        office.desk.drafts.approve(draft.id, CLEO, NOW, draft.hash, accept_unchecked=True, standing=standing)
    return office.desk.drafts.get(draft.id)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("action", ["submit", "update", "settle", "withdraw", "send-back", "approve"])
def test_who_may_do_what(building: Office, action: str, stage: Stage) -> None:
    """At every stage each action is open to exactly those who may; the server refuses it to all others."""
    allowed = ALLOWED.get((action, stage), set())
    draft: Draft | None = None
    for person in (*EVERYBODY, ANA_APPROVES):
        if draft is None:
            roll_back(building)
            draft = at(building, stage)
        before = (building.desk.drafts.get(draft.id), live(building))
        fields = {"reason": "So.", "answer": "No.", "hash": draft.submitted_hash or draft.hash, "unchecked": "yes"}
        answer = building.act_as(person).post(f"/changes/{draft.id}/{action}", fields)

        assert (person, person in allowed) == (person, answer.status_code == 303), answer.text
        if person in allowed:
            draft = None
            continue
        assert answer.status_code in {403, 409}
        assert before == (building.desk.drafts.get(draft.id), live(building))


def test_pages_offer_what_the_desk_accepts(office: Office) -> None:
    """Each reader sees the forms of what they may do, and an approval form only where it would go through."""
    draft = handed_over(office)
    offered = {
        ANA: {"send-back", "withdraw"},
        ANA_APPROVES: {"send-back", "withdraw"},
        EDDA: set(),
        VERA: set(),
        ADA: set(),
        BEN: {"approve", "send-back"},
    }

    for person, wanted in offered.items():
        page = page_of(office.act_as(person).get(f"/changes/{draft.id}"))

        assert (person.name, wanted) == (person.name, forms(page))


def test_own_change(office: Office) -> None:
    """An approver is told that their own change needs another person; the server refuses it from them alone."""
    draft = handed_over(office)
    office.act_as(ANA_APPROVES)
    number = live(office)

    assert "another person has to read and approve it" in office.get(f"/changes/{draft.id}").text
    assert 403 == approve(office, draft).status_code
    assert number == live(office)

    office.act_as(BEN)

    assert 303 == approve(office, draft).status_code
    assert number + 1 == live(office)


def test_whoever_saved_into_it_may_not_approve(office: Office) -> None:
    """One edit is enough: an approver who has touched a change is one of its authors."""
    draft = begun(office)
    save(office, draft, CRIME, "Line for crime", "Line about crime", BEN)
    office.desk.drafts.submit(draft.id, ANA, NOW, "Together.")
    draft = office.desk.drafts.get(draft.id)

    assert 403 == approve(office.act_as(BEN), draft).status_code
    assert 303 == approve(office.act_as(CLEO), draft).status_code


@pytest.mark.parametrize("hash_", ["", "0" * 64, "'; --", "x" * 5000])
def test_forged_hash(office: Office, hash_: str) -> None:
    """An approval that names another content than the one that waits puts nothing live."""
    draft, number = handed_over(office), live(office)
    page = page_of(approve(office.act_as(BEN), draft, hash=hash_), 409)

    assert number == live(office)
    assert "not what you have read" in page.one("div", class_="notice faults").words


def test_old_hash(office: Office) -> None:
    """A page left open does not approve what came after it: taken back, changed and handed over again."""
    draft, number = handed_over(office), live(office)
    office.desk.drafts.send_back(draft.id, ANA, NOW, "")
    save(office, draft, CRIME, "Line for crime", f"Line {draft.id}")
    office.desk.drafts.submit(draft.id, ANA, NOW, "Better.")

    assert 409 == approve(office.act_as(BEN), draft).status_code
    assert number == live(office)


def test_never_checked_needs_a_decision(office: Office) -> None:
    """Services that nobody has ever checked go live only if the approver ticks that they may."""
    draft, number = handed_over(office), live(office)
    office.act_as(BEN)
    page = page_of(approve(office, draft, unchecked=""), 409)

    assert number == live(office)
    assert "true" == page.one("input", id="unchecked").attributes["aria-invalid"]
    assert "Support" in office.get(f"/changes/{draft.id}").text
    assert 303 == approve(office, draft).status_code


def test_checked_needs_no_decision(office: Office) -> None:
    """A change of a service that has been checked asks for no tick."""
    draft = handed_over(office, place=CRIME)
    page = page_of(office.act_as(BEN).get(f"/changes/{draft.id}"))

    assert [] == page.all("input", id="unchecked")
    assert 303 == approve(office, draft, unchecked="").status_code


def test_sign_in_that_is_not_fresh(office: Office) -> None:
    """Approving and undoing ask for a fresh sign-in first, and lead back to the page."""
    draft, number = handed_over(office), live(office)
    office.act_as(BEN, fresh=False)
    answers = [approve(office, draft), office.post("/changes/undo", {"live": str(number), "note": "No.", "back": "/x"})]

    assert [f"/again?then=/changes/{draft.id}", "/again?then=/x"] == [each.headers["Location"] for each in answers]
    assert number == live(office)
    assert (
        f"/changes/{draft.id}"
        == page_of(office.get(f"/changes/{draft.id}")).one("input", name="back").attributes["value"]
    )


def test_what_was_typed_before_a_fresh_sign_in(office: Office) -> None:
    """The tick and the reason stand there again, once, on their own page, and for the change that was read alone."""
    publish(office, CRIME, "cost: standard", "cost: free")
    draft, words = handed_over(office), "".join(map(chr, range(0x1F300, 0x1F4F4)))

    def ticked() -> bool:
        return "checked" in page_of(office.get(f"/changes/{draft.id}")).one("input", id="unchecked").attributes

    def note() -> str:
        return page_of(office.get("/changes/undo")).one("textarea", id="note").words

    found = []
    office.act_as(BEN, fresh=False)
    for hash_ in (draft.hash, "0" * 64):
        approve(office, draft, hash=hash_)
        found.append([note(), ticked(), ticked()])
    office.post("/changes/undo", {"note": words, "back": "/changes/undo"})

    assert [["", True, False], ["", False, False]] == found
    assert [words, ""] == [note(), note()]


@pytest.mark.parametrize(("action", "field"), [("submit", "reason"), ("send-back", "answer")])
def test_reason_is_missing(office: Office, action: str, field: str) -> None:
    """Without a word why nothing happens; the sentence stands at the top and beside the field."""
    draft = begun(office) if action == "submit" else handed_over(office)
    office.act_as(ANA if action == "submit" else BEN)
    page = page_of(office.post(f"/changes/{draft.id}/{action}", {field: "  "}), 409)

    assert "true" == page.one("textarea", id=field).attributes["aria-invalid"]
    assert page.one("p", id=f"{field}-fault").words in page.one("div", class_="notice faults").words


def test_undo(office: Office) -> None:
    """One approver returns to the revision before the live one, after seeing what that does, and with a word why."""
    publish(office, CRIME, "cost: standard", "cost: free")
    number = live(office)
    office.act_as(BEN)
    page = page_of(office.get("/changes/undo"))

    assert str(number) == page.one("input", name="live").attributes["value"]
    assert "Cost of a call: was free, will be as an ordinary call" in page.one("main").words
    assert 409 == office.post("/changes/undo", {"live": str(number), "note": " "}).status_code
    assert 409 == office.post("/changes/undo", {"live": str(number - 1), "note": "It is wrong."}).status_code
    assert 409 == office.post("/changes/undo", {"live": "²", "note": "It is wrong."}).status_code
    assert number == live(office)
    assert 303 == office.post("/changes/undo", {"live": str(number), "note": "It is wrong."}).status_code
    assert number + 1 == live(office)
    assert "cost: standard" in office.desk.files(live(office))["gb.yaml"]


@pytest.mark.parametrize("person", [VERA, ANA, EDDA, ADA], ids=lambda person: person.name)
def test_undo_is_for_approvers(office: Office, person: Actor) -> None:
    """Nobody else returns to an older revision, nor is it offered to them."""
    publish(office, CRIME, "cost: standard", "cost: free")
    number = live(office)
    office.act_as(person)

    assert 403 == office.get("/changes/undo").status_code
    assert 403 == office.post("/changes/undo", {"live": str(number), "note": "It is wrong."}).status_code
    assert number == live(office)


def test_nothing_to_undo(tmp_path: Path) -> None:
    """Before the second revision there is nothing to return to."""
    office = a_small_office(tmp_path).act_as(BEN)

    assert 404 == office.get("/changes/undo").status_code
    assert 404 == office.post("/changes/undo", {"live": "1", "note": "It is wrong."}).status_code


def test_tables_of_a_folder(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where callers are served a folder, the pages say so, offer no approval, and the server refuses one."""
    publish(office, CRIME, "cost: standard", "cost: free")
    draft, number = handed_over(office), live(office)
    monkeypatch.setattr("routes.admin.review._from_folder", lambda: True)
    office.act_as(BEN)

    assert FROM_FOLDER in office.get("/changes").text
    assert {"send-back"} == forms(page_of(office.get(f"/changes/{draft.id}")))
    assert 409 == approve(office, draft).status_code
    assert 409 == office.post("/changes/undo", {"live": str(number), "note": "No."}).status_code
    assert number == live(office)


@pytest.mark.parametrize("number", ["999999", "2147483647", "99999999999999999999", "0", "-1", "x"])
def test_no_such_change(office: Office, number: str) -> None:
    """A change that does not exist is a page in words, whatever is asked of it."""
    office.act_as(BEN)
    actions = ("submit", "send-back", "withdraw", "update", "settle", "approve")
    answers = [office.get(f"/changes/{number}"), *(office.post(f"/changes/{number}/{each}") for each in actions)]

    assert {404} == {each.status_code for each in answers}


def test_form_without_its_token(office: Office) -> None:
    """A form from elsewhere does nothing."""
    draft, number = handed_over(office), live(office)
    office.act_as(BEN)
    fields = {"hash": draft.submitted_hash, "unchecked": "yes"}

    assert 400 == office.client.post(f"/changes/{draft.id}/approve", data=fields).status_code
    assert number == live(office)


def test_address_of_a_form_leads_back(office: Office) -> None:
    """Whoever reloads the address of a form comes back to the change."""
    office.act_as(VERA)

    assert "/changes/1" == office.get("/changes/1/send-back").headers["Location"]
    assert 404 == office.get("/changes/1/else").status_code


def test_difference_is_said_in_french() -> None:
    """Every sentence and word of the difference, the hours and the effect has its French, with the same places."""
    french = _translations("fr")
    templates = {*changes.TEMPLATES, *difference.TEMPLATES, *weekly.TEMPLATES, *effect.TEMPLATES}
    alike = {"note", "source", "{days} {hours}", "{name}, {say}, {now}"}

    assert set() == {each for each in templates - alike if french.gettext(each) == each}
    for each in templates:
        assert sorted(places(each)) == sorted(places(french.gettext(each)))


def places(template: str) -> list[str]:
    """Return the places of a template."""
    return [part.partition("}")[0] for part in template.split("{")[1:]]


def test_french_page(office: Office) -> None:
    """The page of a change reads French to whoever asks for it."""
    draft = handed_over(office)
    words = page_of(office.act_as(BEN).get(f"/changes/{draft.id}", lang="fr")).one("main").words

    assert "Ce qui change" in words
    assert "Texte de la source : avant, « La nuit. » ; désormais, « Words" in words
    assert "What" not in words
    office.get("/changes", lang="en")


def test_countries_and_languages_have_names_in_what_is_doubtful(office: Office) -> None:
    """What the check finds is said to people who know countries and languages by their names."""
    draft = office.desk.drafts.begin(ANA, NOW, "Hours")
    draft = save(office, draft, CHILDREN, "hours: unknown", "hours: Mo-Fr 10:00-18:00; PH off")
    words = office.act_as(ANA).get(f"/changes/{draft.id}").text

    assert "United Kingdom: only the holidays of the whole country are known" in words
