"""Recordings: a file is named by what it says, and a person's voice comes before the engine's."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.recordings import PERSON, Recordings, name_of, studio_name
from ivr.voices import Voice, Way

IRISH = Voice("ga", Way.RECORDING, None, None, "ga", "en", 14.0, None, False, "a page", None)
TEXT = "Brúigh a 1 más mian leat Gaeilge."
BY_ENGINE, BY_PERSON = name_of(TEXT, "ga", "ga"), name_of(TEXT, "ga", PERSON)


def test_a_name_is_the_same_for_ever() -> None:
    """Names are written on a studio's files, so no later version may compute them in another way."""
    assert "ga/27df548f84641861e8286d1740b4f6c7.wav" == BY_ENGINE


@pytest.mark.parametrize(
    ("text", "tag", "voice"), [(TEXT + " ", "ga", "ga"), (TEXT, "gd", "ga"), (TEXT, "ga", "gd"), (TEXT, "g", "aga")]
)
def test_other_words_languages_and_voices_have_other_names(text: str, tag: str, voice: str) -> None:
    """Nothing that sounds different shares a file."""
    assert BY_ENGINE != name_of(text, tag, voice)


def test_a_studio_names_its_file_by_phrase_and_words() -> None:
    """The name carries the digits of the person's file, so that a changed sentence is noticed."""
    assert f"ga/{studio_name('language.choose', TEXT, 'ga').removeprefix('language.choose.')}" == BY_PERSON
    assert re.fullmatch(r"danger\.[0-9a-f]{32}\.wav", studio_name("danger", TEXT, "ga"))
    assert studio_name("danger", TEXT, "ga") != studio_name("danger", TEXT + ".", "ga")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([], None),
        ([BY_ENGINE], BY_ENGINE),
        ([BY_PERSON], BY_PERSON),
        ([BY_ENGINE, BY_PERSON], BY_PERSON),
        ([name_of(TEXT, "ga", "sl"), name_of(TEXT, "sl", PERSON)], None),
    ],
)
def test_a_person_is_heard_before_the_engine(names: list[str], found: str | None) -> None:
    """Of two files that say a sentence the person's is played; another voice's or language's is not."""
    assert found == Recordings(frozenset(names)).find(TEXT, IRISH)


def test_a_person_is_heard_where_there_is_no_engine() -> None:
    """A language can be spoken by people alone."""
    assert BY_PERSON == Recordings(frozenset([BY_PERSON])).find(TEXT, replace(IRISH, engine=None))


def test_files_of_a_folder_are_listed(tmp_path: Path) -> None:
    """Only audio one folder down counts: no half-written file, nothing deeper, nothing beside the folders."""
    for name in (BY_ENGINE, f"{BY_PERSON}.part", "stray.wav", "ga/deeper/file.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert Recordings(frozenset([BY_ENGINE])) == Recordings.read(tmp_path)
    assert Recordings() == Recordings.read(tmp_path / "nowhere")
