"""An administrator who wants to be two people: refused for a day, in which everybody who approves sees the accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.desk.draft import Draft
from directory.desk.people import Role
from directory.pieces import Place, fingerprint, piece
from tests.accounts import Coordinator, House, found
from tests.pages import Page
from tests.sample_directory import FILES

ADA, BEN, EVE = "ada@example.org", "ben@example.org", "eve@example.org"
CRIME = Place("gb.yaml", "gb-crime")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation with the sample directory, an administrator and an approver."""
    house = House(tmp_path)
    house.desk.revisions.ship(FILES, house.now, "The sample.")
    return house


def handed_over(house: House, address: str) -> Draft:
    """Let the holder of an account change something, and hand it over."""
    person = house.account(address).actor
    draft = house.desk.drafts.begin(person, house.now, "A change")
    text = piece(house.desk.drafts.files(draft.id), CRIME) or ""
    new = text.replace("cost: standard", "cost: free")
    house.desk.drafts.save(draft.id, person, house.now, CRIME, new, fingerprint(text))
    return house.desk.drafts.submit(draft.id, person, house.now, "Mine.")


def approve(person: Coordinator, draft: Draft) -> int:
    """Send the form of approval with every sign of being right, and return the status."""
    form = {"hash": draft.submitted_hash, "unchecked": "yes", "back": f"/changes/{draft.id}"}
    return person.post(f"/changes/{draft.id}/approve", form).status_code


def made(house: House, ada: Coordinator, address: str, *roles: Role) -> Coordinator:
    """Let an administrator make an account in the pages, and open its link themselves."""
    form = {"address": address, "name": address.partition("@")[0], "role": [role.value for role in roles]}
    link = found(ada.post("/people/new", form), r"(/enrol/[\w-]+)")
    person = Coordinator(house, address)
    assert 303 == person.enrol(link).status_code
    return person


def test_two_accounts_of_an_administrator(house: House) -> None:
    """They change with the one and approve with the other: 403 and a sentence on the page, until a day has passed."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    made(house, ada, EVE, Role.EDITOR)
    mallory = made(house, ada, "mallory@example.org", Role.APPROVER)
    draft = handed_over(house, EVE)
    page = Page(mallory.get(f"/changes/{draft.id}").text)

    assert not page.all("form", action=f"/changes/{draft.id}/approve")
    assert any("may be in the hands of whoever did that" in each.words for each in page.all("p", class_="notice"))
    assert [403, 1] == [approve(mallory, draft), house.desk.head()[0]]

    house.later(days=1)
    mallory.sign_in()

    assert [303, 2] == [approve(mallory, draft), house.desk.head()[0]]


def test_account_of_somebody_else_that_was_reset(house: House) -> None:
    """They take over an approver's account by resetting it, and approve what they wrote themselves: 403."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR, Role.EDITOR)
    house.somebody(BEN, Role.APPROVER)
    draft = handed_over(house, ADA)
    link = found(ada.post(f"/people/{house.account(BEN).id}/recover"), r"(/enrol/[\w-]+)")
    taken = Coordinator(house, BEN)
    taken.enrol(link)

    assert [403, 1] == [approve(taken, draft), house.desk.head()[0]]


def test_first_page_names_the_accounts(house: House) -> None:
    """Whoever approves or looks after accounts reads who was let in by whom; a day later it is no news any more."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    ben, vera = house.somebody(BEN, Role.APPROVER), house.somebody("vera@example.org", Role.VIEWER)

    assert [[], [], []] == [_accounts(each) for each in (ada, ben, vera)]

    made(house, ada, EVE, Role.EDITOR)

    told = "Ada: made the account eve for eve"
    assert [[True], [True], []] == [[told in words for words in _accounts(each)] for each in (ada, ben, vera)]

    house.later(days=1)
    ben.sign_in()

    assert [] == _accounts(ben)


def _accounts(person: Coordinator) -> list[str]:
    """Return what the first page says of accounts."""
    return [each.words for each in Page(person.get("/").text).all("section", id="accounts")]
