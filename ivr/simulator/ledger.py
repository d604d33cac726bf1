"""The provider's records of one account: calls, their forwarded legs, and texts. In memory, for several threads."""

from __future__ import annotations

import threading
from typing import Any

from ivr.simulator.call import Call
from ivr.simulator.messages import FINAL, RestError, StoredMessage
from ivr.simulator.records import CallRecord, message_json

MOST_CALLS = 200
"""Calls kept for looking at; the oldest that have ended are forgotten first."""


class NoSuchCallError(Exception):
    """There is no call of this id."""


class Ledger:
    """What is kept. Reading and deleting raise `RestError` as the REST interface would."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._calls: dict[str, Call] = {}
        self._messages: dict[str, StoredMessage] = {}
        self._deleted: set[str] = set()

    def add_call(self, call: Call) -> None:
        """Begin to keep a call."""
        with self._lock:
            self._calls[call.sid] = call
            ended = [sid for sid, each in self._calls.items() if each.ended]
            for sid in ended[: max(len(self._calls) - MOST_CALLS, 0)]:
                del self._calls[sid]

    def add_message(self, message: StoredMessage) -> None:
        """Begin to keep a text."""
        with self._lock:
            self._messages[message.sid] = message

    def call(self, sid: str) -> Call:
        """Return a call, even if its record is deleted: its telephone remembers it. Raises `NoSuchCallError`."""
        with self._lock:
            try:
                return self._calls[sid]
            except KeyError:
                raise NoSuchCallError(sid) from None

    def latest_call_from(self, caller: str) -> Call | None:
        """Return the last call that was made from this number."""
        with self._lock:
            calls = [call for call in self._calls.values() if call.caller == caller]
        return calls[-1] if calls else None

    def call_records(self, parent: str | None = None) -> list[CallRecord]:
        """Return the records of all calls and legs, or those of the legs of one call."""
        with self._lock:
            calls, deleted = list(self._calls.values()), frozenset(self._deleted)
        records = []
        for call in calls:
            records.append(CallRecord.of_call(call))
            records.extend(CallRecord.of_leg(leg, call.sid) for leg in tuple(call.legs))
        return [each for each in records if each.sid not in deleted and parent in {None, each.parent}]

    def call_record(self, sid: str) -> CallRecord:
        """Return the record of a call or of a leg."""
        for record in self.call_records():
            if record.sid == sid:
                return record
        raise RestError(404, 20404, f"The requested resource Calls/{sid}.json was not found")

    def message(self, sid: str) -> StoredMessage:
        """Return a text."""
        with self._lock:
            if sid in self._messages and sid not in self._deleted:
                return self._messages[sid]
        raise RestError(404, 20404, f"The requested resource Messages/{sid}.json was not found")

    def delete_call(self, sid: str) -> None:
        """Delete the record of a call or a leg that has ended."""
        if self.call_record(sid).under_way:
            raise RestError(409, 20009, f"Cannot delete Call {sid} because it's still in progress.")
        with self._lock:
            self._deleted.add(sid)

    def delete_message(self, sid: str) -> None:
        """Delete the record of a text that has come to its end."""
        if self.message(sid).status not in FINAL:
            raise RestError(409, 20009, f"Cannot delete Message {sid} because it's still in progress.")
        with self._lock:
            self._deleted.add(sid)
            del self._messages[sid]

    def everything(self) -> list[dict[str, Any]]:
        """Return all that is still held about anybody: what a purge must bring to nothing."""
        return [record.json(self._account) for record in self.call_records()] + self.message_records()

    def message_records(self) -> list[dict[str, Any]]:
        """Return the records of all texts."""
        with self._lock:
            messages = list(self._messages.values())
        return [message_json(each, self._account) for each in messages]
