"""Sound for the pages: what callers hear where there is a recording, else how the engine of this machine says it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ivr.adapters.engine import EngineError, Espeak, Sox
from ivr.adapters.takes import Take
from ivr.phrases import Phrase
from ivr.recordings import studio_name
from ivr.render import Folders, RefusedError, Renderer, Script, check
from ivr.settings import Places
from ivr.voices import Voice, Way
from ivr.wav import WavError, describe
from routes.admin.prompts.book import Book

LARGEST = 2 * 1024 * 1024
"""Bytes of an uploaded recording at most: two minutes of ordinary quality."""
_ENGINE_NAMES = {"zh": "cmn", "en": "en-gb"}
"""Languages that the engine calls otherwise than we do, beside those that voices.yaml names for it."""


def recording(here: Book, text: str, voice: Voice) -> bytes | None:
    """Return the file that callers hear for a text; None where it is not recorded."""
    name = here.recordings.find(text, voice) if voice.way is Way.RECORDING else None
    if name is None:
        return None
    try:
        return (here.places.audio / name).read_bytes()
    except OSError:
        return None


def stand_in(text: str, voice: Voice) -> bytes:
    """Return how the engine of this machine says a text, which is not how the carrier will. Raises `EngineError`."""
    engine = Espeak()
    if missing := engine.missing():
        raise EngineError(missing)
    return engine.speak(text, voice.engine or _ENGINE_NAMES.get(voice.tag, voice.tag))


def fit(data: bytes, text: str, voice: Voice) -> tuple[bytes, float]:
    """Return an uploaded recording as telephone audio, and its seconds. Raises `RefusedError` with the reason."""
    if len(data) > LARGEST:
        raise RefusedError(f"it has {len(data) / 1e6:.1f} megabytes, and {LARGEST / 1e6:.0f} are the most")
    try:
        describe(data)
    except WavError:
        raise RefusedError("it is no WAV file of 16-bit PCM: save it as one, whatever the program calls it") from None
    try:
        made = Sox().convert(data)
    except EngineError as fault:
        raise RefusedError(str(fault)) from None
    check(made, text, voice.rate)
    return made, describe(made).seconds


def put(places: Places, voice: Voice, take: Take, sound: bytes) -> None:
    """Write a recording where recordings lie, under a name made from its text, and make it ready to be played."""
    folder = places.recordings / take.language
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / studio_name(take.phrase, take.text, take.language)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(sound)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _render(places, voice, take)


def _render(places: Places, voice: Voice, take: Take) -> None:
    script = Script(voice, {take.text: Phrase(take.phrase)})
    folders = Folders(Path(places.audio), Path(places.recordings))
    done = Renderer(folders, Espeak(), Sox(), os.cpu_count() or 1).render(script)
    if done.refused:
        raise RefusedError(done.refused[0])
