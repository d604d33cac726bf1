"""The referral: a service by name, whether it is open, and what a caller can do about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from enum import StrEnum
from itertools import chain

from directory.find import ANYONE, Match, number_to_say
from directory.hours import Status
from directory.model import Cost, Helpline, Kind, Reach
from ivr.events import TEXT_LIFE, Form
from ivr.flow import menus, people
from ivr.flow.ways import MORE_KEY, can_connect, connectable, current_match, following, language_of, languages_for
from ivr.phrases import OPENS_ON, Phrase, audience_sentence
from ivr.state import Channel, State, Step
from ivr.turn import (
    Amount,
    Clock,
    CountryName,
    Day,
    Digits,
    Key,
    LanguageNames,
    Line,
    Name,
    Option,
    Turn,
    Value,
    World,
)

_A_DAY = dt.timedelta(days=1)
_A_WEEK = dt.timedelta(days=7)
NAMED_LANGUAGES = 3
"""Languages of a service that are named aloud; more would keep a caller waiting."""
_COSTS = {
    Cost.FREE: Phrase.COST_FREE,
    Cost.STANDARD: Phrase.COST_STANDARD,
    Cost.CHARGED: Phrase.COST_CHARGED,
    Cost.UNKNOWN: Phrase.COST_UNKNOWN,
}


def referral(state: State, world: World) -> Turn:
    """Say what the service is and offer what can be done; without a service left, the emergency advice."""
    match = current_match(state, world)
    if match is None:
        return _without_service(state, world)
    state = replace(state, helpline=match.helpline.id)
    speech = language_of(state, world)
    lines = [
        people.introduction(match.helpline, speech),
        *_whom(match, state, world, speech),
        *_hours(match, world, speech),
    ]
    if state.channel is Channel.SMS:
        lines.append(
            _sentence(Phrase.NUMBER, speech, number=Digits(number_to_say(match.helpline, world.caller.country).say))
        )
    elif match.dial is None:
        said = Digits(number_to_say(match.helpline, world.caller.country).say)
        lines.append(_sentence(Phrase.NUMBER_DIAL_YOURSELF, speech, number=said))
    cost = _cost(match.helpline, world, speech)
    options = choices(match, state, world)
    silence = _simplest(options, state)
    if state.channel is Channel.SMS or match.dial is None:
        return Turn(state, speech, (*lines, cost), options, silence=silence)
    return Turn(state, speech, tuple(lines), options, coda=(cost,), silence=silence)


def number(state: State, world: World) -> Turn:
    """Read the number slowly, twice, and the number for callers abroad where there is one."""
    match = current_match(state, world)
    if match is None:
        return _without_service(state, world)
    state = replace(state, helpline=match.helpline.id)
    speech = language_of(state, world)
    said = number_to_say(match.helpline, world.caller.country)
    digits = Digits(said.say, slowly=True)
    lines = [
        _sentence(Phrase.NUMBER, speech, number=digits),
        _sentence(Phrase.NUMBER_AGAIN, speech, number=digits),
    ]
    abroad = next((n for n in match.helpline.numbers if n.reach is Reach.ABROAD and n != said), None)
    if abroad:
        lines.append(_sentence(Phrase.NUMBER_ABROAD, speech, number=Digits(abroad.say, slowly=True)))
    lines.append(_cost(match.helpline, world, speech))
    options = tuple(option for option in choices(match, state, world) if option.leads.step is not Step.NUMBER)
    return Turn(state, speech, tuple(lines), options, silence=_simplest(options, state))


def consent(state: State, world: World) -> Turn:
    """Warn that a text can be read by others, and let the caller choose its form: the second key press."""
    if state.helpline not in world.directory.helplines:
        return referral(replace(state, step=Step.REFERRAL), world)
    speech = language_of(state, world)
    sent = replace(state, step=Step.SENT)
    options = (
        Option("1", sent, _sentence(Phrase.CONSENT_SHORT, speech, key=Key("1")), text=Form.SHORT),
        Option("2", sent, _sentence(Phrase.CONSENT_NAMED, speech, key=Key("2")), text=Form.NAMED),
        Option("*", replace(state, step=Step.REFERRAL), Line(Phrase.CONSENT_NO, speech)),
    )
    lines = (Line(Phrase.CONSENT, speech),)
    return Turn(state, speech, lines, options, silence=replace(state, step=Step.REFERRAL))


def sent(state: State, world: World) -> Turn:
    """Say that the text is on its way, and offer the rest."""
    match = current_match(state, world)
    if match is None or match.helpline.id != state.helpline:
        return referral(replace(state, step=Step.REFERRAL), world)
    speech = language_of(state, world)
    options = tuple(option for option in choices(match, state, world) if option.leads.step is not Step.CONSENT)
    minutes = Amount(int(TEXT_LIFE / dt.timedelta(minutes=1)))
    lines = (_sentence(Phrase.SENT, speech, count=minutes), Line(Phrase.SENT_DELETE, speech))
    return Turn(state, speech, lines, options, silence=_simplest(options, state))


def choices(match: Match, state: State, world: World) -> tuple[Option, ...]:
    """Return the keys of a referral; each keeps its meaning wherever it is offered."""
    speech = language_of(state, world)
    options: list[Option | None] = [
        _connect(match, state, world),
        _option("2", replace(state, step=Step.CONSENT), Phrase.TEXT_ASK, speech) if _can_text(state, world) else None,
        _option("3", replace(state, step=Step.NUMBER), Phrase.NUMBER_SLOWLY, speech)
        if state.channel is Channel.VOICE
        else None,
    ]
    left = following(state, world)
    if left.step is Step.REFERRAL:
        options.append(_option("4", left, Phrase.NEXT, speech, Phrase.NEXT_LABEL))
    elsewhere = replace(state, step=Step.COUNTRY, helpline=None, seen=(), page=0)
    options.append(_option(MORE_KEY, elsewhere, Phrase.COUNTRY_OTHER, speech, Phrase.COUNTRY_OTHER_LABEL))
    return tuple(option for option in options if option)


def _connect(match: Match, state: State, world: World) -> Option | None:
    """Connect to this service, or to the best other one that can be reached now."""
    if state.channel is not Channel.VOICE:
        return None
    speech = language_of(state, world)
    if can_connect(match):
        return _option("1", replace(state, step=Step.FORWARD), Phrase.CONNECT, speech)
    other = _instead(match, state, world)
    if other is None:
        return None
    phrase = Phrase.CONNECT_OTHER if other.status.open else Phrase.CONNECT_OTHER_UNKNOWN
    leads = replace(following(state, world), step=Step.FORWARD, helpline=other.helpline.id)
    spoken = _sentence(phrase, speech, name=Name(other.helpline.id), key=Key("1"))
    return Option("1", leads, spoken)


def _instead(match: Match, state: State, world: World) -> Match | None:
    others = chain(connectable(state, world, True), connectable(state, world, None))
    return next((other for other in others if other.helpline.id != match.helpline.id), None)


def _without_service(state: State, world: World) -> Turn:
    if state.country is None:
        return menus.country(replace(state, step=Step.COUNTRY, page=0), world)
    turn = people.emergency(replace(state, step=Step.EMERGENCY, back=Step.NEED), world)
    if not state.seen:
        return turn
    return replace(turn, lines=(Line(Phrase.NO_OTHER, turn.language), *turn.lines))


def _simplest(options: tuple[Option, ...], state: State) -> State:
    """Being connected is the simplest choice of a referral, but no line that has failed is rung again unasked."""
    connecting = (option.leads for option in options if option.leads.step is Step.FORWARD)
    return next((leads for leads in connecting if leads.helpline not in state.seen), replace(state, step=Step.PERSON))


def _can_text(state: State, world: World) -> bool:
    return state.channel is Channel.VOICE and world.caller.can_text


def _whom(match: Match, state: State, world: World, speech: str) -> list[Line]:
    helpline = match.helpline
    lines = []
    asked = world.directory.needs.get(state.need or "")
    implied = asked.audience if asked else ANYONE
    if ANYONE not in helpline.audience and implied not in helpline.audience:
        lines = [Line(audience_sentence(audience), speech) for audience in helpline.audience]
    if helpline.kind is Kind.REPORTING:
        lines.append(Line(Phrase.TAKES_REPORTS, speech))
    match answers_in(helpline, speech, world):
        case Understanding.NOT_SPOKEN:
            lines.append(_languages(helpline, speech, world))
        case Understanding.UNKNOWN:
            lines.append(Line(Phrase.SPEAKS_UNKNOWN, speech))
    return lines


class Understanding(StrEnum):
    """Whether a helpline speaks a language, as far as anybody knows."""

    SPOKEN = "spoken"
    NOT_SPOKEN = "not_spoken"
    UNKNOWN = "unknown"


def answers_in(helpline: Helpline, speech: str, world: World) -> Understanding:
    """Tell whether a helpline speaks a language: by what it states, else by the main language of its country."""
    if not helpline.languages:
        main = world.directory.countries[helpline.country].languages[0]
        return Understanding.SPOKEN if speech == main else Understanding.UNKNOWN
    spoken = {tag.partition("-")[0] for tag in helpline.languages}
    return Understanding.SPOKEN if speech.partition("-")[0] in spoken else Understanding.NOT_SPOKEN


def _languages(helpline: Helpline, speech: str, world: World) -> Line:
    """Name the helpline's languages, of many those that this caller most likely knows too."""
    phrase = Phrase.SPEAKS if len(helpline.languages) <= NAMED_LANGUAGES else Phrase.SPEAKS_MANY
    return _sentence(phrase, speech, languages=LanguageNames(likeliest(helpline.languages, languages_for(world))))


