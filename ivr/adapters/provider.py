"""The provider's REST interface: who is on a call, a text to them, and the deletion of what it recorded.

The only module that reveals a caller's number. What it raises carries a status and a code, never the provider's own
words, which quote numbers and ids.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.events import PurgeCall, PurgeMessage
from ivr.limits import DailyLimit
from ivr.numbers import CallerNumber
from ivr.settings import PROVIDER_HOSTS, PROVIDER_URL, Settings

TIMEOUT = (3.0, 7.0)
"""Seconds for connecting and for each answer; without them the client waits for ever (facts, section 5)."""
TEXTS_A_DAY = 40
"""Referrals that one telephone may ask for by calling: more than anybody needs, and an end to whoever lets us pay."""
LEFT_FROM, LEFT_UNTIL = dt.timedelta(days=8), dt.timedelta(days=1)
"""Records that began so long before this day are looked for in case nobody has told us of them: yesterday's are still
being deleted, and what is older than a week may be of a time in which the number was somebody else's."""
LEFT = 200
"""Records of a kind that are looked for at once."""
LEGS = 100
"""Forwarded legs of one call at most; a call has a handful."""
NOT_FOUND, TOO_MANY = 404, 429
_GATEWAY_TIMEOUT = 504
Answer = TypeVar("Answer")


class Fate(StrEnum):
    """What an error says of the request."""

    AGAIN = "again"
    """It was not carried out, or can be repeated without harm; a later attempt may succeed."""
    REFUSED = "refused"
    """It was not carried out, and a later attempt would not be either."""
    UNKNOWN = "unknown"
    """It may have been carried out, and must not be repeated."""


class ProviderError(Exception):
    """The provider did not do what was asked. `status` and `code` are None where it did not answer."""

    def __init__(self, status: int | None, code: int | None, fate: Fate) -> None:
        super().__init__(f"status {status}, code {code}, {fate}")
        self.status, self.code, self.fate = status, code, fate

    @property
    def retry(self) -> bool:
        """True where a later attempt may succeed and can do no harm."""
        return self.fate is Fate.AGAIN


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What the provider knows of a call and we need."""

    caller: CallerNumber
    called: str
    """Which of our numbers was dialled."""


class Provider:
    """Speaks with the provider's REST interface. Every method may raise `ProviderError`."""

    def __init__(self, client: Client, numbers: Sequence[str], status_callback: str, limit: DailyLimit) -> None:
        self._client, self._numbers, self._status_callback = client, tuple(numbers), status_callback
        self._limit = limit

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Make the provider of the settings; it connects when first asked."""
        limit = DailyLimit(TEXTS_A_DAY, lambda: dt.datetime.now(dt.UTC))
        return cls(client_for(settings), settings.numbers, f"{settings.public_url}/sms/status", limit)

    def call(self, call: str) -> CallRecord:
        """Return who is on a call and which of our numbers they dialled."""
        record = tried(lambda: self._client.calls(call).fetch(), Fate.AGAIN)
        return CallRecord(CallerNumber(record._from or ""), record.to or "")

    def send(self, to: CallerNumber, body: str, called: str, seconds: int) -> str:
        """Text a caller from the number that they dialled, and return the text's id.

        What the carrier has not delivered within `seconds` must not arrive at all: the phone may be in other hands.
        One telephone gets `TEXTS_A_DAY` at most; more are refused here.
        """
        if not self._limit.allows(to.reveal()):
            raise ProviderError(None, None, Fate.REFUSED)
        sender = called if called in self._numbers else self._numbers[0]

        def create() -> str:
            message = self._client.messages.create(
                to=to.reveal(),
                from_=sender,
                body=body,
                status_callback=self._status_callback,
                validity_period=seconds,
                smart_encoded=True,  # a typographic quotation mark must not double the segments
            )
            return _id(message.sid)

        return tried(create, Fate.UNKNOWN)

    def forwarded_legs(self, call: str) -> tuple[str, ...]:
        """Return the ids of the calls by which a call was forwarded."""
        legs = tried(lambda: self._client.calls.list(parent_call_sid=call, limit=LEGS), Fate.AGAIN)
        return tuple(leg.sid for leg in legs)

    def left_over(self, now: dt.datetime) -> tuple[PurgeCall | PurgeMessage, ...]:
        """Return the calls and texts of one of our numbers that are still recorded although they should not be.

        The numbers take turns, an hour each.
        """
        number = self._numbers[int(now.timestamp()) // 3600 % len(self._numbers)]
        today = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        first, last = today - LEFT_FROM, today - LEFT_UNTIL
        begun = {"start_time_after": first, "start_time_before": last, "limit": LEFT}
        sent = {"date_sent_after": first, "date_sent_before": last, "limit": LEFT}
        calls = tried(lambda: self._client.calls.list(to=number, **begun), Fate.AGAIN)
        texts = tried(lambda: self._client.messages.list(to=number, **sent), Fate.AGAIN)
        texts += tried(lambda: self._client.messages.list(from_=number, **sent), Fate.AGAIN)
        return *(PurgeCall(call.sid) for call in calls), *(PurgeMessage(text.sid) for text in texts)

    def delete_call(self, call: str) -> None:
        """Delete the record of a call; one that is not there is deleted, that of a call in progress refused."""
        _deleted(lambda: self._client.calls(call).delete())

    def delete_message(self, message: str) -> None:
        """Delete the record of a text; one that is not there is deleted, that of a text under way refused."""
        _deleted(lambda: self._client.messages(message).delete())


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Twilio's client with an end to its patience, on another host where the settings name one."""

    def __init__(self, provider_url: str) -> None:
        super().__init__()
        self.timeout = TIMEOUT
        self._elsewhere = None if provider_url == PROVIDER_URL else urlsplit(provider_url)

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        """Send the request, and keep nothing of it: the client would remember the last one for its own tests."""
        try:
            return super().request(method, self._address(url), *arguments, **options)
        finally:
            self._test_only_last_request = self._test_only_last_response = None

    def _address(self, url: str) -> str:
        if self._elsewhere is None:
            return url
        asked = urlsplit(url)
        host = _host_for(asked.netloc.partition(".")[0], self._elsewhere.netloc)
        path = self._elsewhere.path + asked.path
        return asked._replace(scheme=self._elsewhere.scheme, netloc=host, path=path).geturl()


