"""An administrator who wants to be two people: refused for a day, in which everybody who approves sees the accounts."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from directory.desk.draft import Draft
from directory.desk.people import NotAllowedError, Role
from directory.desk.switches import Outcome
from directory.load import compile_files
from directory.pieces import Place, fingerprint, piece
from directory.switched import Position
from ivr.adapters.takes import TakeStage, TakeStore
from ivr.adapters.wordings import WordingStore
from ivr.phrases import Phrase
from ivr.wordings import Wording
from tests.accounts import Coordinator, House, found
from tests.pages import Page
from tests.sample_directory import FILES

ADA, BEN, EVE, MALLORY = (f"{name}@example.org" for name in ("ada", "ben", "eve", "mallory"))
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
    mallory = made(house, ada, MALLORY, Role.APPROVER)
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


def test_sentence_of_two_accounts(house: House) -> None:
    """They word a sentence with the one, or record it, and approve with the other: callers hear neither for a day."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    _, mallory = (made(house, ada, address, Role.EDITOR) for address in (EVE, MALLORY))
    words, sounds, author = WordingStore(house.desk), TakeStore(house.desk), house.account(EVE).actor
    wording = words.propose(author, house.now, Wording("en", Phrase.GREETING, ("Good day.",), ""))
    take = sounds.offer(author, house.now, "ga", "greeting", "Fáilte.", b"RIFF", 1.0)

    def approved() -> tuple[str, bool, TakeStage]:
        form = {"id": str(wording.id), "hash": wording.hash}
        said = mallory.post("/sentences/en/greeting/approve", form, follow_redirects=True).text
        with suppress(NotAllowedError):
            sounds.take(take.id, house.account(MALLORY).actor, house.now, take.hash, lambda *_: None)
        return said, bool(words.live().live), sounds.of("ga")[0].stage

    said, *early = approved()

    assert "may be in the hands of whoever did that" in said
    assert [False, TakeStage.WAITING] == early

    house.later(days=1)
    mallory.sign_in()

    assert [True, TakeStage.TAKEN] == [*approved()[1:]]


def test_switch_settled_by_two_accounts(house: House) -> None:
    """They throw no switch back with both: the second one's word does not count for a day, somebody else's does."""
    ada, ben = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(BEN, Role.APPROVER)
    eve, mallory = (made(house, ada, address, Role.EDITOR) for address in (EVE, MALLORY))
    tables, person = compile_files(FILES), house.account(BEN).actor
    first, second = (
        house.desk.switches.throw(person, house.now, tables, "GB", say, Position.OUT, "A stranger answers.")
        for say in ("020 7946 0001", "020 7946 0004")
    )

    def settled(who: Coordinator, switch: int) -> tuple[int, Outcome | None]:
        answer = who.post(f"/switches/{switch}/settle", {"outcome": "lift"})
        return answer.status_code, house.desk.switches.get(switch).outcome

    assert [(303, None)] * 2 == [settled(eve, each.id) for each in (first, second)]
    assert [(409, None)] * 2 == [settled(mallory, each.id) for each in (first, second)]
    assert (303, Outcome.LIFT) == settled(ben, first.id)

    house.later(days=1)
    mallory.sign_in()

    assert (303, Outcome.LIFT) == settled(mallory, second.id)


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
