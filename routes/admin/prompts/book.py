"""What the pages of sentences show, as values: the catalogues with what the pages have added, measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from babel import Locale

from directory.model import Directory
from ivr.adapters.wordings import Proposal, Review
from ivr.catalogue import SOURCE, Catalogue
from ivr.interchange import notes
from ivr.pace import FIRST_CHOICE, Pace, Slowest, first_choice, forwarding
from ivr.phrases import Phrase
from ivr.recordings import Recordings
from ivr.sentences import Values, fillings, is_spoken, sentences
from ivr.services import words_and_voices
from ivr.settings import Places
from ivr.speech import Speech
from ivr.turn import Line
from ivr.voices import Voice, Way
from ivr.wordings import Wordings, Words, name_of, with_wordings, words_of

EXAMPLES = 3
"""Sentences shown for a phrase with placeholders."""
INSTANTS = ((1, 10), (2, 3), (5, 12))
"""Weekdays (Monday is 0) and hours, in UTC, at which forwardings are measured: a working day, its night, a Saturday."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one language stands."""

    tag: str
    name: str
    """What its own speakers call it."""
    way: Way
    voice: str
    doubt: str
    reviewed: int
    of: int
    faults: tuple[str, ...]
    first: float | None
    """Seconds until the language has been offered, where it is offered first; None where it is not spoken."""
    recorded: tuple[int, int] | None
    """Sentences of a recorded language that have a file, and all of them."""

    @property
    def is_draft(self) -> bool:
        """Tell whether some of its sentences have not been read by a native speaker."""
        return self.reviewed < self.of

    @property
    def is_late(self) -> bool:
        """Tell whether callers wait longer than the project promises."""
        return (self.first or 0) > FIRST_CHOICE


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence of a language."""

    phrase: Phrase
    english: Words
    words: Words
    own: Words
    """What the catalogue's file says, without what the pages have added."""
    seconds: float | None
    """None for what is only read."""
    is_spoken: bool
    review: Review | None
    """Who has read these very words, and found them right."""
    proposal: Proposal | None
    recorded: tuple[int, int] | None

    @property
    def hash(self) -> str:
        """What a review of it is bound to."""
        return name_of(self.words)