def client_for(settings: Settings) -> Client:
    """Make the client that speaks for the account of the settings; it connects when first asked.

    It reads nothing from the environment, where it would take a region and an edge for another host than ours.
    """
    http = _HttpClient(settings.provider_url)
    return Client(settings.account, settings.auth_tokens[0], http_client=http, environment={"TWILIO_REGION": ""})


def _host_for(product: str, host: str) -> str:
    """Return the host of a part of the interface (api, routes, voice): the provider's regions have one for each."""
    if host.startswith("api.") and host.endswith(PROVIDER_HOSTS):
        return f"{product}.{host.removeprefix('api.')}"
    return host


def _id(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError("the record has no id")
    return found


def _deleted(delete: Callable[[], object]) -> None:
    """Delete. Whatever the refusal says, a later attempt may succeed: the call is over by then, or a setting mended.

    Which status the provider has for a call in progress is not verified (facts, section 6).
    """
    again = None
    try:
        tried(delete, Fate.AGAIN)
    except ProviderError as fault:
        if fault.status != NOT_FOUND:
            again = ProviderError(fault.status, fault.code, Fate.AGAIN)
    if again is not None:
        raise again


def tried(ask: Callable[[], Answer], unanswered: Fate) -> Answer:
    """Return the answer, or raise a `ProviderError` that has forgotten the provider's own exception.

    `unanswered` is what becomes of a request that left and got no answer that tells.
    """
    try:
        return ask()
    except TwilioException as fault:
        error = _from_answer(fault, unanswered)
    except requests.RequestException as fault:
        error = ProviderError(None, None, Fate.AGAIN if _never_connected(fault) else unanswered)
    except (ValueError, KeyError, TypeError, AttributeError):  # an answer of 2xx that is no record
        error = ProviderError(None, None, unanswered)
    raise error


def _from_answer(fault: TwilioException, unanswered: Fate) -> ProviderError:
    """Judge by the status alone: the provider says that its codes change (its OpenAPI description)."""
    status = getattr(fault, "status", None)
    if status is None:  # a page of a list, whose exception holds the answer only
        status = next((getattr(part, "status_code", None) for part in fault.args[1:]), None)
    code = getattr(fault, "code", None)
    if status is None or status == _GATEWAY_TIMEOUT:
        return ProviderError(status, code, unanswered)
    return ProviderError(status, code, Fate.AGAIN if status == TOO_MANY or status >= 500 else Fate.REFUSED)


def _never_connected(fault: requests.RequestException) -> bool:
    """Tell whether the request certainly never left: no connection was made to send it on."""
    if isinstance(fault, requests.ConnectTimeout):
        return True
    cause = fault.args[0] if isinstance(fault, requests.ConnectionError) and fault.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)
