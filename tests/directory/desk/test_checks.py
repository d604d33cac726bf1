"""Checks: bound to what a service was when it was rung, and due again after 180 days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.desk import Desk
from directory.desk.checks import is_due
from directory.desk.people import OPERATOR, Actor, NotAllowedError, StageError, UnknownError
from directory.load import compile_files
from directory.switched import fingerprint
from tests.desk import ADA, ANA, BEN, NOW, VERA, a_desk
from tests.sample_directory import FILES, changed

FIRST = compile_files(FILES)
SEEN = fingerprint(FIRST.helplines["gb-children"])
TODAY = NOW.date()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    yield desk
    desk.engine.dispose()


def tick(desk: Desk, person: Actor = ANA, on: dt.date = TODAY, how: str = "rung", seen: str = SEEN) -> None:
    """Tick off the line for children."""
    desk.checks.tick(person, NOW, FIRST, "gb-children", seen, on, how)


def checked(desk: Desk) -> dt.date | None:
    """Return when the line for children was checked, as callers' software has it."""
    return desk.served().helplines["gb-children"].checked


def test_ticked(desk: Desk) -> None:
    """A check stands in what is served, with who, when and how in the history of the service and in the log."""
    tick(desk)
    (found,) = desk.checks.of("gb-children")

    assert (TODAY, TODAY) == (checked(desk), found.on)
    assert (ANA.name, "rung") == (found.name, found.how)
    assert "helpline checked" == desk.entries()[0].action


@pytest.mark.parametrize(
    ("old", "new", "is_checked"),
    [
        ('"020 7946 0004", dial: "+442079460004"', '"020 7946 0005", dial: "+442079460005"', False),
        ("hours: unknown", 'hours: "24/7"', False),
        ("Line for children", "A line for children", True),
        ("note: Nobody has said when it answers.", "note: Somebody has.", True),
    ],
)
def test_check_is_of_numbers_and_hours(desk: Desk, old: str, new: str, is_checked: bool) -> None:
    """A changed number or other hours are unchecked again; a name or a note does not matter."""
    tick(desk)
    files = changed("gb.yaml", old, new)
    desk.revisions.publish(files, OPERATOR, NOW, "x", accept_unchecked=True, standing=desk.standing())

    assert is_checked == (checked(desk) is not None)


def test_check_comes_back_with_the_number(desk: Desk) -> None:
    """Whoever returns to the number that was checked returns to the check."""
    tick(desk)
    files = changed("gb.yaml", "hours: unknown", 'hours: "24/7"')
    desk.revisions.publish(files, OPERATOR, NOW, "x", accept_unchecked=True, standing=desk.standing())
    desk.revisions.undo(BEN, NOW, "x", 2)

    assert TODAY == checked(desk)


def test_last_check_counts(desk: Desk) -> None:
    """Of several checks the last day counts, in whatever order they were written down."""
    tick(desk)
    tick(desk, BEN, TODAY - dt.timedelta(days=9))

    assert TODAY == checked(desk)
    assert 2 == len(desk.checks.of("gb-children"))


@pytest.mark.parametrize("person", [VERA, ADA])
def test_readers_tick_nothing(desk: Desk, person: Actor) -> None:
    """Viewers and administrators tick nothing off."""
    with pytest.raises(NotAllowedError):
        tick(desk, person)


def test_refused(desk: Desk) -> None:
    """A service that is none, what was not seen, a day to come, and a check without a word how are refused."""
    with pytest.raises(UnknownError):
        desk.checks.tick(ANA, NOW, FIRST, "gb-nobody", SEEN, TODAY, "rung")
    with pytest.raises(StageError, match="have changed"):
        tick(desk, seen="0" * 16)
    with pytest.raises(StageError, match="still to come"):
        tick(desk, on=TODAY + dt.timedelta(days=1))
    with pytest.raises(StageError, match="how"):
        tick(desk, how=" ")
    assert checked(desk) is None


@pytest.mark.parametrize(("days", "due"), [(None, True), (0, False), (179, False), (180, True), (181, True)])
def test_due(days: int | None, due: bool) -> None:
    """A check is due 180 days after the last, or where there was none."""
    last = None if days is None else TODAY - dt.timedelta(days=days)

    assert due == is_due(last, TODAY)
