"""The provider's records as its REST interface shows them; a test holds the fields against its published schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from ivr.simulator.call import Call, Leg
from ivr.simulator.messages import MessageStatus, StoredMessage
from ivr.simulator.subscription import API_VERSION
from ivr.simulator.transcript import CallStatus
from ivr.texts import segments

Json = dict[str, Any]
_UNDER_WAY = {CallStatus.RINGING, CallStatus.IN_PROGRESS}
_FIELDS = {"StartTime": "start_time", "DateSent": "date_sent"}
_NOWHERE_NAMED = ("answered_by", "caller_name", "forwarded_from", "group_sid", "phone_number_sid", "price", "trunk_sid")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call in the provider's records: one that came in, or the forwarded leg of one (then `parent` is set)."""

    sid: str
    sender: str
    receiver: str
    status: CallStatus
    started: datetime
    seconds: int
    parent: str | None = None

    @classmethod
    def of_call(cls, call: Call) -> CallRecord:
        """Make the record of a call that came in."""
        return cls(call.sid, call.caller, call.number, call.status, call.started, call.seconds)

    @classmethod
    def of_leg(cls, leg: Leg, parent: str) -> CallRecord:
        """Make the record of a forwarded leg."""
        return cls(leg.sid, leg.caller_id, leg.number, leg.status, leg.started, leg.seconds, parent)

    @property
    def under_way(self) -> bool:
        """True while the record cannot be deleted."""
        return self.status in _UNDER_WAY

    def json(self, account: str) -> Json:
        """Return the record as the REST interface shows it."""
        uri = _calls(account, self.sid)
        ended = None if self.under_way else date_of(self.started + timedelta(seconds=self.seconds))
        return {
            **dict.fromkeys(_NOWHERE_NAMED),
            "sid": self.sid,
            "account_sid": account,
            "parent_call_sid": self.parent,
            "from": self.sender,
            "from_formatted": self.sender,
            "to": self.receiver,
            "to_formatted": self.receiver,
            "status": self.status.value,
            "direction": "inbound" if self.parent is None else "outbound-dial",
            "start_time": date_of(self.started),
            "end_time": ended,
            "duration": None if self.under_way else str(self.seconds),
            "date_created": date_of(self.started),
            "date_updated": ended or date_of(self.started),
            "price_unit": "USD",
            "queue_time": "0",
            "api_version": API_VERSION,
            "uri": uri,
            "subresource_uris": {"recordings": f"{uri.removesuffix('.json')}/Recordings.json"},
        }


def message_json(message: StoredMessage, account: str) -> Json:
    """Return the record of a text as the REST interface shows it."""
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}"
    waiting = message.status is MessageStatus.QUEUED
    return {
        "sid": message.sid,
        "account_sid": account,
        "messaging_service_sid": None,
        "from": message.sender,
        "to": message.receiver,
        "body": message.body,
        "status": message.status.value,
        "direction": message.direction.value,
        "num_segments": str(segments(message.body)),
        "num_media": "0",
        "error_code": message.error,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "date_created": date_of(message.created),
        "date_updated": date_of(message.created),
        "date_sent": None if waiting else date_of(message.created),
        "api_version": API_VERSION,
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def chosen(records: Sequence[Json], asked: Mapping[str, str], date: str) -> list[Json]:
    """Return the records that a list is asked for: by number, and by a date, which is `StartTime` or `DateSent`."""
    first, last = (datetime.fromisoformat(asked[name]) if name in asked else None for name in (f"{date}>", f"{date}<"))

    def is_chosen(record: Json) -> bool:
        if any(asked.get(name, record[name.lower()]) != record[name.lower()] for name in ("To", "From")):
            return False
        at = parsedate_to_datetime(record[_FIELDS[date]] or record["date_created"])
        return (first is None or first <= at) and (last is None or at < last)

    return [record for record in records if is_chosen(record)]


def page(name: str, records: Sequence[Json], uri: str) -> Json:
    """Return records as one page of a list; this exchange never needs a second one."""
    return {
        name: list(records),
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": max(len(records) - 1, 0),
        "uri": uri,
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
    }


def _calls(account: str, sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account}/Calls/{sid}.json"


def date_of(moment: datetime) -> str:
    """Write an instant as RFC 2822 wants it, in UTC by its offset."""
    return format_datetime(moment)
