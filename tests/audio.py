"""Recordings for tests, as files: short and silent, each saying what it speaks; and prompts that listen to words."""

from __future__ import annotations

from pathlib import Path

from ivr.catalogue import CATALOGUES
from ivr.voices import PACKAGED
from ivr.wav import encode
from tests.recordings import words_by_name

RATE = 8000
"""Samples a second, as on the telephone."""
SECONDS = 0.1
_ENTRY = "\n  - tag: "
_LISTENS = ('listens: "no"', 'listens: "yes"')


def record(folder: Path) -> None:
    """Put every sentence of every recorded language into `folder`, where the render step would."""
    silence = bytes(2 * round(RATE * SECONDS))
    for name, words in words_by_name().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(silence, RATE, text=words))


def listening_prompts(folder: Path, *tags: str) -> Path:
    """Make a folder of prompts as the shipped one, whose voices also listen to words in these languages."""
    (folder / "catalogues").symlink_to(CATALOGUES)
    entries = PACKAGED.read_text(encoding="utf-8").split(_ENTRY)
    heard = (each.replace(*_LISTENS) if each.partition("\n")[0] in tags else each for each in entries)
    (folder / "voices.yaml").write_text(_ENTRY.join(heard), encoding="utf-8")
    return folder
