"""`fanal directory publish | rollback | history | export | import`, and what the other commands speak of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from directory.desk import Desk
from directory.desk.people import OPERATOR
from directory.load import compile_files, read_files
from directory.pieces import Place, fingerprint, piece
from directory.switched import Position
from routes.cli import main
from tests.desk import ANA, BEN, NOW, a_desk
from tests.sample_directory import FILES, WORDLESS, changed

CRIME = Place("gb.yaml", "gb-crime")
BETTER = changed("gb.yaml", "Line for crime", "A better line for crime")
WRONG = changed("gb.yaml", "cost: standard", "cost: cheap")
MISLEADING = changed("gb.yaml", "Mo-Fr 09:00-17:00", "Mo-Fr 09:00-12:00; Mo-Fr 13:00-17:00")


class Machine:
    """The operator's machine, with a desk whose first revision is the sample directory."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'fanal.db'}"
        monkeypatch.setenv("DATABASE_URL", self.url)
        monkeypatch.delenv("DIRECTORY_PATH", raising=False)
        self.desk: Desk = a_desk(self.url, FILES)

    def tables(self, name: str, files: dict[str, str]) -> Path:
        """Write tables into a folder."""
        path = self.folder / name
        path.mkdir()
        for file, text in files.items():
            (path / file).write_text(text, encoding="utf-8")
        return path

    def draft(self) -> int:
        """Begin a draft in which one name is another; return its id."""
        draft = self.desk.drafts.begin(ANA, NOW, "a name")
        text = piece(FILES, CRIME) or ""
        better = text.replace("Line for crime", "A better line for crime")
        return self.desk.drafts.save(draft.id, ANA, NOW, CRIME, better, fingerprint(text)).id


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The machine."""
    machine = Machine(tmp_path, monkeypatch)
    yield machine
    machine.desk.engine.dispose()


def fanal(*words: object, status: int = 0) -> Result:
    """Run `fanal` with the given words, and see that it leaves with the given status."""
    result = CliRunner().invoke(main, list(map(str, words)), env={"COLUMNS": "200"})
    assert status == result.exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def fanal_json(*words: object, status: int = 0) -> Any:
    """Run `fanal … --json` and return what it prints."""
    return json.loads(fanal(*words, "--json", status=status).stdout)


def live(machine: Machine) -> tuple[int, str]:
    """Return number and name of the live revision."""
    found = machine.desk.revisions.live()
    assert found is not None
    return found.number, found.revision


def test_publish(machine: Machine) -> None:
    """A folder becomes the live revision at once, recorded as done from the command line, and waits to be read."""
    words = ("directory", "publish", machine.tables("new", BETTER), "--reason", "a better name", "--accept-unchecked")
    output = fanal(*words).stdout
    found = machine.desk.revisions.unconfirmed()

    assert (2, compile_files(BETTER).revision) == live(machine)
    assert found is not None
    assert (OPERATOR.id, None, "a better name") == (found.author, found.approver, found.note)
    assert "Revision 2" in output
    assert "No approver has read it yet" in output


@pytest.mark.parametrize("files", [WRONG, MISLEADING, WORDLESS, FILES], ids=["faults", "errors", "wordless", "old"])
def test_publish_refuses(machine: Machine, files: dict[str, str]) -> None:
    """Tables with faults, tables that would mislead callers or that no server could say, and those that are live
    already are refused in words.
    """
    before = live(machine)
    words = ("directory", "publish", machine.tables("new", files), "--reason", "why not", "--accept-unchecked")

    assert fanal(*words, status=1).stderr
    assert fanal_json(*words, status=1)["refused"]
    assert before == live(machine)


def test_publish_unchecked(machine: Machine) -> None:
    """A changed service that nobody has ever checked goes live only if the operator says so; its id is named."""
    files = changed("gb.yaml", "Line for children", "A line for children")
    words = ("directory", "publish", machine.tables("new", files), "--reason", "a name")

    assert ["gb-children"] == fanal_json(*words, status=1)["unchecked"]
    assert "gb-children" in fanal(*words, status=1).stderr
    assert 2 == fanal_json(*words, "--accept-unchecked")["number"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_publish_wants_a_reason(machine: Machine, reason: str) -> None:
    """Without a reason nothing is published, and the status is 2."""
    fanal("directory", "publish", machine.tables("new", BETTER), "--reason", reason, status=2)
    fanal("directory", "publish", machine.folder / "new", status=2)

    assert 1 == live(machine)[0]


def test_publish_a_draft(machine: Machine) -> None:
    """The operator can put a draft live as it is; the draft stays where it was."""
    draft = machine.draft()
    found = fanal_json("directory", "publish", f"draft:{draft}", "--reason", "nobody else is there")

    assert (2, "command", None) == (found["number"], found["origin"], found["approver"])
    assert "open" == machine.desk.drafts.get(draft).stage.value


def test_publish_an_old_draft(machine: Machine) -> None:
    """A draft that began with another revision than the live one is refused: what was published since stays."""
    draft = machine.draft()
    other = machine.tables("other", changed("fr.yaml", "standard", "free"))
    fanal("directory", "publish", other, "--reason", "something else", "--accept-unchecked")
    ran = fanal("directory", "publish", f"draft:{draft}", "--reason", "too late", "--accept-unchecked", status=1)

    assert "Another revision has gone live since the draft began" in ran.output
    assert 2 == len(machine.desk.revisions.history())


def test_rollback_to_what_is_live(machine: Machine) -> None:
    """A return to the content that is live already makes no revision."""
    ran = fanal("directory", "rollback", 1, "--reason", "nothing", status=1)

    assert "These are the tables that are live already.\n" == ran.output
    assert 1 == len(machine.desk.revisions.history())


@pytest.mark.parametrize("word", ["7", "draft:7", "no-such-folder", "rubbish:1"])
def test_publish_of_nothing(machine: Machine, word: str) -> None:
    """A word that names no tables is refused in words."""
    assert word.split(":")[0] in fanal("directory", "publish", word, "--reason", "why not", status=1).stderr


def test_publish_says_that_a_folder_rules(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where DIRECTORY_PATH is set, publishing says that servers serve that folder all the same."""
    monkeypatch.setenv("DIRECTORY_PATH", str(machine.folder))
    words = ("directory", "publish", machine.tables("new", BETTER), "--reason", "a name", "--accept-unchecked")

    assert "DIRECTORY_PATH is set" in fanal(*words).stderr


