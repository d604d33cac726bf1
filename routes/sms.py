"""Inbound texts: the same conversation by SMS, kept in Redis; without Redis, one answer that stands on its own."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException

from ivr import flow
from ivr.adapters.conversations import AwayError, Kept
from ivr.edition import Edition
from ivr.events import Event, PurgeMessage
from ivr.flow.menus import EUROPEAN_EMERGENCY
from ivr.flow.ways import country_of, language_of, matches_for
from ivr.lifeline import SENTENCES
from ivr.limits import DailyLimit
from ivr.phrases import Phrase
from ivr.services import Services
from ivr.state import Channel, State
from ivr.texts import written_turn
from ivr.turn import Answer, World
from ivr.twiml import EMPTY, message
from routes.answers import Markup
from routes.forms import SmsRequest, read_id, read_sms, the_services
from routes.guard import signed_by_the_carrier

bp = Blueprint("sms", __name__, url_prefix="/sms")
bp.before_request(signed_by_the_carrier)
log = logging.getLogger(__name__)

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})
"""Words that the carrier answers itself where it is so configured (the provider's opt-out page)."""
REPLIES = 60
"""Answers to one telephone a day, from each web process: some six whole conversations, and the end of a loop with a
machine that answers every text."""
_REPLIES = "fanal replies"


@bp.record
def _count_replies(setup: BlueprintSetupState) -> None:
    """Let each application count its own answers."""
    setup.app.extensions[_REPLIES] = DailyLimit(REPLIES, setup.app.extensions["fanal"].clock)


@bp.post("")
def answer() -> Response:
    """A text comes in."""
    services = the_services()
    text = read_sms(request, services)
    _let_go(text.message, services)
    word = text.body.upper()
    if text.opted_out or word in STOP_WORDS or word in START_WORDS:
        return Markup(EMPTY)
    left = _replies().take(text.sender)
    if left is None:
        return Markup(EMPTY)
    edition = services.shelf.current
    world = World(edition.directory, edition.written_languages, text.now, text.caller)
    if left == 0:  # the last one that they will have today tells them whom to call
        return _reply(_self_contained(world, edition), services)
    if word in HELP_WORDS:
        return _reply(_help(world, edition), services)
    return _reply(_conversation(text, world, edition, services), services)


@bp.post("/fallback")
def fallback() -> Response:
    """The carrier could not use our answer to a text, or had none."""
    _let_go(read_id(request.form, "MessageSid"), the_services())
    if not _replies().allows(request.form.get("From", "")):
        return Markup(EMPTY)
    return _alone(the_services())


@bp.errorhandler(Exception)
def stand_alone(fault: Exception) -> Response | HTTPException:
    """Answer any exception with the emergency number, one log line without personal data, and one metric."""
    if isinstance(fault, HTTPException):
        return fault
    services = the_services()
    services.metrics.faults.labels("sms").inc()
    log.error("sms_fault", extra={"fault": type(fault).__name__})
    return _alone(services)


def _let_go(message: str, services: Services) -> None:
    """Have the provider's record of a caller's text deleted."""
    if message:
        services.outbox.put(PurgeMessage(message))


def _replies() -> DailyLimit:
    limit: DailyLimit = current_app.extensions[_REPLIES]
    return limit


def _conversation(text: SmsRequest, world: World, edition: Edition, services: Services) -> str:
    try:
        kept = services.conversations.recall(text.sender, text.receiver, text.now)
        if (
            kept and text.message and kept.message == text.message
        ):  # the carrier sends a text again when it was not answered in time
            return written_turn(flow.enter(kept.state, world), edition.speech)
        answer = flow.press(kept.state, text.body, world) if kept else flow.begin(world, Channel.SMS)
        services.conversations.keep(text.sender, text.receiver, Kept(answer.state, text.message), text.now)
    except AwayError:
        return _self_contained(world, edition)
    _count(answer, services)
    return written_turn(answer.turn, edition.speech, answer.lead)


def _count(answer: Answer, services: Services) -> None:
    turn, state, happened = answer.turn, answer.turn.state, services.clock()
    for count in answer.counts:
        services.outbox.put(Event.at(happened, count.kind, count.name, turn.language, state.country, state.need))


def _self_contained(world: World, edition: Edition) -> str:
    """Give the emergency number and the best general line in one message."""
    state = State(channel=Channel.SMS, country=country_of(world))
    language = language_of(state, world)
    best = next(iter(matches_for(state, world)), None)
    if best is None:
        return _help(world, edition)
    return edition.speech.phrase(
        Phrase.SMS_ALONE,
        language,
        number=EUROPEAN_EMERGENCY,
        name=edition.speech.name_in_writing(best.helpline.id, language),
        line=edition.speech.digits_in_writing(best.number.say, language),
    )


def _help(world: World, edition: Edition) -> str:
    language = language_of(State(), world)
    return edition.speech.phrase(Phrase.SMS_HELP, language, number=EUROPEAN_EMERGENCY)


def _alone(services: Services) -> Response:
    """Answer without directory, memory or catalogue."""
    return _reply("\n".join(words for _, words in SENTENCES[:2]), services)


def _reply(words: str, services: Services) -> Response:
    return Markup(message(words, f"{services.settings.public_url}/sms/status"))
