"""An actor for tests: a caller whose call reads as a story.

caller = Caller(exchange_of(app), "RO", at="2026-11-24T10:00+02:00").dial().press("3").press("3").press("1")
assert caller.forwarded_to == "+40800800678"
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Self

from ivr.phrases import Phrase
from ivr.settings import Settings
from ivr.simulator import moments, people
from ivr.simulator.call import SURE, Call
from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.subscription import Subscription
from ivr.simulator.transcript import (
    Awaiting,
    Dialling,
    Failed,
    LegEnded,
    LegOutcome,
    Played,
    Pressed,
    Said,
    Silent,
    Spoke,
    TextArrived,
)
from ivr.simulator.transport import FlaskTransport
from tests.editions import shipped_catalogues

_CATALOGUES = shipped_catalogues()
_KEY = re.compile(r"(?<![0-9*#:])(?<![0-9][ ,.])(?<![0-9][,.] )[0-9*#](?![0-9*#:])(?![ ,.]{1,2}[0-9])")
"""A key named in a prompt: a digit or sign that stands alone, and is no part of a number or of a time."""


def exchange_of(app: Any, **options: Any) -> Exchange:
    """Return an exchange that calls a Flask application made by `create_app`, in the same process.

    `options` are those of `Exchange`; texts are delivered at once unless they say otherwise.
    """
    settings: Settings = app.extensions["fanal"].settings
    subscription = Subscription(settings.account, settings.auth_tokens[0], settings.numbers, settings.public_url)
    return Exchange(subscription, FlaskTransport(app, settings.public_url), **{"later": at_once, **options})


class Caller:
    """Somebody with a telephone: `who` is a country ("RO"), a number, or "withheld".

    `to` is the number dialled (of the caller's country, or the first), `at` a pretended time. Every act returns the
    caller, and an act out of turn raises `OutOfTurnError`.
    """

    def __init__(
        self,
        exchange: Exchange,
        who: str = "RO",
        *,
        landline: bool = False,
        to: str | None = None,
        at: str | datetime | None = None,
    ) -> None:
        self._exchange = exchange
        self.number = people.number_of(who, landline)
        self._to = to or exchange.subscription.number_for(self.number)
        zone = moments.zone_of(self.number)
        self._at = moments.read(at, zone, exchange.now()) if isinstance(at, str) else at
        self._call: Call | None = None

    @property
    def call(self) -> Call:
        """The call."""
        assert self._call is not None, "the caller has not dialled"
        return self._call

    def dial(self) -> Self:
        """Call the number."""
        self._call = self._exchange.dial(self.number, self._to, self._at)
        return self

    def press(self, keys: str) -> Self:
        """Press one key, or several at one prompt."""
        self.call.press(keys)
        return self

    def choose_language(self, tag: str) -> Self:
        """Listen to the pages of languages until this one is offered in its own words, and press its key."""
        offer = _CATALOGUES[tag].words[Phrase.LANGUAGE_CHOOSE]
        pattern = re.escape(offer).replace(r"\{key\}", "([1-6])")
        for _ in _CATALOGUES:
            found = re.search(pattern, self.heard)
            if found:
                return self.press(found[1])
            self.press("9")
        raise AssertionError(f"nobody offered {tag}")

    def say(self, words: str, confidence: float | None = SURE) -> Self:
        """Say words, where the line listens to them."""
        self.call.say(words, confidence)
        return self

    def stay_silent(self, times: int = 1) -> Self:
        """Press nothing until the time runs out."""
        for _ in range(times):
            self.call.silence()
        return self

    def leg(self, outcome: str) -> Self:
        """Let the forwarded call end in one of the provider's outcomes ("busy", "completed")."""
        self.call.leg(LegOutcome(outcome))
        return self

    def hang_up(self) -> Self:
        """Hang up."""
        self.call.hang_up()
        return self

    @property
    def spoken(self) -> list[Said | Played]:
        """What was said and played since the caller's last act, with its languages."""
        said: list[Said | Played] = []
        for entry in reversed(self.call.transcript):
            if isinstance(entry, Pressed | Spoke | Silent | LegEnded):
                break
            if isinstance(entry, Said | Played):
                said.insert(0, entry)
        return said

    @property
    def heard(self) -> str:
        """The words said since the caller's last act."""
        return "\n".join(said.text or "" for said in self.spoken)

    @property
    def offered(self) -> set[str]:
        """The keys named in what was just said; empty where no key is awaited."""
        return set(_KEY.findall(self.heard)) if self.call.awaiting is Awaiting.KEYS else set()

    @property
    def forwarded_to(self) -> str | None:
        """The number that rings now, or that rang last; None where none ever did."""
        rung = [entry.number for entry in self.call.transcript if isinstance(entry, Dialling)]
        return rung[-1] if rung else None

    @property
    def ringing(self) -> bool:
        """True while a forwarded call rings."""
        return self.call.awaiting is Awaiting.LEG

    @property
    def texts(self) -> list[str]:
        """The texts that have arrived during the call."""
        return [entry.body for entry in self.call.transcript if isinstance(entry, TextArrived)]

    @property
    def failures(self) -> list[Failed]:
        """What the carrier could not follow."""
        return [entry for entry in self.call.transcript if isinstance(entry, Failed)]

    @property
    def ended(self) -> bool:
        """True when the call is over."""
        return self.call.ended
