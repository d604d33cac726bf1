"""Recordings: audio made beforehand for the languages that no provider's voice speaks well.

A file is named by the hash of what it says, so a changed sentence has another name, and nothing is made twice. Which
files there are is read once for an edition and kept in memory: no call waits for a disk.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ivr.voices import Voice

PERSON = "person"
"""The voice of a recording that a person has spoken; it wins over the engine's."""
SUFFIX = ".wav"
_HASH_LENGTH = 32
"""Hexadecimal digits of a name: 128 bits."""


def name_of(text: str, tag: str, voice: str) -> str:
    """Return the name of the file in which `voice` says `text` in the language `tag`, below the folder of audio."""
    digest = hashlib.sha256("\x00".join((tag, voice, text)).encode()).hexdigest()
    return f"{tag}/{digest[:_HASH_LENGTH]}{SUFFIX}"


def studio_name(phrase: str, text: str, tag: str) -> str:
    """Return what a studio calls its recording of `text`, in its folder of the language: "danger.<32 digits>.wav".

    The digits are those of the person's file, so a recording says itself whether it still fits the words. `phrase` is
    there for people.
    """
    return f"{phrase}.{name_of(text, tag, PERSON).rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Recordings:
    """The names of the files that can be played."""

    names: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path) -> Recordings:
        """List the audio of a folder, one folder a language inside it; none where there is no such folder."""
        return cls(frozenset(f"{path.parent.name}/{path.name}" for path in folder.glob(f"*/*{SUFFIX}")))

    def find(self, text: str, voice: Voice) -> str | None:
        """Return the file that says `text`, a person's before the engine's; None where nobody has recorded it."""
        names = (name_of(text, voice.tag, PERSON), name_of(text, voice.tag, voice.engine or ""))
        return next((name for name in names if name in self.names), None)


NONE = Recordings()
"""No audio at all."""
