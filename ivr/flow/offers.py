"""What was offered: whether the keys still mean what the caller was told.

Between a turn and the key that answers it another revision may have gone live, a switch been thrown, or a line closed.
The state carries a mark of what its turn offered. Where that has changed, the turn is said anew: nobody is led by a key
to what it did not mean, and nobody is connected to a service that was not named.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace

from ivr.flow.ways import RESERVED_KEYS
from ivr.state import State, Step
from ivr.turn import Option, Turn, World

_NUMBERED = {Step.LANGUAGE, Step.NEED, Step.APART, Step.COUNTRY}
"""Steps whose keys count down a list of the directory's."""
_NOBODY = "-"
"""The mark of a turn from which no key and no silence connects."""


def known(state: State, world: World) -> State:
    """Return the state without a country or a need that the directory does not know (any more)."""
    if state.country is not None and state.country not in world.directory.countries:
        state = replace(state, country=None, helpline=None, seen=())
    if state.need is not None and state.need not in world.directory.needs:
        state = replace(state, need=None)
    return state


def marked(turn: Turn) -> Turn:
    """Return the turn with the mark of what it offers in its state."""
    if turn.forward or turn.ends:
        return turn
    return replace(turn, state=replace(turn.state, offered=_mark_of(turn)))


def has_moved(state: State, turn: Turn, option: Option) -> bool:
    """Tell whether a key, pressed in `state`, means something else in the turn as it is now."""
    if not state.offered or option.key in RESERVED_KEYS:
        return False
    if (turn.state.step, turn.state.helpline) != (state.step, state.helpline):
        return True
    return state.step in _NUMBERED and turn.state.offered != state.offered


def is_unannounced(state: State, following: Turn) -> bool:
    """Tell whether a caller would be connected to a service that the turn of `state` has not named."""
    if following.forward is None or not state.offered:
        return False
    return state.offered != _mark([following.forward.helpline])


def _mark_of(turn: Turn) -> str:
    if turn.state.step in _NUMBERED:
        leads = [option.leads for option in turn.options if option.key not in RESERVED_KEYS]
        return _mark(f"{each.step} {each.language} {each.need} {each.country} {each.page}" for each in leads)
    leads = [option.leads for option in turn.options] + ([turn.silence] if turn.silence else [])
    services = {each.helpline for each in leads if each.step is Step.FORWARD and each.helpline}
    return _mark(sorted(services)) if services else _NOBODY


def _mark(words: Iterable[str]) -> str:
    """Return 8 hexadecimal digits; they only have to tell what was from what is, and travel sealed."""
    return f"{zlib.crc32(chr(10).join(words).encode()):08x}"
