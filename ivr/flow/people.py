"""Reaching people: the forwarding, what follows it, the emergency advice, and the person behind silence."""

from __future__ import annotations

from dataclasses import replace

from directory.find import Match, number_to_dial, number_to_say
from directory.model import Helpline, Kind
from ivr.flow.menus import EUROPEAN_EMERGENCY
from ivr.flow.ways import can_connect, connectable, countries_for, current_match, following, language_of, matches_for
from ivr.phrases import Phrase
from ivr.state import Channel, State, Step
from ivr.turn import CountryName, Digits, Forward, Key, Line, Name, Option, Turn, World

_ON_A_REFERRAL = {Step.REFERRAL, Step.NUMBER, Step.CONSENT, Step.SENT}


def forward(state: State, world: World) -> Turn:
    """Connect to the state's service; where it can no longer be dialled, to the person that can be reached."""
    helpline = world.directory.helplines.get(state.helpline or "")
    dial = number_to_dial(helpline, world.caller.line) if helpline else None
    if helpline is None or dial is None:
        elsewhere = towards_person(replace(state, step=Step.LANGUAGE, helpline=None), world)
        return forward_unasked(elsewhere, world) if elsewhere.step is Step.FORWARD else emergency(elsewhere, world)
    speech = language_of(state, world)
    lines = (Line(Phrase.CONNECTING, speech), Line(Phrase.DELETE_CALL, speech))
    return Turn(state, speech, lines, forward=Forward(helpline.id, dial))


def forward_unasked(state: State, world: World) -> Turn:
    """Connect to a service that nobody has named yet, and name it."""
    turn = forward(state, world)
    service = world.directory.helplines.get(turn.state.helpline or "")
    if turn.forward is None or service is None:
        return turn
    return replace(turn, lines=(introduction(service, turn.language), *turn.lines))


def introduction(helpline: Helpline, speech: str) -> Line:
    """Name a service and its country."""
    return Line(Phrase.REFERRAL, speech, (("country", CountryName(helpline.country)), ("name", Name(helpline.id))))


def after(state: State, world: World) -> Turn:
    """Ask a caller who comes back from a helpline whether they need more."""
    speech = language_of(state, world)
    afresh = replace(state, step=Step.NEED, need=None, helpline=None, seen=(), page=0)
    options = [_option("1", afresh, Phrase.AFTER_NEED, speech)]
    if world.caller.can_text:
        options.append(_option("2", replace(state, step=Step.CONSENT), Phrase.TEXT_ASK, speech))
    onward = following(state, world)
    if onward.step is Step.REFERRAL:
        options.append(_option("3", onward, Phrase.NEXT, speech))
    options.append(_option("4", replace(state, step=Step.GOODBYE), Phrase.AFTER_DONE, speech))
    lines = (Line(Phrase.AFTER_ASK, speech),)
    return Turn(state, speech, lines, tuple(options), silence=replace(state, step=Step.PERSON))


def goodbye(state: State, world: World) -> Turn:
    """End the call: only ever because the caller said that there is nothing else."""
    speech = language_of(state, world)
    lines = (Line(Phrase.DELETE_CALL, speech), Line(Phrase.GOODBYE, speech))
    return Turn(state, speech, lines, ends=True)


def emergency(state: State, world: World) -> Turn:
    """Say the emergency numbers (never dial them) and offer a person."""
    speech = language_of(state, world)
    lines = [_danger(state, world, speech), *_other_emergencies(state, world, speech)]
    person_state = towards_person(replace(state, step=Step.EMERGENCY), world)
    if state.channel is Channel.SMS or person_state.step is not Step.FORWARD:
        lines += _to_dial_oneself(state, world, speech)
        return Turn(state, speech, tuple(lines), silence=state)
    offer = Line(Phrase.EMERGENCY_PERSON, speech, (("name", Name(person_state.helpline or "")),))
    options = (Option("0", person_state, offer),)
    return Turn(state, speech, tuple(lines), options, silence=person_state)


