"""WAV files of 16-bit PCM, each saying in a comment what it speaks.

The form is RIFF: a `fmt ` chunk, a `LIST` chunk of the kind `INFO` whose `ICMT` entry holds the text in UTF-8, and a
`data` chunk (Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991). The comment stands
before the audio, where every common encoder puts it, so that nothing ever plays it.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FULL_SCALE = 1 << 15
"""The largest 16-bit sample, and one."""
WIDTH = 2
"""Bytes of a sample."""
_PCM = 1
_EXTENSIBLE = 0xFFFE
_PCM_OF_EXTENSIBLE = bytes.fromhex("0100000000001000800000aa00389b71")
"""The sub-format of the extensible form that means plain PCM (KSDATAFORMAT_SUBTYPE_PCM)."""
_FMT = struct.Struct("<HHIIHH")
_COMMENT = b"ICMT"


class WavError(Exception):
    """These bytes are no WAV file of 16-bit PCM; the message is the rest of a sentence that begins with the file."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a WAV file holds."""

    rate: int
    """Samples a second, of each channel."""
    channels: int
    width: int
    """Bytes of a sample."""
    seconds: float
    peak: float
    """The largest sample, from 0 (silence) to 1 (full scale)."""
    text: str | None
    """What is spoken, as the file says itself; None where it says nothing."""


def describe(data: bytes) -> Sound:
    """Return what a WAV file holds. Raises `WavError` for what is no whole WAV file of 16-bit PCM."""
    chunks = _chunks_of(data)
    channels, rate = _form(chunks)
    samples = chunks[b"data"]
    return Sound(
        rate, channels, WIDTH, len(samples) / (rate * channels * WIDTH), _peak(samples), _comment(chunks.get(b"LIST"))
    )


def seconds_above(data: bytes, level: float) -> float:
    """Return for how long a WAV file is louder than `level` (from 0 to 1), in steps of 20 milliseconds.

    A click reaches any level, but not for long. Raises `WavError` for what is no whole WAV file of 16-bit PCM.
    """
    chunks = _chunks_of(data)
    channels, rate = _form(chunks)
    samples, step = _samples(chunks[b"data"]), max(rate // 50, 1) * channels
    steps = (samples[at : at + step] for at in range(0, len(samples), step))
    return sum(len(each) for each in steps if max(max(each), -min(each)) > level * FULL_SCALE) / (rate * channels)


def with_text(data: bytes, text: str) -> bytes:
    """Return the WAV file with `text` as its comment, in place of any other; chunks that say nothing of sound go.

    Raises `WavError` for what is no whole WAV file of 16-bit PCM.
    """
    chunks = _chunks_of(data)
    channels, rate = _form(chunks)
    return encode(chunks[b"data"], rate, channels, text)


def encode(samples: bytes, rate: int, channels: int = 1, text: str | None = None) -> bytes:
    """Return a WAV file of 16-bit samples (signed, little-endian, channels interleaved) with an optional comment."""
    frame = channels * WIDTH
    parts = [_chunk(b"fmt ", _FMT.pack(_PCM, channels, rate, rate * frame, frame, 8 * WIDTH))]
    if text is not None:
        parts.append(_chunk(b"LIST", b"INFO" + _chunk(_COMMENT, text.encode() + b"\0")))
    parts.append(_chunk(b"data", samples))
    return _chunk(b"RIFF", b"WAVE" + b"".join(parts))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _chunks_of(data: bytes) -> Mapping[bytes, bytes]:
    """Return the chunks of a file by name; of several with one name the last, but of lists the one with words."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise WavError("is no WAV file: it does not begin as one")
    chunks: dict[bytes, bytes] = {}
    for name, content in _chunks(data[12:]):
        if name != b"LIST" or content.startswith(b"INFO"):
            chunks[name] = content
    for name, meaning in ((b"fmt ", "its form"), (b"data", "any audio")):
        if name not in chunks:
            raise WavError(f"is a WAV file without {meaning}")
    return chunks


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and contents. A chunk begins at an even place; the last one's padding may be left out."""
    at = 0
    while len(data) - at >= 8:
        name, size = struct.unpack_from("<4sI", data, at)
        content = data[at + 8 : at + 8 + size]
        if len(content) < size:
            raise WavError(f"is cut off: {size} bytes were announced and {len(content)} are there")
        yield name, content
        at += 8 + size + size % 2


def _form(chunks: Mapping[bytes, bytes]) -> tuple[int, int]:
    """Return the number of channels and the samples a second."""
    form = chunks[b"fmt "]
    if len(form) < _FMT.size:
        raise WavError("is a WAV file whose form is cut off")
    coding, channels, rate, _, frame, bits = _FMT.unpack_from(form)
    if coding == _EXTENSIBLE and form[24:40] == _PCM_OF_EXTENSIBLE:
        coding = _PCM
    if coding != _PCM or bits != 8 * WIDTH:
        raise WavError(f"is not coded as 16-bit PCM, but in the form {coding} with {bits} bits a sample")
    if not channels or not rate or frame != channels * WIDTH:
        raise WavError(f"contradicts itself: {channels} channels, {rate} samples a second, {frame} bytes for each")
    if len(chunks[b"data"]) % frame:
        raise WavError("ends within a sample")
    return channels, rate


def _peak(samples: bytes) -> float:
    values = _samples(samples)
    return max(max(values), -min(values)) / FULL_SCALE if values else 0.0


def _samples(data: bytes) -> array[int]:
    values = array("h", data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _comment(info: bytes | None) -> str | None:
    if info is None:
        return None
    found = next((content for name, content in _chunks(info[4:]) if name == _COMMENT), None)
    try:
        return None if found is None else found.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        raise WavError("has a comment that is not UTF-8") from None
