"""WAV files: what they hold is read as it is, and what is none is refused with a sentence."""

from __future__ import annotations

import io
import struct
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wav import Sound, WavError, describe, encode, seconds_above, with_text

IRISH = "Brúigh a 1 más mian leat Gaeilge."
HALF = array("h", [0, 16384, -16384, 0] * 2000).tobytes()
"""One second at 8 kHz whose largest sample is half of full scale."""
PCM_FORM = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)


def chunk(name: bytes, content: bytes) -> bytes:
    """Return one chunk, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks: bytes) -> bytes:
    """Return a file of these chunks."""
    return chunk(b"RIFF", b"WAVE" + b"".join(chunks))


def by_the_standard_library(samples: bytes, rate: int, channels: int, width: int = 2) -> bytes:
    """Return a file that Python's own module has written."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(samples)
    return file.getvalue()


def refusal(data: bytes) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(WavError) as raised:
        describe(data)
    return str(raised.value)


def test_file_is_described() -> None:
    """Rate, channels, width, length, level and words are read from the file alone."""
    assert Sound(8000, 1, 2, 1.0, 0.5, IRISH) == describe(encode(HALF, 8000, text=IRISH))


@pytest.mark.parametrize(("rate", "channels", "seconds"), [(8000, 1, 1.0), (16000, 1, 0.5), (8000, 2, 0.5)])
def test_files_of_others_are_described(rate: int, channels: int, seconds: float) -> None:
    """What Python's own module writes is read in the same way, and says nothing of its words."""
    data = by_the_standard_library(HALF, rate, channels)

    assert Sound(rate, channels, 2, seconds, 0.5, None) == describe(data)
    assert data == encode(HALF, rate, channels)


def test_files_are_read_by_others() -> None:
    """A comment keeps nobody from the audio: Python's own module finds it."""
    with wave.open(io.BytesIO(encode(HALF, 8000, text="odd"))) as reader:
        form = (reader.getframerate(), reader.getnchannels(), reader.getsampwidth())

        assert (8000, 1, 2) == form
        assert HALF == reader.readframes(reader.getnframes())


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50))
def test_text_comes_back(text: str) -> None:
    """Whatever a file says of itself, in any script, is read as it was written, and its sound stays."""
    silent_of_words = encode(HALF[:64], 8000)

    assert text == describe(with_text(silent_of_words, text)).text
    assert encode(HALF[:64], 8000, text=text) == with_text(silent_of_words, text)


def test_text_is_replaced() -> None:
    """A file says one thing of itself; chunks that are not about its sound are dropped with the old words."""
    old = riff(
        chunk(b"JUNK", b"odd"), chunk(b"fmt ", PCM_FORM), chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"x")), _data(HALF)
    )

    assert describe(old).text is None
    assert encode(HALF, 8000, text=IRISH) == with_text(old, IRISH)
    assert encode(HALF, 8000, text=IRISH) == with_text(encode(HALF, 8000, text="older"), IRISH)


def _data(samples: bytes) -> bytes:
    return chunk(b"data", samples)


@pytest.mark.parametrize(
    ("samples", "peak"),
    [
        (b"", 0.0),
        (b"\0\0", 0.0),
        (b"\x01\x00", 1 / 32768),
        (b"\xff\xff", 1 / 32768),
        (b"\xff\x7f", 32767 / 32768),
        (b"\x00\x80", 1.0),
    ],
)
def test_level_is_the_largest_sample(samples: bytes, peak: float) -> None:
    """Silence is 0, the lowest sample full scale, and what lies between is in proportion."""
    assert peak == describe(encode(samples, 8000)).peak


@pytest.mark.parametrize(
    ("samples", "seconds"),
    [
        (b"", 0.0),
        (b"\0\0" * 8000, 0.0),
        (HALF, 1.0),
        (b"\0\0" * 8000 + HALF, 1.0),
        (b"\xff\x7f" + b"\0\0" * 7999, 0.02),
        (array("h", [3277, -3276] * 4000).tobytes(), 1.0),
        (array("h", [3276, -3276] * 4000).tobytes(), 0.0),
    ],
)
def test_loudness_is_measured_in_time(samples: bytes, seconds: float) -> None:
    """A click is no speech, however loud it is."""
    assert pytest.approx(seconds) == seconds_above(encode(samples, 8000), 0.1)
    both = b"".join(samples[at : at + 2] * 2 for at in range(0, len(samples), 2))

    assert pytest.approx(seconds) == seconds_above(encode(both, 8000, channels=2), 0.1)


