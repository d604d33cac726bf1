"""A text to one of our numbers: the webhook is asked, and the texts it answers with are returned.

Rules from the provider's pages on messaging webhooks, on TwiML for messaging, and on availability (fallback).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from ivr.simulator import twiml
from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.subscription import API_VERSION, Subscription, look_ups
from ivr.simulator.transcript import Failed
from ivr.simulator.transport import Transport
from ivr.simulator.verbs import Message, Redirect

MOST_DOCUMENTS = 10
"""Documents fetched for one text; the provider has a limit too (error 14106), its size is not known."""


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that somebody sends to one of our numbers. `opt_out` is STOP, START or HELP where it is just that."""

    sid: str
    sender: str
    number: str
    body: str
    opt_out: str | None = None
    at: datetime | None = None


@dataclass(slots=True)
class Exchanged:
    """What came of a text: the replies in order, and what failed on the way."""

    replies: list[Message] = field(default_factory=list)
    failures: list[Failed] = field(default_factory=list)


def send(subscription: Subscription, transport: Transport, inbound: InboundText) -> Exchanged:
    """Deliver a text to the application; where the answer cannot be followed, its fallback is asked."""
    done = Exchanged()
    form = _parameters(subscription, inbound)
    address = subscription.address("/sms")
    try:
        done.replies = _replies(subscription, transport, inbound.at, address, form)
    except CarrierError as fault:
        done.failures.append(_failed(fault, address))
        wrong = {"ErrorCode": str(int(fault.code)), "ErrorUrl": address}
        fallback = subscription.address("/sms/fallback")
        try:
            done.replies = _replies(subscription, transport, inbound.at, fallback, {**form, **wrong})
        except CarrierError as second:
            done.failures.append(_failed(second, fallback))
    return done


def _replies(
    subscription: Subscription,
    transport: Transport,
    at: datetime | None,
    address: str,
    form: Mapping[str, str],
) -> list[Message]:
    replies: list[Message] = []
    for _ in range(MOST_DOCUMENTS):
        verbs = twiml.text(subscription.post(transport, address, form, at))
        for verb in verbs:
            match verb:
                case Message():
                    report = None if verb.report is None else urljoin(address, verb.report)
                    replies.append(Message(verb.body, report))
                case Redirect():
                    address = urljoin(address, verb.url)
                    break
        else:
            return replies
    raise CarrierError(Code.LOOP, f"{MOST_DOCUMENTS} documents for one text")


def _parameters(subscription: Subscription, inbound: InboundText) -> dict[str, str]:
    form = {
        "MessageSid": inbound.sid,
        "SmsSid": inbound.sid,
        "SmsMessageSid": inbound.sid,
        "SmsStatus": "received",
        "AccountSid": subscription.account,
        "ApiVersion": API_VERSION,
        "From": inbound.sender,
        "To": inbound.number,
        "Body": inbound.body,
        "NumMedia": "0",
        "NumSegments": "1",
        **look_ups("From", inbound.sender),
        **look_ups("To", inbound.number),
    }
    return form if inbound.opt_out is None else {**form, "OptOutType": inbound.opt_out}


def _failed(fault: CarrierError, address: str) -> Failed:
    return Failed(int(fault.code), fault.sentence, urlsplit(address).path)