def test_rollback(machine: Machine) -> None:
    """The content of an older revision becomes live again as a new one, which says whose content it is."""
    machine.desk.revisions.publish(BETTER, OPERATOR, NOW, "x", accept_unchecked=True, standing=machine.desk.standing())
    found = fanal_json("directory", "rollback", 1, "--reason", "it was right before")

    assert (3, 1, compile_files(FILES).revision) == (found["number"], found["content_of"], found["revision"])
    assert (3, compile_files(FILES).revision) == live(machine)


@pytest.mark.parametrize(("number", "status"), [("7", 1), ("0", 2), ("live", 2)])
def test_rollback_refuses(machine: Machine, number: str, status: int) -> None:
    """A revision that there is not is refused, and what is no number is not understood."""
    assert fanal("directory", "rollback", number, "--reason", "why not", status=status).stderr
    assert 1 == live(machine)[0]


def test_history(machine: Machine) -> None:
    """The history lists the newest first, with who, when and why."""
    machine.desk.revisions.publish(BETTER, OPERATOR, NOW, "x", accept_unchecked=True, standing=machine.desk.standing())
    found = fanal_json("directory", "history")

    assert [2, 1] == [each["number"] for each in found]
    assert "2026-11-23 09:00" in fanal("directory", "history", "--limit", "1").stdout


def test_history_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no database there is no history, and none is made."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")

    assert [] == fanal_json("directory", "history")
    assert "Nothing has been published" in fanal("directory", "history").stdout
    assert [] == list(tmp_path.iterdir())


def test_speaks_of_what_is_served(machine: Machine) -> None:
    """Without a folder the commands speak of the live revision as callers are served it: a switched number is gone."""
    number = compile_files(FILES).helplines["gb-crime"].numbers[0]
    machine.desk.switches.throw(ANA, NOW, compile_files(FILES), "GB", number.say, Position.OUT, "rings elsewhere")
    ids = [row["id"] for row in fanal_json("directory", "show")["helplines"]]
    published = [row["id"] for row in fanal_json("directory", "show", "--revision", "1")["helplines"]]

    assert ["gb-crime"] == sorted(set(published) - set(ids))
    assert "gb-crime" not in str(fanal_json("directory", "find", "--country", "GB", "--need", "crime"))


@pytest.mark.parametrize("command", ["show", "check", "coverage"])
@pytest.mark.parametrize("word", [None, "live", "1", "draft", "shipped"])
def test_revision_option(machine: Machine, command: str, word: str | None) -> None:
    """Every reading command takes a revision, a draft, what is live, or what comes with the program."""
    known = {"draft": compile_files(BETTER), "shipped": compile_files(read_files())}
    expected = known.get(word or "", compile_files(FILES)).revision
    named = f"draft:{machine.draft()}" if word == "draft" else word
    words = ("directory", command, *(("--revision", named) if named else ()))

    assert expected == json.loads(CliRunner().invoke(main, [*map(str, words), "--json"]).stdout)["revision"]