def likeliest(languages: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages to name, the likeliest for a caller first; those that nobody is offered come last."""
    likely = (*order, *languages)
    return tuple(sorted(languages, key=likely.index)[:NAMED_LANGUAGES])


def _hours(match: Match, world: World, speech: str) -> list[Line]:
    line = opening(match.status, world.now.astimezone(match.helpline.timezone), speech)
    if any(isinstance(value, Clock) for _, value in line.values) and _elsewhere(match.helpline, world):
        return [line, _sentence(Phrase.TIMES_ELSEWHERE, speech, country=CountryName(match.helpline.country))]
    return [line]


def opening(status: Status, now: dt.datetime, speech: str) -> Line:
    """Say whether a line is open, until when, or when it opens; `now` in the helpline's own zone."""
    if status.open is None:
        return Line(Phrase.OPEN_UNKNOWN, speech)
    if not status.open:
        return _closed(status.opens, now, speech)
    if status.until is None:
        return Line(Phrase.OPEN_ALWAYS, speech)
    if status.until - now >= _A_DAY:
        return Line(Phrase.OPEN_NOW, speech)
    return _sentence(Phrase.OPEN_UNTIL, speech, time=Clock(status.until.time()))


def _closed(opens: dt.datetime | None, now: dt.datetime, speech: str) -> Line:
    if opens is None:
        return Line(Phrase.CLOSED_UNKNOWN, speech)
    days = (opens.date() - now.date()).days
    if days == 0:
        return _sentence(Phrase.OPENS_TODAY, speech, time=Clock(opens.time()))
    if days == 1:
        return _sentence(Phrase.OPENS_TOMORROW, speech, time=Clock(opens.time()))
    if days < _A_WEEK.days:
        return _sentence(OPENS_ON[opens.weekday()], speech, time=Clock(opens.time()))
    return _sentence(Phrase.OPENS_DATE, speech, date=Day(opens.date()), time=Clock(opens.time()))


def _elsewhere(helpline: Helpline, world: World) -> bool:
    """Tell whether the helpline's clocks differ from those of the country where the caller seems to be."""
    country = world.directory.countries.get(world.caller.country or helpline.country)
    if country is None:
        return True
    there, here = world.now.astimezone(helpline.timezone), world.now.astimezone(country.timezone)
    return there.utcoffset() != here.utcoffset()


def _cost(helpline: Helpline, world: World, speech: str) -> Line:
    if world.caller.country not in (None, helpline.country):
        return Line(Phrase.COST_ABROAD, speech)
    return Line(_COSTS[helpline.cost], speech)


def _option(key: str, leads: State, spoken: Phrase, speech: str, written: Phrase | None = None) -> Option:
    label = Line(written, speech) if written else None
    return Option(key, leads, _sentence(spoken, speech, key=Key(key)), label)


def _sentence(phrase: Phrase, speech: str, **values: Value) -> Line:
    return Line(phrase, speech, tuple(values.items()))
