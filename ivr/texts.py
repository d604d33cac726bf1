"""Texts: a referral as it is sent to a caller's phone, and a turn of the conversation by text.

A referral text names neither violence nor crime nor us unless the caller chose the form with the service's name; it
keeps to one segment where it can (160 characters of the GSM alphabet, 70 of any other: the provider's glossary).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from directory.find import number_to_say
from directory.model import Directory, Helpline, Number
from ivr import cldr
from ivr.events import Form
from ivr.phrases import Phrase
from ivr.speech import Speech
from ivr.turn import Line, Turn

GSM_SEGMENT, GSM_PART = 160, 153
UCS_SEGMENT, UCS_PART = 70, 67
LONGEST = 1600
"""Characters of one message at most (the provider's Messages page)."""
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")
"""Both tables: 3GPP TS 23.038, section 6.2.1. The characters of the second take the room of two."""
_PLAIN = {"œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H"}
_PLAIN |= dict.fromkeys("–—", "-") | dict.fromkeys("‘’", "'") | dict.fromkeys("“”„«»", '"')
_WHOLE_LETTERS = frozenset({"ar", "bg", "el", "ru", "th", "uk", "vi", "zh"})
"""Languages that lose sense without their signs (in Vietnamese tones, in Thai vowels), or whose script is not ours."""
_WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = f"(?:{'|'.join(_WEEK)})"
_DAYS = f"{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*"
_TIME = "(?:(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)"
_TIMES = f"{_TIME}-{_TIME}(?:,{_TIME}-{_TIME})*"
_DAYS_OR_TIMES = re.compile(f"({_TIME})-({_TIME})|({_DAY})(?:-({_DAY}))?")
"""One pass over the table's words: what has been written must not be taken for one of them (Vietnamese has "Th")."""
_HOLIDAYS = re.compile(f"(?:;|(?<=[0-9]),) *PH (?:off|closed|{_TIMES})|(?<=[a-z]), *PH(?= )")
"""A rule of their own, or holidays among the days of a rule: a text tells the ordinary week."""
_PLAIN_HOURS = re.compile(f"(?:{_DAYS} )?{_TIMES}(?:[;,] *{_DAYS} {_TIMES})*")


def compose(
    directory: Directory,
    speech: Speech,
    helpline: str,
    language: str,
    form: Form,
    country: str | None,
) -> str:
    """Write the referral text about a helpline, for a phone whose number is at home in `country`.

    Raises KeyError for a helpline that the directory does not hold.
    """
    row = directory.helplines[helpline]
    candidates = tuple(_candidates(row, speech, language, form, number_to_say(row, country)))
    return next((text for text in candidates if segments(text) == 1), candidates[0])


def written_turn(turn: Turn, speech: Speech, lead: Iterable[Line] = ()) -> str:
    """Write a turn as one message: its lines, then the keys that can be sent back."""
    said = [speech.written(line) for line in (*lead, *turn.lines)]
    offered = [f"{option.key}: {speech.written(option.written)}" for option in turn.options if option.written]
    reserved = speech.written(Line(Phrase.RESERVED_TEXT, turn.language))
    return "\n".join((*said, *offered, reserved))[:LONGEST]


class Alphabet(StrEnum):
    """In which of its two codes a text travels (3GPP TS 23.038)."""

    GSM = "GSM-7"
    UCS = "UCS-2"


def alphabet(text: str) -> Alphabet:
    """Return the code that a text needs: one character outside the small alphabet takes all of them out of it."""
    small = all(character in _GSM or character in _GSM_TWICE for character in text)
    return Alphabet.GSM if small else Alphabet.UCS


def segments(text: str) -> int:
    """Return how many segments a text costs and takes."""
    if alphabet(text) is Alphabet.GSM:
        sizes, whole, part = [2 if c in _GSM_TWICE else 1 for c in text], GSM_SEGMENT, GSM_PART
    else:
        sizes, whole, part = [2 if c > "\uffff" else 1 for c in text], UCS_SEGMENT, UCS_PART
    return 1 if sum(sizes) <= whole else _parts(sizes, part)


def _parts(sizes: Iterable[int], part: int) -> int:
    """Count the parts of a long text; a character that takes two places is not torn apart."""
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            parts, filled = parts + 1, 0
        filled += size
    return parts


def written_hours(helpline: Helpline, speech: Speech, language: str) -> str | None:
    """Write weekly hours in the language's short names of days; None where they are unknown or not that simple."""
    if helpline.hours is None:
        return None
    if helpline.hours == "24/7":
        return speech.written(Line(Phrase.SMS_ALWAYS, language))
    weekly = _HOLIDAYS.sub("", helpline.hours)
    if not _PLAIN_HOURS.fullmatch(weekly):
        return None
    days = {day: name.rstrip(".") for day, name in zip(_WEEK, cldr.words(language).weekdays, strict=True)}

    def in_words(found: re.Match[str]) -> str:
        opens, closes, first, last = found.groups()
        if opens:
            return speech.phrase(Phrase.HOURS_TIMES, language, opens=opens, closes=closes)
        return speech.phrase(Phrase.HOURS_DAYS, language, first=days[first], last=days[last]) if last else days[first]

    return _DAYS_OR_TIMES.sub(in_words, weekly)


def _candidates(helpline: Helpline, speech: Speech, language: str, form: Form, number: Number) -> Iterator[str]:
    """Yield the text, then shorter ways to say it: without accents where that does no harm, then without the hours."""
    hours = written_hours(helpline, speech, language)
    name, digits = speech.name_in_writing(helpline.id, language), speech.digits_in_writing(number.say, language)
    values = {"number": digits, "name": name}
    bare = Phrase.SMS_NAMED_NO_HOURS if form is Form.NAMED else Phrase.SMS_SHORT_NO_HOURS
    full = Phrase.SMS_NAMED if form is Form.NAMED else Phrase.SMS_SHORT
    texts = [speech.phrase(full, language, hours=hours, **values)] if hours else []
    texts.append(speech.phrase(bare, language, **values))
    for text in texts:
        yield text
        if language not in _WHOLE_LETTERS:
            yield _without_accents(text)


def _without_accents(text: str) -> str:
    """Replace letters that one message's alphabet lacks by their plain form, as people do in texts."""
    return "".join(c if c in _GSM else _plain(c) for c in text)


def _plain(character: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return _PLAIN.get(character, plain)
