"""The documents: what they name exists, what exists they name, and they give nothing away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import phonenumbers
import pytest

from directory.dialling import digits
from directory.load import load
from ivr.settings import Settings
from ivr.simulator.people import everybody, our_numbers
from routes.cli import main
from tests.documents import DOCUMENTS, OPERATIONS, ROOT, THREATS, code, name, prose, table, text

DECISIONS = ROOT / "docs/decisions"
LEFT_OUT = ROOT / "directory/data/README.md"
"""Lists numbers in order that nobody is sent to them; a test of the directory holds it against the sources."""
HOSTS = {"127.0.0.1", "localhost", "api.twilio.com", "api.dublin.ie1.twilio.com", "keepachangelog.com", "semver.org"}
"""What a document may point to, besides the domains that are reserved for examples."""

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_COMMAND = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?fanal((?: +[^\s|>&;`]+)*)")
_TARGET = re.compile(r"(?<![\w-])make((?: +[\w=\"/.-]+)+)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
_FILE = re.compile(r"(?:directory|docs|ivr|requirements|routes|tests)/[\w./-]+")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:+Z]+)?")
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ ()./-]{0,2}\d){6,}(?!\w)")
_FICTION = re.compile(r"442079460\d{3}|447700900\d{3}|33199 ?00\d{4}|3363998\d{4}|1?\d{3}55501\d{2}")
"""Numbers that no telephone ever gets: Ofcom's for drama, ARCEP's for fiction, 555-0100 to 0199."""
_PRIVATE = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt)\b")
_REGISTRY = re.compile(
    r"index-url|extra-index|trusted-host|artifactory|simple/|://[^\s/]*(?:pypi|proxy|mirror|registry)"
)


def each_document() -> pytest.MarkDecorator:
    """Run a test once for every document."""
    return pytest.mark.parametrize("path", DOCUMENTS, ids=name)


def test_settings_are_documented() -> None:
    """Operators find every setting in the table of operations, and no setting that does not exist."""
    named = set(table(OPERATIONS, "Settings"))

    assert {each.metadata["name"] for each in fields(Settings)} == named


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda each: str(each.metadata["name"]))
def test_defaults_are_documented(setting: object) -> None:
    """The table of settings says what holds where nothing is set."""
    each = next(field for field in fields(Settings) if field is setting)
    row = table(OPERATIONS, "Settings")[each.metadata["name"]]
    default = row.rstrip(" |").rpartition("| ")[2].strip("`")

    if each.default is MISSING:
        assert "needed" == default
    elif each.default is not None:
        assert str(each.default) == default
    else:
        assert default.startswith(("none", "the tables that come with the program"))


def test_decisions_are_listed() -> None:
    """Every decision stands in the list, once, in order, and the list names no other."""
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+\.md)\)", text(DECISIONS / "README.md"), re.MULTILINE)
    pages = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))

    assert pages == [page for _, page in listed]
    assert [page[:4] for page in pages] == [number for number, _ in listed]
    assert len({page[:4] for page in pages}) == len(pages)


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("[0-9]*.md")), ids=name)
def test_a_decision_says_all(path: Path) -> None:
    """A decision says what was faced and chosen, why, what it costs and how to undo it."""
    headings = _HEADING.findall(text(path))

    assert headings[0].startswith(f"{path.name[:4]} ")
    assert {"Context", "Decision", "What it costs", "How to undo"} <= set(headings)


def test_decisions_named_in_code_exist() -> None:
    """A comment that sends its reader to a decision sends them to one that is there."""
    missing = [
        f"{name(path)}: {page}"
        for package in ("directory", "ivr", "routes", "tests")
        for path in (ROOT / package).rglob("*.py")
        for page in re.findall(r"docs/decisions/(\d{4}-[\w-]+\.md)", text(path))
        if not (DECISIONS / page).exists()
    ]

    assert [] == missing


@each_document()
def test_links_lead_somewhere(path: Path) -> None:
    """Every link to a file, and to a heading in it, has a target."""
    dead = []
    for link in _LINK.findall(prose(path)):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.exists() or (parts.fragment and parts.fragment not in anchors(target)):
            dead.append(link)

    assert [] == dead


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the names by which the headings of a document can be linked to."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(path)))
    return frozenset(heading.replace(" ", "-") for heading in plain)


@each_document()
def test_commands_exist(path: Path) -> None:
    """Every `fanal …` that a document names is a command of the program, with these options."""
    strange = [
        f"fanal {' '.join(words)}"
        for words in (match.split() for snippet in code(path) for match in _COMMAND.findall(snippet))
        if not is_command(words)
    ]

    assert [] == strange


def is_command(words: list[str]) -> bool:
    """Tell whether the words after `fanal` name a command and options of it; its arguments are not judged."""
    command: click.Command = main
    for place, word in enumerate(words):
        if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z]+", word):
            options = {word.partition("=")[0] for word in words[place:] if word.startswith("--")}
            known = {option for parameter in command.params for option in parameter.opts}
            return options <= known | {"--help", "--version"}
        found = command.get_command(click.Context(command), word)
        if found is None:
            return False
        command = found
    return True


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("directory find --country RO", True),
        ("directory find --land RO", False),
        ("directory forget", False),
        ("directoryy", False),
        ("doctor --fallback", True),
        ("--help", True),
        ("", True),
    ],
)
def test_commands_are_told_apart(words: str, expected: bool) -> None:
    """The check of commands itself knows a command from its neighbour."""
    assert expected == is_command(words.split())


@each_document()
def test_targets_exist(path: Path) -> None:
    """Every `make …` that a document names is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {
        word
        for snippet in code(path)
        for words in _TARGET.findall(snippet)
        for word in words.split()
        if re.fullmatch(r"[a-z]+", word)
    }

    assert set() == named - targets


