"""The telephones of an exchange in the same process, used as the client uses those of another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ivr.simulator import moments, people
from ivr.simulator.call import SURE
from ivr.simulator.client import ExchangeError
from ivr.simulator.exchange import Exchange
from ivr.simulator.faults import OutOfTurnError
from ivr.simulator.ledger import NoSuchCallError
from ivr.simulator.transcript import LegOutcome
from ivr.simulator.views import CallView


class Telephone(Protocol):
    """What a caller can do. Every method may raise `ExchangeError`; `ivr.simulator.client` is the other kind."""

    def dial(self, caller: str, number: str | None = None, at: str | None = None, landline: bool = False) -> CallView:
        """Start a call; the arguments are as `routes.carrier` describes `from`, `to`, `at` and `landline`."""

    def call(self, sid: str) -> CallView:
        """Return a call as it stands."""

    def press(self, sid: str, keys: str) -> CallView:
        """Press keys."""

    def say(self, sid: str, words: str, confidence: float | None = SURE) -> CallView:
        """Say words, understood with this confidence."""

    def silence(self, sid: str) -> CallView:
        """Press nothing."""

    def leg(self, sid: str, outcome: LegOutcome) -> CallView:
        """End the forwarded leg."""

    def hang_up(self, sid: str) -> CallView:
        """Hang up."""


class LocalTelephone:
    """A telephone of an exchange in this process."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def dial(self, caller: str, number: str | None = None, at: str | None = None, landline: bool = False) -> CallView:
        """Start a call."""
        with _refusals():
            calling = people.number_of(caller, landline)
            moment = moments.read(at, moments.zone_of(calling), self._exchange.now()) if at else None
            called = number or self._exchange.subscription.number_for(calling)
            return CallView.of(self._exchange.dial(calling, called, moment))

    def call(self, sid: str) -> CallView:
        """Return a call as it stands."""
        with _refusals():
            return CallView.of(self._exchange.ledger.call(sid))

    def press(self, sid: str, keys: str) -> CallView:
        """Press keys."""
        return self._act(sid, lambda: self._exchange.ledger.call(sid).press(keys))

    def say(self, sid: str, words: str, confidence: float | None = SURE) -> CallView:
        """Say words."""
        return self._act(sid, lambda: self._exchange.ledger.call(sid).say(words, confidence))

    def silence(self, sid: str) -> CallView:
        """Press nothing."""
        return self._act(sid, lambda: self._exchange.ledger.call(sid).silence())

    def leg(self, sid: str, outcome: LegOutcome) -> CallView:
        """End the forwarded leg."""
        return self._act(sid, lambda: self._exchange.ledger.call(sid).leg(outcome))

    def hang_up(self, sid: str) -> CallView:
        """Hang up."""
        return self._act(sid, lambda: self._exchange.ledger.call(sid).hang_up())

    def _act(self, sid: str, act: Callable[[], None]) -> CallView:
        with _refusals():
            act()
            return CallView.of(self._exchange.ledger.call(sid))


@contextmanager
def _refusals() -> Iterator[None]:
    """Refuse with the statuses that the exchange has over HTTP."""
    try:
        yield
    except ValueError as fault:
        raise ExchangeError(400, str(fault)) from fault
    except NoSuchCallError as fault:
        raise ExchangeError(404, "there is no such call") from fault
    except OutOfTurnError as fault:
        raise ExchangeError(409, str(fault)) from fault
