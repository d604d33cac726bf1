"""Webhook forms as types. Past this module nothing of a request is a raw string."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from flask import Request, current_app
from werkzeug.datastructures import MultiDict

from ivr.flow import Outcome
from ivr.services import Services
from ivr.turn import Caller

DEMO_NOW = "X-Fanal-Demo-Now"
"""Header by which a stand-in carrier's caller pretends another time."""
_LONGEST_SAID = 500
"""Characters of what a caller said; whoever says more has told a story, not named a choice."""
_ID = re.compile("[A-Za-z0-9:_.~-]{1,128}")
"""The id of a call or a text at any provider: 34 characters, a UUID, or longer with a prefix (`v2:...`)."""
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_LIKELY_YEARS = range(2000, 2100)
"""Nobody means a year beyond these, and the calendar ends soon after the last."""


@dataclass(frozen=True, slots=True)
class VoiceRequest:
    """What the carrier says of a call. Every parameter may be missing (the provider's voice request page)."""

    call: str
    caller: Caller
    caller_id: str
    """Our own number for forwarding this call."""
    digits: str
    said: str = field(repr=False)
    """What the carrier's recogniser heard; used once, and never kept."""
    confidence: float | None
    """How sure the recogniser is, from 0 to 1; None where it does not say."""
    outcome: Outcome
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class SmsRequest:
    """An inbound text."""

    message: str
    sender: str
    """As it came; used only to find the conversation, and never kept."""
    receiver: str
    caller: Caller
    body: str
    opted_out: bool
    """The carrier has already handled the word (STOP, START, HELP) itself."""
    now: dt.datetime


def the_services() -> Services:
    """Return the services of the running application."""
    services: Services = current_app.extensions["fanal"]
    return services


def read_id(form: MultiDict[str, str], name: str) -> str:
    """Return the id of a call or text in a form; empty where there is none, or what no provider would give as one.

    Ids are asked of the provider and stand in the queue and in SQL, which cannot hold every character.
    """
    given = form.get(name, "")
    return given if _ID.fullmatch(given) else ""


def read_voice(request: Request, services: Services) -> VoiceRequest:
    """Read a voice webhook; whatever is missing or strange becomes the harmless case."""
    form = request.form
    call, called = read_id(form, "CallSid"), form.get("To", "")
    return VoiceRequest(
        call=call,
        caller=services.calls.caller(call, form.get("From", ""), called),
        caller_id=called if called in services.settings.lines else services.settings.numbers[0],
        digits=form.get("Digits", ""),
        said=form.get("SpeechResult", "")[:_LONGEST_SAID],
        confidence=_confidence(form.get("Confidence", "")),
        outcome=_OUTCOMES.get(form.get("DialCallStatus", ""), Outcome.FAILED),
        now=_now(request, services),
    )


def read_sms(request: Request, services: Services) -> SmsRequest:
    """Read an inbound text."""
    form = request.form
    return SmsRequest(
        message=read_id(form, "MessageSid"),
        sender=form.get("From", ""),
        receiver=form.get("To", ""),
        caller=services.calls.caller("", form.get("From", ""), form.get("To", "")),
        body=form.get("Body", "").strip(),
        opted_out=bool(form.get("OptOutType")),
        now=_now(request, services),
    )


def _confidence(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _now(request: Request, services: Services) -> dt.datetime:
    pretended = request.headers.get(DEMO_NOW, "") if services.settings.demo else ""
    if not pretended:
        return services.clock()
    try:
        now = dt.datetime.fromisoformat(pretended)
    except ValueError:
        return services.clock()
    return now if now.tzinfo and now.year in _LIKELY_YEARS else services.clock()