class Book:
    """The words of the installation at one moment."""

    def __init__(self, directory: Directory, places: Places, wordings: Wordings) -> None:
        self.directory = directory
        self.places = places
        self.files, self.voices = words_and_voices(places.catalogues, places.voices)
        self.said: Mapping[str, Catalogue] = with_wordings(self.files, wordings)
        self._wordings = wordings

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """All languages that have a catalogue, in the order in which they are offered."""
        listed = tuple(tag for tag in self.voices if tag in self.files)
        return (*listed, *sorted(set(self.files) - set(listed)))

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Languages that are offered by voice once all that is to be recorded has been."""
        known = (tag for tag in self.voices if tag in self.said and not self.said[tag].faults)
        return tuple(tag for tag in known if self.voices[tag].way is not Way.TEXT)

    @cached_property
    def speech(self) -> Speech:
        """What makes words of lines."""
        return Speech(self.directory, self.said)

    @cached_property
    def pace(self) -> Pace:
        """What measures lines, by their length."""
        return Pace(self.speech, self.voices)

    @cached_property
    def recordings(self) -> Recordings:
        """The audio that is there."""
        return Recordings.read(self.places.audio)

    def filled(self, now: dt.datetime) -> Mapping[Phrase, tuple[Values, ...]]:
        """Return every spoken phrase with all that fills it, from the beginning of the day on."""
        return _filled(self, _midnight(now))

    def standing(self, tag: str, now: dt.datetime) -> Standing:
        """Return how a language stands."""
        catalogue, voice = self.said[tag], self.voices.get(tag)
        recorded = voice is not None and voice.way is Way.RECORDING and tag in self.offered
        reviewed = sum(self.is_reviewed(tag, phrase) for phrase in Phrase)
        return Standing(
            tag=tag,
            name=name(tag),
            way=voice.way if voice else Way.TEXT,
            voice=(voice.voice or voice.speak or "") if voice else "",
            doubt=(voice.doubt or "") if voice else "",
            reviewed=len(Phrase) if catalogue.reviewed else reviewed,
            of=len(Phrase),
            faults=catalogue.faults,
            first=_first(self, tag, _midnight(now)) if tag in self.offered else None,
            recorded=self._recorded(
                voice, [text for _, text in self.spoken(tag, self.filled(now))] if recorded else []
            ),
        )

    def slowest(self, tag: str, now: dt.datetime) -> Slowest | None:
        """Return the longest way to a forwarding in a language; None where it is not spoken."""
        if tag not in self.offered:
            return None
        monday = _midnight(now) + dt.timedelta(days=7 - now.weekday())
        instants = [monday + dt.timedelta(days=each, hours=hour) for each, hour in INSTANTS]
        return forwarding(tag, self.pace, self.directory, self.offered, instants)

    def is_reviewed(self, tag: str, phrase: Phrase) -> bool:
        """Tell whether somebody has read the words of a sentence as they are said now."""
        read = (tag, phrase.value, name_of(words_of(self.said[tag], phrase)))
        return self.files[tag].reviewed or read in self._wordings.reviewed

    def spoken(self, tag: str, filled: Mapping[Phrase, tuple[Values, ...]]) -> Iterator[tuple[Phrase, str]]:
        """Yield every sentence of a language with its phrase."""
        for sentence in sentences(tag, filled):
            yield sentence.line.phrase, self.speech.spoken(sentence.line)

    def texts(self, tag: str, phrase: Phrase, now: dt.datetime) -> tuple[str, ...]:
        """Return everything that is said with a phrase in a language; nothing for what is only read."""
        if tag not in self.offered or not is_spoken(phrase):
            return ()
        values = self.filled(now).get(phrase, ())
        return tuple(dict.fromkeys(self.speech.spoken(Line(phrase, tag, each)) for each in values))

    def messages(
        self, tag: str, now: dt.datetime, reviews: tuple[Review, ...], proposals: tuple[Proposal, ...]
    ) -> tuple[Message, ...]:
        """Return every sentence of a language in the order of the conversation."""
        read = {(each.phrase, each.words): each for each in reviews}
        waiting = {each.wording.phrase: each for each in proposals}
        said: dict[Phrase, list[str]] = {}
        if tag in self.offered:
            for phrase, text in self.spoken(tag, self.filled(now)):
                said.setdefault(phrase, []).append(text)
        return tuple(self._message(tag, phrase, said.get(phrase, []), read, waiting.get(phrase)) for phrase in Phrase)

    def _message(
        self,
        tag: str,
        phrase: Phrase,
        texts: list[str],
        read: Mapping[tuple[str, str], Review],
        waiting: Proposal | None,
    ) -> Message:
        words, voice = words_of(self.said[tag], phrase), self.voices.get(tag)
        seconds = max((len(text) / voice.rate for text in texts), default=None) if voice else None
        return Message(
            phrase=phrase,
            english=words_of(self.said[SOURCE], phrase),
            words=words,
            own=words_of(self.files[tag], phrase),
            seconds=seconds,
            is_spoken=is_spoken(phrase),
            review=read.get((phrase.value, name_of(words))),
            proposal=waiting,
            recorded=self._recorded(voice, texts),
        )

    def _recorded(self, voice: Voice | None, texts: list[str]) -> tuple[int, int] | None:
        if voice is None or voice.way is not Way.RECORDING or not texts:
            return None
        each = set(texts)
        return sum(self.recordings.find(text, voice) is not None for text in each), len(each)


def name(tag: str) -> str:
    """Return what speakers of a language call it, with a capital."""
    found = Locale.parse(tag, sep="-").get_display_name() or tag
    return found[:1].upper() + found[1:]


@cache
def about(folder: Path) -> Mapping[Phrase, str]:
    """Return what the source says about each phrase to translators."""
    return notes((folder / f"{SOURCE}.po").read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def book(directory: Directory, places: Places, wordings: Wordings) -> Book:
    """Return the book of a moment; the last two are remembered with what was measured in them."""
    return Book(directory, places, wordings)


@lru_cache(maxsize=2)
def _filled(here: Book, now: dt.datetime) -> Mapping[Phrase, tuple[Values, ...]]:
    return fillings(here.directory, here.offered, now)


@lru_cache(maxsize=128)
def _first(here: Book, tag: str, now: dt.datetime) -> float:
    return first_choice(tag, here.pace, here.directory, now)


def _midnight(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.date(), dt.time(), dt.UTC)
