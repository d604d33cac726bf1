"""A call without any server: web application, carrier and texts in this one process, with nothing kept."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.adapters.conversations import Kept
from ivr.calls import CallsUnderWay
from ivr.edition import Edition, Shelf
from ivr.events import Errand, Event, SendText
from ivr.metrics import Metrics
from ivr.numbers import CallerNumber
from ivr.sealed import Seal
from ivr.services import Services, edition_maker
from ivr.settings import Secret, Settings
from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.local import LocalTelephone
from ivr.simulator.messages import RestError
from ivr.simulator.people import our_numbers
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import FlaskTransport
from ivr.texts import compose
from routes import create_app

_PUBLIC_URL = "http://127.0.0.1"
"""Never called: the carrier reaches the application in this process."""


class NoTablesError(Exception):
    """The directory has faults, so nobody could be led anywhere."""


class HandOut:
    """Does at once what a call leaves to be done: sends its texts. Nothing is counted, and nothing purged."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.exchange: Exchange | None = None

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


class NoMemory:
    """Remembers no conversation by text: there are only calls here."""

    def recall(self, sender: str, receiver: str, now: dt.datetime) -> Kept | None:
        """Return nothing."""
        del sender, receiver, now
        return None

    def keep(self, sender: str, receiver: str, kept: Kept, now: dt.datetime) -> None:
        """Keep nothing."""


@contextmanager
def telephone(tables: Path | None) -> Iterator[LocalTelephone]:
    """Give a telephone of an exchange that lasts as long as the context; raises `NoTablesError`.

    `PROMPTS_PATH` counts as for the servers: raises `SettingsError` where it names no folder, `Faults` for its voices.

    `tables` is the folder of the directory's tables, the shipped ones if it is None.
    """
    with tempfile.TemporaryDirectory(prefix="fanal-call-") as folder:
        settings = _settings(tables, Path(folder))
        seal = Seal(settings.secret_keys)
        shelf = Shelf(tables, settings.var_path / "directory", edition_maker(settings, seal))
        shelf.refresh()
        if shelf.stale:
            raise NoTablesError
        outbox = HandOut(shelf)
        app = create_app(
            Services(
                settings,
                CallsUnderWay(settings.lines),
                shelf,
                seal,
                outbox,
                NoMemory(),
                Metrics(),
                lambda: dt.datetime.now(dt.UTC),
            )
        )
        subscription = Subscription(settings.account, settings.auth_tokens[0], settings.numbers, settings.public_url)
        outbox.exchange = Exchange(subscription, FlaskTransport(app, settings.public_url), later=at_once)
        yield LocalTelephone(outbox.exchange)


def _settings(tables: Path | None, folder: Path) -> Settings:
    return Settings(
        account="AC" + secrets.token_hex(16),
        auth_tokens=(Secret(secrets.token_hex(16)),),
        numbers=our_numbers(),
        public_url=_PUBLIC_URL,
        secret_keys=(Secret(secrets.token_hex(32)),),
        redis_url="unix:///nowhere",
        directory_path=tables,
        prompts_path=Settings.read_one("PROMPTS_PATH"),
        var_path=folder,
        exchange_token=Secret(secrets.token_hex(32)),
    )
