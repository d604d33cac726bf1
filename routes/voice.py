"""Calls: every step is one request, answered from memory with TwiML. Whatever happens leads to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr import flow
from ivr.edition import Edition
from ivr.events import TEXT_LIFE, Event, EventKind, PurgeCall, SendText
from ivr.heard import understood
from ivr.lifeline import lifeline
from ivr.services import Services
from ivr.state import State, UnreadableStateError
from ivr.turn import Answer, Count, World
from ivr.twiml import Leg
from routes.answers import Markup
from routes.forms import VoiceRequest, read_voice, the_services
from routes.guard import signed_by_the_carrier
from routes.status import CALL_ENDED

bp = Blueprint("voice", __name__, url_prefix="/voice")
bp.before_request(signed_by_the_carrier)
log = logging.getLogger(__name__)

_UNDER_WAY = "in-progress"
_ASKED = Count(EventKind.TEXT, "asked")
"""A caller has agreed to a text."""

Begin = Callable[[VoiceRequest, World, Edition], Answer]
Act = Callable[[State, VoiceRequest, World, Edition], Answer]
"""All of one answer is made of one edition, though another may take its place meanwhile."""


@bp.post("")
def answer() -> Response:
    """A call comes in, or the lifeline has led a call that is under way back to its beginning."""
    return _take(_begun, the_services())


@bp.post("/key/<token>")
def key(token: str) -> Response:
    """A key was pressed. Nothing in `Digits` counts as silence, several digits as a key without meaning."""
    return _step(token, _pressed)


@bp.post("/silence/<token>")
def silence(token: str) -> Response:
    """No key was pressed."""
    return _step(token, lambda state, _call, world, _edition: flow.keep_silent(state, world))


@bp.post("/outcome/<token>")
def outcome(token: str) -> Response:
    """A forwarded leg has ended; the carrier says so too when it was the caller who hung up."""
    over = request.form.get("CallStatus") in CALL_ENDED
    return _step(token, lambda state, call, world, _: flow.come_back(state, call.outcome, world, over=over))


@bp.post("/fallback")
def fallback() -> Response:
    """The carrier could not use an answer of ours: the lifeline, which can be answered when nothing else can.

    Where it was our audio that could not be fetched, the call goes on in languages that need none.
    """
    onward = "/voice/voiced" if "/audio/" in request.form.get("ErrorUrl", "") else "/voice"
    return Markup(lifeline(f"{the_services().settings.public_url}{onward}"))


@bp.post("/voiced")
def voiced() -> Response:
    """The call begins again, without the languages that are played from files."""
    return _take(lambda _call, world, edition: flow.begin_again(_voiced(world, edition), voiced=True), the_services())


@bp.post("/<path:_anything>")
def lost(_anything: str) -> Response:
    """An address that we never gave out, or no longer serve: the call begins again, politely."""
    return _take(lambda _call, world, _edition: flow.begin_again(world), the_services())


@bp.errorhandler(Exception)
def lead_to_a_person(fault: Exception) -> Response | HTTPException:
    """Answer any exception with TwiML to a person, one log line without personal data, and one metric."""
    if isinstance(fault, HTTPException):
        return fault
    services = the_services()
    services.metrics.faults.labels("voice").inc()
    log.error("voice_fault", extra={"fault": type(fault).__name__})
    try:
        services.outbox.put(Event.at(services.clock(), EventKind.FAULT, "voice"))
        return _to_a_person(services)
    except Exception:  # noqa: BLE001 (whatever is broken, the lifeline needs nothing of it)
        return Markup(lifeline(f"{services.settings.public_url}/voice"))


def _begun(call: VoiceRequest, world: World, _edition: Edition) -> Answer:
    """Begin; the carrier calls a call that it has answered already "in-progress", and such a one has been counted."""
    if call.call:
        the_services().outbox.put(PurgeCall(call.call, over=False))
    if request.form.get("CallStatus") == _UNDER_WAY:
        return flow.lead_back(world)
    return flow.begin(world)


def _pressed(state: State, call: VoiceRequest, world: World, edition: Edition) -> Answer:
    if call.digits or not call.said:
        return flow.press(state, call.digits, world) if call.digits else flow.keep_silent(state, world)
    key = understood(flow.enter(state, world), call.said, call.confidence, edition.speech)
    return flow.press(state, key, world) if key else flow.not_heard(state, world)


def _step(token: str, act: Act) -> Response:
    """Answer an act in the state of the token; where that is lost, the call begins again."""
    services = the_services()

    def answer(call: VoiceRequest, world: World, edition: Edition) -> Answer:
        state = _opened(token, call, services)
        if state is None:
            return flow.begin_again(world)
        return act(state, call, _voiced(world, edition) if state.voiced else world, edition)

    return _take(answer, services)


def _take(act: Begin, services: Services) -> Response:
    call = read_voice(request, services)
    edition = services.shelf.current
    return _say(act(call, _world(call, edition), edition), call, edition, services)


def _to_a_person(services: Services) -> Response:
    call = read_voice(request, services)
    edition = services.shelf.current
    return _say(flow.rescue(_world(call, edition)), call, edition, services)


def _world(call: VoiceRequest, edition: Edition) -> World:
    return World(edition.directory, edition.spoken_languages, call.now, call.caller, edition.listening_languages)


def _voiced(world: World, edition: Edition) -> World:
    """Return the world without the languages that are played from files; where there are no others, as it is."""
    return replace(world, languages=edition.voiced_languages or world.languages)


def _opened(token: str, call: VoiceRequest, services: Services) -> State | None:
    """Open the call's state; None where the token is forged, of another call, expired or of a forgotten key."""
    try:
        return services.seal.open(token, call.call, services.clock())
    except UnreadableStateError:
        return None


def _say(answer: Answer, call: VoiceRequest, edition: Edition, services: Services) -> Response:
    """Say the answer; what it leaves to be counted and done goes to the outbox, which never waits."""
    turn, state, happened = answer.turn, answer.turn.state, services.clock()
    # Sealed at the real time: the one that a demonstration pretends may lie further back than a token lives.
    markup = edition.scribe.write(turn, Leg(call.call, call.caller_id, answer.told), happened, answer.lead)
    counts = answer.counts
    if answer.text and state.helpline and call.caller.can_text:
        counts = (*counts, _ASKED)
        services.outbox.put(SendText(call.call, state.helpline, turn.language, answer.text, happened + TEXT_LIFE))
    for count in counts:
        services.outbox.put(Event.at(happened, count.kind, count.name, turn.language, state.country, state.need))
    services.metrics.step(state.step.name.lower())
    return Markup(markup)
