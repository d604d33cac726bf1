"""`fanal directory diff`, as scripts and people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from directory.desk import Desk
from directory.pieces import Place, fingerprint, piece, replaced
from routes.cli.differences import command
from tests.desk import ANA, NOW, a_desk
from tests.sample_directory import FILES, changed

CRIME = Place("gb.yaml", "gb-crime")


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a directory into a new folder."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with the sample directory."""
    return write(tmp_path / "old", FILES)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A folder with the same, but for the Saturday and a number."""
    files = changed("gb.yaml", "Mo-Fr 09:00-17:00;", "Mo-Fr 09:00-17:00, Sa 10:00-16:00;")
    number = '"020 7946 0004", dial: "+442079460004"'
    assert number in files["gb.yaml"]
    files["gb.yaml"] = files["gb.yaml"].replace(number, '"020 7946 0005", dial: "+442079460005"')
    return write(tmp_path / "new", files)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a database with the sample directory as its first revision."""
    address = f"sqlite:///{tmp_path / 'desk.db'}"
    desk = a_desk(address, FILES)
    desk.engine.dispose()
    return address


def diff(*words: object, status: int, env: dict[str, str | None] | None = None) -> Result:
    """Run `fanal directory diff`, and see that it leaves with the given status."""
    surroundings: dict[str, str | None] = {"COLUMNS": "160", "DIRECTORY_PATH": None, **(env or {})}
    result = CliRunner().invoke(command, list(map(str, words)), env=surroundings)
    assert status == result.exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_same(old: Path) -> None:
    """Tables that say the same make the status 0."""
    assert "say the same" in diff(old, old, status=0).stdout


def test_different(old: Path, new: Path) -> None:
    """Differences are said in words, the gravest first, and make the status 1."""
    lines = diff(old, new, status=1).stdout.splitlines()

    assert lines[0].startswith("! gb-children: the telephone number changes: was 020 7946 0004")
    assert "  gb-crime: Saturday: was closed, will be open 10:00 to 16:00" == lines[1]
    assert lines[-1].startswith("2 differences in ")
    assert lines[-1].endswith("1 of them grave.")


def test_effect(old: Path, new: Path) -> None:
    """With --effect it says who is offered first, before and after."""
    output = diff(old, new, "--effect", "--at", "2026-11-23T12:00Z", status=1).stdout

    assert "Saturday 10:00 to 16:00" in output
    assert "United Kingdom" in output
    assert "Every caller is offered the same" in diff(old, old, "--effect", status=0).stdout


def test_effect_for_one_language(old: Path, tmp_path: Path) -> None:
    """A second service that speaks Hungarian is offered first to callers who do; what is no language is refused."""
    row = piece(FILES, Place("gb.yaml", "gb-crime")) or ""
    second = row.replace("gb-crime", "gb-crime-hu").replace("7946 0001", "7946 0006").replace("79460001", "79460006")
    second = second.replace("languages: [en, pl]", "languages: [hu]")
    new = write(tmp_path / "hungarian", replaced(FILES, Place("gb.yaml", "gb-crime-hu"), second))
    offered = {
        language: {
            (effect["after"] or {}).get("id")
            for effect in json.loads(diff(old, new, "--effect", "--json", "--language", language, status=1).stdout)[
                "effects"
            ]
        }
        for language in ("en", "hu")
    }

    assert {"en": set(), "hu": {"gb-crime-hu"}} == offered
    assert "--language" in diff(old, new, "--effect", "--language", "hungarian", status=2).stderr


def test_json(old: Path, new: Path) -> None:
    """Scripts get codes, fields and sentences, and the effect where they ask for it."""
    plain: Any = json.loads(diff(old, new, "--json", status=1).stdout)
    more: Any = json.loads(diff(old, new, "--json", "--effect", "--at", "2026-11-23T12:00Z", status=1).stdout)

    assert ["number_changed", "hours"] == [each["code"] for each in plain["differences"]]
    assert [True, False] == [each["grave"] for each in plain["differences"]]
    assert ["gb-children"] == plain["differences"][0]["entries"]
    assert str(old) == plain["old"]["source"]
    assert plain["old"]["revision"] != plain["new"]["revision"]
    assert "effects" not in plain
    assert {"country", "need", "before", "after", "always", "spans"} == set(more["effects"][0])


def test_live_against_the_folder(url: str, old: Path, new: Path) -> None:
    """Without words the live revision is held against the folder: --path, DIRECTORY_PATH, or the shipped one."""
    env: dict[str, str | None] = {"DATABASE_URL": url}

    assert "live and" in diff("--path", old, status=0, env=env).stdout
    assert "2 differences" in diff(status=1, env={**env, "DIRECTORY_PATH": str(new)}).stdout
    assert "RO: the country is new" in diff(status=1, env=env).stdout


def test_revisions_and_drafts(url: str, old: Path) -> None:
    """Revisions are named by their numbers, drafts with `draft:`."""
    from directory.database import open_database

    desk = Desk(open_database(url))
    draft = desk.drafts.begin(ANA, NOW, "Free of charge")
    text = piece(desk.drafts.files(draft.id), CRIME) or ""
    desk.drafts.save(draft.id, ANA, NOW, CRIME, text.replace("cost: standard", "cost: free"), fingerprint(text))
    desk.engine.dispose()
    env: dict[str, str | None] = {"DATABASE_URL": url}

    assert "will be free" in diff("live", f"draft:{draft.id}", status=1, env=env).stdout
    assert "say the same" in diff("1", old, status=0, env=env).stdout


@pytest.mark.parametrize("word", ["2", "draft:9", "draft:", "draft:x", "nowhere", "0", "-1.5", "revision 1", "LIVE"])
def test_no_such_tables(url: str, old: Path, word: str) -> None:
    """A word that names no tables is refused in a sentence, with status 2."""
    assert word in diff("--", word, old, status=2, env={"DATABASE_URL": url}).stderr


def test_no_database(tmp_path: Path, old: Path) -> None:
    """Without a database two folders can still be compared; none is made, and `live` says what to do."""
    file = tmp_path / "none.db"
    env: dict[str, str | None] = {"DATABASE_URL": f"sqlite:///{file}"}

    assert "say the same" in diff(old, old, status=0, env=env).stdout
    assert "fanal db upgrade" in diff("live", old, status=2, env=env).stderr
    assert not file.exists()


def test_database_of_something_else(tmp_path: Path, old: Path) -> None:
    """A file that is no database is said so in a sentence."""
    (tmp_path / "bad.db").write_text("nothing of ours " * 100)

    assert diff("live", old, status=2, env={"DATABASE_URL": f"sqlite:///{tmp_path / 'bad.db'}"}).stderr
    assert "DATABASE_URL" in diff("live", old, status=2, env={"DATABASE_URL": "mysql://x"}).stderr


def test_faults(tmp_path: Path, old: Path) -> None:
    """Tables with faults cannot be compared: all their faults are said, and the status is 2."""
    bad = write(tmp_path / "bad", changed("gb.yaml", "cost: standard", "cost: cheap"))

    assert "`cheap` is not one of the values" in diff(old, bad, status=2).stderr


def test_help_says_the_status() -> None:
    """The help page says what the exit status means."""
    assert "0 the same, 1 different, 2 wrong use" in diff("--help", status=0).stdout
