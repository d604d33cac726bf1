"""Where a call stands: the few facts that travel with it from one key to the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """How the caller and we exchange words."""

    VOICE = "v"
    SMS = "s"


class Step(StrEnum):
    """The steps of the conversation. The short values travel in the sealed state."""

    LANGUAGE = "l"
    NEED = "n"
    APART = "a"
    """Needs kept away from the menu of people who were hurt."""
    COUNTRY = "c"
    REFERRAL = "r"
    NUMBER = "m"
    """A number, slowly."""
    CONSENT = "q"
    SENT = "s"
    FORWARD = "f"
    AFTER = "d"
    """Back from a helpline that was reached."""
    EMERGENCY = "e"
    PERSON = "p"
    """Says who will be reached if the caller does nothing."""
    GOODBYE = "g"


@dataclass(frozen=True, slots=True)
class State:
    """The state of one conversation. It holds nothing about who calls."""

    step: Step = Step.LANGUAGE
    channel: Channel = Channel.VOICE
    language: str | None = None
    """The language chosen; None until then (menus use the likely one)."""
    need: str | None = None
    country: str | None = None
    """The country whose services are wanted: told by the number, or chosen."""
    helpline: str | None = None
    """The service being spoken of."""
    seen: tuple[str, ...] = ()
    """Services already offered and left, or rung, each once, sorted."""
    page: int = 0
    misses: int = 0
    """Turns in a row without a key that means something here."""
    back: Step | None = None
    """Where `*` leads from the emergency advice."""
    voiced: bool = False
    """A recording could not be fetched in this call: only languages that need none are offered."""
    offered: str = ""
    """A mark of what the keys of the turn led to when it was said; empty before a turn was made of the state."""
    told: str = ""
    """Needs for which a first referral was given, a letter each: what is counted of them is counted once."""


class UnreadableStateError(Exception):
    """A sealed state that cannot be read: tampered with, of another call, expired, or of a forgotten key."""


_SEPARATOR = "|"


def pack(state: State, told: str = "") -> str:
    """Write the state as one short line of text; its last field only where there is something in it, or in `told`."""
    told = told or state.told
    return _SEPARATOR.join(
        (
            state.step,
            state.channel,
            state.language or "",
            state.need or "",
            state.country or "",
            state.helpline or "",
            ",".join(state.seen),
            str(state.page),
            str(state.misses),
            state.back or "",
            "voiced" if state.voiced else "",
            state.offered,
            *((told,) if told else ()),
        )
    )


def unpack(text: str) -> State:
    """Read the line that `pack` wrote; raises `UnreadableStateError` for any other."""
    try:
        step, channel, language, need, country, helpline, seen, page, misses, back, voiced, offered, *told = text.split(
            _SEPARATOR
        )
        state = State(
            step=Step(step),
            channel=Channel(channel),
            language=language or None,
            need=need or None,
            country=country or None,
            helpline=helpline or None,
            seen=tuple(seen.split(",")) if seen else (),
            page=int(page),
            misses=int(misses),
            back=Step(back) if back else None,
            voiced=bool(voiced),
            offered=offered,
            told="".join(told),
        )
    except ValueError as fault:
        raise UnreadableStateError("the state has another shape") from fault
    if pack(state) != text:  # a number written in another way, such as +1
        raise UnreadableStateError("the state is not as we write it")
    return state
