"""`fanal prompts`, as coordinators, translators and studios use it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.catalogue import CATALOGUES, load_catalogues
from ivr.pace import FIRST_CHOICE, FORWARDING, LANGUAGE_PAGE
from ivr.phrases import Phrase
from ivr.recordings import name_of, studio_name
from ivr.voices import PACKAGED, load_voices
from ivr.wav import encode
from routes.cli import main
from tests.editions import shipped_catalogues
from tests.sample_directory import FILES

LONG = "ก" * 70
"""More than fits into one text with a number, in any alphabet but the small one."""
AT = "2026-11-22T08:00Z"
VOICES = load_voices()
TAGS = ("en", "fr", "it", "ro", "ga", "th")
"""Languages of the folder, in the order of voices.yaml. One of them is recorded."""
SECOND = encode(b"\0\0" * 8000, 8000)
"""A second of silence."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with prompts of our own, a small directory, and room for audio."""
    (tmp_path / "prompts" / "catalogues").mkdir(parents=True)
    (tmp_path / "directory").mkdir()
    for tag in TAGS:
        shutil.copyfile(CATALOGUES / f"{tag}.po", catalogue(tmp_path, tag))
    head, *voices = PACKAGED.read_text(encoding="utf-8").split("  - tag: ")
    kept = (voice for voice in voices if voice.partition("\n")[0] in TAGS)
    (tmp_path / "prompts" / "voices.yaml").write_text("  - tag: ".join([head, *kept]), encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / "directory" / name).write_text(text, encoding="utf-8")
    return tmp_path


def fanal(place: Path, *words: object, status: int = 0, env: Mapping[str, str] | None = None) -> Result:
    """Run `fanal prompts` in that folder, and see that it leaves with the given status."""
    settings = {
        "PROMPTS_PATH": str(place / "prompts"),
        "DIRECTORY_PATH": str(place / "directory"),
        "VAR_PATH": str(place / "var"),
        "COLUMNS": "200",
    }
    result = CliRunner().invoke(main, ["prompts", *map(str, words)], env={**settings, **(env or {})})
    assert status == result.exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def catalogue(place: Path, language: str) -> Path:
    """Return the file of a language's words."""
    return place / "prompts" / "catalogues" / f"{language}.po"


def spoil(path: Path, old: str, new: str, to: Path | None = None) -> Path:
    """Write a file with one passage replaced, which must stand there exactly once; in its own place by default."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (to or path).write_text(text.replace(old, new), encoding="utf-8")
    return to or path


def statuses(place: Path, *words: object, status: int = 0) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the whole of `fanal prompts status --json`, and its languages by tag."""
    shown = json.loads(fanal(place, "status", "--at", AT, "--json", *words, status=status).stdout)
    return shown, {row["language"]: row for row in shown["languages"]}


def faster(place: Path) -> None:
    """Let all voices speak so fast that no limit is near."""
    path = place / "prompts" / "voices.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join("    rate: 40\n" if "    rate:" in line else line for line in lines), encoding="utf-8")


def test_status(place: Path) -> None:
    """Each language stands in a row with its words, reader, voice, doubt and seconds."""
    faster(place)
    shown, rows = statuses(place)
    english, irish = rows["en"], rows["ga"]

    assert list(TAGS) == [row["language"] for row in shown["languages"]]
    assert {"first_choice": FIRST_CHOICE, "forwarding": FORWARDING, "language_page": LANGUAGE_PAGE} == shown["limits"]
    assert (True, [], False, "voice", "en-GB", None, []) == tuple(
        english[field] for field in ("complete", "faults", "reviewed", "way", "voice", "recordings", "over")
    )
    assert english["doubt"]
    assert 0 < english["first_choice"] < english["forwarding"]["seconds"]
    assert ("FR", "fr-support") == (english["forwarding"]["country"], english["forwarding"]["helpline"])
    assert ("recording", 0) == (irish["way"], irish["recordings"]["there"])
    assert irish["recordings"]["of"] > 100
    assert 0 < shown["language_page"]["seconds"] < LANGUAGE_PAGE
    assert (
        "In texts only until `fanal prompts render` has made their audio: ga."
        in fanal(place, "status", "--at", AT).stdout
    )


