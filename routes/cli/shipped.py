"""The tables that come with the program, against those that were published."""

from __future__ import annotations

from directory.desk import Desk
from directory.desk.revisions import hash_of
from directory.pieces import Files

FIRST_NOTE = "The tables that come with the program."
_LOOKED_AT = 10_000
"""Revisions; nobody publishes that many."""


def is_another(desk: Desk, shipped: Files) -> bool:
    """Tell whether nobody has ever published these files, although something was."""
    found = desk.revisions.history(_LOOKED_AT)
    return bool(found) and hash_of(shipped) not in {each.hash for each in found}
