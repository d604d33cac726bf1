"""The voices: each language has one, and what is wrong in their file is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.faults import FaultCode, Faults
from ivr.catalogue import CATALOGUES
from ivr.voices import Voice, Way, load_voices

RATES = 'rates: {source: "a page", doubt: null}\n'
ROMANIAN = (
    "tag: ro, way: voice, speak: ro-RO, voice: Google.ro-RO-Wavenet-B, engine: null, instead: null, rate: 13.1, "
    'recogniser: ro-RO, listens: "no", source: "a page", doubt: null'
)
IRISH = (
    "tag: ga, way: recording, speak: null, voice: null, engine: ga, instead: ro, rate: 9, "
    'recogniser: null, listens: "no", source: "a page", doubt: null'
)
RECORDED = {"ga", "mt", "sl", "sq", "hr", "et", "uk"}
"""Languages that no provider's voice speaks, or of which that is in doubt (facts: provider, section 3)."""


def _file(folder: Path, *voices: str) -> Path:
    path = folder / "voices.yaml"
    path.write_text(RATES + "voices:\n" + "".join(f"  - {{{voice}}}\n" for voice in voices), encoding="utf-8")
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

    assert {
        "ro": Voice(
            tag="ro",
            way=Way.VOICE,
            speak="ro-RO",
            voice="Google.ro-RO-Wavenet-B",
            engine=None,
            instead=None,
            rate=13.1,
            recogniser="ro-RO",
            listens=False,
            source="a page",
            doubt=None,
        )
    } == dict(load_voices(path))


def test_no_voice_is_claimed_where_none_is_known() -> None:
    """What the provider is not known to speak is recorded, and another language with a voice stands behind it."""
    voices = load_voices()

    assert {tag for tag, voice in voices.items() if voice.way is Way.RECORDING} == RECORDED
    assert {Way.VOICE} == {voices[voices[tag].instead or ""].way for tag in RECORDED}


def test_nobody_is_listened_to_unasked() -> None:
    """As shipped, keys are the only way to choose: listening is switched on for one language at a time."""
    assert [] == [tag for tag, voice in load_voices().items() if voice.listens]


def test_recorded_language_is_read_whole(tmp_path: Path) -> None:
    """A language of recordings names its engine and who stands in, and a yes to listening arrives."""
    listening = ROMANIAN.replace('listens: "no"', 'listens: "yes"')
    voices = load_voices(_file(tmp_path, listening, IRISH))

    assert (Way.RECORDING, "ga", "ro", 9.0) == (
        voices["ga"].way,
        voices["ga"].engine,
        voices["ga"].instead,
        voices["ga"].rate,
    )
    assert voices["ro"].listens


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("engine: ga", "engine: null", "engine", FaultCode.EMPTY),
        ("instead: ro", "instead: null", "instead", FaultCode.EMPTY),
        ("instead: ro", "instead: ga", "instead", FaultCode.BAD_CHOICE),
        ("instead: ro", "instead: fr", "instead", FaultCode.BAD_CHOICE),
        ('listens: "no"', 'listens: "yes"', "listens", FaultCode.BAD_CHOICE),
    ],
)
def test_near_misses_of_a_recorded_language(tmp_path: Path, old: str, new: str, field: str, code: FaultCode) -> None:
    """Recordings need an engine and a language with a voice behind them, and nobody listens without a recogniser."""
    assert ("ga", field, code) in _refused(_file(tmp_path, ROMANIAN, IRISH.replace(old, new)))


def test_a_voice_may_be_left_to_the_provider(tmp_path: Path) -> None:
    """Null names no voice, so that only the language is sent."""
    path = _file(tmp_path, ROMANIAN.replace("Google.ro-RO-Wavenet-B", "null"))

    assert load_voices(path)["ro"].voice is None


def test_a_voice_without_a_region_in_its_name_is_accepted(tmp_path: Path) -> None:
    """Some providers name voices like people; such a name cannot be compared with the language."""
    path = _file(tmp_path, ROMANIAN.replace("Google.ro-RO-Wavenet-B", "Polly.Carmen"))

    assert "Polly.Carmen" == load_voices(path)["ro"].voice


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("source:", "gender: female, source:", "gender", FaultCode.UNKNOWN_KEY),
        (', source: "a page"', "", "source", FaultCode.MISSING_KEY),
        (", doubt: null", "", "doubt", FaultCode.MISSING_KEY),
        ("speak: ro-RO", "speak: null", "speak", FaultCode.EMPTY),
        ("rate: 13.1", "rate: 0", "rate", FaultCode.BAD_CHOICE),
        ("rate: 13.1", "rate: 100", "rate", FaultCode.BAD_CHOICE),
        ("rate: 13.1", "rate: 13.15", "rate", FaultCode.BAD_CHOICE),
        ("rate: 13.1", "rate: fast", "rate", FaultCode.BAD_CHOICE),
        ("way: voice", "way: recording", "engine", FaultCode.EMPTY),
        ("way: voice", "way: song", "way", FaultCode.BAD_CHOICE),
        ('listens: "no"', "listens: maybe", "listens", FaultCode.BAD_CHOICE),
        ("recogniser: ro-RO", "recogniser: hu-HU", "recogniser", FaultCode.BAD_CHOICE),
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


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """An editor sees everything that is wrong in the file."""
    path = _file(tmp_path, ROMANIAN.replace("speak: ro-RO", "speak: ro"), "tag: hu")
    fields = [(entry, field) for entry, field, _ in _refused(path)]

    assert {("ro", "speak"), ("hu", "speak"), ("hu", "way"), ("hu", "rate"), ("hu", "source")} <= set(fields)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """A path to nothing is told like every other fault."""
    assert [("", "", FaultCode.NO_FILE)] == _refused(tmp_path / "voices.yaml")


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    """A file saved in an old encoding is told like every other fault."""
    path = tmp_path / "voices.yaml"
    path.write_bytes("voices: é".encode("latin-1"))

    assert [("", "", FaultCode.NOT_UTF8)] == _refused(path)