def test_status_counts_recordings(place: Path) -> None:
    """Of a recorded language the files that are there are counted, and their real length is measured."""
    faster(place)
    words = shipped_catalogues()["ga"].words
    before = statuses(place)[1]["ga"]
    greeting = place / "var" / "audio" / name_of(words[Phrase.GREETING], "ga", VOICES["ga"].engine or "")
    greeting.parent.mkdir(parents=True)
    greeting.write_bytes(SECOND)
    (greeting.parent / ("0" * 32 + ".wav")).write_bytes(SECOND)
    after = statuses(place)[1]["ga"]

    assert {**before["recordings"], "there": 1} == after["recordings"]
    difference = 1.0 - len(words[Phrase.GREETING]) / 40
    assert abs(after["first_choice"] - before["first_choice"] - difference) <= 0.1


def test_status_says_what_is_wrong(place: Path) -> None:
    """A language with faults has no seconds, its faults are said, and the status is 1."""
    faster(place)
    spoil(catalogue(place, "fr"), 'msgstr "Bonjour."', 'msgstr ""')
    row = statuses(place, status=1)[1]["fr"]
    plain = fanal(place, "status", "--at", AT, status=1)

    assert (False, ["fr.po: greeting is not translated"]) == (row["complete"], row["faults"])
    assert (None, None, []) == (row["first_choice"], row["forwarding"], row["over"])
    assert "1 faults" not in plain.stdout
    assert "1 fault " in plain.stdout
    assert "fr.po: greeting is not translated" in plain.stderr


def test_status_holds_the_limits(place: Path) -> None:
    """A voice so slow that a limit breaks makes the status 1, and the language says which."""
    faster(place)
    yaml = place / "prompts" / "voices.yaml"
    head, mark, tail = yaml.read_text(encoding="utf-8").partition("  - tag: it\n")
    yaml.write_text(head + mark + tail.replace("rate: 40", "rate: 4", 1), encoding="utf-8")
    shown, rows = statuses(place, status=1)

    assert ["first_choice", "forwarding"] == rows["it"]["over"]
    assert [] == rows["en"]["over"]
    assert "first choice, forwarding" in fanal(place, "status", "--at", AT, status=1).stdout
    assert "it" in shown["language_page"]["languages"]


def test_status_knows_reviewed_languages_and_those_in_texts_only(place: Path) -> None:
    """A review is shown; a language without a voice is offered in texts and takes no time."""
    faster(place)
    spoil(catalogue(place, "ro"), "Native-Speaker: no", "Native-Speaker: yes")
    yaml = place / "prompts" / "voices.yaml"
    head, mark, tail = yaml.read_text(encoding="utf-8").partition("  - tag: it\n")
    yaml.write_text(head + mark + tail.replace("way: voice", "way: text", 1), encoding="utf-8")
    plain = fanal(place, "status", "--at", AT).stdout.splitlines()
    rows = {line[:2]: line for line in plain}

    assert "native speaker" in rows["ro"]
    assert "draft" in rows["en"]
    assert "texts only" in rows["it"]
    assert ["-", "-", "-"] == rows["it"].split()[-3:]


def listed(place: Path, *words: object) -> list[dict[str, Any]]:
    """Return the rows of `fanal prompts list --json`."""
    rows: list[dict[str, Any]] = json.loads(fanal(place, "list", "--at", AT, "--json", *words).stdout)
    return rows


def test_list(place: Path) -> None:
    """Every sentence comes with turn, language, phrase, text, voice, characters and seconds."""
    rows = listed(place, "--language", "ro", "--language", "ga")
    first = rows[0]

    assert {"ro", "ga"} == {row["language"] for row in rows}
    assert ("ro", "greeting", ["language"], "Google.ro-RO-Wavenet-B") == tuple(
        first[field] for field in ("language", "phrase", "turns", "voice")
    )
    assert (len(first["text"]), round(len(first["text"]) / VOICES["ro"].rate, 1)) == (first["length"], first["seconds"])
    assert {None} == {row["voice"] for row in rows if row["language"] == "ga"}
    assert not any("{" in row["text"] for row in rows)


def test_list_of_one_turn(place: Path) -> None:
    """A turn's list holds what is said in it and what is said in all, and nothing else."""
    phrases = {row["phrase"] for row in listed(place, "--language", "en", "--turn", "goodbye")}

    assert {"goodbye", "delete.call", "reserved", "wrong_key"} == phrases


def test_list_for_people(place: Path) -> None:
    """A sentence is a line; what there is none of is an empty list."""
    lines = fanal(place, "list", "--language", "en", "--turn", "goodbye", "--at", AT).stdout.splitlines()

    assert len(lines) == len(listed(place, "--language", "en", "--turn", "goodbye"))
    assert any(line.startswith("en  goodbye") and line.endswith("Goodbye.  (goodbye)") for line in lines)


