"""The transcript of a call as a conversation that can be read: who said or did what, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import groupby

from babel import Locale, UnknownLocaleError

from ivr.simulator.transcript import (
    Asked,
    CallStatus,
    Dialling,
    Ended,
    Entry,
    Failed,
    LegEnded,
    LegOutcome,
    Played,
    Pressed,
    Said,
    Silent,
    TextArrived,
)
from routes.phone.chooser import in_groups

CARRIER_LANGUAGE = "en-US"
"""What the provider speaks where a document names no language."""
OUTCOMES = {
    LegOutcome.COMPLETED: "Answered, and finished",
    LegOutcome.BUSY: "Busy",
    LegOutcome.NO_ANSWER: "No answer",
    LegOutcome.FAILED: "Cannot be reached",
}
"""How a forwarded call may be made to end, with the words on the buttons."""
_OUTCOME_WORDS = {
    LegOutcome.COMPLETED: "Somebody answered, they talked, and the other side hung up.",
    LegOutcome.ANSWERED: "Somebody answered, they talked, and the other side hung up.",
    LegOutcome.BUSY: "The other side was busy.",
    LegOutcome.NO_ANSWER: "Nobody answered.",
    LegOutcome.FAILED: "The other side could not be reached.",
    LegOutcome.CANCELED: "The forwarding was given up.",
}
_ENDINGS = {
    CallStatus.BUSY: "The line refused the call: busy.",
    CallStatus.NO_ANSWER: "The line did not answer.",
    CallStatus.FAILED: "The call failed.",
}
_STOP = re.compile(r"(?:(?<=\w\w\w[.?!])|(?<=\d[.?!]))\s+(?=[^\W\d_]|[¿¡«„“])")


class Side(StrEnum):
    """Whose part of the conversation a passage is; also how it looks."""

    LINE = "line"
    CALLER = "caller"
    EVENT = "event"
    TEXT = "text"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, with what a browser and a screen reader need to know to show and speak it."""

    words: str
    lang: str
    """BCP 47."""
    dir: str
    """ltr or rtl."""
    language: str
    """The language's name in English."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What one side said or did in one go."""

    side: Side
    who: str
    """Said before the sentences; empty where they say it themselves."""
    sentences: tuple[Sentence, ...]


def conversation(transcript: Iterable[Entry]) -> tuple[Passage, ...]:
    """Return the passages of a transcript. Passages are only ever added at the end, the last may grow."""
    return tuple(_passages(entry for entry in transcript if not isinstance(entry, Asked)))


def sentences(text: str, tag: str | None) -> tuple[Sentence, ...]:
    """Split a text at the ends of its sentences; abbreviations of one or two letters end none."""
    lang = tag or CARRIER_LANGUAGE
    name, direction = _language(lang)
    return tuple(Sentence(words, lang, direction, name) for words in _split(text))


def _passages(entries: Iterable[Entry]) -> Iterator[Passage]:
    spoken = CARRIER_LANGUAGE
    for said, run in groupby(entries, key=lambda entry: isinstance(entry, Said)):
        if said:
            lines = [entry for entry in run if isinstance(entry, Said)]
            spoken = lines[-1].language or CARRIER_LANGUAGE
            heard = tuple(each for line in lines for each in sentences(line.text, line.language))
            yield Passage(Side.LINE, "The line", heard)
        else:
            yield from (_passage(entry, spoken) for entry in run)


def _passage(entry: Entry, spoken: str) -> Passage:
    """Return what any entry but speech says; a text is in the language spoken last."""
    match entry:
        case Pressed(keys):
            return _told(Side.CALLER, f"Pressed {' '.join(keys)}")
        case Silent(seconds):
            return _told(Side.CALLER, f"Silence, {seconds} seconds")
        case TextArrived(body, sender):
            return Passage(Side.TEXT, f"Text from {in_groups(sender)}", sentences(body, spoken))
        case Failed(code, sentence, path):
            where = "/".join(path.split("/")[:3])  # what comes after bears the sealed state
            return _told(Side.FAULT, f"The carrier could not use the answer of {where}: {sentence} (error {code}).")
        case _:
            return _told(Side.EVENT, _event(entry))


def _event(entry: Entry) -> str:
    match entry:
        case Dialling(number, caller_id, timeout):
            return (
                f"Forwarding to {in_groups(number)}. It rings for at most {timeout} seconds, "
                f"and sees our number, {in_groups(caller_id)}."
            )
        case LegEnded(outcome):
            return _OUTCOME_WORDS[outcome]
        case Ended(status):
            return _ENDINGS.get(status, "The call is over.")
        case Played(_):
            return "A recording is played."
    raise TypeError(entry)


def _told(side: Side, words: str) -> Passage:
    return Passage(side, "", (Sentence(words, "en", "ltr", "English"),))


def _split(text: str) -> list[str]:
    """Split where a stop is followed by a capital or an opening sign."""
    cuts = [0]
    for stop in _STOP.finditer(text):
        following = text[stop.end()]
        if following.isupper() or not following.isalpha():
            cuts.append(stop.end())
    return [text[start:end].strip() for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


@cache
def _language(tag: str) -> tuple[str, str]:
    """Return a language's English name and its direction."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return tag, "auto"
    return str(Locale.parse("en").languages.get(locale.language, tag)), locale.text_direction
