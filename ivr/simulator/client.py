"""Uses the telephones of a stand-in exchange over HTTP: for the browser phone and for `fanal call`.

The JSON is described in `routes.carrier`. Loopback only: no proxy is asked, nothing is retried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.simulator.call import SURE
from ivr.simulator.people import Person
from ivr.simulator.transcript import Failed, LegOutcome, TextArrived
from ivr.simulator.views import CallView

SECONDS = 20.0
"""Longer than the 15 seconds for which the carrier waits for the application."""


class ExchangeError(Exception):
    """The exchange refused, or is not there. `status` is HTTP's, or None where nobody answered."""

    def __init__(self, status: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class People:
    """Who may call whom."""

    numbers: tuple[str, ...]
    """Our own."""
    people: tuple[Person, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextView:
    """What came back for a text."""

    id: str
    replies: tuple[TextArrived, ...]
    failures: tuple[Failed, ...]


class ExchangeClient:
    """A line to the exchange at `url`, opened by its control token. Every method may raise `ExchangeError`."""

    def __init__(self, url: str, token: str, seconds: float = SECONDS) -> None:
        self._url = url.rstrip("/") + "/exchange"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._seconds = seconds

    def people(self) -> People:
        """Return our numbers and who may call them."""
        record = self._ask("GET", "/people")
        everybody = tuple(Person(**person) for person in record["people"])
        return People(tuple(record["numbers"]), everybody, tuple(record["withheld"]))

    def dial(self, caller: str, number: str | None = None, at: str | None = None, landline: bool = False) -> CallView:
        """Start a call; `caller`, `number` and `at` as `routes.carrier` describes `from`, `to` and `at`."""
        asked = {"from": caller, "landline": landline, "to": number, "at": at}
        return CallView.from_json(self._ask("POST", "/calls", asked))

    def call(self, sid: str) -> CallView:
        """Return a call as it stands."""
        return CallView.from_json(self._ask("GET", f"/calls/{sid}"))

    def press(self, sid: str, keys: str) -> CallView:
        """Press keys."""
        return CallView.from_json(self._ask("POST", f"/calls/{sid}/press", {"keys": keys}))

    def say(self, sid: str, words: str, confidence: float | None = SURE) -> CallView:
        """Say words, understood with this confidence."""
        asked = {"words": words, "confidence": confidence}
        return CallView.from_json(self._ask("POST", f"/calls/{sid}/say", asked))

    def silence(self, sid: str) -> CallView:
        """Press nothing."""
        return CallView.from_json(self._ask("POST", f"/calls/{sid}/silence", {}))

    def leg(self, sid: str, outcome: LegOutcome) -> CallView:
        """End the forwarded leg."""
        return CallView.from_json(self._ask("POST", f"/calls/{sid}/leg", {"outcome": outcome.value}))

    def hang_up(self, sid: str) -> CallView:
        """Hang up."""
        return CallView.from_json(self._ask("POST", f"/calls/{sid}/hang-up", {}))

    def send_text(self, sender: str, body: str, number: str | None = None, at: str | None = None) -> TextView:
        """Send a text to one of our numbers."""
        record = self._ask("POST", "/texts", {"from": sender, "to": number, "body": body, "at": at})
        replies = tuple(TextArrived(**reply) for reply in record["replies"])
        return TextView(record["id"], replies, tuple(Failed(**each) for each in record["failures"]))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        import requests  # a production server has this module, but never asks an exchange

        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.request(
                    method, self._url + path, json=body, headers=self._headers, timeout=self._seconds
                )
            record = answer.json()
        except requests.RequestException as fault:
            raise ExchangeError(None, f"the exchange does not answer ({type(fault).__name__})") from fault
        if not isinstance(record, dict):
            raise ExchangeError(answer.status_code, "the exchange answered with something else")
        if not answer.ok:
            raise ExchangeError(answer.status_code, str(record.get("error", answer.status_code)))
        return record
