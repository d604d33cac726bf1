"""The voices: each language has one, and what is wrong in their file is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.faults import FaultCode, Faults
from ivr.catalogue import CATALOGUES
from ivr.voices import Voice, load_rate, load_voices

RATE = 'rate: {characters_per_second: 14, source: "a page", doubt: null}\n'
ROMANIAN = 'tag: ro, speak: ro-RO, voice: Google.ro-RO-Wavenet-B, source: "a page", doubt: null'


def _file(folder: Path, *voices: str, rate: str = RATE) -> Path:
    path = folder / "voices.yaml"
    path.write_text(rate + "voices:\n" + "".join(f"  - {{{voice}}}\n" for voice in voices), encoding="utf-8")
    return path


def _refused(path: Path) -> list[tuple[str, str, FaultCode]]:
    with pytest.raises(Faults) as raised:
        load_voices(path)
    return [(fault.entry, fault.field, fault.code) for fault in raised.value.faults]


def test_voices_and_catalogues_match() -> None:
    """Every language whose words we have can be spoken, and no voice is without words."""
    assert {path.stem for path in CATALOGUES.glob("*.po")} == set(load_voices())


@pytest.mark.parametrize("tag", sorted(path.stem for path in CATALOGUES.glob("*.po")))
def test_every_voice_has_a_source_and_its_doubt(tag: str) -> None:
    """No voice claims to have been heard before somebody did."""
    voice = load_voices()[tag]

    assert tag == voice.tag
    assert voice.source
    assert voice.doubt


def test_a_voice_is_read_whole(tmp_path: Path) -> None:
    """All fields of an entry arrive as they are written."""
    path = _file(tmp_path, ROMANIAN)

    assert {"ro": Voice("ro", "ro-RO", "Google.ro-RO-Wavenet-B", "a page", None)} == dict(load_voices(path))


def test_a_voice_may_be_left_to_the_provider(tmp_path: Path) -> None:
    """Null names no voice, so that only the language is sent."""
    path = _file(tmp_path, ROMANIAN.replace("Google.ro-RO-Wavenet-B", "null"))

    assert load_voices(path)["ro"].voice is None


def test_a_voice_without_a_region_in_its_name_is_accepted(tmp_path: Path) -> None:
    """Some providers name voices like people; such a name cannot be compared with the language."""
    path = _file(tmp_path, ROMANIAN.replace("Google.ro-RO-Wavenet-B", "Polly.Carmen"))

    assert "Polly.Carmen" == load_voices(path)["ro"].voice


def test_the_rate_is_in_characters_a_second(tmp_path: Path) -> None:
    """The assumed speed is the number in the file."""
    assert 9 == load_rate(_file(tmp_path, ROMANIAN, rate=RATE.replace("14", "9")))
    assert 14 == load_rate()


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("source:", "gender: female, source:", "gender", FaultCode.UNKNOWN_KEY),
        (', source: "a page"', "", "source", FaultCode.MISSING_KEY),
        (", doubt: null", "", "doubt", FaultCode.MISSING_KEY),
        ("speak: ro-RO", "speak: null", "speak", FaultCode.EMPTY),
        ("speak: ro-RO", "speak: hu-HU", "speak", FaultCode.BAD_CHOICE),
        ("speak: ro-RO", "speak: ro", "speak", FaultCode.BAD_CHOICE),
        ("Google.ro-RO", "Google.hu-HU", "voice", FaultCode.BAD_CHOICE),
        ("Google.ro-RO-Wavenet-B", "[Google.ro-RO-Wavenet-B]", "voice", FaultCode.NOT_TEXT),
    ],
)
def test_near_misses_are_refused(tmp_path: Path, old: str, new: str, field: str, code: FaultCode) -> None:
    """An entry with one thing wrong is refused for that thing."""
    found = _refused(_file(tmp_path, ROMANIAN.replace(old, new)))

    assert ("ro", field, code) in found


def test_a_second_voice_for_a_language_is_refused(tmp_path: Path) -> None:
    """Nobody should have to guess which of two entries wins."""
    assert [("ro", "tag", FaultCode.DUPLICATE)] == _refused(_file(tmp_path, ROMANIAN, ROMANIAN))


def test_a_field_written_twice_is_refused(tmp_path: Path) -> None:
    """The same field cannot stand in one entry with two values."""
    assert [("", "", FaultCode.DUPLICATE_KEY)] == _refused(_file(tmp_path, f"{ROMANIAN}, tag: ro"))


def test_a_language_without_a_catalogue_is_refused_in_words(tmp_path: Path) -> None:
    """A voice without words is refused, and the sentence names the languages that have some."""
    path = _file(tmp_path, ROMANIAN.replace("tag: ro", "tag: xx").replace("ro-RO", "xx-XX"))

    with pytest.raises(Faults) as raised:
        load_voices(path)

    assert str(raised.value).startswith(
        "voices.yaml:3: xx: tag: `xx` is not one of the values; write the tag of a language that has a catalogue: "
    )
    assert "hu" in str(raised.value)


@pytest.mark.parametrize("rate", ["0", "-14", "14.5", "fast", "100"])
def test_a_rate_that_is_no_speed_is_refused(tmp_path: Path, rate: str) -> None:
    """Only a whole number that somebody could speak at is a rate."""
    path = _file(tmp_path, ROMANIAN, rate=RATE.replace("14", rate))

    assert [("", "rate.characters_per_second", FaultCode.BAD_CHOICE)] == _refused(path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """An editor sees everything that is wrong in the file."""
    path = _file(tmp_path, ROMANIAN.replace("speak: ro-RO", "speak: ro"), "tag: hu", rate="")
    fields = [(entry, field) for entry, field, _ in _refused(path)]

    assert {("", "rate"), ("ro", "speak"), ("hu", "speak"), ("hu", "voice"), ("hu", "source")} <= set(fields)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """A path to nothing is told like every other fault."""
    assert [("", "", FaultCode.NO_FILE)] == _refused(tmp_path / "voices.yaml")


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    """A file saved in an old encoding is told like every other fault."""
    path = tmp_path / "voices.yaml"
    path.write_bytes("voices: é".encode("latin-1"))

    assert [("", "", FaultCode.NOT_UTF8)] == _refused(path)
