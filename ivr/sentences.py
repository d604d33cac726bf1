"""Every sentence that can be spoken: the states of a conversation are finite, and so are its words.

Lists the lines of one language for one revision of the directory: each phrase with every value that its placeholders
can take. A test walks the conversation and holds that nothing is said which does not stand in this list. A few lines
stand here that no caller will hear, such as one that names a service which is never the next one to be open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from directory.find import number_to_dial, number_to_say
from directory.hours import Period, Status, hours_of
from directory.languages import countries_with_languages
from directory.model import Directory, Helpline, Kind, Reach, Shown
from ivr.events import TEXT_LIFE
from ivr.flow.menus import EUROPEAN_EMERGENCY
from ivr.flow.referral import NAMED_LANGUAGES, likeliest, opening
from ivr.flow.ways import MORE_KEY, PAGE, languages_for, needs_for
from ivr.phrases import OPENS_ON, Phrase, need_option
from ivr.state import Step
from ivr.turn import Amount, Caller, CountryName, Digits, Key, LanguageNames, Line, Name, Value, World

HORIZON = dt.timedelta(days=400)
"""How far ahead opening hours are followed: a year of holidays, and a month to publish anew."""
Values = tuple[tuple[str, Value], ...]
"""The placeholders of one sentence with what fills them, as in a `Line`."""
EVERY_TURN = "every turn"
"""Stands for the name of a turn where a sentence can come before or after any of them."""
_A_MOMENT = dt.timedelta(minutes=1)
_ELSEWHERE = ""
"""A country that no helpline is in: what number its callers are told is asked with it."""
_MENU = (Step.REFERRAL, Step.NUMBER, Step.SENT)
_TURNS: Mapping[Phrase, tuple[Step, ...]] = {
    Phrase.GREETING: (Step.LANGUAGE,),
    Phrase.DANGER: (Step.LANGUAGE, Step.EMERGENCY),
    Phrase.LANGUAGE_CHOOSE: (Step.LANGUAGE,),
    Phrase.LANGUAGE_MORE: (Step.LANGUAGE,),
    Phrase.RESTART: (Step.LANGUAGE,),
    Phrase.NEED_SAY: (Step.NEED,),
    Phrase.NOT_HEARD: (Step.NEED, Step.PERSON, Step.EMERGENCY),
    Phrase.NEED_MORE: (Step.NEED,),
    Phrase.NEED_APART: (Step.NEED,),
    Phrase.NEED_PROFESSIONAL: (Step.APART,),
    Phrase.NEED_OWN_VIOLENCE: (Step.APART,),
    Phrase.COUNTRY_ASK: (Step.COUNTRY,),
    Phrase.COUNTRY_CHOOSE: (Step.COUNTRY,),
    Phrase.COUNTRY_MORE: (Step.COUNTRY,),
    Phrase.CONNECT: (*_MENU, Step.PERSON),
    Phrase.CONNECT_OTHER: _MENU,
    Phrase.CONNECT_OTHER_UNKNOWN: _MENU,
    Phrase.REFERRAL: (Step.REFERRAL, Step.FORWARD),  # whoever presses on meanwhile is told who is rung
    Phrase.TEXT_ASK: (Step.REFERRAL, Step.NUMBER, Step.AFTER),
    Phrase.NUMBER_SLOWLY: (Step.REFERRAL, Step.SENT),
    Phrase.NEXT: (*_MENU, Step.AFTER),
    Phrase.COUNTRY_OTHER: _MENU,
    Phrase.NUMBER: (Step.NUMBER,),
    Phrase.NUMBER_AGAIN: (Step.NUMBER,),
    Phrase.NUMBER_ABROAD: (Step.NUMBER,),
    **dict.fromkeys(
        (Phrase.COST_FREE, Phrase.COST_STANDARD, Phrase.COST_CHARGED, Phrase.COST_UNKNOWN, Phrase.COST_ABROAD),
        (Step.REFERRAL, Step.NUMBER),
    ),
    Phrase.CONNECTING: (Step.FORWARD,),
    Phrase.DELETE_CALL: (Step.FORWARD, Step.GOODBYE),
    **dict.fromkeys(
        (Phrase.FAILED_BUSY, Phrase.FAILED_NO_ANSWER, Phrase.FAILED_UNREACHABLE),
        (Step.REFERRAL, Step.NUMBER),
    ),
    Phrase.AFTER_ASK: (Step.AFTER,),
    Phrase.AFTER_NEED: (Step.AFTER,),
    Phrase.AFTER_DONE: (Step.AFTER,),
    Phrase.GOODBYE: (Step.GOODBYE,),
    Phrase.CONSENT: (Step.CONSENT,),
    Phrase.CONSENT_SHORT: (Step.CONSENT,),
    Phrase.CONSENT_NAMED: (Step.CONSENT,),
    Phrase.CONSENT_NO: (Step.CONSENT,),
    Phrase.SENT: (Step.SENT,),
    Phrase.SENT_DELETE: (Step.SENT,),
    Phrase.EMERGENCY_NUMBER: (Step.EMERGENCY,),
    Phrase.EMERGENCY_PERSON: (Step.EMERGENCY,),
    Phrase.PERSON: (Step.PERSON,),
    Phrase.PERSON_CHOOSE: (Step.PERSON,),
    Phrase.PERSON_NONE: (Step.EMERGENCY,),
    Phrase.NO_OTHER: (Step.EMERGENCY,),
}
"""Where a phrase is said; of what stands in neither table, needs belong to their menu, the rest to the referral."""
_ANYWHERE = frozenset({Phrase.WRONG_KEY, Phrase.RESERVED})
_OF_HOURS = frozenset({Phrase.OPEN_UNTIL, Phrase.OPENS_TODAY, Phrase.OPENS_TOMORROW, *OPENS_ON, Phrase.OPENS_DATE})
_NEVER_ALONE = ("name.", "digits.", "sms.", "hours.")
"""Beginnings of the names of phrases that are words inside a sentence, or of texts."""
_IN_WRITING = (".label", ".heard", "language.name", "reserved.text")
"""Ends of the names of phrases that are read, or said by the caller."""
_KEYS: Mapping[Phrase, tuple[str, ...]] = {
    Phrase.LANGUAGE_CHOOSE: tuple(map(str, range(1, PAGE + 1))),
    Phrase.COUNTRY_CHOOSE: tuple(map(str, range(1, PAGE + 1))),
    Phrase.CONNECT: ("1",),
    Phrase.CONNECT_OTHER: ("1",),
    Phrase.CONNECT_OTHER_UNKNOWN: ("1",),
    Phrase.TEXT_ASK: ("2",),
    Phrase.NUMBER_SLOWLY: ("3",),
    Phrase.NEXT: ("3", "4"),
    Phrase.AFTER_NEED: ("1",),
    Phrase.AFTER_DONE: ("4",),
    Phrase.CONSENT_SHORT: ("1",),
    Phrase.CONSENT_NAMED: ("2",),
    **dict.fromkeys((Phrase.LANGUAGE_MORE, Phrase.NEED_MORE, Phrase.NEED_APART), (MORE_KEY,)),
    **dict.fromkeys((Phrase.COUNTRY_MORE, Phrase.COUNTRY_OTHER), (MORE_KEY,)),
}
"""Keys that a phrase is said with, beside those of the needs."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that can be spoken, and the turns in which it can be."""

    line: Line
    turns: tuple[str, ...]


