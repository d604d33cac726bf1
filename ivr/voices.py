"""Voices: how the telephone is told to speak each language, read strictly from `ivr/prompts/voices.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
_SOURCE = 'where it was read, such as "facts page, section 3"'
_DOUBT = "a sentence about what nobody has verified"


@dataclass(frozen=True, slots=True)
class Voice:
    """How one language is spoken by the provider's text-to-speech."""

    tag: str
    """The language, as its catalogue is called."""
    speak: str
    """The `language` attribute of `<Say>` ("ro-RO")."""
    voice: str | None
    """The `voice` attribute; None leaves the choice to the provider's own mapping of languages."""
    source: str
    doubt: str | None
    """What nobody has verified."""


def load_voices(path: Path | None = None) -> Mapping[str, Voice]:
    """Return the voices by language tag, from the packaged file by default.

    Raises Faults with everything that is wrong in the file; a language without a catalogue is wrong in it.
    """
    return _load(path)[0]


def load_rate(path: Path | None = None) -> int:
    """Return how fast the voices are assumed to speak, in characters a second; raises Faults like `load_voices`."""
    return _load(path)[1]


def _load(path: Path | None) -> tuple[Mapping[str, Voice], int]:
    faults: list[Fault] = []
    file = path or PACKAGED
    table = Row(parse(_text(file), file.name), file.name, "", faults)
    rate = _read_rate(table)
    voices = _read_voices(table.rows("voices", "a list of voices"))
    table.finish()
    if faults or rate is None:
        raise Faults(faults)
    return MappingProxyType(voices), rate


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Faults([Fault(file.name, "", "", FaultCode.NO_FILE, "", "it names a voice for each language")]) from None
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start}"
        raise Faults([Fault(file.name, "", "", FaultCode.NOT_UTF8, wrong, "UTF-8")]) from None


def _read_rate(table: Row) -> int | None:
    row = table.row("rate", "the assumed speed, with its source")
    if row is None:
        return None
    right = "a whole number such as 14"
    text = row.text("characters_per_second", right)
    row.text("source", _SOURCE, Script.PROSE)
    row.nullable_text("doubt", _DOUBT)
    row.finish()
    if text is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]?", text):
        row.refuse("characters_per_second", FaultCode.BAD_CHOICE, f"`{text}`", right)
        return None
    return int(text)


def _read_voices(rows: list[Row]) -> dict[str, Voice]:
    voices: dict[str, Voice] = {}
    catalogues = sorted(path.stem for path in CATALOGUES.glob("*.po"))
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
    speak = row.text("speak", "the language with its region, such as ro-RO")
    voice = row.nullable_text("voice", "the provider's name of a voice")
    source = row.text("source", _SOURCE, Script.PROSE)
    doubt = row.nullable_text("doubt", _DOUBT)
    row.finish()
    if tag is None or speak is None or source is None:
        return None
    _check_pair(row, tag, speak, voice)
    return Voice(tag, speak, voice, source, doubt)


def _check_pair(row: Row, tag: str, speak: str, voice: str | None) -> None:
    """Refuse a voice that would read one language in the sounds of another, or fail the sentence."""
    if not _REGION.fullmatch(speak) or speak.partition("-")[0] != tag:
        row.refuse("speak", FaultCode.BAD_CHOICE, f"`{speak}`", f"`{tag}` with a region, such as ro-RO")
    named = None if voice is None else _REGION.search(voice)
    if named is not None and named[0] != speak:
        row.refuse("voice", FaultCode.BAD_CHOICE, f"`{voice}`", f"a voice for {speak}, or null")
