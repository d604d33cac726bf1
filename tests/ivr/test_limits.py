"""Texts per telephone and day: never more than allowed, never fewer, and nothing of it can be read afterwards."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.limits import DAY, DailyLimit

MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
ONE, OTHER = "+447700900001", "+447700900002"
SECOND = dt.timedelta(seconds=1)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> dt.datetime:
        """Return what it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock on a Tuesday morning."""
    return Clock()


def test_each_telephone_has_its_own_count(clock: Clock) -> None:
    """Whoever has used up theirs is refused; nobody else is."""
    limit = DailyLimit(3, clock)

    assert [True, True, True, False, False] == [limit.allows(ONE) for _ in range(5)]
    assert limit.allows(OTHER)


def test_what_is_left_is_told(clock: Clock) -> None:
    """The last time can be told from those before it, and from none."""
    limit = DailyLimit(2, clock)

    assert [1, 0, None] == [limit.take(ONE) for _ in range(3)]


@pytest.mark.parametrize(("later", "allowed"), [(DAY - SECOND, False), (DAY, True), (-SECOND, True), (10 * DAY, True)])
def test_a_day_is_forgotten(clock: Clock, later: dt.timedelta, allowed: bool) -> None:
    """The count lives one day; a clock that is set back ends it too, so that nobody is shut out for longer."""
    limit = DailyLimit(1, clock)
    limit.allows(ONE)
    clock.now += later

    assert allowed == limit.allows(ONE)


def test_memory_is_bounded(clock: Clock) -> None:
    """With more telephones than it may know it forgets them all, and allows."""
    limit = DailyLimit(1, clock, kept=100)
    for number in range(1000):
        assert limit.allows(f"telephone {number}")
        assert len(limit._counts) <= 100


@pytest.mark.parametrize("who", ["anonymous", " ", "\0", "\udc80", "x" * 100_000])
def test_any_name_is_counted(clock: Clock, who: str) -> None:
    """Whatever the carrier calls a telephone is counted."""
    limit = DailyLimit(1, clock)

    assert [True, False] == [limit.allows(who), limit.allows(who)]


def test_nobody_is_not_counted(clock: Clock) -> None:
    """Where the carrier names no telephone nobody is refused for what others did."""
    limit = DailyLimit(1, clock)

    assert all(limit.allows("") for _ in range(5))


def test_nothing_can_be_read_afterwards(clock: Clock) -> None:
    """No number stands in the memory of a limit, two processes keep different marks of one, and so do two days."""
    limit, another = DailyLimit(1, clock), DailyLimit(1, clock)
    limit.allows(ONE)
    another.allows(ONE)
    today = set(limit._counts)
    clock.now += DAY
    limit.allows(ONE)

    assert ONE[-6:] not in repr(vars(limit))
    assert set() == today & set(another._counts)
    assert set() == today & set(limit._counts)


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from([ONE, OTHER, "anonymous"]), st.integers(0, 30 * 3600)), max_size=40),
)
def test_any_day(most: int, acts: list[tuple[str, int]]) -> None:
    """Whatever comes when, nobody is allowed more than twice the number in any day, and nobody less than it."""
    clock = Clock()
    limit = DailyLimit(most, clock)
    done: list[tuple[str, dt.datetime]] = []
    for who, seconds in acts:
        clock.now += dt.timedelta(seconds=seconds)
        within = [at for each, at in done if each == who and clock.now - at < DAY]
        allowed = limit.allows(who)
        if allowed:
            done.append((who, clock.now))
        assert allowed or len(within) >= most
    for start in [at for _, at in done]:
        assert all(
            count <= 2 * most for count in Counter(who for who, at in done if start <= at < start + DAY).values()
        )
