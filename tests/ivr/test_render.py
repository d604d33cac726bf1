"""The render step: every sentence once, people before the engine, whole files only, and each fault in words."""

from __future__ import annotations

import datetime as dt
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from directory.load import compile_files, load
from ivr.adapters.engine import EngineError, Espeak, Sox
from ivr.catalogue import placeholders
from ivr.edition import offered_languages
from ivr.phrases import Phrase
from ivr.recordings import PERSON, Recordings, name_of, studio_name
from ivr.render import Folders, RefusedError, Rendered, Renderer, Script, check, scripts
from ivr.sentences import is_spoken
from ivr.voices import Voice, Way, load_voices
from ivr.wav import describe, encode, seconds_above
from tests.editions import shipped_catalogues
from tests.fakes import FakeConverter, FakeEngine, a_tone
from tests.sample_directory import FILES

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
IRISH = Voice("ga", Way.RECORDING, None, None, "ga", "en", 14.0, None, False, "a page", None)
HELLO, DANGER, BYE = "Dia duit, go mall agus go soiléir.", "Má tá tú i mbaol, cuir glaoch ar 1 1 2.", "Slán leat."
SCRIPT = Script(IRISH, {HELLO: Phrase.GREETING, DANGER: Phrase.DANGER, BYE: Phrase.GOODBYE})
CLICK = encode(b"\xff\x7f" * 80 + b"\0\0" * 16000, 8000)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return where things lie; nothing is there yet."""
    return Folders(tmp_path / "audio", tmp_path / "recordings")


def render(
    folders: Folders,
    engine: FakeEngine | None = None,
    script: Script = SCRIPT,
    converter: FakeConverter | None = None,
    prune: bool = False,
) -> Rendered:
    """Render with fakes."""
    return Renderer(folders, engine or FakeEngine(), converter or FakeConverter(), 2).render(script, prune=prune)


def record(folders: Folders, text: str, data: bytes | None = None, phrase: str = "greeting") -> Path:
    """Lay a person's recording into its place."""
    path = folders.recordings / "ga" / studio_name(phrase, text, "ga")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(a_tone(len(text) / 12) if data is None else data)
    return path


def test_every_sentence_becomes_a_file(folders: Folders) -> None:
    """Each file has the name of its words, and says itself what it speaks."""
    engine = FakeEngine()
    rendered = render(folders, engine)

    assert {(text, "ga") for text in SCRIPT.texts} == set(engine.spoken)
    for text in SCRIPT.texts:
        assert text == describe((folders.audio / name_of(text, "ga", "ga")).read_bytes()).text
    assert (3, 3, 0, 0, 0) == (
        rendered.sentences,
        rendered.made,
        rendered.kept,
        rendered.persons,
        rendered.missing,
    )
    assert sum(path.stat().st_size for path in folders.audio.glob("ga/*")) == rendered.size
    assert pytest.approx(sum(map(len, SCRIPT.texts)) / 14, abs=0.01) == rendered.seconds


def test_nothing_is_made_twice(folders: Folders) -> None:
    """What is there is kept as it is; only a new sentence is spoken."""
    render(folders)
    before = {path: path.stat().st_mtime_ns for path in folders.audio.glob("ga/*")}
    engine = FakeEngine()
    again = render(folders, engine, replace(SCRIPT, texts={**SCRIPT.texts, "Nua.": Phrase.NEXT}))

    assert [("Nua.", "ga")] == engine.spoken
    assert (1, 3) == (again.made, again.kept)
    assert before.items() <= {path: path.stat().st_mtime_ns for path in folders.audio.glob("ga/*")}.items()


@pytest.mark.parametrize("broken", [b"", a_tone(1)[:-1], a_tone(1), encode(a_tone(1)[44:], 8000, text="Other words.")])
def test_a_broken_file_is_made_again(folders: Folders, broken: bytes) -> None:
    """What a full disk or a power cut left, or somebody put there, stands for no sentence that it does not say."""
    render(folders)
    path = folders.audio / name_of(HELLO, "ga", "ga")
    path.write_bytes(broken)
    again = render(folders)

    assert (1, 2) == (again.made, again.kept)
    assert HELLO == describe(path.read_bytes()).text


