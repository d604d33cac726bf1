"""Accounts in one hand: for a day, whoever made or changed an account counts as its holder too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.desk import Desk
from directory.desk.people import OPERATOR, Actor, NotAllowedError
from directory.desk.ties import LATELY, LET_IN
from directory.pieces import Place, fingerprint, piece
from tests.desk import ADA, ANA, BEN, CLEO, EDDA, NOW, a_desk
from tests.sample_directory import FILES

CRIME = Place("gb.yaml", "gb-crime")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    yield desk
    desk.engine.dispose()


def approved_by_ben(desk: Desk, at: dt.datetime = NOW) -> bool:
    """Let Ana change and hand over, and tell whether Ben may approve it, as the page says and as the desk does."""
    draft = desk.drafts.begin(ANA, NOW, "a change")
    text = piece(desk.drafts.files(draft.id), CRIME) or ""
    desk.drafts.save(draft.id, ANA, NOW, CRIME, text.replace("Line for", "The line for"), fingerprint(text))
    draft = desk.drafts.submit(draft.id, ANA, NOW, "They wrote to us.")
    told = desk.drafts.in_one_hand(draft, BEN, at)
    try:
        desk.drafts.approve(draft.id, BEN, at, draft.hash, accept_unchecked=True, standing=desk.standing())
    except NotAllowedError:
        assert told
        return False
    assert not told
    return True


@pytest.mark.parametrize(
    ("action", "deeds"),
    [
        *((action, [(ANA, BEN)]) for action in LET_IN),
        ("account made", [(BEN, ANA)]),
        ("account made", [(ADA, ANA), (ADA, BEN)]),
        ("account made", [(ADA, EDDA), (EDDA, ANA), (ADA, BEN)]),
        ("account made", [(ADA, CLEO), (CLEO, EDDA), (EDDA, BEN), (ADA, ANA)]),
    ],
)
def test_accounts_of_one_hand(desk: Desk, action: str, deeds: list[tuple[Actor, Actor]]) -> None:
    """Whoever made the approver's account, or both, or whoever made those who did, may be both."""
    for who, whom in deeds:
        desk.log(who, action, whom.id, NOW)

    assert not approved_by_ben(desk)


@pytest.mark.parametrize(
    "deeds",
    [
        [],
        [(ADA, BEN)],
        [(ADA, ANA), (CLEO, BEN)],
        [(ANA, EDDA), (BEN, CLEO)],
        [(OPERATOR, ANA), (OPERATOR, BEN)],
        [(OPERATOR, ADA), (ADA, BEN)],
    ],
)
def test_accounts_of_several_hands(desk: Desk, deeds: list[tuple[Actor, Actor]]) -> None:
    """Accounts that different people have made are two people; whoever has the machine needs no account."""
    for who, whom in deeds:
        desk.log(who, "account made", whom.id, NOW)

    assert approved_by_ben(desk)


@pytest.mark.parametrize(("at", "may"), [(NOW + LATELY - dt.timedelta(seconds=1), False), (NOW + LATELY, True)])
def test_a_day_later(desk: Desk, at: dt.datetime, may: bool) -> None:
    """After a day everybody who approves has had the time to see the account."""
    desk.log(ANA, "account made", BEN.id, NOW)

    assert may is approved_by_ben(desk, at)


def test_other_deeds_tie_nobody(desk: Desk) -> None:
    """What somebody does to an account that takes it away, or to their own, puts it into no other hand."""
    for action in ("account disabled", "account enrolled", "password changed"):
        desk.log(ANA, action, BEN.id, NOW)
        desk.log(BEN, action, BEN.id, NOW)

    assert approved_by_ben(desk)
