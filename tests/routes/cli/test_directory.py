"""`fanal directory`, as scripts and people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from routes.cli import main
from tests.sample_directory import FILES, WORDLESS, changed

ROW = {
    "id", "country", "name", "needs", "audience", "languages", "timezone", "hours", "exceptions", "numbers", "cost",
    "anonymous", "source", "checked",
}  # fmt: skip
"""Fields of a row that product.md promises."""

NOWHERE = {"DATABASE_URL": "sqlite:///no-such-folder/fanal.db"}
"""No database: the commands speak of the tables that come with the program."""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a directory into a folder."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with the sample directory."""
    return write(tmp_path, FILES)


def fanal(*words: object, status: int = 0, env: dict[str, str] | None = None) -> Result:
    """Run `fanal directory` with the given words, and see that it leaves with the given status."""
    result = CliRunner().invoke(main, ["directory", *map(str, words)], env={**NOWHERE, "COLUMNS": "160", **(env or {})})
    assert status == result.exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def fanal_json(*words: object, status: int = 0) -> Any:
    """Run `fanal directory … --json` and return what it prints."""
    return json.loads(fanal(*words, "--json", status=status).stdout)


def test_check_fine(path: Path) -> None:
    """A directory without errors is counted, its doubts too, and the status is 0."""
    output = fanal("check", "--path", path, "--at", "2026-11-24T10:00Z").stdout

    assert "6 services in 2 countries; 0 errors, 0 warnings, " in output
    assert "nobody has rung" not in output


def test_check_wordless(path: Path) -> None:
    """A need that no phrase exists for cannot be said by any server: its phrases are named, and the status is 1."""
    write(path, WORDLESS)

    assert "need.housing" in fanal("check", "--path", path, status=1).stdout
    wordless = ["need.housing", "need.housing.label", "need.housing.heard", "name.housing"]
    assert wordless == fanal_json("check", "--path", path, status=1)["wordless"]
    assert [] == fanal_json("check")["wordless"]


def test_check_doubts(path: Path) -> None:
    """Doubts are listed when they are asked for."""
    assert "doubt: gb-children: checked: nobody has rung" in fanal("check", "--path", path, "--doubts").stdout


def test_check_errors(tmp_path: Path) -> None:
    """An error of a directory that loads makes the status 1."""
    folder = write(tmp_path, changed("gb.yaml", "Mo-Fr 09:00-17:00", "Mo-Fr 09:00-12:00; Mo-Fr 13:00-17:00"))

    assert "error: gb-crime: hours: `;` lets" in fanal("check", "--path", folder, status=1).stdout


def test_check_faults(tmp_path: Path) -> None:
    """All faults of a directory that does not load are printed, with file and line, and the status is 1."""
    folder = write(tmp_path, changed("gb.yaml", "cost: standard", "cost: cheap") | {"fr.yaml": "a: b: c"})
    words = fanal("check", "--path", folder, status=1).stderr

    assert "gb.yaml:" in words
    assert "fr.yaml:1: this is not YAML" in words
    assert "2 faults: the directory cannot be used." in words


def test_check_json(tmp_path: Path) -> None:
    """Faults and findings come as JSON too."""
    good = fanal_json("check", "--path", write(tmp_path, FILES))
    bad = fanal_json("check", "--path", write(tmp_path, changed("gb.yaml", "cost: standard", "cost: cheap")), status=1)

    assert ([], {"severity", "country", "entry", "field", "code", "message"}) == (
        good["faults"],
        set(good["findings"][0]),
    )
    assert (None, "bad_choice", "cost") == (bad["revision"], bad["faults"][0]["code"], bad["faults"][0]["field"])


