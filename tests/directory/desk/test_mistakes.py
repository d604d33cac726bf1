"""Mistakes: nobody hands over, and nobody approves, what would mislead a caller for sure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.desk import Desk
from directory.desk.draft import Draft
from directory.desk.mistakes import MistakeError
from directory.desk.people import OPERATOR, StageError
from directory.desk.revisions import Revision
from ivr.speech import wordless
from tests.desk import ANA, BEN, NOW, a_desk
from tests.sample_directory import FILES, WORDLESS, changed

OTHER_LINE = changed("gb.yaml", 'dial: "+442079460001"', 'dial: "+442079460009"')
BOTH = {**OTHER_LINE, "gb.yaml": OTHER_LINE["gb.yaml"].replace("Line for crime", "A line for crime")}
SAME_LINE = {**OTHER_LINE, "gb.yaml": OTHER_LINE["gb.yaml"].replace("020 7946 0001", "020 7946 0009")}
CLOSED_LATER = changed(
    "gb.yaml", 'hours: "Mo-Fr 09:00-17:00; PH off"', 'hours: "2026 Nov 01-2026 Dec 31 09:00-17:00; PH off"'
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    yield desk
    desk.engine.dispose()


def submit(desk: Desk, files: dict[str, str], now: dt.datetime = NOW) -> Draft:
    """Bring files in as a draft, and hand it over."""
    return desk.drafts.submit(desk.drafts.begin(ANA, now, "brought in", files).id, ANA, now, "a table")


def approve(desk: Desk, draft: Draft, now: dt.datetime = NOW) -> Revision:
    """Approve a draft as it was handed over."""
    return desk.drafts.approve(draft.id, BEN, now, draft.hash, accept_unchecked=True, standing=desk.standing())


def test_a_number_that_rings_elsewhere(desk: Desk) -> None:
    """A number that is said and another that is rung are not handed over, in whatever way they were brought in."""
    with pytest.raises(MistakeError) as told:
        submit(desk, OTHER_LINE)

    assert ("gb-crime",) == told.value.entries
    assert 2 == approve(desk, submit(desk, SAME_LINE)).number


def test_a_mistake_of_today(desk: Desk) -> None:
    """What became an error while a draft was waiting does not go live: hours that were to come, and are over."""
    draft, later = submit(desk, CLOSED_LATER), dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC)

    with pytest.raises(MistakeError):
        approve(desk, draft, later)
    assert 2 == approve(desk, draft).number


def test_an_old_mistake(desk: Desk) -> None:
    """An error that is live already, by the operator's hand, keeps nobody from mending something else."""
    desk.revisions.publish(OTHER_LINE, OPERATOR, NOW, "by hand", accept_unchecked=True, standing=desk.standing())

    assert 3 == approve(desk, submit(desk, BOTH)).number


def test_a_need_without_words(desk: Desk) -> None:
    """Tables that no server could say are not handed over; nor approved, where the words are gone since."""
    strict = Desk(desk.engine, wordless)
    with pytest.raises(StageError, match="no words yet"):
        submit(strict, WORDLESS)
    with pytest.raises(StageError, match="no words yet"):
        approve(strict, submit(desk, WORDLESS))
    assert 2 == approve(strict, submit(strict, SAME_LINE)).number
