"""`fanal prompts render` makes what is missing, says how far it is and what lacks, and ends with a true exit status."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.catalogue import CATALOGUES
from ivr.recordings import studio_name
from ivr.voices import PACKAGED
from ivr.wav import describe
from routes.cli.render import render
from tests.fakes import a_tone
from tests.sample_directory import FILES

LANGUAGES = ("en", "de", "ga", "sl")
"""A few of the shipped languages, so that each run reads little; the last two are recorded."""
_ENTRY = "\n  - tag: "
MISSING = "espeak-ng and sox are not installed: `apt-get install espeak-ng sox` or `brew install espeak-ng sox`"


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty VAR_PATH; the directory and the prompts are small ones, and no program is found."""
    for name, text in FILES.items():
        (tmp_path / "directory" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "directory" / name).write_text(text, encoding="utf-8")
    (tmp_path / "prompts" / "catalogues").mkdir(parents=True)
    for tag in LANGUAGES:
        shutil.copy(CATALOGUES / f"{tag}.po", tmp_path / "prompts" / "catalogues")
    head, *voices = PACKAGED.read_text(encoding="utf-8").split(_ENTRY)
    kept = _ENTRY.join([head, *(voice for voice in voices if voice.startswith(tuple(f"{tag}\n" for tag in LANGUAGES)))])
    (tmp_path / "prompts" / "voices.yaml").write_text(kept, encoding="utf-8")
    (tmp_path / "programs").mkdir()
    monkeypatch.setenv("PROMPTS_PATH", str(tmp_path / "prompts"))
    monkeypatch.setenv("DIRECTORY_PATH", str(tmp_path / "directory"))
    monkeypatch.setenv("VAR_PATH", str(tmp_path / "var"))
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    return tmp_path / "var"


@pytest.fixture
def programs(var: Path) -> Path:
    """Put an engine and a converter where programs are found: a tone of three seconds, whatever the text."""
    folder = var.parent / "programs"
    tone = a_tone(3)
    for name, data in (("espeak-ng", tone), ("sox", tone[44:])):
        (folder / "tone").with_suffix(f".{name}").write_bytes(data)
        path = folder / name
        path.write_text(f"#!/bin/sh\n/bin/cat > /dev/null\nexec /bin/cat {folder}/tone.{name}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder


def run(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(render, words)


def figures(*words: str, status: int = 0) -> list[dict[str, Any]]:
    """Run the command and return its JSON."""
    result = run(*words, "--json")

    assert status == result.exit_code, result.stderr
    languages: list[dict[str, Any]] = json.loads(result.stdout)["languages"]
    return languages


def test_languages_are_rendered(programs: Path, var: Path) -> None:
    """The figures are those of the files that are there; a second run makes nothing."""
    (first,), (again,) = figures("ga"), figures("ga")
    files = list((var / "audio" / "ga").glob("*"))
    told = {"made": first["sentences"], "kept": 0, "persons": 0, "missing": 0, "unspoken": 0, "pruned": 0}

    assert told.items() <= first.items()
    assert ("ga", len(files)) == (first["language"], first["sentences"])
    assert sum(path.stat().st_size for path in files) == first["size"]
    assert pytest.approx(3 * len(files)) == first["seconds"]
    assert {**first, "made": 0, "kept": first["sentences"]} == again


def test_table_is_for_people(programs: Path) -> None:
    """Without --json there is a line for each language, and what is shown of the progress stands beside the output."""
    result = run("ga", "sl", "ga")

    assert 0 == result.exit_code
    assert ["language", "ga", "sl"] == [line.split()[0] for line in result.stdout.splitlines()]
    assert "Irish" in result.stderr
    assert "Irish" not in result.stdout


@pytest.mark.parametrize(
    ("tag", "why"), [("xx", "'xx' has no line in voices.yaml"), ("de", "the way of de is voice, not recording")]
)
def test_language_that_is_not_recorded_is_refused(var: Path, tag: str, why: str) -> None:
    """The command line is at fault, and nothing is made, not even of the other languages."""
    result = run("ga", tag)

    assert 2 == result.exit_code
    assert why in " ".join(result.stderr.split())
    assert not (var / "audio").exists()


def test_without_an_engine_all_is_said(var: Path) -> None:
    """Nobody has to read a trace to learn what to install, and what callers miss until then."""
    result = run()

    assert 1 == result.exit_code
    assert ["ga", "sl"] == [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert f"{MISSING}; until then Irish and Slovenian are offered in texts only." in result.stderr


def test_without_an_engine_what_is_there_is_enough(programs: Path) -> None:
    """A machine may be given its audio by another."""
    figures("ga")
    for program in programs.iterdir():
        program.unlink()

    assert [0] == [language["missing"] for language in figures("ga")]


def test_sentence_that_is_missing_is_said_in_another_language(programs: Path, var: Path) -> None:
    """A language stays offered while what never changes is there; the operator learns how much is not."""
    figures("ga")
    numbered = [path for path in (var / "audio/ga").iterdir() if "1 1 2" in (describe(path.read_bytes()).text or "")]
    for path in numbered:
        path.unlink()
    for program in programs.iterdir():
        program.unlink()
    result = run("ga")

    assert numbered
    assert 1 == result.exit_code
    assert "Irish: " in result.stderr
    assert f"have no recording and are said in English ({MISSING})" in result.stderr


def test_recording_that_cannot_be_used_is_said_at_the_end(programs: Path, var: Path) -> None:
    """Everything else is done, and the exit status says that somebody has to look."""
    folder = var / "recordings" / "ga"
    folder.mkdir(parents=True)
    stale = studio_name("greeting", "Old words.", "ga")
    for name in (stale, *(f"take {number}.wav" for number in range(12))):
        (folder / name).write_bytes(a_tone(1))
    result = run("ga")

    assert 1 == result.exit_code
    assert f"ga: {stale}: stale: its words have changed; today greeting is" in result.stderr
    assert "ga: take 0.wav: refused:" in result.stderr
    assert "ga: and 2 more like it" in result.stderr
    assert [13] == [len(each["stale"]) + len(each["refused"]) for each in figures("ga", status=1)]


def test_files_are_pruned_when_that_is_asked_for(programs: Path, var: Path) -> None:
    """Not before."""
    figures("ga")
    (var / "audio" / "ga" / "older.wav").touch()

    assert [(1, 0), (0, 1)] == [
        (each["unspoken"], each["pruned"]) for options in ([], ["--prune"]) for each in figures("ga", *options)
    ]


def test_engine_that_fails_is_said(programs: Path) -> None:
    """Each sentence that could not be made is one of the faults; a few are printed."""
    (programs / "espeak-ng").write_text("#!/bin/sh\necho 'no such voice' >&2\nexit 1\n")
    result = run("ga")

    assert 1 == result.exit_code
    assert "espeak-ng failed with status 1: no such voice" in result.stderr
    assert "more like it" in result.stderr
    assert "While sentences that never change are missing, Irish is offered in texts only." in result.stderr


def test_folder_that_cannot_be_written_is_said(programs: Path, var: Path) -> None:
    """One sentence, no trace."""
    var.write_text("a file where a folder should be")
    result = run("ga")

    assert 1 == result.exit_code
    assert "cannot be written" in result.stderr


def test_broken_directory_is_said(var: Path) -> None:
    """The faults are those of `fanal directory check`."""
    next((var.parent / "directory").glob("*.yaml")).write_text("[")
    result = run("ga")

    assert 1 == result.exit_code
    assert ".yaml" in result.stderr
