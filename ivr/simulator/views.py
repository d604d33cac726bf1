"""A call as others see it: one value at one moment, and its JSON, which `routes.carrier` describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ivr.simulator.call import Call
from ivr.simulator.transcript import Awaiting, CallStatus, Entry, from_json, to_json


@dataclass(frozen=True, slots=True)
class CallView:
    """A call at one moment; the fields are those of `ivr.simulator.call.Call`."""

    id: str
    caller: str
    number: str
    at: datetime | None
    status: CallStatus
    awaiting: Awaiting
    seconds: int
    next: str | None
    """Where the awaited keys or outcome will be posted; it bears the sealed state."""
    transcript: tuple[Entry, ...]
    listens: str | None = None
    """The language in which words are awaited as well as keys (BCP 47); None where none are."""

    @classmethod
    def of(cls, call: Call) -> Self:
        """Look at a call."""
        return cls(
            id=call.sid,
            caller=call.caller,
            number=call.number,
            at=call.at,
            status=call.status,
            awaiting=call.awaiting,
            seconds=call.seconds,
            next=call.next_address,
            transcript=tuple(call.transcript),
            listens=call.listens,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the call."""
        return {
            "id": self.id,
            "from": self.caller,
            "to": self.number,
            "at": self.at.isoformat() if self.at else None,
            "status": self.status.value,
            "awaiting": self.awaiting.value,
            "seconds": self.seconds,
            "next": self.next,
            "listens": self.listens,
            "transcript": [to_json(entry) for entry in self.transcript],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Read the JSON; raises KeyError, TypeError or ValueError where it is none."""
        return cls(
            id=record["id"],
            caller=record["from"],
            number=record["to"],
            at=datetime.fromisoformat(record["at"]) if record["at"] else None,
            status=CallStatus(record["status"]),
            awaiting=Awaiting(record["awaiting"]),
            seconds=record["seconds"],
            next=record["next"],
            transcript=tuple(from_json(entry) for entry in record["transcript"]),
            listens=record["listens"],
        )
