"""Says of an answer to a strange request whether it is wrong. The provider's own validator says what was signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from directory.load import load
from ivr.state import State, UnreadableStateError
from routes import BODY_LIMIT
from routes.guard import HEADER
from routes.urlencoded import MOST_FIELDS
from tests.hostile.attacks import (
    CALL,
    CANARY,
    KNOWN,
    MARK,
    NEXT_TOKEN,
    OTHER_CALL,
    OUR_NUMBER,
    PUBLIC_URL,
    SEAL,
    SILENT,
    STEPS,
    TOKEN,
    Attack,
    readable_form,
)

REFUSED = frozenset({400, 403, 404, 405, 411, 413, 414, 417, 431})
"""What anything may be answered that the carrier has not signed; what it has signed, on its own addresses, may not."""
VERBS = frozenset({"Response", "Say", "Play", "Gather", "Redirect", "Dial", "Number", "Hangup", "Message"})
PUBLISHED = frozenset(
    number.dial for helpline in load().helplines.values() for number in helpline.numbers if number.dial
)


@dataclass(frozen=True)
class Reply:
    """One answer, from whatever served it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Tally:
    """What was sent and how it was answered."""

    sent: int = 0
    accepted: int = 0
    continued: int = 0
    """Answers in which the state of the call went on: they show that the search for wrong ones can find any."""
    dialled: int = 0
    wrong: list[str] = field(default_factory=list)

    def judge(self, attack: Attack, reply: Reply, *, framed: bool = False) -> None:
        """Count one request. `framed`: its outer form was broken too, and so it may be refused whoever signed it."""
        self.sent += 1
        self.accepted += reply.status in {200, 204}
        fault = self._fault(attack, reply, framed)
        if fault:
            headers = {name: value[:80] for name, value in attack.headers}
            self.wrong.append(
                f"{fault}: {reply.status} {attack.method} {attack.target[:200]} {headers} {attack.body[:400]!r}"
            )

    def _fault(self, attack: Attack, reply: Reply, framed: bool) -> str | None:
        if CANARY.encode() in reply.body or CANARY in str(reply.headers):
            return "a field came back"
        if reply.status in {200, 204}:
            arrived = (
                [attack, replace(attack, body=b"")] if framed else [attack]
            )  # a broken frame may leave the body out
            if attack.method.upper() != "POST" or not any(map(is_signed, arrived)):
                return "accepted without a signature"
            return self._fault_in_twiml(attack, reply) if reply.status == 200 else _fault_in_silence(attack)
        if reply.status not in REFUSED:
            return "not a refusal"
        return None if framed or not _must_be_answered(attack) else "the carrier was refused"

    def _fault_in_twiml(self, attack: Attack, reply: Reply) -> str | None:
        try:
            root = ET.fromstring(reply.body)  # noqa: S314 - our own answer
        except ET.ParseError:
            return "no XML"
        length, kind = reply.headers.get("content-length"), reply.headers.get("content-type", "")
        if not kind.startswith("text/xml") or length != str(len(reply.body)) or root.tag != "Response":
            return "no TwiML"
        if {each.tag for each in root.iter()} - VERBS:
            return "a verb that we do not use"
        return self._fault_in_dial(root) or self._fault_in_state(attack, root)

    def _fault_in_dial(self, root: ET.Element) -> str | None:
        for dial in root.iter("Dial"):
            self.dialled += 1
            if dial.get("callerId") != OUR_NUMBER or dial.findtext("Number") not in PUBLISHED or len(dial) != 1:
                return "dialled what is not published"
        return None

    def _fault_in_state(self, attack: Attack, root: ET.Element) -> str | None:
        addresses = _addresses(root)
        if not all(address.startswith(f"{PUBLIC_URL}/voice/") for address in addresses):
            return "leads elsewhere"
        goes_on = MARK in _languages(addresses)
        self.continued += goes_on
        return "the call went on by a token that is not its own" if goes_on and not _is_own(attack) else None


def is_signed(attack: Attack) -> bool:
    """Tell whether the provider would sign it so, with one of our tokens, with the usual port written out or not."""
    signature, form = attack.header(HEADER).strip(), MultiDict(readable_form(attack))
    targets = {attack.target, attack.target.partition("#")[0]}  # a fragment is never signed, and means nothing to us
    addresses = [base + target for base in (PUBLIC_URL, f"{PUBLIC_URL}:443") for target in targets]
    validators = [RequestValidator(key) for key in (TOKEN, NEXT_TOKEN)]
    return any(signature == each.compute_signature(address, form) for each in validators for address in addresses)


def goes_on(reply: Reply) -> bool:
    """Tell whether an answer goes on with a state of ours, rather than beginning again."""
    return MARK in _languages(_addresses(ET.fromstring(reply.body)))  # noqa: S314 - our own answer


def _addresses(root: ET.Element) -> list[str]:
    return [each.get("action") or each.text or "" for each in root.iter() if each.tag in {"Gather", "Dial"}]


def _languages(addresses: Iterable[str]) -> set[str | None]:
    return {state.language for address in addresses if (state := _state(address)) is not None}


def _is_own(attack: Attack) -> bool:
    """Tell whether the state in the address was sealed for the call that the form names."""
    call = next((value for name, value in readable_form(attack) if name == "CallSid"), "")
    return any(_path(attack) == step + sealed for step in STEPS for sealed, its in attack.good if its == call)


def _must_be_answered(attack: Attack) -> bool:
    """A signed POST to an address of ours that is not beyond what a form may be."""
    beyond = len(attack.body) > BODY_LIMIT or attack.body.count(b"&") >= MOST_FIELDS
    if attack.method != "POST" or beyond or "#" in attack.target:
        return False
    path = attack.target.partition("?")[0]
    on_a_step = any(path.startswith(step) and path[len(step) :].strip("/.") for step in STEPS)
    return (path in KNOWN or (on_a_step and "//" not in path)) and is_signed(attack)


def _fault_in_silence(attack: Attack) -> str | None:
    return None if _path(attack) in SILENT else "nothing was said"


def _path(attack: Attack) -> str:
    """Return the path as the library reads it: without escapes, and with one slash at its beginning."""
    return "/" + unquote(attack.target.partition("#")[0].partition("?")[0]).lstrip("/")


def _state(address: str) -> State | None:
    token = address.rpartition("/")[2]
    for call in (CALL, OTHER_CALL, ""):
        try:
            return SEAL.open(token, call, dt.datetime.now(dt.UTC))
        except UnreadableStateError:
            continue
    return None
