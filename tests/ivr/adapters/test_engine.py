"""The engine on this machine: telephone audio of any text, and in words what is missing or went wrong."""

from __future__ import annotations

import math
import stat
from array import array
from pathlib import Path

import pytest

from ivr.adapters import engine
from ivr.adapters.engine import REST, EngineError, Espeak, Sox
from ivr.wav import describe, encode

OWN_REST = 0.3
"""Seconds of silence that espeak-ng puts at the end of a sentence, which the telephone is spared."""
IRISH = "Brúigh a 1 más mian leat Gaeilge."


def tone(seconds: float, loudness: float, rate: int = 8000, channels: int = 1) -> bytes:
    """Return a file with a tone of 400 Hz."""
    wave = (round(loudness * 32767 * math.sin(800 * math.pi * at / rate)) for at in range(int(seconds * rate)))
    return encode(array("h", [sample for each in wave for sample in [each] * channels]).tobytes(), rate, channels)


def program(folder: Path, name: str, script: str) -> None:
    """Put a program of this name into the folder."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder in which programs are found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        (
            (),
            "espeak-ng and sox are not installed: `apt-get install espeak-ng sox` or `brew install espeak-ng sox`",
        ),
        (("sox",), "espeak-ng is not installed: `apt-get install espeak-ng` or `brew install espeak-ng`"),
        (("espeak-ng",), "sox is not installed: `apt-get install sox` or `brew install sox`"),
        (("espeak-ng", "sox"), None),
    ],
)
def test_what_is_missing_is_said(programs: Path, there: tuple[str, ...], missing: str | None) -> None:
    """An operator learns what to install, and only that."""
    for name in there:
        program(programs, name, "exit 0")

    assert missing == Espeak().missing()
    assert (None if "sox" in there else "sox is not installed: `apt-get install sox` or `brew install sox`") == (
        Sox().missing()
    )


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 0", "espeak-ng has nothing to say in ga"),
        ("echo 'no such  voice' >&2; exit 1", "espeak-ng failed with status 1: no such voice"),
        ("exit 3", "espeak-ng failed with status 3"),
        ("kill -9 $$", "espeak-ng failed with status -9"),
    ],
)
def test_failure_is_said_in_words(programs: Path, script: str, why: str) -> None:
    """Whatever the program does, the operator reads one sentence."""
    program(programs, "espeak-ng", script)
    with pytest.raises(EngineError) as raised:
        Espeak().speak(IRISH, "ga")

    assert why == str(raised.value)


def test_absent_program_is_a_failure_in_words(programs: Path) -> None:
    """Whoever does not ask first is told too."""
    with pytest.raises(EngineError, match=r"^espeak-ng is not installed: `apt-get install espeak-ng`"):
        Espeak().speak(IRISH, "ga")


def test_program_that_hangs_is_stopped(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for without end."""
    monkeypatch.setattr(engine, "SECONDS", 0.2)
    program(programs, "espeak-ng", "exec /bin/sleep 30")
    with pytest.raises(EngineError, match="espeak-ng did not answer within"):
        Espeak().speak(IRISH, "ga")


@pytest.mark.engine
@pytest.mark.parametrize("language", ["ga", "sl", "cmn"])
def test_text_becomes_telephone_audio(language: str) -> None:
    """What the telephone gets has its rate, one channel, its level, and a rest at the end."""
    spoken, raw = describe(Espeak().speak("1, 2, 3.", language)), describe(Espeak().read_out("1, 2, 3.", language))

    assert (8000, 1, 2) == (spoken.rate, spoken.channels, spoken.width)
    assert pytest.approx(10 ** (-3 / 20), abs=0.01) == spoken.peak
    assert pytest.approx(raw.seconds - OWN_REST + REST, abs=0.03) == spoken.seconds
    assert 22050 == raw.rate


@pytest.mark.engine
def test_the_same_text_sounds_the_same() -> None:
    """Audio does not change from one rendering to the next, so neither does what has been listened to."""
    assert Espeak().speak(IRISH, "ga") == Espeak().speak(IRISH, "ga")


@pytest.mark.engine
@pytest.mark.parametrize("text", ["-h", "$(exit 1); `exit 1` | cat > /dev/null", "--version", "'\"\\", "<b>1</b> & 2"])
def test_text_is_only_ever_spoken(text: str) -> None:
    """No text is an option or a command."""
    assert describe(Espeak().speak(f"{text} 1", "ga")).peak > 0.5


@pytest.mark.engine
def test_nothing_to_say_is_a_failure() -> None:
    """No words make no file."""
    with pytest.raises(EngineError, match="nothing to say in ga"):
        Espeak().speak("", "ga")


@pytest.mark.engine
def test_unknown_language_is_a_failure() -> None:
    """A language that the engine does not know is not read in the sounds of another."""
    with pytest.raises(EngineError, match="voice does not exist"):
        Espeak().speak(IRISH, "nosuch")


@pytest.mark.engine
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 1), (96000, 2)])
@pytest.mark.parametrize("loudness", [0.02, 0.9])
def test_recording_of_any_form_is_converted(rate: int, channels: int, loudness: float) -> None:
    """Studios deliver what they like; the telephone gets its own rate, one channel, one level."""
    sound = describe(Sox().convert(tone(2, loudness, rate, channels)))

    assert (8000, 1) == (sound.rate, sound.channels)
    assert pytest.approx(2 + REST, abs=0.01) == sound.seconds
    assert pytest.approx(10 ** (-3 / 20), abs=0.02) == sound.peak


@pytest.mark.engine
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "RIFF header not found"),
        (b"ID3 is the head of another form", "RIFF header not found"),
        (encode(b"", 44100), "nothing is heard in it"),
        (encode(b"\0\0" * 8000, 8000), "nothing is heard in it"),
        (tone(2, 0.009), "nothing is heard in it"),
    ],
)
def test_what_is_no_recording_is_refused(data: bytes, why: str) -> None:
    """A file that holds no voice is not made louder until its noise is a sound."""
    with pytest.raises(EngineError, match=why):
        Sox().convert(data)