def is_spoken(phrase: Phrase) -> bool:
    """Tell whether a phrase is a sentence for the ear: not for texts only, nor a word inside other sentences."""
    return not phrase.startswith(_NEVER_ALONE) and not phrase.endswith(_IN_WRITING)


def fillings(directory: Directory, offered: tuple[str, ...], since: dt.datetime) -> Mapping[Phrase, tuple[Values, ...]]:
    """Return every spoken phrase with all that can fill its placeholders, the same for every language.

    `offered` are the languages offered by voice: their order decides which of a service's languages are named. Opening
    hours are followed for `HORIZON` from the aware instant `since`.
    """
    fixed: dict[Phrase, Iterable[Values]] = {phrase: [()] for phrase in Phrase if is_spoken(phrase)}
    keyed = {phrase: [(("key", Key(key)),) for key in keys] for phrase, keys in _KEYS.items()}
    all_of_them = (
        fixed,
        keyed,
        _needs(directory, since),
        _names(directory),
        _numbers(directory),
        _places(directory),
        _languages(directory, offered, since),
        _hours(directory, since),
        {Phrase.SENT: [(("count", Amount(int(TEXT_LIFE / dt.timedelta(minutes=1)))),)]},
    )
    found = {phrase: values for table in all_of_them for phrase, values in table.items()}
    return {phrase: tuple(dict.fromkeys(values)) for phrase, values in found.items()}


