"""The account's numbers and settings as the provider's interface shows them to whoever asks whether all is set up.

What is changed here changes the records alone: calls and texts go on to the addresses of the subscription.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.simulator.messages import RestError
from ivr.simulator.records import Json, date_of, page
from ivr.simulator.subscription import API_VERSION, Subscription, new_sid

_NOT_SET = (
    "address_sid",
    "bundle_sid",
    "emergency_address_sid",
    "identity_sid",
    "sms_application_sid",
    "trunk_sid",
    "voice_application_sid",
)
REGION = "ie1"
"""Where calls to every number are processed at first."""


@dataclass
class Premises:
    """The account's settings. `numbers` maps each number to its record, whose fields a test may change."""

    account: str
    numbers: dict[str, Json]
    regions: dict[str, str] = field(default_factory=dict)
    """Number to the region that processes its calls; one that is not named has none of its own."""
    recordings: list[Json] = field(default_factory=list)
    default_recording: Json | None = None
    """What makes the provider record every call of the account, where somebody has set it."""

    @classmethod
    def of(cls, subscription: Subscription, now: datetime) -> Premises:
        """Make the settings that a subscription has in truth: its own addresses everywhere, nothing recorded."""
        numbers = {number: _number(number, subscription, now) for number in subscription.numbers}
        return cls(subscription.account, numbers, dict.fromkeys(numbers, REGION))

    def find_numbers(self, asked: Mapping[str, str]) -> Json:
        """Return the numbers that fit `PhoneNumber`, which may be a part of one, as a page."""
        wanted = asked.get("PhoneNumber", "")
        found = [record for number, record in self.numbers.items() if wanted in number]
        return page("incoming_phone_numbers", found, self._uri("IncomingPhoneNumbers"))

    def list_recordings(self) -> Json:
        """Return all recordings as a page."""
        return page("recordings", self.recordings, self._uri("Recordings"))

    def region(self, number: str) -> Json:
        """Return where calls to a number are processed; raises `RestError` where nobody has said."""
        if number not in self.regions:
            raise RestError(404, 20404, f"The requested resource /v2/PhoneNumbers/{number} was not found")
        return {"phone_number": number, "account_sid": self.account, "voice_region": self.regions[number]}

    def recording_by_default(self) -> Json:
        """Return what makes the provider record every call; raises `RestError` where nothing does."""
        if self.default_recording is None:
            raise RestError(
                404, 20404, "The requested resource /v2/AccountDefaultConfiguration/Recording was not found"
            )
        return {"account_sid": self.account, **self.default_recording}

    def _uri(self, what: str) -> str:
        return f"/{API_VERSION}/Accounts/{self.account}/{what}.json"


def _number(number: str, subscription: Subscription, now: datetime) -> Json:
    sid = new_sid("PN")
    return {
        **dict.fromkeys(_NOT_SET),
        **_webhooks(subscription),
        "sid": sid,
        "account_sid": subscription.account,
        "phone_number": number,
        "friendly_name": number,
        "address_requirements": "none",
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "date_created": date_of(now),
        "date_updated": date_of(now),
        "emergency_status": "Inactive",
        "emergency_address_status": "unregistered",
        "origin": "twilio",
        "status": "in-use",
        "type": "local",
        "uri": f"/{API_VERSION}/Accounts/{subscription.account}/IncomingPhoneNumbers/{sid}.json",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
    }


def _webhooks(subscription: Subscription) -> Json:
    return {
        "sms_fallback_method": "POST",
        "sms_fallback_url": subscription.address("/sms/fallback"),
        "sms_method": "POST",
        "sms_url": subscription.address("/sms"),
        "status_callback": subscription.address("/voice/status"),
        "status_callback_method": "POST",
        "voice_fallback_method": "POST",
        "voice_fallback_url": subscription.address("/voice/fallback"),
        "voice_method": "POST",
        "voice_url": subscription.address("/voice"),
    }
