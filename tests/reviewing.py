"""A sample directory under review, for tests of the pages about changes: drafts at every stage, and pages as read."""

from __future__ import annotations

from pathlib import Path

from werkzeug.test import TestResponse

from directory.desk.draft import Draft
from directory.desk.people import OPERATOR, Actor
from directory.pieces import Place, fingerprint, piece
from tests.desk import ANA, CLEO, EDDA, NOW, Office, a_desk
from tests.pages import Page
from tests.sample_directory import FILES

CRIME = Place("gb.yaml", "gb-crime")
SUPPORT = Place("fr.yaml", "fr-support")


def a_small_office(folder: Path) -> Office:
    """Return an office over a desk whose first revision is the sample directory."""
    return Office(folder, a_desk(f"sqlite:///{folder / 'desk.db'}", FILES))


def roll_back(office: Office) -> None:
    """Let the sample directory be live."""
    present = office.desk.revisions.live()
    if present is not None and office.desk.files(present.number) != FILES:
        office.desk.revisions.roll_back(1, OPERATOR, NOW, "As it was.")


def save(office: Office, draft: Draft, place: Place, old: str, new: str, person: Actor = ANA) -> Draft:
    """Replace a passage of one row in a draft."""
    text = piece(office.desk.drafts.files(draft.id), place) or ""
    assert old in text
    return office.desk.drafts.save(draft.id, person, NOW, place, text.replace(old, new), fingerprint(text))


def begun(office: Office, place: Place = SUPPORT, person: Actor = ANA) -> Draft:
    """Begin a change that says something new each time: the words of a row's source."""
    draft = office.desk.drafts.begin(person, NOW, "A change")
    old = "quote: " + ('"La nuit."' if place == SUPPORT else '"Ring us on 020 7946 0001."')
    return save(office, draft, place, old, f'quote: "Words {draft.id}."', person)


def handed_over(office: Office, **options: object) -> Draft:
    """Begin a change and hand it over."""
    draft = begun(office, **options)  # type: ignore[arg-type]  # the options of `begun`
    return office.desk.drafts.submit(draft.id, ANA, NOW, "They wrote to us.")


def live(office: Office) -> int:
    """Return the number of the live revision."""
    found = office.desk.revisions.live()
    return found.number if found else 0


def approve(office: Office, draft: Draft, **form: str) -> TestResponse:
    """Send the form of approval as the page would: with the hash that it showed, and the tick."""
    fields = {"hash": draft.submitted_hash or "", "unchecked": "yes", "back": f"/changes/{draft.id}", **form}
    return office.post(f"/changes/{draft.id}/approve", fields)


def publish(office: Office, place: Place, old: str, new: str) -> None:
    """Let another change go live."""
    draft = office.desk.drafts.begin(EDDA, NOW, "Another change")
    draft = save(office, draft, place, old, new, EDDA)
    draft = office.desk.drafts.submit(draft.id, EDDA, NOW, "So it is.")
    office.desk.drafts.approve(draft.id, CLEO, NOW, draft.hash, accept_unchecked=True, standing=office.desk.standing())


def page_of(answer: TestResponse, status: int = 200) -> Page:
    """Return the page, which must have this status."""
    assert status == answer.status_code, answer.text
    return Page(answer.text)


def forms(page: Page) -> set[str]:
    """Return what the forms of the page can do: the last words of their addresses."""
    return {
        each.attributes["action"].rpartition("/")[2]
        for each in page.all("form")
        if each.attributes.get("method") == "post"
    }
