"""Revisions: who may publish, what is refused, and what happens when several do so at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from directory.desk import Desk
from directory.desk.people import OPERATOR, Actor, NotAllowedError, StageError, UnknownError
from directory.desk.revisions import Origin, Revision, UncheckedError, unchecked
from directory.faults import Faults
from directory.load import compile_files
from directory.switched import NOTHING, Position, Standing, Tick, fingerprint
from tests.desk import ADA, ANA, BEN, CLEO, NOW, VERA, a_desk
from tests.sample_directory import FILES, changed

FIRST = compile_files(FILES)
BETTER = changed("gb.yaml", "Line for crime", "A better line for crime")
UNCHECKED = changed("gb.yaml", "Line for children", "A line for children")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    yield desk
    desk.engine.dispose()


@pytest.fixture
def any_desk(tables_url: str) -> Iterator[Desk]:
    """The same in either database."""
    desk = a_desk(tables_url, FILES)
    yield desk
    desk.engine.dispose()


def publish(desk: Desk, files: dict[str, str], accept: bool = True) -> Revision:
    """Publish from the command line."""
    return desk.revisions.publish(files, OPERATOR, NOW, "a test", accept_unchecked=accept, standing=desk.standing())


def test_first_revision_once(any_desk: Desk) -> None:
    """The shipped files become the first revision, and nothing ships over what was published."""
    first = any_desk.revisions.get(1)

    assert (Origin.SHIPPED, FIRST.revision, OPERATOR.id) == (first.origin, first.revision, first.author)
    assert any_desk.revisions.ship(BETTER, NOW, "again") is None
    assert first == any_desk.revisions.live()


def test_published_content_comes_back(any_desk: Desk) -> None:
    """The files of a revision are those that were published, to the letter, and the highest number is live."""
    files = {**BETTER, "gb.yaml": BETTER["gb.yaml"] + "\n# ü \u202e\n"}
    found = publish(any_desk, files)

    assert (files, FILES) == (any_desk.files(2), any_desk.files(1))
    assert (2, 2) == (found.number, any_desk.head()[0])
    assert [2, 1] == [each.number for each in any_desk.revisions.history()]
    assert [1] == [each.number for each in any_desk.revisions.history(before=2)]


@pytest.mark.parametrize("number", [0, 2, -1])
def test_unknown_revision(desk: Desk, number: int) -> None:
    """A revision that there is not is said to be none."""
    with pytest.raises(UnknownError):
        desk.revisions.get(number)
    with pytest.raises(UnknownError):
        desk.files(number)


@pytest.mark.parametrize("person", [VERA, ANA, BEN, ADA])
def test_only_the_operator_publishes_alone(desk: Desk, person: Actor) -> None:
    """Nobody with an account publishes or rolls back without a second person, whatever their role."""
    with pytest.raises(NotAllowedError):
        desk.revisions.publish(BETTER, person, NOW, "x", accept_unchecked=True, standing=NOTHING)
    with pytest.raises(NotAllowedError):
        desk.revisions.roll_back(1, person, NOW, "x")


def test_faults_are_refused(desk: Desk) -> None:
    """Files that do not compile are never published."""
    with pytest.raises(Faults):
        publish(desk, changed("gb.yaml", "cost: standard", "cost: cheap"))
    assert 1 == desk.head()[0]


def test_nothing_new_is_refused(desk: Desk) -> None:
    """Publishing what is live already is refused."""
    with pytest.raises(StageError, match="live already"):
        publish(desk, FILES)


def test_unchecked_services_need_a_decision(desk: Desk) -> None:
    """A changed service that nobody has checked is named, and goes live only by decision; the log remembers."""
    with pytest.raises(UncheckedError) as refused:
        publish(desk, UNCHECKED, accept=False)

    assert ("gb-children",) == refused.value.entries
    assert 2 == publish(desk, UNCHECKED).number


def test_tick_makes_checked() -> None:
    """A service counts as checked once somebody has ticked it off as it is now; another fingerprint does not count."""
    after = compile_files(UNCHECKED)
    now = Tick("gb-children", fingerprint(after.helplines["gb-children"]), NOW.date())
    before = Tick("gb-children", "0" * 16, NOW.date())

    assert () == unchecked(FIRST, after, Standing(ticks=(now,)))
    assert ("gb-children",) == unchecked(FIRST, after, Standing(ticks=(before,)))


def test_undo(desk: Desk) -> None:
    """One approver returns at once to what was live before, and the revision says whose content it is."""
    publish(desk, BETTER)
    found = desk.revisions.undo(BEN, NOW, "wrong name", 2)

    assert (3, 1, Origin.UNDO, FIRST.revision) == (found.number, found.content_of, found.origin, found.revision)
    assert BEN.id == found.author


@pytest.mark.parametrize("person", [VERA, ANA, ADA])
def test_undo_is_for_approvers(desk: Desk, person: Actor) -> None:
    """Nobody else undoes."""
    publish(desk, BETTER)
    with pytest.raises(NotAllowedError):
        desk.revisions.undo(person, NOW, "x", 2)


@pytest.mark.parametrize("seen", [1, 3])
def test_undo_of_what_was_not_seen(desk: Desk, seen: int) -> None:
    """An approver whose page shows another revision as the live one undoes nothing."""
    publish(desk, BETTER)
    with pytest.raises(StageError):
        desk.revisions.undo(BEN, NOW, "x", seen)


def test_first_revision_cannot_be_undone(desk: Desk) -> None:
    """Before the first revision there is nothing."""
    with pytest.raises(StageError):
        desk.revisions.undo(BEN, NOW, "x", 1)


def test_undo_to_what_nobody_has_approved_still_waits(desk: Desk) -> None:
    """Whoever undoes an approved change comes back to what the operator published, and that is still to be read."""
    publish(desk, BETTER)
    draft = desk.drafts.begin(ANA, NOW, "A change", FILES)
    draft = desk.drafts.submit(draft.id, ANA, NOW, "why")
    standing = desk.standing()
    desk.drafts.approve(draft.id, BEN, NOW, draft.hash, accept_unchecked=True, standing=standing)
    before = desk.revisions.unconfirmed()
    undone = desk.revisions.undo(CLEO, NOW, "x", 3)
    waiting = desk.revisions.unconfirmed()
    with pytest.raises(NotAllowedError):
        desk.revisions.confirm(undone.number, CLEO, NOW)
    still = desk.revisions.unconfirmed()
    desk.revisions.confirm(undone.number, BEN, NOW)

    assert undone == still
    assert (None, undone) == (before, waiting)
    assert desk.revisions.unconfirmed() is None


def test_confirmation(any_desk: Desk) -> None:
    """What the operator published waits until an approver has read it; once, and never an editor."""
    publish(any_desk, BETTER)
    waiting = any_desk.revisions.unconfirmed()
    assert waiting is not None
    with pytest.raises(NotAllowedError):
        any_desk.revisions.confirm(2, ANA, NOW)
    any_desk.revisions.confirm(2, BEN, NOW)

    assert (2, None) == (waiting.number, any_desk.revisions.unconfirmed())
    with pytest.raises(StageError):
        any_desk.revisions.confirm(2, CLEO, NOW)


def test_two_undo_at_once(any_desk: Desk) -> None:
    """Of two approvers who undo the same revision at the same moment one does, the other is told to look again."""
    publish(any_desk, BETTER)
    begin = Barrier(2)

    def undo(person: Actor) -> str:
        begin.wait()
        try:
            return str(any_desk.revisions.undo(person, NOW, "x", 2).number)
        except StageError:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert {"3", "refused"} == set(pool.map(undo, (BEN, CLEO)))
    assert FILES == any_desk.files(3)
    assert any_desk.verify().whole


def test_many_write_at_once(any_desk: Desk) -> None:
    """Publications and switches at the same moment come one after the other: numbers have no gap, the log is whole."""
    begin = Barrier(6)
    say = FIRST.helplines["gb-crime"].numbers[0].say

    def work(turn: int) -> None:
        begin.wait()
        if turn % 2:
            any_desk.log(ANA, "signed in", str(turn), NOW)
        elif turn == 0:
            any_desk.switches.throw(ANA, NOW, FIRST, "GB", say, Position.OUT, "rings elsewhere")
        else:
            publish(any_desk, changed("gb.yaml", "Line for crime", f"Line {turn}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))

    assert [3, 2, 1] == [each.number for each in any_desk.revisions.history()]
    assert (True, 7) == (any_desk.verify().whole, any_desk.verify().entries)
    assert "gb-crime" not in any_desk.served().helplines