def test_a_person_is_heard_before_the_engine(folders: Folders) -> None:
    """A sentence that a person has recorded is converted, carries its words, and is not spoken by the engine."""
    engine, take = FakeEngine(), record(folders, HELLO)
    rendered = render(folders, engine)
    found = Recordings.read(folders.audio).find(HELLO, IRISH)

    assert name_of(HELLO, "ga", PERSON) == found
    assert HELLO == describe((folders.audio / found).read_bytes()).text
    assert HELLO not in [text for text, _ in engine.spoken]
    assert (3, 1, 0) == (rendered.made, rendered.persons, rendered.missing)
    assert take.exists()


def test_a_person_s_recording_is_converted_once(folders: Folders) -> None:
    """Only another take of the same words is converted again, an older one too."""
    take, converter = record(folders, HELLO), FakeConverter()
    render(folders, converter=converter)
    render(folders, converter=converter)

    assert 1 == len(converter.converted)

    take.write_bytes(a_tone(2))
    os.utime(take, (1, 1))
    again = render(folders, converter=converter)

    assert [len(a_tone(2)), 1, 2] == [len(converter.converted[-1]), again.made, again.kept]


def test_a_person_is_heard_without_the_studio_s_file(folders: Folders) -> None:
    """What was converted elsewhere and copied here is kept; it is no business of the engine."""
    take = record(folders, HELLO)
    render(folders)
    take.unlink()
    engine = FakeEngine()
    again = render(folders, engine)

    assert (0, 3, 1, []) == (again.made, again.kept, again.persons, engine.spoken)


def test_a_person_s_broken_file_is_not_played(folders: Folders) -> None:
    """A file that would win and cannot be played gives way to the engine's."""
    broken = folders.audio / name_of(HELLO, "ga", PERSON)
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"RIFF")
    render(folders)

    assert name_of(HELLO, "ga", "ga") == Recordings.read(folders.audio).find(HELLO, IRISH)


def test_stale_recording_is_refused(folders: Folders) -> None:
    """Words that have changed since are not heard; the message says which phrase it is and what is said today."""
    stale = record(folders, "Dia duit, mar a bhí.")
    rendered = render(folders)

    assert (f"{stale.name}: stale: its words have changed; today greeting is “{HELLO}”",) == rendered.stale
    assert (3, 0, ()) == (rendered.made, rendered.persons, rendered.refused)


def test_stale_recording_of_many_words_is_refused(folders: Folders) -> None:
    """Of a phrase with many texts one is shown, and no long one wholly."""
    texts = {"A" * 70: Phrase.NEXT, "B": Phrase.NEXT, "C": Phrase.NEXT}
    record(folders, "old", phrase="next")
    record(folders, "old", phrase="no.such.phrase")
    rendered = render(folders, script=replace(SCRIPT, texts=texts))

    assert 2 == len(rendered.stale)
    assert rendered.stale[0].endswith(f"today next is “{'A' * 59}…” and 2 more")
    assert rendered.stale[1].endswith("nothing is said under the name no.such.phrase today")


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("greeting.wav", True),
        ("GREETING.WAV", True),
        (studio_name("greeting", HELLO, "ga").replace(".wav", ".WAV"), True),
        (studio_name("greeting", HELLO, "ga").replace(".wav", ".mp3"), True),
        ("script.csv", False),
        ("notes.txt", False),
        (".hidden.wav", False),
    ],
)
def test_recording_without_its_name_is_refused(folders: Folders, name: str, refused: bool) -> None:
    """A studio that names files in its own way learns it; what is no audio is passed over."""
    folder = folders.recordings / "ga"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(a_tone(2))
    expected = f"{name}: refused: a recording is a WAV file, named as the studio's script names it"

    assert ((expected,) if refused else ()) == render(folders).refused


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(a_tone(3, 0), "it is silent for the most part", id="silence"),
        pytest.param(CLICK, "it is silent for the most part", id="a click"),
        pytest.param(a_tone(0.5), "it is 0.5 seconds long", id="too short"),
        pytest.param(a_tone(9), "it is 9.0 seconds long", id="too long"),
    ],
)
def test_recording_that_cannot_be_right_is_refused(folders: Folders, data: bytes, why: str) -> None:
    """It is refused in words, and the engine speaks in its place."""
    take = record(folders, HELLO, data)
    rendered = render(folders)

    assert 1 == len(rendered.refused)
    assert rendered.refused[0].startswith(f"{take.name}: refused: {why}")
    assert (3, 0, 0) == (rendered.made, rendered.persons, rendered.missing)
    assert name_of(HELLO, "ga", "ga") == Recordings.read(folders.audio).find(HELLO, IRISH)


