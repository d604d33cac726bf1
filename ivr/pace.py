"""How long the machine speaks before a caller can act: from the length of what is said, or of its recording.

The limits are promises of the project: a caller who is frightened hangs up on a long menu. Everything here is computed
from the list of sentences and the conversation itself, so that a test holds it for every language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from directory.languages import countries_with_languages
from directory.model import Directory
from ivr import flow
from ivr.flow.ways import PAGE, languages_for
from ivr.phrases import Phrase
from ivr.speech import Speech
from ivr.state import State, Step
from ivr.turn import Caller, Line, Option, Turn, World
from ivr.voices import Voice

FIRST_CHOICE = 6.0
"""Seconds until the caller's language has been offered, where it is offered first (the project's own promise)."""
FORWARDING = 30.0
"""Seconds of speech before the telephone rings elsewhere, for a caller who presses each key as soon as it is said."""
LANGUAGE_PAGE = 15.0
"""Seconds of languages on one page of their menu (field page, 3.3: six take about as long)."""
LONGEST_SAY = 3000
"""Characters of one `<Say>` must be fewer, by the strictest of the provider's engines (provider page, section 3)."""
LONGEST_DOCUMENT = 64_000
"""Bytes of an answer must be fewer (the provider's error 11750: more than 64 kB)."""

Recorded = Callable[[str, Voice], float | None]
"""Text and voice to the seconds of the recording that will be played; None where there is none."""


@dataclass(frozen=True, slots=True)
class Slowest:
    """The longest way to a forwarding: how many seconds, and whose."""

    seconds: float
    country: str
    helpline: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Page:
    """The longest page of the menu of languages."""

    seconds: float
    """Of the languages and the way to more of them; what opens the call is said before them."""
    languages: tuple[str, ...]
    number: int
    """The first page is 1."""


def unrecorded(_text: str, _voice: Voice) -> float | None:
    """Know of no recording, so that every length is computed."""
    return None


class Pace:
    """Measures lines in seconds: by their recordings where they are played, else by the rate of their language."""

    def __init__(self, speech: Speech, voices: Mapping[str, Voice], recorded: Recorded = unrecorded) -> None:
        self._speech = speech
        self._voices = voices
        self._recorded = recorded
        self.seconds = cache(self._seconds)
        """Line to seconds. KeyError for a language without a voice."""

    def total(self, lines: Iterable[Line]) -> float:
        """Return the seconds of lines said after each other."""
        return sum(map(self.seconds, lines))

    def of_text(self, text: str, language: str) -> float:
        """Return the seconds of words of a language."""
        voice = self._voices[language]
        played = self._recorded(text, voice)
        return len(text) / voice.rate if played is None else played

    def _seconds(self, line: Line) -> float:
        return self.of_text(self._speech.spoken(line), line.language)


def first_choice(language: str, pace: Pace, directory: Directory, now: dt.datetime) -> float:
    """Return the seconds from the first word until `language` has been offered, as if it were the likeliest."""
    world = World(directory, (language,), now, Caller(None, False, None))
    turn = flow.enter(State(), world)
    return pace.total(_until(turn.options[0], turn))


def forwarding(
    language: str, pace: Pace, directory: Directory, offered: tuple[str, ...], instants: Iterable[dt.datetime]
) -> Slowest | None:
    """Return the longest way to a forwarding over all countries, by our own number there and by an international one.

    The caller takes the first need, and is connected to the best service for it, at the aware `instants`. None where
    no country's best service can be connected to.
    """
    found = []
    for now, country, here in product(instants, directory.countries, (True, False)):
        world = World(directory, offered, now, Caller(country, True, country if here else None))
        way = _way_to_forwarding(language, country, world)
        if way:
            lines, helpline = way
            seconds = first_choice(language, pace, directory, now) + pace.total(lines)
            found.append(Slowest(seconds, country, helpline, now))
    return max(found, key=lambda each: each.seconds, default=None)


def longest_page(pace: Pace, directory: Directory, offered: tuple[str, ...], now: dt.datetime) -> Page:
    """Return the longest page of the menu of languages, wherever a caller calls from and on which of our numbers."""
    pages = (page for world in _worlds(directory, offered, now) for page in _pages(world, pace))
    return max(pages, key=lambda each: each.seconds)


def _way_to_forwarding(language: str, country: str, world: World) -> tuple[Sequence[Line], str] | None:
    """Return what is said after the language has been chosen, and who is rung; None if it is not the service named."""
    menu = flow.enter(State(step=Step.NEED, language=language, country=country), world)
    need = menu.options[0]
    referral = flow.press(menu.state, need.key, world).turn
    connect = next((each for each in referral.options if each.spoken and each.spoken.phrase is Phrase.CONNECT), None)
    if connect is None:
        return None
    ringing = flow.press(referral.state, connect.key, world).turn
    if ringing.forward is None:
        return None
    return (*_until(need, menu), *_until(connect, referral), *ringing.lines), ringing.forward.helpline


def _until(option: Option, turn: Turn) -> Iterator[Line]:
    """Yield what a turn says until an option of it has been said."""
    yield from turn.lines
    for each in turn.options:
        if each.spoken:
            yield each.spoken
        if each.key == option.key:
            return


def _worlds(directory: Directory, offered: tuple[str, ...], now: dt.datetime) -> Iterable[World]:
    """Return one world for each order in which languages are offered to somebody."""
    lines = (None, *directory.countries)
    callers = (None, *dict.fromkeys((*directory.countries, *countries_with_languages())))
    worlds = (World(directory, offered, now, Caller(caller, False, line)) for caller, line in product(callers, lines))
    return {languages_for(world): world for world in worlds}.values()


def _pages(world: World, pace: Pace) -> Iterator[Page]:
    order = languages_for(world)
    for number, start in enumerate(range(0, len(order), PAGE)):
        turn = flow.enter(State(page=number), world)
        offers = [option.spoken for option in turn.options if option.spoken]
        yield Page(pace.total(offers), order[start : start + PAGE], number + 1)
