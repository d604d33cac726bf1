"""What is remembered of calls under way."""

from __future__ import annotations

from ivr import calls
from ivr.calls import CallsUnderWay
from ivr.turn import Caller

LINES = {"+40800123456": "RO", "+80012345678": None}
MOBILE = "+12025550123"


def test_learnt_once() -> None:
    """The facts of a call stay what its first request told, and another call has its own."""
    under_way = CallsUnderWay(LINES)

    assert Caller("US", True, "RO") == under_way.caller("CA1", MOBILE, "+40800123456")
    assert Caller("US", True, "RO") == under_way.caller("CA1", "anonymous", "")
    assert Caller(None, False, None) == under_way.caller("CA2", "anonymous", "+80012345678")


def test_no_call() -> None:
    """A request that names no call is remembered by nobody."""
    under_way = CallsUnderWay(LINES)
    under_way.caller("", MOBILE, "")

    assert Caller(None, False, None) == under_way.caller("", "anonymous", "")


def test_keeps_no_number() -> None:
    """What is remembered holds neither the caller's number nor ours."""
    under_way = CallsUnderWay(LINES)
    under_way.caller("CA1", MOBILE, "+40800123456")

    assert "5550123" not in repr(vars(under_way)["_callers"])


def test_bounded() -> None:
    """However many calls there are, no more than a bounded number is remembered."""
    under_way = CallsUnderWay(LINES)
    for number in range(calls.KEPT + 10):
        under_way.caller(f"CA{number}", "anonymous", "")

    assert len(vars(under_way)["_callers"]) <= calls.KEPT
