"""Texts as the provider keeps them, and the reasons for which it refuses to send one.

From the provider's page on the Messages resource and its error dictionary. Refusals quote the number, as the
provider's do: so a test can show that no number reaches a log by way of an error.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

LONGEST = 1600
LONGEST_VALIDITY = 36000
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class MessageStatus(StrEnum):
    """What has become of a text, in the provider's words."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class Direction(StrEnum):
    """Who sent a text, and how, in the provider's words."""

    INBOUND = "inbound"
    API = "outbound-api"
    REPLY = "outbound-reply"


FINAL = {MessageStatus.RECEIVED, MessageStatus.DELIVERED, MessageStatus.UNDELIVERED}


@dataclass(slots=True)
class StoredMessage:
    """One text in the provider's records."""

    sid: str
    sender: str
    receiver: str
    body: str
    direction: Direction
    status: MessageStatus
    created: datetime
    report: str | None = None
    """The address that is told of every change."""
    error: int | None = None


class RestError(Exception):
    """The provider's REST interface refuses. `status` is HTTP's, `code` and the words are the provider's."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, str | int]:
        """Return the JSON body of the refusal."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


def check(form: Mapping[str, str], own: Container[str], stopped: Container[str]) -> None:
    """Raise `RestError` unless a text made from this form could be sent.

    `own` are the account's numbers, `stopped` those whose owners have sent STOP.
    """
    receiver, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if not receiver:
        raise RestError(400, 21604, "A 'To' phone number is required.")
    if sender not in own:
        raise RestError(400, 21659, f"'{sender}' is not a Twilio phone number.")
    if not body:
        raise RestError(400, 21602, "Message body is required.")
    if len(body) > LONGEST:
        raise RestError(400, 21617, f"The concatenated message body exceeds the {LONGEST} character limit")
    validity = form.get("ValidityPeriod", "1")
    if not (validity.isascii() and validity.isdigit() and 1 <= int(validity) <= LONGEST_VALIDITY):
        raise RestError(400, 21621, f"The ValidityPeriod '{validity}' is not valid.")
    _check_receiver(receiver)
    if receiver in stopped:
        raise RestError(400, 21610, f"Attempt to send to unsubscribed recipient {receiver}")


def _check_receiver(receiver: str) -> None:
    try:
        number = phonenumbers.parse(receiver)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise RestError(400, 21211, f"The 'To' number {receiver} is not a valid phone number.")
    kind = phonenumbers.number_type(number)
    if kind is PhoneNumberType.FIXED_LINE:
        raise RestError(400, 21635, f"'To' number {receiver} cannot be a landline")
    if kind not in _MOBILE:
        raise RestError(400, 21614, f"'To' number is not a valid mobile number: {receiver}")
