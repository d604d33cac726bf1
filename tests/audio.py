"""Recordings for tests, as files: short and silent, each saying what it speaks; and prompts that listen to words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from directory.load import load
from ivr.catalogue import CATALOGUES, load_catalogues
from ivr.recordings import name_of
from ivr.sentences import fillings, sentences
from ivr.speech import Speech
from ivr.voices import PACKAGED, Way, load_voices
from ivr.wav import encode

RATE = 8000
"""Samples a second, as on the telephone."""
SECONDS = 0.1
_SINCE = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
_ENTRY = "\n  - tag: "
_LISTENS = ('listens: "no"', 'listens: "yes"')


def record(folder: Path) -> None:
    """Put every sentence of every recorded language into `folder`, where the render step would."""
    directory, voices = load(), load_voices()
    speech = Speech(directory, load_catalogues())
    filled = fillings(directory, tuple(voices), _SINCE)
    silence = bytes(2 * round(RATE * SECONDS))
    for voice in voices.values():
        if voice.way is Way.RECORDING:
            (folder / voice.tag).mkdir(parents=True)
            for words in {speech.spoken(each.line) for each in sentences(voice.tag, filled)}:
                (folder / name_of(words, voice.tag, voice.engine or "")).write_bytes(encode(silence, RATE, text=words))


def listening_prompts(folder: Path, *tags: str) -> Path:
    """Make a folder of prompts as the shipped one, whose voices also listen to words in these languages."""
    (folder / "catalogues").symlink_to(CATALOGUES)
    entries = PACKAGED.read_text(encoding="utf-8").split(_ENTRY)
    heard = (each.replace(*_LISTENS) if each.partition("\n")[0] in tags else each for each in entries)
    (folder / "voices.yaml").write_text(_ENTRY.join(heard), encoding="utf-8")
    return folder