def test_recording_that_cannot_be_read_is_refused(folders: Folders) -> None:
    """What the converter says is passed on; so is what the disk says."""
    take, other = record(folders, HELLO), record(folders, BYE, phrase="goodbye")
    other.unlink()
    other.mkdir()
    rendered = render(folders, converter=FakeConverter(EngineError("nothing is heard in it")))

    assert (
        f"{other.name}: refused: it cannot be read (Is a directory)",
        f"{take.name}: refused: nothing is heard in it",
    ) == rendered.refused


@pytest.mark.parametrize("seconds", [0.4 * 2 - 0.01, 2.5 * 2 + 1 + 0.01])
def test_length_of_a_recording_has_bounds(seconds: float) -> None:
    """From 0.4 to 2.5 times what its text takes, and a second for the rests around it; the neighbours are refused."""
    text, within = "x" * 28, min(max(seconds, 0.4 * 2), 2.5 * 2 + 1)
    check(a_tone(within), text, 14.0)
    with pytest.raises(RefusedError, match=r"takes 0\.8 to 6\.0"):
        check(a_tone(seconds), text, 14.0)


def test_numbers_may_be_spoken_slowly() -> None:
    """A digit is one sign and a whole word, so each gets half a second."""
    check(a_tone(4.8), "0, 8, 0, 0.", 14.0)
    with pytest.raises(RefusedError):
        check(a_tone(4.8), "a, b, c, d.", 14.0)


def test_failed_sentence_is_said(folders: Folders) -> None:
    """The others are made; what was not is named with its reason, and is made the next time."""
    faults: dict[str, BaseException] = {DANGER: EngineError("espeak-ng failed with status 1")}
    rendered = render(folders, FakeEngine(faults=faults, silent=frozenset([BYE])))

    assert (1, 2) == (rendered.made, rendered.missing)
    assert (
        f"“{DANGER}”: espeak-ng failed with status 1",
        f"“{BYE}”: the engine made nothing that can be heard",
    ) == rendered.failed
    assert 2 == render(folders).made


def test_without_an_engine_people_are_heard_alone(folders: Folders) -> None:
    """What people have recorded is there; the rest is missing, and no failure of a sentence."""
    record(folders, HELLO)
    engine = FakeEngine(absent="espeak-ng is not installed")
    rendered = render(folders, engine)

    assert (1, 1, 2, (), []) == (rendered.made, rendered.persons, rendered.missing, rendered.failed, engine.spoken)


def test_files_no_longer_spoken_are_left(folders: Folders) -> None:
    """A call in progress may still play them; they are counted, and removed only when that is asked for."""
    render(folders)
    record(folders, HELLO)
    (folders.audio / "ga" / "left.part").touch()
    (folders.audio / "sl").mkdir()
    (folders.audio / "sl" / "other.wav").touch()
    shorter = replace(SCRIPT, texts={HELLO: Phrase.GREETING, DANGER: Phrase.DANGER})
    left, pruned = render(folders, script=shorter), render(folders, script=shorter, prune=True)

    assert (2, 0) == (left.unspoken, left.pruned)
    assert (0, 3) == (pruned.unspoken, pruned.pruned)
    assert {name_of(HELLO, "ga", PERSON), name_of(DANGER, "ga", "ga"), "sl/other.wav"} == {
        f"{path.parent.name}/{path.name}" for path in folders.audio.glob("*/*")
    }


