"""Faults, one after another and in pairs, on PostgreSQL: a caller never notices, and nothing is lost.

Here is what may befall a server, and the provider.
"""

from __future__ import annotations

import pytest

from tests.faults.account import assert_calls_go_on, assert_nothing_is_lost, assert_survives_killing
from tests.faults.house import House

pytestmark = pytest.mark.postgres
ALONE = (
    "redis stopped",
    "redis emptied",
    "database stopped",
    "database locked",
    "database read-only",
    "database full",
    "worker gone",
    "web process killed",
    "provider: 429",
    "provider: 500",
    "provider: garbage",
    "provider: late",
)
PAIRS = (
    ("worker gone", "redis emptied"),
    ("worker gone", "database stopped"),
    ("redis stopped", "database stopped"),
    ("database locked", "queue process killed"),
    ("database stopped", "web process killed"),
    ("provider: late", "queue process killed"),
    ("provider: 500", "redis slow"),
    ("provider: 429", "database locked"),
    ("disk full", "web process killed"),
)
"""Those that strike the same path at two places: what carries an event or a text, or what a call is answered from."""


def test_callers_notice_nothing(on_postgres: House, subtests: pytest.Subtests) -> None:
    """While faults stand every call goes on to a helpline or to the read-out; afterwards all is counted once."""
    assert_calls_go_on(on_postgres, [*((name,) for name in ALONE), *PAIRS], subtests)
    assert_nothing_is_lost(on_postgres, "PostgreSQL")


def test_killed_while_counting(on_postgres: House) -> None:
    """Ten thousand events are counted once although the process that counts them is killed twenty times."""
    assert_survives_killing(on_postgres, "PostgreSQL")
