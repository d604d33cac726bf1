"""The render step: every sentence of a recorded language becomes a file of telephone audio, before anybody calls.

What is there already is not made again, what a person has recorded comes before the engine, and each file is whole or
not there at all. Files no longer spoken stay until they are pruned: a call in progress may still play them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from directory.model import Directory
from ivr.adapters.engine import Converter, Engine, EngineError
from ivr.catalogue import Catalogue
from ivr.edition import offered_languages
from ivr.phrases import Phrase
from ivr.recordings import PERSON, SUFFIX, Recordings, name_of
from ivr.sentences import fillings, sentences
from ivr.speech import Speech
from ivr.voices import Voice, Way
from ivr.wav import Sound, WavError, describe, seconds_above, with_text

SHORTEST, LONGEST = 0.4, 2.5
"""A person's recording takes this much of its text's length divided by the language's rate, at least and at most."""
BREATH, DIGIT = 1.0, 0.5
"""Seconds that it may take longer: once for the rests around it, and for each digit, which is one sign and a word."""
SOUNDING, LOUD = 0.15, 0.02
"""The least share of a recording that is louder than this (-34 dB of full scale); speech at full level has half."""
UNFINISHED = ".part"
"""How the name of a file ends while it is written."""
_TAKE = re.compile(r"(?P<phrase>[a-z_.]+)\.(?P<digits>[0-9a-f]{32})\.wav")
_AUDIO = frozenset({".wav", ".wave", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma"})
"""How names of recordings end; what else lies in a studio's folder is none."""
_SHOWN = 60
"""Characters of a sentence that a message shows."""


class RefusedError(Exception):
    """A person's recording cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Script:
    """All that one language has to say."""

    voice: Voice
    texts: Mapping[str, Phrase]
    """Each text once, with the phrase that it is of.

    What is always the same comes last: from then on the language is offered, so it is not offered half made.
    """


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things lie, one folder a language in each."""

    audio: Path
    """What is played: `ivr.recordings.name_of`."""
    recordings: Path
    """What people have recorded, as they delivered it: `ivr.recordings.studio_name`."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What became of one sentence."""

    sound: Sound | None = None
    """None where there is no file for it."""
    size: int = 0
    """Bytes of the file."""
    made: bool = False
    """It was made just now, not kept."""
    by_person: bool = False
    refused: str = ""
    """Why a person's recording was not used."""
    failed: str = ""
    """Why the engine made nothing."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of one language."""

    language: str
    sentences: int
    made: int
    kept: int
    persons: int
    """Of those two, how many are spoken by a person."""
    missing: int
    """Sentences without a file: a voice of another language stands in for them."""
    unspoken: int
    """Files that say nothing that is said today, and were left."""
    pruned: int
    """Such files, and unfinished ones, that were removed."""
    seconds: float
    size: int
    """Bytes."""
    stale: tuple[str, ...]
    """Recordings of words that are no longer said, a sentence each."""
    refused: tuple[str, ...]
    """Recordings that cannot be used."""
    failed: tuple[str, ...]
    """Why the engine made nothing, a sentence for each text."""


def scripts(
    directory: Directory,
    catalogues: Mapping[str, Catalogue],
    voices: Mapping[str, Voice],
    audio: Path,
    now: dt.datetime,
) -> Mapping[str, Script]:
    """Return what each recorded language with a whole catalogue has to say from the aware instant `now`.

    Which of a service's languages are named depends on which are offered by voice, so sentences are listed for what is
    offered now and for what will be when all is rendered.
    """
    speech = Speech(directory, catalogues)
    now_spoken, whole, _ = offered_languages(catalogues, voices, Recordings.read(audio))
    all_spoken = tuple(tag for tag in whole if tag in voices and voices[tag].way is not Way.TEXT)
    filled = [fillings(directory, offered, now) for offered in dict.fromkeys((all_spoken, now_spoken))]

    def texts(tag: str) -> Mapping[str, Phrase]:
        lines = [each.line for each_filled in filled for each in sentences(tag, each_filled)]
        return {speech.spoken(line): line.phrase for line in sorted(lines, key=lambda line: not line.values)}

    return {tag: Script(voices[tag], texts(tag)) for tag in all_spoken if voices[tag].way is Way.RECORDING}


class Renderer:
    """Renders languages into a folder of audio, with several programs at once."""

    def __init__(self, folders: Folders, engine: Engine, converter: Converter, jobs: int) -> None:
        self._folders, self._engine, self._converter, self._jobs = folders, engine, converter, jobs

    def render(self, script: Script, done: Callable[[], object] = lambda: None, *, prune: bool = False) -> Rendered:
        """Make what is missing of a language; `done` is called after each sentence. Raises OSError for a full disk."""
        tag = script.voice.tag
        takes, stale, misnamed = _takes(self._folders.recordings / tag, script)
        (self._folders.audio / tag).mkdir(parents=True, exist_ok=True)
        ready = self._engine.missing() is None
        each = self._each(
            [partial(self._sentence, script.voice, text, takes.get(text), ready) for text in script.texts], done
        )
        unspoken, pruned = self._look_after(script, prune=prune)
        sounds = [(one.sound, one.size) for one in each if one.sound]
        return Rendered(
            language=tag,
            sentences=len(each),
            made=sum(one.made for one in each),
            kept=sum(one.sound is not None and not one.made for one in each),
            persons=sum(one.by_person for one in each),
            missing=len(each) - len(sounds),
            unspoken=unspoken,
            pruned=pruned,
            seconds=sum(sound.seconds for sound, _ in sounds),
            size=sum(size for _, size in sounds),
            stale=stale,
            refused=(*misnamed, *sorted(one.refused for one in each if one.refused)),
            failed=tuple(sorted(one.failed for one in each if one.failed)),
        )

    def _each(self, tasks: Iterable[Callable[[], Spoken]], done: Callable[[], object]) -> list[Spoken]:
        """Do the tasks, several at a time; whatever interrupts, none is begun after it."""
        pool = ThreadPoolExecutor(self._jobs)
        found = []
        try:
            for future in as_completed([pool.submit(task) for task in tasks]):
                found.append(future.result())
                done()
        finally:
            pool.shutdown(cancel_futures=True)
        return found

    def _sentence(self, voice: Voice, text: str, take: Path | None, ready: bool) -> Spoken:
        """Find or make the file of one sentence: a person's, else the engine's."""
        if take is None:
            return self._kept_or_spoken(voice, text, ready)
        try:
            return replace(self._convert(take, voice, text), by_person=True)
        except RefusedError as fault:
            return replace(self._kept_or_spoken(voice, text, ready), refused=f"{take.name}: refused: {fault}")

    def _kept_or_spoken(self, voice: Voice, text: str, ready: bool) -> Spoken:
        by_person, by_engine = (
            self._folders.audio / name_of(text, voice.tag, who) for who in (PERSON, voice.engine or "")
        )
        kept = _kept(by_person, text)
        if kept is not None:
            return replace(kept, by_person=True)
        by_person.unlink(missing_ok=True)  # one that is broken would be played all the same
        kept = _kept(by_engine, text)
        if kept is not None:
            return kept
        if not ready or voice.engine is None:
            return Spoken()
        try:
            return _put(by_engine, _heard(self._engine.speak(text, voice.engine)), text)
        except EngineError as fault:
            return Spoken(failed=f"{_shortened(text)}: {fault}")

    def _convert(self, take: Path, voice: Voice, text: str) -> Spoken:
        """Make a person's recording fit for the telephone, unless that has been done; raises `RefusedError`."""
        path = self._folders.audio / name_of(text, voice.tag, PERSON)
        try:
            written = take.stat().st_mtime_ns
            kept = _kept(path, text) if path.exists() and path.stat().st_mtime_ns == written else None
            if kept is not None:
                return kept
            data = self._converter.convert(take.read_bytes())
        except OSError as fault:
            raise RefusedError(f"it cannot be read ({fault.strerror})") from None
        except EngineError as fault:
            raise RefusedError(str(fault)) from None
        check(data, text, voice.rate)
        return _put(path, data, text, written)

    def _look_after(self, script: Script, *, prune: bool) -> tuple[int, int]:
        """Count the files of a language that say nothing that is said today, or remove them and what is unfinished."""
        recordings = Recordings.read(self._folders.audio)
        heard = {recordings.find(text, script.voice) for text in script.texts}
        folder = self._folders.audio / script.voice.tag
        unspoken = [path for path in folder.glob(f"*{SUFFIX}") if f"{folder.name}/{path.name}" not in heard]
        if not prune:
            return len(unspoken), 0
        superfluous = [*unspoken, *folder.glob(f"*{UNFINISHED}")]
        for path in superfluous:
            path.unlink(missing_ok=True)
        return 0, len(superfluous)


def check(data: bytes, text: str, rate: float) -> None:
    """Raise `RefusedError` unless this telephone audio can be `text`, spoken at about `rate` signs a second."""
    sound = describe(data)
    usual = len(text) / rate
    shortest = SHORTEST * usual
    longest = LONGEST * usual + BREATH + DIGIT * sum(map(str.isdigit, text))
    if not shortest <= sound.seconds <= longest:
        raise RefusedError(
            f"it is {sound.seconds:.1f} seconds long, and {_shortened(text)} takes {shortest:.1f} to {longest:.1f}"
        )
    if seconds_above(data, LOUD) < SOUNDING * sound.seconds:
        raise RefusedError("it is silent for the most part")


def _takes(folder: Path, script: Script) -> tuple[Mapping[str, Path], tuple[str, ...], tuple[str, ...]]:
    """Return the recordings of a language by their texts, and in words which are stale and which have no right name.

    Of two recordings of one text, under two phrases, the first by name is taken.
    """
    current = {name_of(text, script.voice.tag, PERSON).rpartition("/")[2]: text for text in script.texts}
    takes: dict[str, Path] = {}
    stale, misnamed = [], []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        match = _TAKE.fullmatch(path.name)
        if match is not None and (text := current.get(f"{match['digits']}{SUFFIX}")) is not None:
            takes.setdefault(text, path)
        elif match is not None:
            stale.append(f"{path.name}: stale: {_today(match['phrase'], script)}")
        elif path.suffix.lower() in _AUDIO and not path.name.startswith("."):
            misnamed.append(f"{path.name}: refused: a recording is a WAV file, named as the studio's script names it")
    return takes, tuple(stale), tuple(misnamed)


def _today(phrase: str, script: Script) -> str:
    """Say what a phrase's words are now."""
    texts = [text for text, each in script.texts.items() if each == phrase]
    if not texts:
        return f"nothing is said under the name {phrase} today"
    more = f" and {len(texts) - 1} more" if texts[1:] else ""
    return f"its words have changed; today {phrase} is {_shortened(texts[0])}{more}"


def _shortened(text: str) -> str:
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"


def _kept(path: Path, text: str) -> Spoken | None:
    """Return the file if it is whole and says `text`; a disk that was full or lost power may have left another."""
    try:
        data = path.read_bytes()
        sound = describe(data)
    except (OSError, WavError):
        return None
    return Spoken(sound, len(data)) if sound.text == text else None


def _heard(data: bytes) -> bytes:
    """Return the engine's audio, or raise `EngineError` where it is none or silent."""
    try:
        peak = describe(data).peak
    except WavError as fault:
        raise EngineError(f"what the engine made {fault}") from None
    if peak < LOUD:
        raise EngineError("the engine made nothing that can be heard")
    return data


def _put(path: Path, data: bytes, text: str, written: int | None = None) -> Spoken:
    """Write a file with its text under another name, then give it its own: whoever finds it finds all of it.

    `written` is when it shall say that it was last changed, in nanoseconds.
    """
    data = with_text(data, text)
    part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        part.write_bytes(data)
        if written is not None:
            os.utime(part, ns=(written, written))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Spoken(describe(data), len(data), made=True)