@pytest.mark.parametrize("command", [("show",), ("find", "--country", "GB", "--need", "crime"), ("coverage",)])
def test_faults_everywhere(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Every command says the faults and leaves with 1 when the directory does not load."""
    folder = write(tmp_path, changed("gb.yaml", "cost: standard", "cost: cheap"))

    assert "the directory cannot be used" in fanal(*command, "--path", folder, status=1).stderr


def test_show_json(path: Path) -> None:
    """The rows have the promised fields."""
    shown = fanal_json("show", "--path", path)
    row = next(each for each in shown["helplines"] if each["id"] == "gb-crime")

    assert set(shown) == {"revision", "helplines"}
    assert all(set(each) >= ROW for each in shown["helplines"])
    assert {"en": "Line for crime", "fr": "Ligne pour le crime"} == row["name"]
    assert [{"say": "020 7946 0001", "dial": "+442079460001", "from": "anywhere"}] == row["numbers"]
    assert [{"date": "2026-12-24", "hours": "09:00-12:00", "reason": "Christmas Eve"}] == row["exceptions"]
    assert ("Europe/London", "Mo-Fr 09:00-17:00; PH off", "standard", True, "2026-10-01") == (
        row["timezone"],
        row["hours"],
        row["cost"],
        row["anonymous"],
        row["checked"],
    )


def test_show_chosen(path: Path) -> None:
    """Rows are chosen by country or by id; null is what nobody knows."""
    french = fanal_json("show", "--path", path, "--country", "fr")["helplines"]
    single = fanal_json("show", "gb-children", "--path", path)["helplines"]

    assert ["fr-support", "fr-112"] == [each["id"] for each in french]
    assert [("gb-children", None, None, None)] == [
        (each["id"], each["hours"], each["anonymous"], each["checked"]) for each in single
    ]


def test_show_for_people(path: Path) -> None:
    """A table of all, and a card with all that is known of one."""
    assert "gb-999" in fanal("show", "--path", path).stdout
    card = fanal("show", "gb-crime", "--path", path).stdout
    assert "Ring us on 020 7946 0001." in card
    assert "2026-12-24 09:00-12:00: Christmas Eve" in card


def test_find_json(path: Path) -> None:
    """The ranked services come with open, until or opens, and the number."""
    found = fanal_json("find", "--path", path, "--country", "gb", "--need", "crime", "--at", "2026-11-24T10:00+00:00")

    assert ["gb-crime", "gb-children", "gb-999"] == [each["id"] for each in found]
    assert (True, "2026-11-24T17:00+00:00", None, "020 7946 0001", "+442079460001", "need") == tuple(
        found[0][field] for field in ("open", "until", "opens", "number", "dial", "step")
    )
    assert [None, None, None] == [found[1][field] for field in ("open", "until", "opens")]


def test_find_at_night(path: Path) -> None:
    """A closed service says when it opens, in its own time."""
    first = fanal_json("find", "--path", path, "--country", "GB", "--need", "crime", "--at", "2026-06-05T23:00+02:00")[
        0
    ]

    assert (False, None, "2026-06-08T09:00+01:00") == (first["open"], first["until"], first["opens"])


def test_find_with_a_line_of_the_country(path: Path) -> None:
    """With a number of our own in the country, what works inside it can be rung."""
    words = ("find", "--path", path, "--country", "GB", "--need", "children")
    by_line = {
        line: next(each["dial"] for each in fanal_json(*words, *line) if each["id"] == "gb-children")
        for line in ((), ("--line", "gb"), ("--line", "fr"))
    }

    assert {(): "+442079460002", ("--line", "gb"): "+442079460004", ("--line", "fr"): None} == by_line


def test_find_for_people(path: Path) -> None:
    """The table says why each service is offered, whether it is open, and what can be done."""
    output = fanal(
        "find", "--path", path, "--country", "GB", "--need", "crime", "--at", "2026-11-24T10:00Z"
    ).stdout  # fmt: skip

    assert "GB, crime, Tuesday 2026-11-24 10:00 GMT" in output
    assert "open until Tue 17:00" in output
    assert "hours unknown" in output
    assert "open day and night" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("find", "--country", "GB"), "Missing option '--need'"),
        (("find", "--country", "XX", "--need", "crime"), "'XX' is not in the directory; there are FR, GB"),
        (("find", "--country", "GB", "--need", "cake"), "'cake' is not in the directory; there are crime"),
        (("find", "--country", "GB", "--need", "crime", "--audience", "cats"), "'cats' is not in the directory"),
        (("find", "--country", "GB", "--need", "crime", "--language", "xx"), "'xx' is not a language tag"),
        (("find", "--country", "GB", "--need", "crime", "--at", "2026-11-24T10:00"), "has no offset"),
        (("find", "--country", "GB", "--need", "crime", "--at", "today"), "'today' is not an instant"),
        (("show", "gb-nobody"), "'gb-nobody' is not in the directory"),
        (("show", "--country", "XX"), "'XX' is not in the directory"),
        (("coverage", "--country", "XX"), "'XX' is not in the directory"),
        (("check", "--path", "nowhere"), "does not exist"),
    ],
)
def test_usage(path: Path, words: tuple[str, ...], message: str) -> None:
    """What was not understood is named, with what would be, and the status is 2."""
    place = () if "--path" in words else ("--path", path)

    assert message in fanal(*words, *place, status=2).stderr


def test_coverage_json(path: Path) -> None:
    """Each country and need has its hours of the week."""
    shown = fanal_json("coverage", "--path", path, "--country", "GB", "--at", "2026-11-23T12:00Z")
    crime = shown["coverage"][0]

    assert ("GB", "crime", 1, 1, 40, 0, 128, 1, 1.0) == tuple(crime.values())


def test_coverage_for_people(path: Path) -> None:
    """The week is drawn from the present day on, four signs a day."""
    output = fanal("coverage", "--path", path, "--country", "GB", "--at", "2026-11-23T12:00Z").stdout
    crime = next(line for line in output.splitlines() if line.startswith("crime"))

    assert "Mon  Tue  Wed  Thu  Fri  Sat  Sun" in output.splitlines()[0]
    assert crime.endswith(".++. .++. .++. .++. .++. .... ....")


def test_directory_path(tmp_path: Path) -> None:
    """The folder can be named by DIRECTORY_PATH."""
    shown = fanal("show", "--json", env={"DIRECTORY_PATH": str(write(tmp_path, FILES))}).stdout

    assert {"GB", "FR"} == {each["country"] for each in json.loads(shown)["helplines"]}


def test_packaged() -> None:
    """Without a folder the packaged directory is used, and it has no faults."""
    assert " 0 errors," in fanal("check").stdout


@pytest.mark.parametrize("command", ["check", "show", "find", "coverage"])
def test_help(command: str) -> None:
    """The help of each command has an example."""
    assert f"fanal directory {command}" in fanal(command, "--help").stdout
