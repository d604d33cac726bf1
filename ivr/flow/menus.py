"""The menus: language, need, country."""

from __future__ import annotations

from dataclasses import replace

from directory.model import Shown
from ivr.flow.ways import (
    MORE_KEY,
    NEEDS_PAGE,
    PAGE,
    countries_for,
    country_of,
    language_of,
    languages_for,
    needs_for,
    page_of,
)
from ivr.phrases import Phrase, need_heard, need_label, need_option
from ivr.state import Channel, State, Step
from ivr.turn import CountryName, Digits, Key, Line, Option, Turn, World

EUROPEAN_EMERGENCY = "112"
"""Free in every state of the EU (Commission report COM(2024) 575)."""


def language(state: State, world: World) -> Turn:
    """Offer each language in itself, the likeliest first."""
    order = languages_for(world)
    likely = order[0]
    shown, more = page_of(order, state, PAGE)
    options = [_language_option(str(i), tag, state, world) for i, tag in enumerate(shown, 1)]
    if more:
        options.append(
            Option(
                MORE_KEY,
                replace(state, page=state.page + 1),
                Line(Phrase.LANGUAGE_MORE, likely, (("key", Key(MORE_KEY)),)),
                Line(Phrase.MORE_LABEL, likely),
            )
        )
    return Turn(
        state, likely, _opening(state, likely), tuple(options), silence=replace(state, step=Step.PERSON, page=0)
    )


def _opening(state: State, likely: str) -> tuple[Line, ...]:
    """Open with neutral words: nobody beside the phone may learn what the line is for."""
    if state.page:
        return ()
    danger = Line(Phrase.DANGER, likely, (("number", Digits(EUROPEAN_EMERGENCY)),))
    if state.channel is Channel.SMS:
        return (danger, Line(Phrase.SMS_PRIVACY, likely))
    return (Line(Phrase.GREETING, likely), danger)


def _language_option(key: str, tag: str, state: State, world: World) -> Option:
    country = state.country or country_of(world)
    return Option(
        key,
        State(step=Step.NEED, channel=state.channel, language=tag, country=country, voiced=state.voiced),
        Line(Phrase.LANGUAGE_CHOOSE, tag, (("key", Key(key)),)),
        Line(Phrase.LANGUAGE_NAME, tag),
    )


def need(state: State, world: World) -> Turn:
    """Ask what it is about. Every need keeps its key on all pages, so who knows the key need not wait for it."""
    speech = language_of(state, world)
    ids = needs_for(state.country, world, (Shown.ALWAYS, Shown.WHERE_SERVED))
    shown, more = page_of(ids, state, NEEDS_PAGE)
    listens = state.channel is Channel.VOICE and speech in world.listens
    options = [_need_option(str(i), each, each in shown, state, speech) for i, each in enumerate(ids, 1)]
    if listens:
        options = [replace(option, heard=need_heard(each)) for option, each in zip(options, ids, strict=True)]
    if more:
        options.append(_more(replace(state, page=state.page + 1), Phrase.NEED_MORE, Phrase.MORE_LABEL, speech))
    elif needs_for(state.country, world, (Shown.APART,)):
        apart_state = replace(state, step=Step.APART, page=0)
        options.append(_more(apart_state, Phrase.NEED_APART, Phrase.NEED_APART_LABEL, speech))
    coda = (Line(Phrase.RESERVED, speech),) if state.page == 0 else ()
    lines = (Line(Phrase.NEED_SAY, speech),) if listens and state.page == 0 else ()
    silence = replace(state, step=Step.PERSON, page=0)
    return Turn(state, speech, lines, tuple(options), coda, silence=silence)


def apart(state: State, world: World) -> Turn:
    """Offer what is kept apart: lines for professionals and for people who use violence."""
    speech = language_of(state, world)
    ids = needs_for(state.country, world, (Shown.APART,))
    options = tuple(_need_option(str(i), each, True, state, speech) for i, each in enumerate(ids, 1))
    return Turn(state, speech, (), options, silence=replace(state, step=Step.PERSON, page=0))


def _need_option(key: str, need_id: str, announced: bool, state: State, speech: str) -> Option:
    step = Step.REFERRAL if state.country else Step.COUNTRY
    return Option(
        key,
        replace(state, step=step, need=need_id, helpline=None, seen=(), page=0),
        Line(need_option(need_id), speech, (("key", Key(key)),)) if announced else None,
        Line(need_label(need_id), speech) if announced else None,
    )


def country(state: State, world: World) -> Turn:
    """Ask in which country help is wanted: only where no number tells it, or where the caller wants another."""
    speech = language_of(state, world)
    shown, more = page_of(countries_for(state, world), state, PAGE)
    options = [
        Option(
            str(i),
            replace(
                state,
                step=Step.REFERRAL if state.need else Step.NEED,
                country=code,
                helpline=None,
                seen=(),
                page=0,
            ),
            Line(Phrase.COUNTRY_CHOOSE, speech, (("country", CountryName(code)), ("key", Key(str(i))))),
            Line(Phrase.COUNTRY_LABEL, speech, (("country", CountryName(code)),)),
        )
        for i, code in enumerate(shown, 1)
    ]
    if more:
        options.append(_more(replace(state, page=state.page + 1), Phrase.COUNTRY_MORE, Phrase.MORE_LABEL, speech))
    lines = (Line(Phrase.COUNTRY_ASK, speech),)
    return Turn(state, speech, lines, tuple(options), silence=replace(state, step=Step.PERSON, page=0))


def _more(leads: State, spoken: Phrase, written: Phrase, speech: str) -> Option:
    return Option(MORE_KEY, leads, Line(spoken, speech, (("key", Key(MORE_KEY)),)), Line(written, speech))
