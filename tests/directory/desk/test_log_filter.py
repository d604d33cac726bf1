"""The log narrowed: by person, by kind, by what it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from directory.desk import Desk
from directory.desk.audit import Only
from tests.desk import ANA, BEN, NOW, a_desk
from tests.sample_directory import FILES


@pytest.fixture
def desk(tables_url: str) -> Iterator[Desk]:
    """Return a desk in whose log two people and the operator stand."""
    found = a_desk(tables_url, FILES)
    for number, person in enumerate((ANA, BEN, ANA)):
        found.log(person, "signed in", f"{person.id}%{number}", NOW + dt.timedelta(minutes=number))
    yield found
    found.engine.dispose()


@pytest.mark.parametrize(
    ("only", "numbers"),
    [
        (Only(), [4, 3, 2, 1]),
        (Only(who=ANA.id), [4, 2]),
        (Only(who="Ana"), []),
        (Only(action="signed in"), [4, 3, 2]),
        (Only(action="signed"), []),
        (Only(subject="account:Ana"), [4, 2]),
        (Only(subject="account:Ana%0"), [2]),
        (Only(subject="%"), []),
        (Only(subject="account_Ana"), []),
        (Only(who=BEN.id, action="revision published"), []),
    ],
)
def test_entries_that_fit(desk: Desk, only: Only, numbers: list[int]) -> None:
    """What is asked for is matched as it stands; a subject may be given by its beginning, signs of SQL included."""
    assert numbers == [each.number for each in desk.entries(only=only)]


def test_who_and_what_stand_in_the_log(desk: Desk) -> None:
    """Everybody is named once, by name, and every kind of entry."""
    people, actions = desk.told()

    assert [(ANA.id, "Ana"), (BEN.id, "Ben"), ("operator", "the operator, from the command line")] == list(people)
    assert ("revision published", "signed in") == actions
