"""What has been learnt of calls under way, so that a caller's number is read once a call and not at every step."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.numbers import CallerNumber
from ivr.turn import Caller

KEPT = 4096
"""Calls remembered in one process; then all are forgotten and learnt anew."""


class CallsUnderWay:
    """Remembers, by the carrier's id of a call, the few coarse facts that may be known of it. No number is kept."""

    def __init__(self, lines: Mapping[str, str | None]) -> None:
        self._lines = lines
        self._callers: dict[str, Caller] = {}

    def caller(self, call: str, calling: str, called: str) -> Caller:
        """Return what may be known of who calls from the number `calling`, and of the number `called` of ours."""
        known = self._callers.get(call)
        if known is None:
            number = CallerNumber(calling)
            known = Caller(number.country, number.can_text, self._lines.get(called))
            if len(self._callers) >= KEPT:
                self._callers.clear()
            if call:
                self._callers[call] = known
        return known