def sentences(language: str, filled: Mapping[Phrase, tuple[Values, ...]]) -> Iterator[Sentence]:
    """Yield every sentence of a language."""
    for phrase, each in filled.items():
        turns = _turns(phrase)
        yield from (Sentence(Line(phrase, language, values), turns) for values in each)


def _turns(phrase: Phrase) -> tuple[str, ...]:
    if phrase in _ANYWHERE:
        return (EVERY_TURN,)
    home = Step.NEED if phrase.startswith("need.") else Step.REFERRAL
    return tuple(step.name.lower() for step in _TURNS.get(phrase, (home,)))


def _needs(directory: Directory, now: dt.datetime) -> dict[Phrase, Iterable[Values]]:
    """Return the needs with the keys that they have in any country, and before the country is known."""
    world = World(directory, (), now, Caller(None, False, None))
    others = (Phrase.NEED_SAY, Phrase.NEED_MORE, Phrase.NEED_APART)
    offers = (phrase for phrase in Phrase if phrase.startswith("need.") and is_spoken(phrase) and phrase not in others)
    found: dict[Phrase, dict[Values, None]] = {phrase: {} for phrase in offers}  # also needs that are not in this one
    for country in (None, *directory.countries):
        for shown in ((Shown.ALWAYS, Shown.WHERE_SERVED), (Shown.APART,)):
            for place, need in enumerate(needs_for(country, world, shown), 1):
                found[need_option(need)][("key", Key(str(place))),] = None
    return {**found}


def _names(directory: Directory) -> dict[Phrase, Iterable[Values]]:
    """Return the services that are spoken of, and those of them that somebody can be connected to."""
    helplines = [row for row in directory.helplines.values() if row.kind is not Kind.EMERGENCY]
    dialled = [row for row in helplines if any(number_to_dial(row, line) for line in (None, row.country))]
    names: list[Values] = [(("name", Name(row.id)),) for row in dialled]
    there: list[Values] = [(*name, ("key", Key("1"))) for name in names]
    return {
        Phrase.REFERRAL: [(("country", CountryName(row.country)), ("name", Name(row.id))) for row in helplines],
        **dict.fromkeys((Phrase.EMERGENCY_PERSON, Phrase.PERSON), names),
        **dict.fromkeys((Phrase.CONNECT_OTHER, Phrase.CONNECT_OTHER_UNKNOWN), there),
    }


def _numbers(directory: Directory) -> dict[Phrase, Iterable[Values]]:
    rows = directory.helplines.values()
    told = [row for row in rows if row.kind is not Kind.EMERGENCY]
    said = [number for row in told for number in _numbers_of(row)]
    abroad = [number.say for row in told for number in row.numbers if number.reach is Reach.ABROAD]
    slowly: list[Values] = [(("number", Digits(number, slowly=True)),) for number in said]
    ladders = (directory.ladders[country, directory.emergency_need] for country in directory.countries)
    first = (number_to_say(ladder[-1][1][0]).say for ladder in ladders if ladder and ladder[-1][1])
    return {
        Phrase.DANGER: [(("number", Digits(number)),) for number in (EUROPEAN_EMERGENCY, *first)],
        Phrase.NUMBER: slowly,
        Phrase.NUMBER_AGAIN: slowly,
        Phrase.NUMBER_ABROAD: [(("number", Digits(number, slowly=True)),) for number in abroad],
        Phrase.NUMBER_DIAL_YOURSELF: [(("number", Digits(number)),) for number in said],
        Phrase.EMERGENCY_NUMBER: [(("name", Name(row.id)), ("number", Digits(number_to_say(row).say))) for row in rows],
    }


