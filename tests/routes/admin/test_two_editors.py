"""Two editors on one helpline, and pages left open: nobody overwrites what they have not read, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.desk.draft import Draft
from directory.desk.people import OPERATOR
from directory.model import Helpline
from directory.pieces import Place, fingerprint, piece
from tests.desk import ANA, BEN, CLEO, EDDA, Office, an_office, shipped
from tests.forms import Form

PATH = "/helplines/ro-anitp/edit"
PLACE = Place("ro.yaml", "ro-anitp")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office of the test's own."""
    return an_office(tmp_path).act_as(ANA)


@pytest.fixture
def draft(office: Office) -> Draft:
    """Return a draft of Ana's that Edda works in too."""
    return office.desk.drafts.begin(ANA, office.now, "shared")


def opened(office: Office, draft: Draft) -> Form:
    """Open the form in the draft."""
    return Form(office.get(PATH, draft=str(draft.id)).text, "entry")


def now_in(office: Office, draft: Draft) -> Helpline:
    """Return the helpline as it stands in the draft."""
    return office.desk.drafts.directory(draft.id).helplines["ro-anitp"]


def test_second_is_told_and_fields_that_do_not_overlap_are_merged(office: Office, draft: Draft) -> None:
    """The second editor reads what the first changed, finds both in the form, and saves both."""
    ana, edda = opened(office, draft), opened(office, draft)
    office.client.post(ana.action, data=ana.sent(("act", "save"), cost="standard"))
    office.act_as(EDDA)
    told = office.client.post(edda.action, data=edda.sent(("act", "save"), note="From Edda."))
    both = Form(told.text, "entry")
    saved = office.client.post(both.action, data=both.sent(("act", "save")))

    assert [409, 303] == [told.status_code, saved.status_code]
    assert "Ana has saved since you opened the form" in told.text
    assert "Cost of a call: was" in told.text
    assert (["standard"], ["From Edda."]) == (both.sent()["cost"], both.sent()["note"])
    found = now_in(office, draft)
    assert ("standard", "From Edda.") == (found.cost.value, found.note)


@pytest.mark.parametrize(("choice", "note"), [("mine", "From Edda."), ("theirs", "From Ana.")])
def test_fields_that_overlap_are_chosen(office: Office, draft: Draft, choice: str, note: str) -> None:
    """Where both changed one field, the second sees both values and has to choose one of them."""
    ana, edda = opened(office, draft), opened(office, draft)
    office.client.post(ana.action, data=ana.sent(("act", "save"), note="From Ana."))
    office.act_as(EDDA)
    told = office.client.post(edda.action, data=edda.sent(("act", "save"), note="From Edda."))
    both = Form(told.text, "entry")
    unsure = office.client.post(both.action, data=both.sent(("act", "save")))
    sure = office.client.post(both.action, data=both.sent(("choice.note", choice), ("act", "save")))

    assert [409, 422, 303] == [each.status_code for each in (told, unsure, sure)]
    assert "Yours: From Edda." in told.text
    assert "Theirs: From Ana." in told.text
    assert "Choose which of the two" in unsure.text
    assert note == now_in(office, draft).note


def test_choice_is_asked_again_until_it_is_made(office: Office, draft: Draft) -> None:
    """A page that was sent without the choice still holds the choice."""
    ana, edda = opened(office, draft), opened(office, draft)
    office.client.post(ana.action, data=ana.sent(("act", "save"), note="From Ana."))
    both = Form(office.client.post(edda.action, data=edda.sent(("act", "save"), note="From Edda.")).text, "entry")
    again = Form(office.client.post(both.action, data=both.sent(("act", "save"))).text, "entry")

    assert ["note"] == again.sent()["overlap"]
    assert ["From Edda."] == again.sent()["note"]


def test_third_change_between_is_seen_too(office: Office, draft: Draft) -> None:
    """Whoever saves while the second settles is not overwritten either."""
    ana, edda = opened(office, draft), opened(office, draft)
    office.client.post(ana.action, data=ana.sent(("act", "save"), cost="standard"))
    both = Form(office.client.post(edda.action, data=edda.sent(("act", "save"), note="From Edda.")).text, "entry")
    third = opened(office, draft)
    office.client.post(third.action, data=third.sent(("act", "save"), kind="organisation"))
    told = office.client.post(both.action, data=both.sent(("act", "save")))
    saved = Form(told.text, "entry")
    office.client.post(saved.action, data=saved.sent(("act", "save")))
    found = now_in(office, draft)

    assert 409 == told.status_code
    assert ("standard", "From Edda.", "organisation") == (found.cost.value, found.note, found.kind.value)


def test_helpline_taken_out_meanwhile(office: Office, draft: Draft) -> None:
    """Somebody took it out: what was typed is still there, and saving again puts it back."""
    form = opened(office, draft)
    text = piece(office.desk.drafts.files(draft.id), PLACE)
    office.desk.drafts.save(draft.id, EDDA, office.now, PLACE, None, fingerprint(text))
    told = office.client.post(form.action, data=form.sent(("act", "save"), note="From Ana."))
    again = Form(told.text, "entry")
    mark = told.text.partition('name="confirmed" value="')[2][:16]
    saved = office.client.post(again.action, data=again.sent(("confirmed", mark), ("act", "save")))

    assert [409, 303] == [told.status_code, saved.status_code]
    assert "Edda took it out" in told.text
    assert "From Ana." == now_in(office, draft).note


