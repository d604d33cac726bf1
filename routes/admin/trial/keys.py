"""What a caller does in a call, one word for each act, as it stands in an address: `1-2-silence-star-answered`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.simulator.client import ExchangeError
from ivr.simulator.local import Telephone
from ivr.simulator.transcript import LegOutcome
from ivr.simulator.views import CallView

MOST = 100
"""Acts of one call; the whole of it is played for each page."""
PRESSED = {**{digit: digit for digit in "0123456789"}, "*": "star", "#": "hash"}
"""Key to its word."""
SILENCE = "silence"
HANG_UP = "hangup"
ENDED = {
    LegOutcome.COMPLETED: "answered",
    LegOutcome.BUSY: "busy",
    LegOutcome.NO_ANSWER: "unanswered",
    LegOutcome.FAILED: "unreached",
}
"""How a forwarded call ends, to its word."""
_Act = Callable[[Telephone, str], CallView]


def _key(key: str) -> _Act:
    return lambda telephone, call: telephone.press(call, key)


def _leg(outcome: LegOutcome) -> _Act:
    return lambda telephone, call: telephone.leg(call, outcome)


_ACTS: Mapping[str, _Act] = {
    **{word: _key(key) for key, word in PRESSED.items()},
    **{word: _leg(outcome) for outcome, word in ENDED.items()},
    SILENCE: lambda telephone, call: telephone.silence(call),
    HANG_UP: lambda telephone, call: telephone.hang_up(call),
}


@dataclass(frozen=True, slots=True)
class Played:
    """A call as far as it could be played: `done` acts were taken, the rest came when nothing like them was awaited."""

    view: CallView
    done: tuple[str, ...]


def read(text: str) -> tuple[str, ...]:
    """Return the acts of an address. Raises ValueError for what is none, and for more than `MOST`."""
    words = tuple(text.split("-")) if text else ()
    if len(words) > MOST or not set(words) <= _ACTS.keys():
        raise ValueError(text[:MOST])
    return words


def written(*words: str) -> str:
    """Return acts as they stand in an address."""
    return "-".join(words)


def play(telephone: Telephone, view: CallView, words: tuple[str, ...]) -> Played:
    """Take the acts one after the other in a call that has just begun, until one is out of turn."""
    for place, word in enumerate(words):
        try:
            view = _ACTS[word](telephone, view.id)
        except ExchangeError:
            return Played(view, words[:place])
    return Played(view, words)
