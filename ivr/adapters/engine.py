"""Engines that turn text into telephone audio, on this machine: espeak-ng by default, with sox for the telephone.

Whoever wants another engine writes a class with the two methods of `Engine`. Text reaches a program through its
standard input alone: no shell, no argument, no file.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Sequence
from typing import Protocol

from ivr.wav import describe, encode

RATE = 8000
"""Samples a second on a telephone line (ITU-T G.711)."""
PEAK = -3.0
"""Loudest sample in decibels below full scale: room for the line's own coding."""
REST = 0.25
"""Seconds of silence at the end: the carrier plays one file straight after the other."""
SECONDS = 60.0
"""A program that has not answered by then is stopped; a sentence takes some hundredths of a second."""
QUIET = 0.01
"""Recordings that never rise above this (-40 dB of full scale) are silent: the noise of a room, not a voice."""
_SHOWN = 300
"""Characters of what a program says of its failure."""


class EngineError(Exception):
    """A text could not be made into audio; the message says why, for the operator."""


class Engine(Protocol):
    """Speaks texts."""

    def missing(self) -> str | None:
        """Say what is not installed and how to get it; None where nothing is missing."""

    def speak(self, text: str, language: str) -> bytes:
        """Return a WAV file (8 kHz, one channel, 16-bit PCM) of the text. Raises `EngineError`.

        `language` is what the engine calls it.
        """


class Converter(Protocol):
    """Makes telephone audio of other audio."""

    def convert(self, data: bytes) -> bytes:
        """Return a WAV file of any form as telephone audio. Raises `EngineError`, also where nothing is heard in it."""


class Sox:
    """The program `sox`."""

    def missing(self) -> str | None:
        """Say that it is not installed and how to get it."""
        return _missing("sox")

    def convert(self, data: bytes) -> bytes:
        """Return a WAV file of any form as telephone audio; one that is silent is refused before it is made louder."""
        if describe(self._run(data)).peak < QUIET:
            raise EngineError("nothing is heard in it")
        return self.fit(data)

    def fit(self, data: bytes) -> bytes:
        """Return a WAV file of any form as telephone audio: band, level, and a rest at the end."""
        return self._run(data, "norm", str(PEAK), "pad", "0", str(REST))

    def _run(self, data: bytes, *effects: str) -> bytes:
        raw = ("-t", "raw", "-e", "signed", "-b", "16", "-L", "-c", "1", "-r", str(RATE), "-")
        filters = ("remix", "-", "rate", str(RATE), *effects)
        # -V1: complaints only about failures. -D: no dither, so the rest is silence and the same text the same bytes.
        return encode(_run(("sox", "-V1", "-D", "-t", "wav", "-", *raw, *filters), data), RATE)


class Espeak:
    """The program `espeak-ng`, at its own speed of 175 words a minute, made fit for the telephone by sox."""

    def __init__(self, sox: Sox | None = None) -> None:
        self._sox = sox or Sox()

    def missing(self) -> str | None:
        """Say which of the two programs is not installed and how to get it."""
        return _missing("espeak-ng", "sox")

    def speak(self, text: str, language: str) -> bytes:
        """Return the text as telephone audio; the rest at its end is ours alone, not the engine's 0.3 seconds too."""
        return self._sox.fit(_read_out(text, language, "-z"))

    def read_out(self, text: str, language: str) -> bytes:
        """Return the text as a WAV file in the engine's own form: 22 kHz, its own level, its own rest at the end."""
        return _read_out(text, language)


def _read_out(text: str, language: str, *options: str) -> bytes:
    """Return what espeak-ng makes of a text. Its streams announce two gigabytes, so the head is written anew."""
    data = _run(("espeak-ng", *options, "-v", language, "-b", "1", "--stdin", "--stdout"), text.encode())
    head, mark, samples = data.partition(b"data")
    if not mark or not samples[4:]:
        raise EngineError(f"espeak-ng has nothing to say in {language}")
    return encode(samples[4:], struct.unpack_from("<I", head, 24)[0])


def _missing(*programs: str) -> str | None:
    """Say which of the programs are not installed and how to get them."""
    absent = [program for program in programs if shutil.which(program) is None]
    if not absent:
        return None
    verb = "is" if len(absent) == 1 else "are"
    names = " ".join(absent)
    return f"{' and '.join(absent)} {verb} not installed: `apt-get install {names}` or `brew install {names}`"


def _run(command: Sequence[str], data: bytes) -> bytes:
    """Return what a program makes of its input; whatever goes wrong is an `EngineError`."""
    name = command[0]
    try:
        run = subprocess.run(  # noqa: S603 - no shell, a program and options of ours; the text is its input
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except FileNotFoundError:
        raise EngineError(_missing(name) or f"{name} is not installed") from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"{name} did not answer within {SECONDS:.0f} seconds") from None
    if run.returncode:
        said = " ".join(run.stderr.decode(errors="replace").split())[:_SHOWN]
        raise EngineError(f"{name} failed with status {run.returncode}" + (f": {said}" if said else ""))
    return run.stdout
