"""The search for what is left of a caller's number: it finds every way of writing one, and no hour of the day."""

from __future__ import annotations

import time

import pytest

from tests.marked import NUMBERS, PART, Search


def filled(content: str) -> str:
    """Return the content with the digits of a marked number, and with times of these days that end with them."""
    number, now = NUMBERS[-1], str(int(time.time()))
    end = number[-PART:]
    times = {"now": now, "ms": now[:7] + end, "late": now[1:7] + end, "kept": str(int(now) + 90 * 86_400)[:7] + end}
    return content.format(number=number, digits=number[1:], end=end, **times)


@pytest.mark.parametrize(
    "content",
    [
        "{ms}-0",  # the position of an entry of a stream
        "lines {ms}-12 and {ms}-13",
        "{now}.{end}",  # seconds as a number with a fraction
        "2026-11-24T10:00:00.{end}+00:00",
        "rq:worker: {ms}",  # when somebody was last heard of
        "PXAT {kept}",  # until when something is kept
        "total_working_time 1.{end}",
        "sum 0.{end}0039",
    ],
)
def test_what_a_clock_said_is_no_trace(content: str) -> None:
    """A time of these days is no trace of a number, whichever digits it ends with."""
    search = Search()
    search.look("place", filled(content))

    assert {} == search.found


@pytest.mark.parametrize(
    "content",
    [
        "{end}",
        "9{late}-0",  # no time of these days
        "9{late}",
        "1{end}000000",  # a time of another year
        "1{end}000",
        "639.{end}",  # longer than anything here takes
        "1.2.{end}",
        "1.{end}.2",
        "4{ms}-0",  # longer than a time
        "1{end}000.000",
        "10:00.{end}",
        "10:00:00.{end}7",
        "{number}-0",
        "{digits}-0",
        "{now}.{end} {end}",
    ],
)
def test_digits_beside_a_time_are_a_trace(content: str) -> None:
    """Whatever only resembles a time is searched, and so is what stands beside one."""
    search = Search()
    search.look("place", filled(content))

    assert ["place"] == list(search.found)
