"""Voices: how the telephone speaks each language, read strictly from `ivr/prompts/voices.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from directory.faults import Fault, FaultCode, Faults
from directory.rows import Row
from directory.strict_yaml import parse
from directory.typography import Script
from ivr.catalogue import CATALOGUES

PACKAGED = Path(__file__).parent / "prompts" / "voices.yaml"
"""The file that comes with the program."""

_REGION = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_RATE = re.compile(r"[1-9][0-9]?(\.[0-9])?")
_OF_A_FAMILY = {"ar": "arb", "zh": "cmn"}
"""Languages that providers may call by the name of their most spoken member (ISO 639-3)."""
_SOURCE = 'where it was read, such as "facts page, section 3"'
_DOUBT = "a sentence about what nobody has verified"


class Way(StrEnum):
    """How a language reaches the ear."""

    VOICE = "voice"
    """The provider's text-to-speech reads it."""
    RECORDING = "recording"
    """Audio made beforehand is played: no provider's voice is known to speak it well."""
    TEXT = "text"
    """Not at all: it is offered in texts only."""


_NEEDED = {Way.VOICE: ("speak",), Way.RECORDING: ("engine", "instead"), Way.TEXT: ()}


@dataclass(frozen=True, slots=True)
class Voice:
    """How one language is spoken."""

    tag: str
    """The language, as its catalogue is called."""
    way: Way
    speak: str | None
    """The `language` attribute of `<Say>` ("ro-RO"); None unless the way is a voice."""
    voice: str | None
    """The `voice` attribute; None leaves the choice to the provider's own mapping of languages."""
    engine: str | None
    """What the engine that renders audio calls this language; None unless the way is a recording."""
    instead: str | None
    """The language whose voice stands in where a recording is missing."""
    rate: float
    """How fast it is spoken, in characters a second."""
    recogniser: str | None
    """The `language` attribute of a `<Gather>` that listens; None where the provider recognises no such speech."""
    listens: bool
    """Callers may say what it is about, as well as press a key."""
    source: str
    doubt: str | None
    """What nobody has verified."""


def load_voices(path: Path | None = None, catalogues: Path = CATALOGUES) -> Mapping[str, Voice]:
    """Return the voices by language tag, in the order in which languages are offered; the packaged file by default.

    Raises Faults with everything that is wrong in the file; a language without a catalogue is wrong in it.
    """
    faults: list[Fault] = []
    file = path or PACKAGED
    table = Row(parse(_text(file), file.name), file.name, "", faults)
    _read_measurement(table)
    rows = table.rows("voices", "a list of voices")
    voices = _read_voices(rows, sorted(path.stem for path in catalogues.glob("*.po")))
    _check_stand_ins(rows, voices)
    table.finish()
    if faults:
        raise Faults(faults)
    return MappingProxyType(voices)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Faults([Fault(file.name, "", "", FaultCode.NO_FILE, "", "it names a voice for each language")]) from None
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start}"
        raise Faults([Fault(file.name, "", "", FaultCode.NOT_UTF8, wrong, "UTF-8")]) from None


def _read_measurement(table: Row) -> None:
    """Read where the rates come from: for people, so only that it is there."""
    row = table.row("rates", "how the rates were measured")
    if row is not None:
        row.text("source", _SOURCE, Script.PROSE)
        row.nullable_text("doubt", _DOUBT, Script.PROSE)
        row.finish()


def _read_voices(rows: list[Row], catalogues: list[str]) -> dict[str, Voice]:
    voices: dict[str, Voice] = {}
    for row in rows:
        voice = _read_voice(row, catalogues)
        if voice is not None and voice.tag in voices:
            row.refuse("tag", FaultCode.DUPLICATE, f"`{voice.tag}`", "keep one voice for each language")
        elif voice is not None:
            voices[voice.tag] = voice
    return voices


def _read_voice(row: Row, catalogues: list[str]) -> Voice | None:
    row.entry, row.path = row.peek("tag") or row.path.rstrip("."), ""
    tag = row.text("tag", "the tag of a catalogue, such as ro")
    if tag is not None and tag not in catalogues:
        right = f"the tag of a language that has a catalogue: {', '.join(catalogues)}"
        row.refuse("tag", FaultCode.BAD_CHOICE, f"`{tag}`", right)
    way = row.choice("way", Way)
    speak = row.nullable_text("speak", "the language with its region, such as ro-RO")
    voice = row.nullable_text("voice", "the provider's name of a voice")
    engine = row.nullable_text("engine", "the engine's name of the language, such as ga")
    instead = row.nullable_text("instead", "the language that stands in, such as en")
    rate = _read_rate(row)
    recogniser = row.nullable_text("recogniser", "the language with its region, such as ro-RO")
    listens = row.word("listens", ("yes", "no"))
    source = row.text("source", _SOURCE, Script.PROSE)
    doubt = row.nullable_text("doubt", _DOUBT, Script.PROSE)
    row.finish()
    if tag is None or way is None or rate is None or source is None:
        return None
    found = Voice(tag, way, speak, voice, engine, instead, rate, recogniser, listens == "yes", source, doubt)
    _check(row, found)
    return found


def _read_rate(row: Row) -> float | None:
    right = "how many characters are spoken in a second, such as 14.4"
    text = row.text("rate", right)
    if text is not None and not _RATE.fullmatch(text):
        row.refuse("rate", FaultCode.BAD_CHOICE, f"`{text}`", right)
        return None
    return None if text is None else float(text)


def _check(row: Row, voice: Voice) -> None:
    """Refuse what the way needs and lacks, and a voice that would read one language in the sounds of another."""
    for field in _NEEDED[voice.way]:
        if getattr(voice, field) is None:
            row.refuse(field, FaultCode.EMPTY, "null", f"a value: the way of {voice.tag} is {voice.way}")
    for field, value in (("speak", voice.speak), ("recogniser", voice.recogniser)):
        if value is not None and not _is_region_of(value, voice.tag):
            row.refuse(field, FaultCode.BAD_CHOICE, f"`{value}`", f"`{voice.tag}` with a region, such as ro-RO")
    named = None if voice.voice is None else _REGION.search(voice.voice)
    if named is not None and named[0] != voice.speak:
        row.refuse("voice", FaultCode.BAD_CHOICE, f"`{voice.voice}`", f"a voice for {voice.speak}, or null")
    if voice.listens and (voice.recogniser is None or voice.way is Way.TEXT):
        row.refuse("listens", FaultCode.BAD_CHOICE, "`yes`", "no, or a recogniser for a language that is spoken")


def _is_region_of(speak: str, tag: str) -> bool:
    return _REGION.fullmatch(speak) is not None and speak.partition("-")[0] in {tag, _OF_A_FAMILY.get(tag)}


def _check_stand_ins(rows: list[Row], voices: Mapping[str, Voice]) -> None:
    """Refuse a language that stands in for another and cannot be spoken itself."""
    able = sorted(tag for tag, voice in voices.items() if voice.way is Way.VOICE)
    for row in rows:
        voice = voices.get(row.entry)
        if voice is not None and voice.instead is not None and voice.instead not in able:
            row.refuse(
                "instead", FaultCode.BAD_CHOICE, f"`{voice.instead}`", f"one that has a voice: {', '.join(able)}"
            )
