"""Faults, one after another and in pairs, on SQLite: a caller never notices, and nothing is lost.

Here is what has nothing to do with the kind of the database, and what may befall a file.
"""

from __future__ import annotations

import pytest

from tests.faults.account import assert_calls_go_on, assert_nothing_is_lost, assert_survives_killing
from tests.faults.house import House

ALONE = (
    "redis stopped",
    "redis paused",
    "redis full",
    "redis slow",
    "redis emptied",
    "database stopped",
    "database locked",
    "database read-only",
    "database full",
    "worker gone",
    "queue process killed",
    "web process killed",
    "disk full",
    "revision corrupt",
    "revision and kept tables corrupt",
)
PAIRS = (
    ("disk full", "redis stopped"),
    ("redis stopped", "web process killed"),
    ("redis paused", "database locked"),
    ("redis emptied", "database read-only"),
    ("redis full", "database full"),
    ("redis slow", "web process killed"),
    ("disk full", "queue process killed"),
    ("revision corrupt", "web process killed"),
    ("revision corrupt", "redis stopped"),
)
"""Those that strike the same path at two places: what carries an event or a text, or what a call is answered from."""


def test_callers_notice_nothing(on_sqlite: House, subtests: pytest.Subtests) -> None:
    """While faults stand every call goes on to a helpline or to the read-out; afterwards all is counted once."""
    assert_calls_go_on(on_sqlite, [*((name,) for name in ALONE), *PAIRS], subtests)
    assert_nothing_is_lost(on_sqlite, "SQLite")


def test_killed_while_counting(on_sqlite: House) -> None:
    """Ten thousand events are counted once although the process that counts them is killed twenty times."""
    assert_survives_killing(on_sqlite, "SQLite")
