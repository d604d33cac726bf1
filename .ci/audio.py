"""Measures rendered audio: every file of a folder must be speech of its text, fit for the telephone.

The figures of all files are printed; one that is not what it should be ends the run with a sentence and exit status 1.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ivr.adapters.engine import PEAK, RATE
from ivr.recordings import name_of
from ivr.render import LOUD, RefusedError, check
from ivr.voices import Voice, load_voices
from ivr.wav import Sound, WavError, describe, seconds_above

FEWEST = 500
"""Files of a language at least; the shipped directory has about 700 sentences in each."""
NEAR = 0.5
"""Decibels by which the loudest sample may differ from what was asked for."""
SOUNDING = 0.25
"""The least share of a file that is louder than silence; slow digits are half rests."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one file is."""

    sound: Sound
    size: int
    sounding: float
    """Share of its length that is no silence."""
    pace: float
    """Its length divided by what its text takes at the language's rate."""


def main() -> None:
    """Measure the languages of the folder that is given, one folder each."""
    voices = load_voices()
    folders = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir())
    if not folders:
        sys.exit(f"no language lies in {sys.argv[1]}")
    for folder in folders:
        files = [measured(path, voices[folder.name]) for path in sorted(folder.iterdir())]
        if len(files) < FEWEST:
            sys.exit(f"{folder.name}: {len(files)} files are fewer than {FEWEST}")
        show(folder.name, files)


def measured(path: Path, voice: Voice) -> Measured:
    """Return what a file is, or end the run where it is not speech of its text for the telephone."""
    try:
        data = path.read_bytes()
        sound = describe(data)
        text = sound.text or ""
        check(data, text, voice.rate)
    except (WavError, RefusedError) as fault:
        sys.exit(f"{path.name}: {fault}")
    sounding = seconds_above(data, LOUD) / sound.seconds
    for wrong, why in (
        ((sound.rate, sound.channels) != (RATE, 1), f"{sound.rate} samples a second, {sound.channels} channels"),
        (name_of(text, voice.tag, voice.engine or "") != f"{voice.tag}/{path.name}", f"is not named after {text!r}"),
        (abs(decibels(sound.peak) - PEAK) > NEAR, f"its loudest sample is at {decibels(sound.peak):.1f} dB"),
        (sounding < SOUNDING, f"{sounding:.0%} of it is no silence"),
    ):
        if wrong:
            sys.exit(f"{path.name}: {why}")
    return Measured(sound, len(data), sounding, sound.seconds * voice.rate / len(text))


def show(tag: str, files: list[Measured]) -> None:
    """Print the figures of one language."""
    seconds = [file.sound.seconds for file in files]
    print(
        f"{tag}: {len(files)} files, {sum(seconds) / 60:.1f} minutes, {sum(file.size for file in files) / 1e6:.1f} MB"
    )
    print(f"  form: {RATE} samples a second, one channel, 16-bit PCM; each says its text, and has its text's name")
    print(f"  length: {spread(seconds, '{:.1f} s')}")
    print(f"  length beside the text's at the table's rate: {spread([file.pace for file in files], '{:.2f}')}")
    print(f"  loudest sample: {spread([decibels(file.sound.peak) for file in files], '{:.1f} dB')}")
    print(f"  no silence: {spread([file.sounding for file in files], '{:.0%}')}")


def spread(values: list[float], form: str) -> str:
    """Return the least, the middle and the greatest value."""
    return " ".join(
        f"{name} {form.format(value)}"
        for name, value in (("least", min(values)), ("median", median(values)), ("most", max(values)))
    )


def decibels(level: float) -> float:
    """Return a level from 0 to 1 in decibels of full scale."""
    return 20 * math.log10(level) if level else -math.inf


if __name__ == "__main__":
    main()
