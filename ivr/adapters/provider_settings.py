"""How the provider is set up for us: what it does with our numbers, whether it records, where it processes calls.

Asked by `fanal doctor --provider`, never while a call lasts. Fields and addresses are those of the provider's own
description of its interface (IncomingPhoneNumbers, Recordings), of its guide to inbound processing regions
(`/v2/PhoneNumbers/<number>` of its part "routes"), and of its client (`/v2/AccountDefaultConfiguration/Recording` of
its part "voice").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from twilio.rest import Client

from ivr.adapters.provider import NOT_FOUND, Fate, ProviderError, client_for, tried
from ivr.settings import DEFAULT_REGION, Settings

_NO_SUCH = 20404
"""The provider's code for a record that is not there, which a host without such records does not send."""
_MATCHES = 20
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that the provider asks; the address is empty where none is set."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """How the provider has set up one of our numbers."""

    number: str
    voice: Webhook
    voice_fallback: Webhook
    status: Webhook
    sms: Webhook
    sms_fallback: Webhook
    trunk: bool
    """A SIP trunk takes its calls, whatever the webhooks say."""
    voice_application: bool
    """An application's addresses hold for calls, whatever the number's webhooks say."""
    sms_application: bool
    fax: bool
    """What comes in is taken for faxes."""
    looks_up_names: bool
    """The caller's name is bought from a database for each call."""
    capabilities: Mapping[str, Any]
    """Whether it can `voice` and `sms`; what the provider does not tell is not there."""
    emergency: bool
    """Emergency calls can be made from it."""


class ProviderSettings:
    """Asks the provider how it is set up. Every method may raise `ProviderError`; nothing is changed by asking."""

    def __init__(self, client: Client, own_host: bool) -> None:
        """`own_host`: the provider itself is asked, so that what it does not find is not there."""
        self._client, self._own_host = client, own_host

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Make one for the account of the settings; it connects when first asked."""
        return cls(client_for(settings), settings.provider_region is not None)

    def number(self, number: str) -> NumberRecord | None:
        """Return how a number is set up, in the region of the host that is asked; None where we have no such number."""
        found = tried(lambda: self._numbers_like(number), Fate.AGAIN)
        return next((record for record in found if record.number == number), None)

    def has_recordings(self) -> bool:
        """Tell whether the account holds any recording of a call."""
        return tried(lambda: bool(self._client.recordings.list(limit=1)), Fate.AGAIN)

    def records_by_default(self) -> bool:
        """Tell whether every call of the account is recorded without being asked for."""

        def ask() -> bool:
            default = self._client.voice.v2.recording_account_default_configuration().fetch()
            if default.account_sid is None and default.configuration is None:
                raise TypeError("this is no configuration")
            return True

        return self._unless_missing(ask, otherwise=False)

    def region(self, number: str) -> str:
        """Return where calls to a number are processed, such as "ie1"."""

        def ask() -> str:
            region = self._client.routes.v2.phone_numbers(number).fetch().voice_region
            if not isinstance(region, str) or not region:
                raise TypeError("this names no region")
            return region.lower()

        return self._unless_missing(ask, otherwise=DEFAULT_REGION)

    def _numbers_like(self, number: str) -> list[NumberRecord]:
        """Return the numbers that the provider finds: it takes the number for a pattern."""
        found = self._client.incoming_phone_numbers.list(phone_number=number, limit=_MATCHES)
        return [_number_record(each) for each in found]

    def _unless_missing(self, ask: Callable[[], Record], otherwise: Record) -> Record:
        """Ask; what the provider itself says is not there has a meaning, another host just cannot be asked."""
        try:
            return tried(ask, Fate.AGAIN)
        except ProviderError as fault:
            if fault.status == NOT_FOUND and (self._own_host or fault.code == _NO_SUCH):
                return otherwise
            raise


def _number_record(found: Any) -> NumberRecord:
    capabilities = found.capabilities
    return NumberRecord(
        number=found.phone_number or "",
        voice=_webhook(found.voice_url, found.voice_method),
        voice_fallback=_webhook(found.voice_fallback_url, found.voice_fallback_method),
        status=_webhook(found.status_callback, found.status_callback_method),
        sms=_webhook(found.sms_url, found.sms_method),
        sms_fallback=_webhook(found.sms_fallback_url, found.sms_fallback_method),
        trunk=bool(found.trunk_sid),
        voice_application=bool(found.voice_application_sid),
        sms_application=bool(found.sms_application_sid),
        fax=found.voice_receive_mode == "fax",
        looks_up_names=found.voice_caller_id_lookup is True,
        capabilities=dict(capabilities) if isinstance(capabilities, Mapping) else {},
        emergency=found.emergency_status == "Active",
    )


def _webhook(url: str | None, method: str | None) -> Webhook:
    """Read an address of a number; the method is POST where none is named (its page says so)."""
    return Webhook(url or "", (method or "POST").upper())
