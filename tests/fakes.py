"""The fakes of the suite: small stand-ins at the edges, which remember what they were asked."""

from __future__ import annotations

import datetime as dt
import math
from array import array
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ivr.adapters.engine import EngineError
from ivr.adapters.provider import CallRecord, ProviderError
from ivr.events import PurgeCall, PurgeMessage
from ivr.numbers import CallerNumber
from ivr.simulator.client import ExchangeError
from ivr.simulator.exchange import Exchange
from ivr.simulator.local import LocalTelephone
from ivr.wav import encode


@dataclass
class FakeProvider:
    """Knows calls, takes texts, deletes records, and raises what it is told to, once each, before anything else."""

    calls: dict[str, CallRecord] = field(default_factory=dict)
    legs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faults: deque[ProviderError] = field(default_factory=deque)
    sending_faults: deque[Exception] = field(default_factory=deque)
    """Raised by `send` only."""
    sent: list[tuple[CallerNumber, str, str]] = field(default_factory=list)
    validity: list[int] = field(default_factory=list)
    """Seconds that each text had left."""
    deleted: list[str] = field(default_factory=list)
    left: tuple[PurgeCall | PurgeMessage, ...] = ()
    """What it still holds."""

    def call(self, call: str) -> CallRecord:
        """Return the record of a call."""
        self._fail()
        return self.calls[call]

    def send(self, to: CallerNumber, body: str, called: str, seconds: int) -> str:
        """Take a text and return its id."""
        if self.sending_faults:
            raise self.sending_faults.popleft()
        self.sent.append((to, body, called))
        self.validity.append(seconds)
        return f"SM{len(self.sent)}"

    def forwarded_legs(self, call: str) -> tuple[str, ...]:
        """Return the legs of a call."""
        self._fail()
        return self.legs.get(call, ())

    def left_over(self, _now: dt.datetime) -> tuple[PurgeCall | PurgeMessage, ...]:
        """Return what is left."""
        self._fail()
        return self.left

    def delete_call(self, call: str) -> None:
        """Delete a call."""
        self._fail()
        self.deleted.append(call)

    def delete_message(self, message: str) -> None:
        """Delete a text."""
        self._fail()
        self.deleted.append(message)

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.popleft()


class FakeExchange:
    """The telephones of an exchange in this process, which may be away, or fail with a status of HTTP."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.fault: ExchangeError | None = None
        self._telephone = LocalTelephone(exchange)

    def __getattr__(self, name: str) -> Any:
        """Return what the telephone can do, unless it is away."""
        if self.fault is not None:
            raise self.fault
        return getattr(self._telephone, name)


@dataclass
class FakeEngine:
    """Speaks a tone for each text, as long as speech would be; fails where it is told to, or is not installed."""

    absent: str | None = None
    """What it says of being not installed."""
    silent: frozenset[str] = frozenset()
    """Texts of which it makes silence."""
    faults: dict[str, BaseException] = field(default_factory=dict)
    """Text to what is raised for it."""
    spoken: list[tuple[str, str]] = field(default_factory=list)
    """Texts and languages in the order in which they were spoken."""

    def missing(self) -> str | None:
        """Say that it is not installed."""
        return self.absent

    def speak(self, text: str, language: str) -> bytes:
        """Return a tone."""
        self.spoken.append((text, language))
        if text in self.faults:
            raise self.faults[text]
        return a_tone(len(text) / 14, 0.0 if text in self.silent else 0.7)


@dataclass
class FakeConverter:
    """Takes whatever it gets for telephone audio; refuses what is told to."""

    fault: EngineError | None = None
    converted: list[bytes] = field(default_factory=list)

    def convert(self, data: bytes) -> bytes:
        """Return the data as they are."""
        self.converted.append(data)
        if self.fault is not None:
            raise self.fault
        return data


def a_tone(seconds: float, loudness: float = 0.7) -> bytes:
    """Return telephone audio with a tone of 400 Hz, from 0 (silence) to 1 (full scale) loud."""
    wave = [round(loudness * 32767 * math.sin(math.pi * at / 10)) for at in range(20)]
    return encode((array("h", wave) * math.ceil(seconds * 400)).tobytes()[: int(seconds * 8000) * 2], 8000)