def test_list_names_recordings(place: Path) -> None:
    """A recorded sentence names its file."""
    words = shipped_catalogues()["ga"].words
    name = name_of(words[Phrase.GREETING], "ga", VOICES["ga"].engine or "")
    path = place / "var" / "audio" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(SECOND)
    first = listed(place, "--language", "ga")[0]

    assert (name, 1.0) == (first["voice"], first["seconds"])


def test_texts(place: Path) -> None:
    """Each form of each text comes with its length, alphabet and segments; another one for callers abroad."""
    rows = json.loads(fanal(place, "texts", "--language", "fr", "--helpline", "gb-children", "--json").stdout)["texts"]

    assert [("short", "home"), ("short", "abroad"), ("named", "home"), ("named", "abroad")] == [
        (row["form"], row["from"]) for row in rows
    ]
    assert {"GSM-7"} == {row["alphabet"] for row in rows}
    assert [1] * 4 == [row["segments"] for row in rows]
    assert "020 7946 0004" in rows[0]["text"]
    assert "+44 20 7946 0002" in rows[1]["text"]
    assert all(len(row["text"]) == row["length"] for row in rows)


def test_texts_of_all(place: Path) -> None:
    """Every language and every helpline has its texts, but no emergency service."""
    shown = fanal(place, "texts")
    helplines = {line.split()[0] for line in shown.stdout.splitlines()}

    assert {"gb-crime", "gb-children", "gb-116111", "fr-support"} == helplines
    assert set(TAGS) == {line.split()[1] for line in shown.stdout.splitlines()}
    assert "0 discreet ones take more than one segment" in shown.stderr


def test_texts_that_are_too_long(place: Path) -> None:
    """A discreet text of two segments makes the status 1; a long one with a name does not."""
    path, words = catalogue(place, "th"), shipped_catalogues()["th"].words
    for phrase in (Phrase.SMS_SHORT, Phrase.SMS_SHORT_NO_HOURS):
        before, mark, after = path.read_text(encoding="utf-8").partition(f'msgctxt "{phrase}"')
        longer = after.replace(f'msgstr "{words[phrase]}"', f'msgstr "{words[phrase]} {LONG}"', 1)
        path.write_text(before + mark + longer, encoding="utf-8")
    rows = json.loads(fanal(place, "texts", "--language", "th", "--json", status=1).stdout)["texts"]

    assert {("UCS-2", 2)} == {(row["alphabet"], row["segments"]) for row in rows if row["form"] == "short"}


def test_export_and_import_change_nothing(place: Path, tmp_path: Path) -> None:
    """What is exported and imported untouched leaves the catalogue as it was."""
    before = catalogue(place, "ro").read_bytes()
    fanal(place, "export", "--language", "ro", tmp_path / "out.po", "--at", AT)
    told = fanal(place, "import", tmp_path / "out.po")

    assert before == catalogue(place, "ro").read_bytes()
    assert "ro: 0 sentences new, 0 changed; a draft." in told.stdout
    assert "started anew" not in told.stderr


def test_export_shows_examples(place: Path) -> None:
    """A translator sees what placeholders become; the file goes to the output where none is named."""
    shown = fanal(place, "export", "--language", "fr", "--at", AT).stdout

    assert "#. Heard: Royaume-Uni" in shown
    assert 'msgctxt "greeting"' in shown


def test_export_of_a_new_language(place: Path, tmp_path: Path) -> None:
    """A language without a catalogue begins empty, and comes in once it is whole."""
    fanal(place, "export", "--language", "lb", tmp_path / "lb.po", "--at", AT)
    text = (tmp_path / "lb.po").read_text(encoding="utf-8")
    refused = fanal(place, "import", tmp_path / "lb.po", status=1)
    english = catalogue(place, "en").read_text(encoding="utf-8").replace("Language: en", "Language: lb")
    (tmp_path / "lb.po").write_text(english, encoding="utf-8")
    taken = fanal(place, "import", tmp_path / "lb.po")

    assert '"Language: lb\\n"' in text
    assert "lb.po: greeting is not translated" in refused.stderr
    assert f"lb: {len(Phrase)} sentences new, 0 changed; a draft." in taken.stdout
    assert () == load_catalogues(place / "prompts" / "catalogues")["lb"].faults


