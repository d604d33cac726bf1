"""Wordings and recordings in SQL: who may make them live, and exactly which."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from directory.desk import Desk
from directory.desk.people import Actor, DeskError, NotAllowedError, StageError
from ivr.adapters.takes import Take, TakeStage, TakeStore
from ivr.adapters.wordings import Stage, WordingStore
from ivr.phrases import Phrase
from ivr.wordings import Wording, name_of, words_of
from tests.desk import ADA, ANA, BEN, EDDA, NOW, VERA, a_desk
from tests.editions import shipped_catalogues

ENGLISH = name_of(words_of(shipped_catalogues()["en"], Phrase.GREETING))


def hello(words: str = "Bine ați sunat.") -> Wording:
    """Return a wording of the greeting."""
    return Wording("ro", Phrase.GREETING, (words,), ENGLISH)


@pytest.fixture
def desk(tables_url: str) -> Iterator[Desk]:
    """Return a desk in each kind of database."""
    desk = a_desk(tables_url)
    yield desk
    desk.engine.dispose()


def actions(desk: Desk) -> list[str]:
    """Return what the log says was done to sentences, in order."""
    return [each.action for each in reversed(desk.entries()) if each.action.startswith(("wording", "recording"))]


def test_wording_is_live_when_another_person_has_approved_it(desk: Desk) -> None:
    """A proposal changes nothing for callers; the approval by another person does, and stands as a review."""
    store = WordingStore(desk)
    proposal = store.propose(ANA, NOW, hello())

    assert () == store.live().live

    store.approve(proposal.id, EDDA, NOW, proposal.hash)

    assert (hello(),) == store.live().live
    assert {("ro", "greeting", name_of(hello().words))} == store.live().reviewed
    assert ["wording proposed", "wording live"] == actions(desk)
    assert desk.verify().whole


def test_own_wording_is_not_approved(desk: Desk) -> None:
    """Nobody makes their own words live, whatever the page shows."""
    store = WordingStore(desk)
    proposal = store.propose(BEN, NOW, hello())

    with pytest.raises(NotAllowedError):
        store.approve(proposal.id, BEN, NOW, proposal.hash)
    assert () == store.live().live


def test_approval_is_bound_to_the_words(desk: Desk) -> None:
    """An approval of other words than those that stand there does nothing; nor does one of a replaced proposal."""
    store = WordingStore(desk)
    first = store.propose(ANA, NOW, hello())
    second = store.propose(ANA, NOW, hello("Ați sunat bine."))

    with pytest.raises(StageError):
        store.approve(second.id, BEN, NOW, first.hash)
    with pytest.raises(StageError):
        store.approve(first.id, BEN, NOW, first.hash)
    assert () == store.live().live


@pytest.mark.parametrize("person", [VERA, ADA])
def test_who_does_not_edit_changes_no_sentence(desk: Desk, person: Actor) -> None:
    """Viewers and administrators read sentences, and that is all."""
    store = WordingStore(desk)
    proposal = store.propose(ANA, NOW, hello())
    for act in (
        lambda: store.propose(person, NOW, hello("x")),
        lambda: store.approve(proposal.id, person, NOW, proposal.hash),
        lambda: store.refuse(proposal.id, person, NOW),
        lambda: store.mark(person, NOW, hello()),
        lambda: store.withdraw(person, NOW, hello()),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert Stage.PROPOSED is store.history("ro", Phrase.GREETING)[0].stage


def test_later_wording_replaces_the_earlier(desk: Desk) -> None:
    """There is one live wording of a sentence; the earlier ones can still be read."""
    store = WordingStore(desk)
    for words in ("Unu.", "Doi."):
        proposal = store.propose(ANA, NOW, hello(words))
        store.approve(proposal.id, BEN, NOW, proposal.hash)

    assert (hello("Doi."),) == store.live().live
    assert [Stage.LIVE, Stage.REPLACED] == [each.stage for each in store.history("ro", Phrase.GREETING)]


def test_words_of_the_catalogue_come_back(desk: Desk) -> None:
    """A live wording can be withdrawn; a second time there is nothing to withdraw."""
    store = WordingStore(desk)
    proposal = store.propose(ANA, NOW, hello())
    store.approve(proposal.id, BEN, NOW, proposal.hash)
    store.withdraw(ANA, NOW, hello())

    assert () == store.live().live
    with pytest.raises(StageError):
        store.withdraw(ANA, NOW, hello())


def test_refused_wording_is_not_approved_afterwards(desk: Desk) -> None:
    """An answer stands."""
    store = WordingStore(desk)
    proposal = store.propose(ANA, NOW, hello())
    store.refuse(proposal.id, BEN, NOW)

    with pytest.raises(StageError):
        store.approve(proposal.id, BEN, NOW, proposal.hash)


def test_marking_twice_is_one_review(desk: Desk) -> None:
    """Two readers of the same words leave one review, of the first."""
    store = WordingStore(desk)
    store.mark(ANA, NOW, hello())
    store.mark(BEN, NOW, hello())

    assert ["Ana"] == [each.name for each in store.reviews("ro")]
    assert ["wording reviewed"] == actions(desk)


def test_recording_is_taken_by_another_person(desk: Desk) -> None:
    """A recording is put where callers hear it once, by another person, exactly the one that was heard."""
    store, written = TakeStore(desk), []

    def put(take: Take, sound: bytes) -> None:
        written.append((take.text, sound))

    offered = store.offer(ANA, NOW, "ga", "greeting", "Fáilte.", b"sound", 1.0)
    with pytest.raises(NotAllowedError):
        store.take(offered.id, ANA, NOW, offered.hash, put)
    with pytest.raises(StageError):
        store.take(offered.id, BEN, NOW, "0" * 64, put)
    assert [] == written

    taken = store.take(offered.id, BEN, NOW, offered.hash, put)

    assert [("Fáilte.", b"sound")] == written
    assert TakeStage.TAKEN is taken.stage
    with pytest.raises(DeskError):
        store.sound(offered.id)
    assert ["recording offered", "recording live"] == actions(desk)


def test_recording_that_cannot_be_kept_still_waits(desk: Desk) -> None:
    """A full disk leaves the recording waiting, and nothing in the log."""
    store = TakeStore(desk)
    offered = store.offer(ANA, NOW, "ga", "greeting", "Fáilte.", b"sound", 1.0)

    def full(take: Take, sound: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        store.take(offered.id, BEN, NOW, offered.hash, full)
    assert TakeStage.WAITING is store.of("ga", "greeting")[0].stage
    assert b"sound" == store.sound(offered.id)
    assert ["recording offered"] == actions(desk)
