"""The transcript of a call as a conversation that can be read: who said or did what, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from ivr.simulator.reading import CARRIER_LANGUAGE, LEFT_TO_RIGHT, Sentence, sentences
from ivr.simulator.transcript import (
    Asked,
    Awaiting,
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
    Spoke,
    TextArrived,
)
from ivr.simulator.views import CallView
from routes.phone.chooser import in_groups

Translate = Callable[[str], str]
"""Gives an English sentence of this module, as it stands here, in the language of the reader."""
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
_OVER = "The call is over."
_THE_LINE = "The line"
_PRESSED = "Pressed {keys}"
_SAID = "Said"
_SAID_SURELY = "Said, understood with a confidence of {confidence}"
_SILENCE = "Silence, {seconds} seconds"
_TEXT = "Text from {number}"
_FAILED = "The carrier could not use the answer of {where}: {sentence} (error {code})."
_FORWARDING = "Forwarding to {number}. It rings for at most {seconds} seconds, and sees our number, {ours}."
_RECORDING = "A recording is played."
_NO_CALL = "No call"
_RINGING = "Ringing at {number}"
_AWAITED = {
    Awaiting.KEYS: "In a call: waiting for a key",
    Awaiting.ENDED: "The call is over",
    Awaiting.NOTHING: "The line is being asked what to do",
}
TEMPLATES = (
    *OUTCOMES.values(),
    *dict.fromkeys(_OUTCOME_WORDS.values()),
    *_ENDINGS.values(),
    *(_OVER, _THE_LINE, _PRESSED, _SAID, _SAID_SURELY, _SILENCE, _TEXT, _FAILED, _FORWARDING, _RECORDING),
    *(_NO_CALL, _RINGING, *_AWAITED.values()),
)
"""Everything that may be said of a call, for those who translate it."""


class Side(StrEnum):
    """Whose part of the conversation a passage is; also how it looks."""

    LINE = "line"
    CALLER = "caller"
    EVENT = "event"
    TEXT = "text"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Passage:
    """What one side said or did in one go."""

    side: Side
    who: str
    """Said before the sentences; empty where they say it themselves."""
    sentences: tuple[Sentence, ...]


def conversation(transcript: Iterable[Entry], say: Translate = str) -> tuple[Passage, ...]:
    """Return the passages of a transcript. Passages are only ever added at the end, the last may grow.

    `say` translates what is told about the call; what was said in it stays as it was heard.
    """
    return tuple(_passages((entry for entry in transcript if not isinstance(entry, Asked)), say))


def status(view: CallView | None, say: Translate = str) -> str:
    """Say in a few words what a call waits for."""
    if view is None:
        return say(_NO_CALL)
    if view.awaiting is not Awaiting.LEG:
        return say(_AWAITED[view.awaiting])
    ringing = next((entry.number for entry in reversed(view.transcript) if isinstance(entry, Dialling)), "")
    return say(_RINGING).format(number=in_groups(ringing))


def _passages(entries: Iterable[Entry], say: Translate) -> Iterator[Passage]:
    spoken = CARRIER_LANGUAGE
    for heard, run in groupby(entries, key=_is_heard):
        if heard:
            said = tuple(each for entry in run for each in _heard(entry))
            spoken = said[-1].lang
            yield Passage(Side.LINE, say(_THE_LINE), said)
        else:
            yield from (_passage(entry, spoken, say) for entry in run)


def _is_heard(entry: Entry) -> bool:
    """Tell whether the line said something that can be read; a recording that does not tell its words is an event."""
    return isinstance(entry, Said) or (isinstance(entry, Played) and bool(entry.text))


def _heard(entry: Entry) -> tuple[Sentence, ...]:
    match entry:
        case Said(text, language):
            return sentences(text, language)
        case Played(url, _, str(text), language):
            return sentences(text, language, url)
    raise TypeError(entry)


def _passage(entry: Entry, spoken: str, say: Translate) -> Passage:
    """Return what any entry but speech says; a text is in the language spoken last."""
    match entry:
        case Pressed(keys):
            return _told(Side.CALLER, say(_PRESSED).format(keys=" ".join(keys)))
        case Spoke(words, language, confidence):
            how = _SAID if confidence is None else _SAID_SURELY
            return Passage(Side.CALLER, say(how).format(confidence=confidence), sentences(words, language))
        case Silent(seconds):
            return _told(Side.CALLER, say(_SILENCE).format(seconds=seconds))
        case TextArrived(body, sender):
            return Passage(Side.TEXT, say(_TEXT).format(number=in_groups(sender)), sentences(body, spoken))
        case Failed(code, sentence, path):
            where = "/".join(path.split("/")[:3])  # what comes after bears the sealed state
            return _told(Side.FAULT, say(_FAILED).format(where=where, sentence=sentence, code=code))
        case _:
            return _told(Side.EVENT, _event(entry, say))


def _event(entry: Entry, say: Translate) -> str:
    match entry:
        case Dialling(number, caller_id, timeout):
            return say(_FORWARDING).format(number=in_groups(number), seconds=timeout, ours=in_groups(caller_id))
        case LegEnded(outcome):
            return say(_OUTCOME_WORDS[outcome])
        case Ended(status):
            return say(_ENDINGS.get(status, _OVER))
        case Played():
            return say(_RECORDING)
    raise TypeError(entry)


def _told(side: Side, words: str) -> Passage:
    return Passage(side, "", (Sentence(words, "en", LEFT_TO_RIGHT, "English"),))