def test_extensible_form_of_plain_audio_is_read() -> None:
    """Studios write the longer form; it is the same audio."""
    tail = struct.pack("<HHI", 22, 16, 4) + bytes.fromhex("0100000000001000800000aa00389b71")
    extensible = struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16) + tail
    floating = extensible.replace(b"\x01\x00\x00\x00\x00\x00\x10", b"\x03\x00\x00\x00\x00\x00\x10")

    assert 0.5 == describe(riff(chunk(b"fmt ", extensible), _data(HALF))).peak
    assert "not coded as 16-bit PCM" in refusal(riff(chunk(b"fmt ", floating), _data(HALF)))


def test_list_that_is_no_comment_is_passed_over() -> None:
    """Marks of an editor stand in lists too, before the comment or after it."""
    marks, words = chunk(b"LIST", b"adtl"), chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"yes\0"))
    form = chunk(b"fmt ", PCM_FORM)

    assert describe(riff(form, marks, words, _data(HALF))).text == "yes"
    assert describe(riff(form, words, marks, _data(HALF))).text == "yes"
    assert describe(riff(form, marks, _data(HALF))).text is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "does not begin as one", id="nothing"),
        pytest.param(b"<html>no such file</html>", "does not begin as one", id="a page"),
        pytest.param(b"RIFX" + encode(HALF, 8000)[4:], "does not begin as one", id="big-endian"),
        pytest.param(chunk(b"RIFF", b"AVI "), "does not begin as one", id="another RIFF"),
        pytest.param(riff(), "without its form", id="empty"),
        pytest.param(riff(chunk(b"fmt ", PCM_FORM)), "without any audio", id="no audio"),
        pytest.param(riff(_data(HALF)), "without its form", id="no form"),
        pytest.param(riff(chunk(b"fmt ", PCM_FORM[:-1]), _data(HALF)), "form is cut off", id="short form"),
        pytest.param(encode(HALF, 8000)[:-1], "is cut off: 16000 bytes were announced and 15999", id="one byte short"),
        pytest.param(by_the_standard_library(HALF, 8000, 1, 1), "1 with 8 bits", id="8 bits"),
        pytest.param(by_the_standard_library(HALF + b"\0\0", 8000, 1, 3), "1 with 24 bits", id="24 bits"),
        pytest.param(
            riff(chunk(b"fmt ", struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8)), _data(HALF)), "form 7", id="mu-law"
        ),
        pytest.param(
            riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 0, 8000, 0, 0, 16)), _data(HALF)),
            "0 channels",
            id="no channel",
        ),
        pytest.param(
            riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), _data(HALF)), "0 samples", id="no rate"
        ),
        pytest.param(
            riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 8000, 16000, 2, 16)), _data(HALF)),
            "contradicts itself",
            id="frames too short",
        ),
        pytest.param(riff(chunk(b"fmt ", PCM_FORM), _data(b"\0")), "within a sample", id="half a sample"),
        pytest.param(
            riff(chunk(b"fmt ", PCM_FORM), chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"\xff")), _data(HALF)),
            "comment that is not UTF-8",
            id="comment",
        ),
        pytest.param(
            riff(chunk(b"fmt ", PCM_FORM), chunk(b"LIST", b"INFOICMT\x09\0\0\0few"), _data(HALF)),
            "is cut off: 9 bytes",
            id="comment cut off",
        ),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(data: bytes, why: str) -> None:
    """Whoever fetched a page instead of audio, or half of a file, learns it from the sentence."""
    assert why in refusal(data)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tail: bytes) -> None:
    """Whatever follows a right beginning, the answer is a description or a refusal."""
    for data in (tail, b"RIFF\0\0\0\0WAVE" + tail, encode(HALF[:8], 8000)[:40] + tail):
        try:
            sound = describe(data)
        except WavError:
            continue

        assert sound.rate > 0
        assert sound.seconds >= 0
        assert 0 <= sound.peak <= 1