@each_document()
def test_files_exist(path: Path) -> None:
    """Every file or folder of ours that a document names is there."""
    named = {snippet.rstrip("/") for snippet in code(path) if _FILE.fullmatch(snippet)}

    assert [] == sorted(file for file in named if not (ROOT / file).exists())


def test_tests_named_by_the_threat_model_exist() -> None:
    """Whoever doubts a promise finds the test that shows it."""
    named = _TEST.findall(text(THREATS))
    missing = [f"{file}::{test}" for file, test in named if not test or test not in names_of_tests_in(ROOT / file)]

    assert named
    assert [] == missing


@cache
def names_of_tests_in(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file; none where there is no such file."""
    if not path.exists():
        return frozenset()
    tree = ast.parse(text(path))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@each_document()
def test_no_private_place(path: Path) -> None:
    """No document names a path of somebody's machine, an index of packages, or a host that we do not mean."""
    found = [*_PRIVATE.findall(text(path)), *_REGISTRY.findall(text(path))]
    hosts = {urlsplit(address).hostname or "" for address in re.findall(r"https?://[^\s`)\"'<>]+", text(path))}
    strange = {host for host in hosts if host not in HOSTS and not host.endswith((".example", ".example.org"))}

    assert [] == found
    assert set() == strange


@cache
def known_numbers() -> frozenset[str]:
    """Return the digits of all numbers that documents may show: the directory's, and those of nobody."""
    rows = [number for helpline in load().helplines.values() for number in helpline.numbers]
    people = [number for person in everybody() for number in (person.mobile, person.landline)]
    shown = [*(row.say for row in rows), *(row.dial or "" for row in rows), *people, *our_numbers()]
    return frozenset(digits(number) for number in shown)


def strange_numbers(words: str) -> Iterator[str]:
    """Yield what looks like a telephone number and belongs, for all we know, to somebody."""
    for number in _NUMBER.findall(_INSTANT.sub("", words)):
        if digits(number) not in known_numbers() and not _FICTION.fullmatch(digits(number)):
            yield number


@each_document()
def test_no_number_of_anybody(path: Path) -> None:
    """Every telephone number in a document stands in the directory, or belongs to nobody."""
    if path != LEFT_OUT:
        assert [] == list(strange_numbers(text(path)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("call +44 20 7946 0123 now", []),
        ("call +44 20 7947 0123 now", ["+44 20 7947 0123"]),
        ("on 2026-11-23T03:00+02:00", []),
        ("100 000 items, 64 kB", []),
        ("0800 800 678", []),
        ("0800 800 679", ["0800 800 679"]),
    ],
)
def test_numbers_are_told_apart(words: str, expected: list[str]) -> None:
    """The check of numbers itself knows a helpline's number from its neighbour."""
    assert expected == list(strange_numbers(words))


def test_an_example_number_belongs_to_nobody() -> None:
    """What the library gives as an example of a number may be shown."""
    example = phonenumbers.example_number_for_type("RO", phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    assert [] == list(strange_numbers(shown))