def _numbers_of(helpline: Helpline) -> tuple[str, ...]:
    """Return the numbers that callers at home are told, and those in any other country."""
    return tuple(number_to_say(helpline, home).say for home in (None, _ELSEWHERE))


def _places(directory: Directory) -> dict[Phrase, Iterable[Values]]:
    countries = [("country", CountryName(code)) for code in directory.countries]
    keys = [("key", Key(key)) for key in _KEYS[Phrase.COUNTRY_CHOOSE]]
    return {
        Phrase.COUNTRY_CHOOSE: [(country, key) for country in countries for key in keys],
        Phrase.TIMES_ELSEWHERE: [(country,) for country in countries],
    }


def _languages(directory: Directory, offered: tuple[str, ...], now: dt.datetime) -> dict[Phrase, Iterable[Values]]:
    """Return the lists of languages; of many, those named first differ with where a caller calls from, and on what."""
    lines = (None, *directory.countries)
    callers = (None, *dict.fromkeys((*directory.countries, *countries_with_languages())))
    worlds = (World(directory, offered, now, Caller(caller, False, line)) for caller in callers for line in lines)
    orders = list(dict.fromkeys(languages_for(world) for world in worlds))
    found: dict[Phrase, Iterable[Values]] = {Phrase.SPEAKS: [], Phrase.SPEAKS_MANY: []}
    for helpline in directory.helplines.values():
        few = len(helpline.languages) <= NAMED_LANGUAGES
        phrase = Phrase.SPEAKS if few else Phrase.SPEAKS_MANY
        lists = (likeliest(helpline.languages, order) for order in orders) if helpline.languages else ()
        found[phrase] = [*found[phrase], *dict.fromkeys((("languages", LanguageNames(each)),) for each in lists)]
    return found


def _hours(directory: Directory, since: dt.datetime) -> dict[Phrase, Iterable[Values]]:
    """Return every way in which a coming opening or closing will be told."""
    found: dict[Phrase, dict[Values, None]] = {phrase: {} for phrase in _OF_HOURS}
    last = since + HORIZON
    for _, hours in dict.fromkeys((row.country, hours_of(row)) for row in directory.helplines.values()):
        for status, now in _moments(_joined(hours.periods(since, last)), last):
            line = opening(status, now, "")
            found.setdefault(line.phrase, {})[line.values] = None
    return {phrase: values for phrase, values in found.items() if phrase in _OF_HOURS}


def _joined(periods: Iterable[Period]) -> list[Period]:
    """Join what is told apart only by a comment."""
    joined: list[Period] = []
    for period in periods:
        if joined and joined[-1].open is period.open:
            joined[-1] = Period(joined[-1].start, period.end, period.open)
        else:
            joined.append(period)
    return joined


def _moments(periods: Sequence[Period], last: dt.datetime) -> Iterator[tuple[Status, dt.datetime]]:
    """Yield the moments at which something else is said: the end of an opening, and each day that waits for one.

    What ends at the instant `last` ends only because nobody looks further.
    """
    opens: dt.datetime | None = None
    for period in reversed(periods):
        if period.open:
            opens = period.start
            if period.end < last:
                yield Status(True, period.end, None), period.end - _A_MOMENT
        elif period.open is False and opens is not None:
            last_day = (period.end - _A_MOMENT).date()
            for day in range((last_day - period.start.date()).days + 1):
                yield Status(False, None, opens), period.start + dt.timedelta(days=day)
