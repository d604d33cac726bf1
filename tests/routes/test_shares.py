"""What the processes of the web server tell each other about their connections."""

from __future__ import annotations

import pytest

from routes.shares import MARGIN, PLACES, Shares


@pytest.mark.parametrize(
    ("own", "others", "is_full"),
    [
        (0, [0], False),
        (MARGIN - 1, [0], False),
        (MARGIN, [0], True),
        (MARGIN, [1], False),
        (MARGIN + 7, [7, 20], True),
        (100, [], False),
    ],
)
def test_who_leaves_the_next_one_to_another(own: int, others: list[int], is_full: bool) -> None:
    """A process does that holds clearly more than one of the others; alone it never does."""
    shares = Shares()
    shares.tell(PLACES + 3, own)
    for number, count in enumerate(others):
        shares.tell(PLACES + 4 + number, count)

    assert is_full == shares.is_full(PLACES + 3)


def test_process_that_has_gone() -> None:
    """Nobody waits for a process that takes up no more."""
    shares = Shares()
    shares.tell(1, 5)
    shares.tell(2, 0)
    shares.leave(2)

    assert not shares.is_full(1)