def test_interruption_leaves_only_whole_files(folders: Folders) -> None:
    """Ctrl-C begins nothing more, and what was being made is there wholly or not at all."""
    texts = {f"Abairt {number}.": Phrase.NEXT for number in range(50)}
    engine, begun = FakeEngine(), threading.Event()

    def interrupt() -> None:
        begun.set()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Renderer(folders, engine, FakeConverter(), 2).render(replace(SCRIPT, texts=texts), interrupt)

    assert begun.is_set()
    assert len(engine.spoken) < len(texts)
    assert len(engine.spoken) == len(list(folders.audio.glob("ga/*")))
    for path in folders.audio.glob("ga/*"):
        assert describe(path.read_bytes()).text in texts


def test_full_disk_is_not_hidden(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command has to end, and no part of a file stays."""

    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        render(folders)

    assert [] == list(folders.audio.glob("ga/*"))


def test_progress_counts_every_sentence(folders: Folders) -> None:
    """Whether made, kept or failed, each is one step."""
    steps: list[None] = []
    for _ in range(2):
        Renderer(folders, FakeEngine(), FakeConverter(), 2).render(SCRIPT, lambda: steps.append(None))

    assert 2 * len(SCRIPT.texts) == len(steps)


def test_recorded_languages_have_scripts(tmp_path: Path) -> None:
    """Every recorded language has one, nobody else has, and each text stands in it once."""
    voices, catalogues = load_voices(), shipped_catalogues()
    found = scripts(compile_files(FILES), catalogues, voices, tmp_path, NOW)

    assert {tag for tag, voice in voices.items() if voice.way is Way.RECORDING} == set(found)
    for tag, script in found.items():
        fixed = {
            words for phrase, words in catalogues[tag].words.items() if is_spoken(phrase) and not placeholders(words)
        }

        assert fixed == set(list(script.texts)[-len(fixed) :])


def test_language_is_offered_when_all_is_made(tmp_path: Path) -> None:
    """What makes the menu offer a language comes last, so that nobody chooses it half made."""
    voices, catalogues = load_voices(), shipped_catalogues()
    script = scripts(compile_files(FILES), catalogues, voices, tmp_path, NOW)["ga"]
    names = [name_of(text, "ga", "ga") for text in script.texts]

    assert "ga" in offered_languages(catalogues, voices, Recordings(frozenset(names)))[0]
    assert "ga" not in offered_languages(catalogues, voices, Recordings(frozenset(names[:-1])))[0]


@pytest.mark.engine
def test_fixed_sentences_of_a_language_are_heard(folders: Folders) -> None:
    """Rendered for real, each has its words, the telephone's form, its level, a length that fits, and is not silent."""
    catalogues = shipped_catalogues()
    script = scripts(load(), catalogues, load_voices(), folders.audio, NOW)["ga"]
    words = set(catalogues["ga"].words.values())
    fixed = {text: phrase for text, phrase in script.texts.items() if text in words}
    rendered = Renderer(folders, Espeak(), Sox(), os.cpu_count() or 1).render(replace(script, texts=fixed))

    assert (len(fixed), 0) == (rendered.made, rendered.missing)
    assert len(fixed) > 30
    for text in fixed:
        data = (folders.audio / name_of(text, "ga", "ga")).read_bytes()
        sound = describe(data)

        assert (8000, 1, 2, text) == (sound.rate, sound.channels, sound.width, sound.text)
        assert pytest.approx(10 ** (-3 / 20), abs=0.02) == sound.peak
        assert seconds_above(data, 0.02) > 0.3 * sound.seconds
        check(data, text, script.voice.rate)
