"""A whole stand-in exchange for one account: callers dial and send texts, and the account uses its REST interface.

It may be used from several threads. No lock is held while the application is being asked, since the application's
worker may ask for records meanwhile.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ivr.simulator import sms
from ivr.simulator.call import Call
from ivr.simulator.faults import CarrierError
from ivr.simulator.ledger import Ledger
from ivr.simulator.messages import Direction, MessageStatus, RestError, StoredMessage, check
from ivr.simulator.numbers import Premises
from ivr.simulator.records import Json, chosen, message_json, page
from ivr.simulator.subscription import API_VERSION, Subscription, new_sid
from ivr.simulator.transcript import Failed, TextArrived
from ivr.simulator.transport import Transport

UNREACHABLE = 30003
"""Error of a text that no handset took (the provider's error dictionary)."""
_OPT_OUT_WORDS = {
    **dict.fromkeys(("STOP", "UNSUBSCRIBE", "STOPALL", "CANCEL", "END", "QUIT"), "STOP"),
    **dict.fromkeys(("START", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
"""Words that the provider answers itself when they are the whole text (its page on opting out)."""
_OWN_ANSWERS = {
    "STOP": "You will get no more texts from this number. Send START to get them again.",
    "START": "You will get texts from this number again. Send STOP to end them.",
    "HELP": "Send STOP to get no more texts from this number.",
}

Later = Callable[[Callable[[], None]], None]
"""Takes work that the provider does after it has answered."""


class Failure(StrEnum):
    """Ways in which the creation of a text can be made to fail."""

    RATE = "rate"
    """HTTP 429."""
    SERVER = "server"
    """HTTP 500."""
    TIMEOUT = "timeout"
    """The text is made, but the answer comes too late for anybody to wait for it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a text sent to one of our numbers: its id, and the texts that came back, oldest first."""

    sid: str
    replies: tuple[TextArrived, ...]
    failures: tuple[Failed, ...]


def in_background(work: Callable[[], None]) -> None:
    """Do the work in a thread that does not keep the program alive."""
    threading.Thread(target=work, daemon=True).start()


def at_once(work: Callable[[], None]) -> None:
    """Do the work before anything else: for tests, which want one order of events."""
    work()


class Exchange:
    """The exchange. `clock` gives the aware present; `later` is given what is done after an answer."""

    def __init__(
        self,
        subscription: Subscription,
        transport: Transport,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        later: Later = in_background,
    ) -> None:
        self.subscription = subscription
        self.ledger = Ledger(subscription.account)
        self.premises = Premises.of(subscription, clock())
        self.requests: Counter[str] = Counter()
        """How often a text was asked for, whatever came of it, and other requests by their names."""
        self.unreachable: set[str] = set()
        """Numbers whose telephones are switched off: texts to them come back undelivered."""
        self._transport = transport
        self._clock = clock
        self._later = later
        self._stopped: set[str] = set()
        self._failures: deque[tuple[Failure, float]] = deque()
        self._closing = threading.Event()

    def close(self) -> None:
        """Let go of whoever is made to wait."""
        self._closing.set()

    def now(self) -> datetime:
        """Return the aware present."""
        return self._clock()

    def dial(self, caller: str, number: str, at: datetime | None = None) -> Call:
        """Start a call to one of our numbers; raises ValueError for any other number."""
        self._check_own(number)
        call = Call(self.subscription, self._transport, caller, number, self._clock(), at)
        self.ledger.add_call(call)
        call.dial()
        return call

    def send_text(self, sender: str, number: str, body: str, at: datetime | None = None) -> Delivered:
        """Send a text to one of our numbers; raises ValueError for any other number or an empty text."""
        self._check_own(number)
        if not body.strip():
            raise ValueError("a text needs words")
        word = _OPT_OUT_WORDS.get(body.strip().upper())
        inbound = self._store(sender, number, body, Direction.INBOUND)
        text = sms.InboundText(inbound.sid, sender, number, body, word, at)
        done = sms.send(self.subscription, self._transport, text)
        replies = [self._own_answer(word, sender, number)] if word else []
        # Nothing goes to those who have sent STOP, but the provider's own answer.
        if sender not in self._stopped:
            for reply in done.replies:
                replies.append(self._store(number, sender, reply.body, Direction.REPLY, reply.report))
        for stored in replies:
            self._send_later(stored)
        arrived = tuple(TextArrived(stored.body, number) for stored in replies)
        return Delivered(inbound.sid, arrived, tuple(done.failures))

    def fail_next(self, count: int, failure: Failure, seconds: float = 20.0) -> None:
        """Make the next `count` creations of texts fail; `seconds` is how late a late answer comes."""
        self._failures.extend([(failure, seconds)] * count)

    def fetch_call(self, sid: str) -> Json:
        """Return the record of a call or of a leg; raises `RestError`."""
        self.requests["fetch call"] += 1
        return self.ledger.call_record(sid).json(self.subscription.account)

    def list_calls(self, parent: str | None = None, asked: Mapping[str, str] | None = None) -> Json:
        """Return records of calls: of all or of the legs of one call, and of them those that are asked for."""
        self.requests["list calls"] += 1
        account = self.subscription.account
        records = [each.json(account) for each in self.ledger.call_records(parent)]
        uri = f"/{API_VERSION}/Accounts/{account}/Calls.json" + ("" if parent is None else f"?ParentCallSid={parent}")
        return page("calls", chosen(records, asked or {}, "StartTime"), uri)

    def list_messages(self, asked: Mapping[str, str] | None = None) -> Json:
        """Return the records of texts that are asked for."""
        self.requests["list messages"] += 1
        uri = f"/{API_VERSION}/Accounts/{self.subscription.account}/Messages.json"
        return page("messages", chosen(self.ledger.message_records(), asked or {}, "DateSent"), uri)

    def delete_call(self, sid: str) -> None:
        """Delete the record of a call or a leg that has ended; raises `RestError`."""
        self.requests["delete call"] += 1
        self.ledger.delete_call(sid)

    def create_message(self, form: Mapping[str, str]) -> Json:
        """Make a text, which is sent after the answer; raises `RestError`."""
        self.requests["create message"] += 1
        late = self._next_failure(form.get("To", ""))
        check(form, self.subscription.numbers, self._stopped)
        stored = self._store(form["From"], form["To"], form["Body"], Direction.API, form.get("StatusCallback"))
        shown = message_json(stored, self.subscription.account)
        self._send_later(stored)
        if late is not None:
            self._closing.wait(late)
        return shown

    def fetch_message(self, sid: str) -> Json:
        """Return the record of a text; raises `RestError`."""
        self.requests["fetch message"] += 1
        return message_json(self.ledger.message(sid), self.subscription.account)

    def delete_message(self, sid: str) -> None:
        """Delete the record of a text that has come to its end; raises `RestError`."""
        self.requests["delete message"] += 1
        self.ledger.delete_message(sid)

    def _check_own(self, number: str) -> None:
        if number not in self.subscription.numbers:
            raise ValueError("that number is not one of ours")

    def _store(
        self, sender: str, receiver: str, body: str, direction: Direction, report: str | None = None
    ) -> StoredMessage:
        status = MessageStatus.RECEIVED if direction is Direction.INBOUND else MessageStatus.QUEUED
        stored = StoredMessage(new_sid("SM"), sender, receiver, body, direction, status, self._clock(), report)
        self.ledger.add_message(stored)
        return stored

    def _own_answer(self, word: str, sender: str, number: str) -> StoredMessage:
        if word == "STOP":
            self._stopped.add(sender)
        elif word == "START":
            self._stopped.discard(sender)
        return self._store(number, sender, _OWN_ANSWERS[word], Direction.REPLY)

    def _send_later(self, stored: StoredMessage) -> None:
        self._later(lambda: self._carry(stored))

    def _carry(self, stored: StoredMessage) -> None:
        """Take a text to its end, and show it on the telephone that is calling from its number."""
        self._change(stored, MessageStatus.SENT)
        if stored.receiver in self.unreachable:
            stored.error = UNREACHABLE
            self._change(stored, MessageStatus.UNDELIVERED)
            return
        call = self.ledger.latest_call_from(stored.receiver)
        if call is not None:
            call.receive(stored.body, stored.sender)
        self._change(stored, MessageStatus.DELIVERED)

    def _change(self, stored: StoredMessage, status: MessageStatus) -> None:
        stored.status = status
        if stored.report is None:
            return
        form = {
            "MessageSid": stored.sid,
            "SmsSid": stored.sid,
            "MessageStatus": status.value,
            "SmsStatus": status.value,
            "AccountSid": self.subscription.account,
            "ApiVersion": API_VERSION,
            "From": stored.sender,
            "To": stored.receiver,
        }
        error = {} if stored.error is None else {"ErrorCode": str(stored.error)}
        try:
            self.subscription.post(self._transport, stored.report, {**form, **error})
        except CarrierError:
            return  # callbacks are best effort: the provider's pages promise neither delivery nor order

    def _next_failure(self, receiver: str) -> float | None:
        """Raise the failure that was ordered; return how many seconds late the answer is to be, if it is."""
        try:
            failure, seconds = self._failures.popleft()
        except IndexError:
            return None
        if failure is Failure.RATE:
            raise RestError(429, 20429, f"Too Many Requests for {receiver}")
        if failure is Failure.SERVER:
            raise RestError(500, 20500, f"Internal Server Error while sending to {receiver}")
        return seconds
