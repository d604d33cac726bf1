"""Calls in this one process that ring nobody, and of which nothing is kept or counted.

The web application is the real one, with an edition of its own; the carrier is the stand-in. Used by the call in the
terminal and by the coordinators' telephone.
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from prometheus_client import CollectorRegistry, Counter

from ivr.adapters.conversations import Kept
from ivr.calls import CallsUnderWay
from ivr.edition import Edition, Found, Shelf
from ivr.events import Errand, Event, SendText
from ivr.metrics import Metrics
from ivr.numbers import CallerNumber
from ivr.sealed import Seal
from ivr.services import Services
from ivr.settings import Secret, Settings
from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.local import LocalTelephone
from ivr.simulator.messages import RestError
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import FlaskTransport
from ivr.texts import compose
from routes import create_app


class Rehearsal:
    """An application around one shelf, and a carrier that calls it in this process."""

    def __init__(self, settings: Settings, shelf: Shelf, seal: Seal) -> None:
        self._outbox = _HandOut(shelf)
        services = Services(
            settings,
            CallsUnderWay(settings.lines),
            shelf,
            seal,
            self._outbox,
            _NoMemory(),
            _Uncounted(),
            lambda: dt.datetime.now(dt.UTC),
        )
        self.services = services
        self._subscription = Subscription(
            settings.account, settings.auth_tokens[0], settings.numbers, settings.public_url
        )
        self._transport = FlaskTransport(create_app(services), settings.public_url)
        self._one_at_a_time = threading.Lock()

    @contextmanager
    def telephone(self) -> Iterator[LocalTelephone]:
        """Give a telephone, for one thread at a time; whatever was called with it is forgotten afterwards."""
        with self._one_at_a_time:
            self._outbox.exchange = Exchange(self._subscription, self._transport, later=at_once)
            try:
                yield LocalTelephone(self._outbox.exchange)
            finally:
                self._outbox.exchange = None


def rehearsed(settings: Settings, make: Callable[[Settings, Seal], Edition]) -> Rehearsal:
    """Build a rehearsal on an installation's own words, voices and numbers, with keys of its own.

    `make` gives the edition for these settings and this seal: no state of a rehearsed call fits a real one.
    """
    own = stand_in(settings)
    seal = Seal(own.secret_keys)
    return Rehearsal(own, _OneEdition(make(own, seal)), seal)


def stand_in(settings: Settings) -> Settings:
    """Return an installation's settings with keys and an account made up for this process, and no service to reach."""
    return replace(
        settings,
        account="AC" + secrets.token_hex(16),
        auth_tokens=(Secret(secrets.token_hex(16)),),
        secret_keys=(Secret(secrets.token_hex(32)),),
        exchange_token=Secret(secrets.token_hex(32)),
        metrics_token=None,
        redis_url="unix:///nowhere",
        database_url="sqlite://",
    )


class _OneEdition(Shelf):
    """A shelf with one edition, which nothing replaces."""

    def __init__(self, edition: Edition) -> None:
        self._only = edition
        self.stale = False

    @property
    def current(self) -> Edition:
        """The edition."""
        return self._only

    @property
    def found(self) -> Found:
        """What the edition was made from."""
        return Found(self._only.directory)


class _HandOut:
    """Does at once what a call leaves to be done: sends its texts. Nothing is counted, and nothing purged."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.exchange: Exchange | None = None

    def start(self) -> None:
        """There is nothing to make ready."""

    def put(self, item: Event | Errand) -> None:
        """Send a text, if it is one."""
        if isinstance(item, SendText) and self.exchange is not None:
            self._send(item, self._shelf.current, self.exchange)

    def _send(self, errand: SendText, edition: Edition, exchange: Exchange) -> None:
        call = exchange.ledger.call(errand.call)
        country = CallerNumber(call.caller).country
        body = compose(edition.directory, edition.speech, errand.helpline, errand.language, errand.form, country)
        try:
            exchange.create_message({"From": call.number, "To": call.caller, "Body": body})
        except RestError:
            return  # the call goes on without its text, as it would with the real worker


class _NoMemory:
    """Remembers no conversation by text: there are only calls here."""

    def recall(self, sender: str, receiver: str, now: dt.datetime) -> Kept | None:
        """Return nothing."""
        del sender, receiver, now
        return None

    def keep(self, sender: str, receiver: str, kept: Kept, now: dt.datetime) -> None:
        """Keep nothing."""


class _Uncounted(Metrics):
    """Adds nothing to the figures of the server in whose process a call is rehearsed."""

    def __init__(self) -> None:
        super().__init__()
        self.faults = _Still("fanal_faults", "Not counted.", ["where"], registry=CollectorRegistry())
        self.refused = _Still("fanal_refused", "Not counted.", registry=CollectorRegistry())

    def step(self, name: str) -> None:
        """Add nothing."""


class _Still(Counter):
    """A counter that stands still: the library's own would add to the server's, whose name it shares."""

    def inc(self, amount: float = 1, exemplar: dict[str, str] | None = None) -> None:
        """Add nothing."""