def test_path_beats_the_database(machine: Machine) -> None:
    """A folder that is named is spoken of, whatever is published, and without a look at the database."""
    folder = machine.tables("new", BETTER)
    machine.desk.engine.dispose()
    (machine.folder / "fanal.db").write_text("no database")

    assert compile_files(BETTER).revision == fanal_json("directory", "show", "--path", folder)["revision"]
    assert fanal("directory", "show", status=1).stderr


def test_without_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database the commands speak of the tables that come with the program, and make none."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")

    assert compile_files(read_files()).revision == fanal_json("directory", "show")["revision"]
    assert "no tables yet" in fanal("directory", "show", "--revision", "live", status=1).stderr
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["yaml", "csv", "hsds"])
def test_export_and_import(machine: Machine, kind: str) -> None:
    """What is exported from a draft and imported again makes the same changes to what is live."""
    path = machine.folder / "out.file"
    fanal("directory", "export", "--revision", f"draft:{machine.draft()}", "--format", kind, "-o", path)
    dry = fanal_json("directory", "import", path, "--format", kind, "--dry-run")
    found = fanal_json("directory", "import", path, "--format", kind, "--title", "again")

    assert (None, ["gb-crime"], []) == (dry["draft"], dry["changed"], dry["faults"])
    assert compile_files(BETTER).revision == machine.desk.drafts.directory(found["draft"]).revision
    assert "again" == machine.desk.drafts.get(found["draft"]).title


def test_export_to_a_folder(machine: Machine) -> None:
    """In a folder each file gets its own name and is as it was published."""
    (machine.folder / "out").mkdir()
    fanal("directory", "export", "-o", machine.folder / "out")

    assert FILES == read_files(machine.folder / "out")


def test_export_one_country(machine: Machine) -> None:
    """One country's file is printed as it stands; a country that there is not is refused with status 2."""
    assert FILES["gb.yaml"] == fanal("directory", "export", "--country", "gb").stdout
    fanal("directory", "export", "--country", "QQ", status=2)


def test_import_folder(machine: Machine) -> None:
    """A folder of tables comes in as a draft of the operator's, which somebody else may approve."""
    found = fanal_json("directory", "import", machine.tables("new", BETTER))
    draft = machine.desk.drafts.submit(found["draft"], ANA, NOW, "from the operator")

    assert (["gb-crime"], []) == (found["changed"], found["faults"])
    machine.desk.drafts.approve(draft.id, BEN, NOW, draft.hash, accept_unchecked=True, standing=machine.desk.standing())
    assert (2, compile_files(BETTER).revision) == live(machine)


def test_import_faults(machine: Machine) -> None:
    """What is wrong in a file is said by row and field, the status is 1, and what is live stays as it was."""
    words = ("directory", "import", machine.tables("new", WRONG))

    assert "cheap" in fanal(*words, status=1).stderr
    assert fanal_json(*words, status=1)["faults"][0]["row"]
    assert 1 == live(machine)[0]


def test_import_of_nothing_new(machine: Machine) -> None:
    """A file that changes nothing makes no draft."""
    assert "Nothing would change" in fanal("directory", "import", machine.tables("same", FILES)).stdout
    assert () == machine.desk.drafts.listing()


def test_prompts_speak_of_the_live_revision(machine: Machine) -> None:
    """What is rendered and counted in seconds is what callers will hear: the live revision, switched numbers too."""
    number = compile_files(FILES).helplines["gb-crime"].numbers[0]
    machine.desk.switches.throw(ANA, NOW, compile_files(FILES), "GB", number.say, Position.OUT, "rings elsewhere")
    words = ("prompts", "list", "--language", "en", "--at", "2026-11-24T10:00Z")

    assert "Line for crime" in fanal(*words).stdout
    assert "ANITP" not in fanal(*words).stdout


def test_old_errors_keep_nobody_from_mending(tmp_path: Path, machine: Machine) -> None:
    """An error that the live revision has already does not keep the operator from mending something else."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    a_desk(url, MISLEADING).engine.dispose()
    files = {**MISLEADING, "gb.yaml": MISLEADING["gb.yaml"].replace("Line for crime", "A line for crime")}
    words = ["directory", "publish", str(machine.tables("new", files)), "--reason", "a name", "--accept-unchecked"]
    ran = CliRunner().invoke(main, words, env={"DATABASE_URL": url})

    assert 0 == ran.exit_code, ran.output