def test_live_revision_has_moved(office: Office) -> None:
    """A form that was opened on the live tables does not overwrite what has gone live since."""
    form = Form(office.get(PATH).text, "entry")
    other = office.desk.drafts.begin(EDDA, office.now, "other")
    text = piece(office.desk.drafts.files(other.id), PLACE) or ""
    changed = office.desk.drafts.save(
        other.id, EDDA, office.now, PLACE, text.replace("cost: free", "cost: standard"), fingerprint(text)
    )
    office.desk.drafts.submit(other.id, EDDA, office.now, "why not")
    office.desk.drafts.approve(
        changed.id, BEN, office.now, changed.hash, accept_unchecked=True, standing=office.desk.standing()
    )
    told = office.client.post(form.action, data=form.sent(("act", "save"), note="From Ana."))

    assert 409 == told.status_code
    assert "Edda has saved since" in told.text
    assert ["standard"] == Form(told.text, "entry").sent()["cost"]


def test_draft_that_began_with_an_older_revision(office: Office, draft: Draft) -> None:
    """Whoever goes on with an old draft is told that another revision is live."""
    before = office.get(PATH, draft=str(draft.id)).text
    files = {**shipped(), "ro.yaml": shipped()["ro.yaml"].replace("cost: free", "cost: standard")}
    standing = office.desk.standing()
    office.desk.revisions.publish(files, OPERATOR, office.now, "why not", accept_unchecked=True, standing=standing)

    assert "is live by now" not in before
    assert "revision 2 is live by now" in office.get(PATH, draft=str(draft.id)).text


def test_other_draft_is_told_on_opening(office: Office, draft: Draft) -> None:
    """Whoever opens a form reads that somebody changes the same helpline in another draft, and what."""
    form = opened(office, draft)
    office.client.post(form.action, data=form.sent(("act", "save"), cost="standard"))
    other = office.act_as(EDDA).get(PATH).text

    assert "Ana is changing this helpline too" in other
    assert "Cost of a call: was" in other
    assert "is changing this helpline too" not in office.act_as(ANA).get(PATH).text


def test_draft_handed_over_takes_nothing_more(office: Office, draft: Draft) -> None:
    """What waits for approval cannot be changed; what was typed stays."""
    form = opened(office, draft)
    office.client.post(form.action, data=form.sent(("act", "save"), cost="standard"))
    late = opened(office, draft)
    office.desk.drafts.submit(draft.id, ANA, office.now, "why not")
    answer = office.client.post(late.action, data=late.sent(("act", "save"), note="late"))

    assert 422 == answer.status_code
    assert "handed over" in answer.text
    assert ["late"] == Form(answer.text, "entry").sent()["note"]
    assert "late" != now_in(office, draft).note


def test_expired_page_shows_the_form_again(office: Office) -> None:
    """A token of another session saves nothing and loses nothing."""
    form = Form(office.get(PATH).text, "entry")
    answer = office.client.post(form.action, data={**form.sent(("act", "save"), note="typed"), "csrf_token": ["old"]})
    again = Form(answer.text, "entry")
    saved = office.client.post(again.action, data=again.sent(("act", "save")))

    assert [400, 303] == [answer.status_code, saved.status_code]
    assert "had expired" in answer.text
    assert ["typed"] == again.sent()["note"]


def test_signed_out_form_is_held(office: Office) -> None:
    """Whoever is no longer signed in keeps what they typed, signs in elsewhere, and goes on."""
    form = Form(office.get(PATH).text, "entry")
    office.act_as(None)
    held = office.client.post(form.action, data=form.sent(("act", "save"), note="typed"))
    office.act_as(ANA)
    kept = Form(held.text)
    again = Form(office.client.post(PATH, data=kept.sent()).text, "entry")
    saved = office.client.post(again.action, data=again.sent(("act", "save")))

    assert [403, 303] == [held.status_code, saved.status_code]
    assert office.desk.drafts.of(ANA) is not None
    assert ["typed"] == again.sent()["note"]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example.org"}, {"Origin": "null"}]
)
def test_form_of_another_site_is_not_held(office: Office, headers: dict[str, str]) -> None:
    """What another site sends is not shown back, signed in or not."""
    form = Form(office.get(PATH).text, "entry")
    data = {**form.sent(("act", "save"), note="planted"), "csrf_token": ["old"]}
    answers = [office.act_as(who).client.post(form.action, data=data, headers=headers) for who in (ANA, None)]

    assert [400, 400] == [each.status_code for each in answers]
    assert all("planted" not in each.text for each in answers)


@pytest.mark.parametrize("who", [BEN, CLEO])
def test_approvers_edit_too(office: Office, draft: Draft, who: object) -> None:
    """An approver is an editor; whoever has edited cannot approve (`directory.desk`)."""
    office.gate.person = who  # type: ignore[assignment]  # the people of tests
    form = opened(office, draft)

    assert 303 == office.client.post(form.action, data=form.sent(("act", "save"), cost="standard")).status_code


@pytest.mark.parametrize("basis", ["", "null", "[]", "{", '{"id": 1}', '{"name": "x", "numbers": "y", "source": []}'])
def test_forged_basis_is_only_an_old_page(office: Office, basis: str) -> None:
    """Nonsense in the field that carries what the editor saw is answered in words, and saves nothing by itself."""
    form = Form(office.get(PATH).text, "entry")
    answer = office.client.post(form.action, data={**form.sent(("act", "save"), note="typed"), "basis": [basis]})

    assert 409 == answer.status_code
    assert office.desk.drafts.of(ANA) is None
