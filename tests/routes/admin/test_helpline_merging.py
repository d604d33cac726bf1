"""Two people's changes of one row put together: what each touched, and what both did."""

from __future__ import annotations

import pytest

from directory.writing import RowValue
from routes.admin.helplines.merging import chosen, merged, parts, whole

BASE: dict[str, RowValue] = {
    "id": "ro-a",
    "kind": "helpline",
    "name": {"en": "A", "fr": "A", "ro": "A"},
    "needs": ["crime"],
    "hours": "24/7",
    "checked": None,
    "note": "old",
}


def row(**changes: RowValue) -> dict[str, RowValue]:
    """Return the row with other fields."""
    return {**BASE, **changes}


@pytest.mark.parametrize(
    ("mine", "theirs", "expected", "taken", "overlap"),
    [
        (row(), row(), row(), (), ()),
        (row(note="mine"), row(), row(note="mine"), (), ()),
        (row(), row(note="theirs"), row(note="theirs"), ("note",), ()),
        (row(note="mine"), row(hours="unknown"), row(note="mine", hours="unknown"), ("hours",), ()),
        (row(note="mine"), row(note="theirs"), row(note="mine"), (), ("note",)),
        (row(note="same"), row(note="same"), row(note="same"), (), ()),
        (
            row(name={"en": "B", "fr": "A", "ro": "A"}),
            row(name={"en": "A", "fr": "C"}),
            row(name={"en": "B", "fr": "C"}),
            ("name.fr", "name.ro"),
            (),
        ),
        (
            row(name={"en": "B", "fr": "A"}),
            row(name={"en": "C", "fr": "A", "ro": "A"}),
            row(name={"en": "B", "fr": "A"}),
            (),
            ("name.en",),
        ),
        (row(needs=["crime", "support"]), row(needs=["support"]), row(needs=["crime", "support"]), (), ("needs",)),
    ],
)  # fmt: skip
def test_fields_are_put_together(
    mine: dict[str, RowValue],
    theirs: dict[str, RowValue],
    expected: dict[str, RowValue],
    taken: tuple[str, ...],
    overlap: tuple[str, ...],
) -> None:
    """A field that one person changed has that value; one that both changed differently is named, and mine stands."""
    found = merged(BASE, mine, theirs)

    assert (expected, set(taken), set(overlap)) == (found.row, set(found.taken), set(found.overlap))


def test_choice_takes_the_other_value() -> None:
    """Where somebody chose theirs, it stands; where they chose mine, nothing changes."""
    mine, theirs = row(note="mine", hours="unknown"), row(note="theirs", hours="Mo 10:00-12:00")

    assert row(note="theirs", hours="unknown") == chosen(mine, theirs, {"note": "theirs", "hours": "mine"})


def test_row_survives_being_taken_apart() -> None:
    """The parts of a row make the row again, the word that nobody has checked it included."""
    assert BASE == whole(parts(BASE))
