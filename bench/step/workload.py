"""The requests: what the carrier would post for a key pressed in some real calls, signed for one server each."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from bench.installation import InstallationError
from bench.step.client import ask
from bench.step.servers import Server
from ivr.simulator.people import FIRST_COUNTRIES, our_numbers, person
from ivr.simulator.subscription import API_VERSION, Subscription, look_ups, new_sid

CALLS = 60
_RINGS = b"<Dial "
_ACTION = re.compile(rb'<Gather [^>]*action="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Step:
    """A call at the moment when a key has been pressed: where the key goes, and what the carrier says of the call."""

    path: str
    form: Mapping[str, str]


def calls() -> list[Step]:
    """Return new calls at their beginning, one after another from each of the first countries, to our number there."""
    numbers = Subscription("", "", our_numbers(), "")
    callers = [person(country).mobile for country in FIRST_COUNTRIES]
    each = itertools.islice(itertools.cycle(callers), CALLS)
    return [_call(caller, numbers.number_for(caller)) for caller in each]


def _call(caller: str, called: str) -> Step:
    form = {
        "CallSid": new_sid("CA"),
        "AccountSid": new_sid("AC"),
        "ApiVersion": API_VERSION,
        "Direction": "inbound",
        "CallStatus": "in-progress",
        "From": caller,
        "Caller": caller,
        "To": called,
        "Called": called,
        **look_ups("From", caller),
        **look_ups("Caller", caller),
        **look_ups("To", called),
        **look_ups("Called", called),
    }
    return Step("/voice", form)


def pressed(steps: Sequence[Step], server: Server, key: str) -> list[Step]:
    """Send every step to the server, and return the next ones: the key pressed in the menu that it answered with."""
    return [_next(step, server, key) for step in steps]


def to_a_helpline(steps: Sequence[Step], server: Server) -> list[Step]:
    """Return the steps that lead to a service which is rung when the key is pressed that connects to it.

    Other answers are menus too: that nobody can be reached, that the call has to begin again.
    """
    return [step for step in steps if _RINGS in ask(server.port, signed_request(_next(step, server, "1"), server))]


def _next(step: Step, server: Server, key: str) -> Step:
    found = _ACTION.search(ask(server.port, signed_request(step, server)))
    if found is None:
        raise InstallationError("Fanal answered a step of a call without a menu.")
    return Step(urlsplit(html.unescape(found[1].decode())).path, {**step.form, "Digits": key})


def signed_requests(steps: Sequence[Step], server: Server) -> list[bytes]:
    """Return the steps as requests to this server, ready to be sent."""
    return [signed_request(step, server) for step in steps]


def signed_request(step: Step, server: Server) -> bytes:
    """Return a step as an HTTP request, signed with the provider's own code."""
    signature = RequestValidator(server.auth_token).compute_signature(server.url + step.path, dict(step.form))
    body = urlencode(step.form).encode()
    head = (
        f"POST {step.path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"X-Twilio-Signature: {signature}\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