def person(state: State, world: World) -> Turn:
    """Say who will be called if the caller stays on the line, and how to choose instead."""
    speech = language_of(state, world)
    onward = towards_person(state, world)
    if onward.step is not Step.FORWARD:
        return emergency(onward, world)
    lines = (Line(Phrase.PERSON, speech, (("name", Name(onward.helpline or "")),)),)
    chooses = replace(state, step=Step.NEED if state.language else Step.LANGUAGE, helpline=None, seen=(), page=0)
    options = (
        _option("1", onward, Phrase.CONNECT, speech),
        Option("*", chooses, Line(Phrase.PERSON_CHOOSE, speech)),
    )
    return Turn(state, speech, lines, options, silence=onward)


def towards_person(state: State, world: World) -> State:
    """Return the state that calls a person who can be reached now; the emergency advice where nobody can."""
    match = _reachable(state, world)
    if match is None:
        return replace(state, step=Step.EMERGENCY, back=state.back or _step_to_return_to(state), page=0)
    return replace(
        state,
        step=Step.FORWARD,
        helpline=match.helpline.id,
        country=match.helpline.country,
        need=state.need or world.directory.general_need,
        page=0,
    )


def next_after_failure(state: State, world: World) -> State:
    """Return where a caller goes whose forwarding failed: the next service that can be reached, else the number.

    One silence then connects to that next service: who has waited once need not choose again.
    """
    onward = next(connectable(state, world, True, None), None)
    if onward:
        return replace(state, step=Step.REFERRAL, helpline=onward.helpline.id, misses=1)
    if state.helpline in world.directory.helplines and state.country:
        return replace(state, step=Step.NUMBER, misses=1)
    return replace(state, step=Step.EMERGENCY, back=Step.NEED, misses=1)


def _reachable(state: State, world: World) -> Match | None:
    """Find a person: on the service spoken of, in the caller's country, else wherever the language leads."""
    current = current_match(state, world) if state.step in _ON_A_REFERRAL else None
    if current and current.helpline.id not in state.seen and can_connect(current):
        return current
    uncertain: Match | None = None
    for code in (state.country,) if state.country else countries_for(state, world):
        there = replace(state, country=code)
        match = _first_who_answers(there, world, is_open=True)
        if match:
            return match
        uncertain = uncertain or _first_who_answers(there, world, is_open=None)
    return uncertain


def _first_who_answers(state: State, world: World, is_open: bool | None) -> Match | None:
    return next((m for m in connectable(state, world, is_open) if _answers_callers(m.helpline)), None)


def _answers_callers(helpline: Helpline) -> bool:
    return helpline.kind is not Kind.REPORTING and "professionals" not in helpline.audience


def _danger(state: State, world: World, speech: str) -> Line:
    services = _emergency_services(state, world)
    say = number_to_say(services[0]).say if services else EUROPEAN_EMERGENCY
    return Line(Phrase.DANGER, speech, (("number", Digits(say)),))


def _other_emergencies(state: State, world: World, speech: str) -> list[Line]:
    return [
        Line(
            Phrase.EMERGENCY_NUMBER,
            speech,
            (("name", Name(service.id)), ("number", Digits(number_to_say(service).say))),
        )
        for service in _emergency_services(state, world)[1:]
    ]


def _emergency_services(state: State, world: World) -> tuple[Helpline, ...]:
    ladder = world.directory.ladders.get((state.country or "", world.directory.emergency_need), ())
    return ladder[-1][1] if ladder else ()


def _to_dial_oneself(state: State, world: World, speech: str) -> list[Line]:
    """Name the best service and its number where nobody can be called for the caller."""
    lines = [] if state.channel is Channel.SMS else [Line(Phrase.PERSON_NONE, speech)]
    best = next(iter(matches_for(state, world)), None)
    if best:
        values = (("name", Name(best.helpline.id)), ("number", Digits(best.number.say)))
        lines.append(Line(Phrase.EMERGENCY_NUMBER, speech, values))
    return lines


def _step_to_return_to(state: State) -> Step:
    return Step.NEED if state.language else Step.LANGUAGE


def _option(key: str, leads: State, spoken: Phrase, speech: str) -> Option:
    return Option(key, leads, Line(spoken, speech, (("key", Key(key)),)))
