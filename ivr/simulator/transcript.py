"""What happened in a call, as the caller would tell it: typed entries, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class CallStatus(StrEnum):
    """How a call stands, in the provider's words (TwiML-Voice page, CallStatus)."""

    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class LegOutcome(StrEnum):
    """How a forwarded leg ended, in the provider's words (Dial page, DialCallStatus)."""

    COMPLETED = "completed"
    """Somebody answered, they talked, and the other side hung up."""
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class Awaiting(StrEnum):
    """What the call waits for."""

    KEYS = "keys"
    LEG = "leg"
    """The forwarded leg rings."""
    ENDED = "ended"
    NOTHING = "nothing"
    """The application is being asked, or the call has not been dialled yet."""


@dataclass(frozen=True, slots=True)
class Said:
    """The carrier's voice spoke. `language` is None where the document named none."""

    text: str
    language: str | None
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A recording was played. What it says and in which language is None where it does not tell."""

    url: str
    seconds: float = 0.0
    text: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Keys are awaited, and words where it listens: `digits` keys (None for any number), for `timeout` seconds."""

    digits: int | None
    timeout: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """The caller said words, which the recogniser understood with this confidence (0 to 1, None if it is untold)."""

    words: str
    language: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Silent:
    """The caller pressed nothing for so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Dialling:
    """Another number rings, for at most `timeout` seconds, and sees `caller_id`."""

    number: str
    caller_id: str
    timeout: int


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The forwarded leg is over."""

    outcome: LegOutcome


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A text reached the caller's telephone."""

    body: str
    sender: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The carrier could not fetch or follow an answer; what it does then comes after. `path` may be empty."""

    code: int
    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over."""

    status: CallStatus


Entry = Said | Played | Asked | Pressed | Spoke | Silent | Dialling | LegEnded | TextArrived | Failed | Ended
_KINDS: Mapping[str, type[Entry]] = {
    "said": Said,
    "played": Played,
    "asked": Asked,
    "pressed": Pressed,
    "spoke": Spoke,
    "silent": Silent,
    "dialling": Dialling,
    "leg": LegEnded,
    "text": TextArrived,
    "failed": Failed,
    "ended": Ended,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_json(entry: Entry) -> dict[str, Any]:
    """Return the entry's fields and its `kind`."""
    return {"kind": _NAMES[type(entry)], **asdict(entry)}


def from_json(record: Mapping[str, Any]) -> Entry:
    """Read an entry back; raises KeyError, TypeError or ValueError where the record is none."""
    fields = {name: value for name, value in record.items() if name != "kind"}
    if record["kind"] == "leg":
        fields["outcome"] = LegOutcome(fields["outcome"])
    if record["kind"] == "ended":
        fields["status"] = CallStatus(fields["status"])
    return _KINDS[record["kind"]](**fields)