@pytest.mark.parametrize("form", ["po", "csv"])
def test_export_of_broken_catalogues(place: Path, form: str) -> None:
    """A file that cannot be read as a catalogue is named, the language's own and the English one, and not written."""
    with catalogue(place, "fr").open("a", encoding="utf-8") as file:
        file.write('msgid "open')
    own = fanal(place, "export", "--language", "fr", "--format", form, status=1)
    with catalogue(place, "en").open("a", encoding="utf-8") as file:
        file.write('\nmsgctxt "nobody"\nmsgid "Nobody."\nmsgstr ""\n')
    english = fanal(place, "export", "--language", "ro", "--format", form, status=1)

    assert "fr.po: cannot be read" in own.stderr
    assert "en.po" in english.stderr
    assert "" == own.stdout + english.stdout


def test_export_for_a_studio(place: Path, tmp_path: Path) -> None:
    """The script has a mark for spreadsheets, each text once, and the name that a recording must have."""
    fanal(place, "export", "--language", "ga", "--format", "csv", tmp_path / "ga.csv", "--at", AT)
    made = (tmp_path / "ga.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    greeting = shipped_catalogues()["ga"].words[Phrase.GREETING]

    assert made.startswith(b"\xef\xbb\xbf")
    assert len({row["text"] for row in rows}) == len(rows)
    assert (studio_name("greeting", greeting, "ga"), "language", greeting) == tuple(
        rows[0][field] for field in ("file", "turn", "text")
    )
    assert rows[0]["notes"].startswith("Neutral first word.")


def test_import(place: Path, tmp_path: Path) -> None:
    """Changed words are put in place and counted; only a dry run leaves all as it was."""
    theirs = spoil(catalogue(place, "fr"), 'msgstr "Bonjour."', 'msgstr "Bonne journée."', tmp_path / "theirs.po")
    before = catalogue(place, "fr").read_bytes()
    dry = fanal(place, "import", theirs, "--dry-run")
    after_dry = catalogue(place, "fr").read_bytes()
    done = json.loads(fanal(place, "import", theirs, "--json").stdout)

    assert "fr: 0 sentences new, 1 changed; a draft. Nothing was written." in dry.stdout
    assert before == after_dry
    assert ("fr", True, ["greeting"], []) == tuple(done[field] for field in ("language", "written", "changed", "new"))
    assert theirs.read_bytes() == catalogue(place, "fr").read_bytes()
    assert set(path.name for path in catalogue(place, "fr").parent.iterdir()) == {f"{tag}.po" for tag in TAGS}


def test_import_of_a_review(place: Path, tmp_path: Path) -> None:
    """A review comes in with the file that says so, and a draft in its place is warned of."""
    reviewed = spoil(catalogue(place, "fr"), "Native-Speaker: no", "Native-Speaker: yes", tmp_path / "reviewed.po")
    draft = shutil.copyfile(catalogue(place, "fr"), tmp_path / "draft.po")
    first = fanal(place, "import", reviewed)
    was = load_catalogues(place / "prompts" / "catalogues")["fr"].reviewed
    second = fanal(place, "import", draft)

    assert ("read by a native speaker." in first.stdout, "" == first.stderr, was) == (True, True, True)
    assert "fr was read by a native speaker before; this file does not say so." in second.stderr
    assert not load_catalogues(place / "prompts" / "catalogues")["fr"].reviewed


def test_import_of_english(place: Path, tmp_path: Path) -> None:
    """New English words are the ones that all others translate from now on, and that is said."""
    theirs = spoil(catalogue(place, "en"), 'msgstr "Hello."', 'msgstr "Good day."', tmp_path / "en.po")
    done = fanal(place, "import", theirs)
    french = fanal(place, "export", "--language", "fr", "--at", AT).stdout
    refused = fanal(place, "import", shutil.copyfile(catalogue(place, "fr"), tmp_path / "fr.po"), status=1)

    assert "their export marks them fuzzy" in done.stderr
    assert '#, fuzzy\n#| msgid "Hello."\nmsgctxt "greeting"\nmsgid "Good day."' in french
    assert "fr.po: greeting translates “Hello.”, which is now “Good day.”" in refused.stderr


REFUSED = [
    pytest.param('msgstr "Bonjour."', 'msgstr ""', "theirs.po: greeting is not translated", id="empty"),
    pytest.param(
        'msgstr "Bonjour."', 'msgstr "Bonjour {x}."', "must hold no placeholder, and holds {x}", id="placeholder"
    ),
    pytest.param('msgid "Hello."', 'msgid "Hi."', "greeting translates “Hi.”, which is now “Hello.”", id="old"),
    pytest.param('msgctxt "greeting"', 'msgctxt "salute"', "salute is no phrase of this program", id="unknown"),
    pytest.param("plural=(n > 1)", "plural=(n != 1)", "Plural-Forms in the head must stay", id="another plural"),
    pytest.param("nplurals=2; plural=(n > 1)", "nplurals=1; plural=0", "cannot be read (msg has", id="fewer forms"),
    pytest.param('msgstr "Bonjour."', "<<<<<<< ours", "theirs.po: cannot be read", id="no catalogue"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), REFUSED)
def test_import_of_faults_changes_nothing(place: Path, tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """A file with a fault is refused in words, with the phrase and what would be right; nothing is written."""
    before = catalogue(place, "fr").read_bytes()
    theirs = spoil(catalogue(place, "fr"), old, new, tmp_path / "theirs.po")
    told = fanal(place, "import", theirs, status=1).stderr

    assert sentence in told
    assert "nothing was written" in told
    assert before == catalogue(place, "fr").read_bytes()


def test_import_of_anything(place: Path, tmp_path: Path) -> None:
    """A file that is no text at all is refused."""
    (tmp_path / "x.po").write_bytes(bytes(range(256)))

    assert "cannot be read" in fanal(place, "import", tmp_path / "x.po", "--language", "fr", status=1).stderr


USAGE = [
    (("list", "--language", "xx"), "'xx' has no catalogue; there are en, fr, ga"),
    (("list", "--turn", "lunch"), "'lunch' is not one of"),
    (("texts", "--helpline", "gb-nobody"), "'gb-nobody' is not in the directory"),
    (("export", "--language", "??"), "'??' is not a language tag"),
    (("export", "--language", "rmn"), "what countries, days and languages are called in 'rmn'"),
    (("import", "pyproject.toml", "--language", "rmn"), "what countries, days and languages are called in 'rmn'"),
    (("export",), "Missing option '--language'"),
    (("import", "nowhere.po"), "does not exist"),
    (("import", CATALOGUES / "fr.po", "--language", "ro"), "fr.po says of itself that it is in 'fr'"),
    (("status", "--at", "today"), "'today' is not an instant"),
]


@pytest.mark.parametrize(("words", "message"), USAGE)
def test_usage(place: Path, words: tuple[object, ...], message: str) -> None:
    """What was not understood is named, with what would be, and the status is 2."""
    assert message in fanal(place, *words, status=2).stderr


def test_settings_and_tables_that_cannot_be_used(place: Path) -> None:
    """A folder that is none is a wrong setting; a table with faults is named."""
    wrong = fanal(place, "status", env={"PROMPTS_PATH": str(place / "nowhere")}, status=2)
    spoil(place / "prompts" / "voices.yaml", "  - tag: it\n", "  - tag: xx\n")
    broken = fanal(place, "status", status=1)

    assert "PROMPTS_PATH names" in wrong.stderr
    assert "voices.yaml" in broken.stderr


def test_languages_with_faults_are_not_listed(place: Path) -> None:
    """A language that was asked for and has faults is refused; among all it is left out."""
    spoil(catalogue(place, "fr"), 'msgstr "Bonjour."', 'msgstr ""')

    assert "fr.po: greeting is not translated" in fanal(place, "list", "--language", "fr", status=1).stderr
    assert "fr" not in {row["language"] for row in listed(place, "--turn", "goodbye")}


@pytest.mark.engine
def test_rates(place: Path) -> None:
    """The engine's speed is measured for any language, also one that it calls by another name."""
    rows = json.loads(fanal(place, "rates", "--language", "ro", "--language", "ga", "--json").stdout)["rates"]

    assert [("ro", VOICES["ro"].rate), ("ga", VOICES["ga"].rate)] == [(row["language"], row["stated"]) for row in rows]
    assert all(8 < row["rate"] < 25 for row in rows)
    assert all(abs(row["characters"] / row["seconds"] - row["rate"]) < 0.1 for row in rows)


def test_rates_need_the_engine(place: Path) -> None:
    """Where there is no engine it is said how to get one, with status 1."""
    told = fanal(place, "rates", status=1, env={"PATH": str(place)}).stderr

    assert "espeak-ng" in told
    assert "not installed" in told


def test_all_that_the_group_holds(place: Path) -> None:
    """The help names every command, rendering too."""
    shown = fanal(place, "--help").stdout

    assert all(f"  {name} " in shown for name in ("status", "list", "export", "import", "texts", "rates", "render"))
