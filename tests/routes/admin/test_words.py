"""The words of the pages: nothing is said in English to whoever reads French."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from flask import Flask
from jinja2.ext import babel_extract

from routes.admin.areas import ADMINISTRATION, NAVIGATION
from routes.admin.quotes import quoted
from routes.admin.words import FOLDER

ROOT = Path(__file__).parents[3]
KEYWORDS = {"_": None, "n_": (1, 2), "gettext": None, "ngettext": (1, 2)}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
DESK = [
    *(ROOT / "directory/desk").glob("*.py"),
    *(ROOT / "routes/admin/accounts").glob("*.py"),
    *(ROOT / "ivr/adapters").glob("[tw]*.py"),
]
"""Where sentences are raised that the pages show."""
READERS = [
    *(ROOT / "directory" / f"{name}.py" for name in ("dialling", "entries", "load", "rows", "tables", "timetable")),
    *(ROOT / "directory/exchange" / f"{name}.py" for name in ("csv_table", "hsds_reading", "proposal")),
    *(ROOT / "directory/exchange" / f"{name}.py" for name in ("spreadsheet", "upload", "yaml_text")),
]
"""Where what is wrong in a row or a file is said, and what would be right."""
_SAME = re.compile(r"number 7 (say|dial|from)|7 \(column 7\)|7 is not a number|HSDS 7|row 7|byte 7|kind 7")


def messages() -> Iterator[tuple[str, str]]:
    """Yield where each message of the pages stands, and its English."""
    for path in sorted((ROOT / "routes/admin").rglob("*.py")):
        with path.open("rb") as file:
            for line, said, *_ in extract("python", file, KEYWORDS):
                if said:  # a variable is no message
                    yield _at(path, line), first(said)
    for path in sorted((ROOT / "routes/templates/admin").rglob("*.html")):
        with path.open("rb") as file:
            for line, _, words, _ in babel_extract(file, list(KEYWORDS), [], {"newstyle_gettext": "true"}):
                if words:
                    yield _at(path, line), first(words)
    yield from (("routes/admin/areas.py", name) for _, name in NAVIGATION + ADMINISTRATION)
    for path in DESK:
        yield from ((str(path.relative_to(ROOT)), text) for text in _raised(path))


def _at(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def _raised(path: Path) -> Iterator[str]:
    """Yield the sentences with which the desk refuses something."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = ast.unparse(node.func)
        if (name.endswith("Error") and name != "ValueError") or name == "super().__init__":
            yield str(node.args[0].value)


@cache
def catalogs() -> tuple[tuple[Path, Catalog], ...]:
    """Return the French catalogues."""
    found = []
    for path in sorted((FOLDER / "fr").glob("*.po")):
        with path.open("rb") as file:
            found.append((path, read_po(file, locale="fr", abort_invalid=True)))
    return tuple(found)


def test_every_message_has_its_french() -> None:
    """Whatever a page says in English it can say in French."""
    known = {first(entry.id) for _, catalog in catalogs() for entry in catalog if entry.id and entry.string}

    assert [] == sorted({f"{where} {text!r}" for where, text in messages() if text not in known})


def test_no_french_without_english() -> None:
    """A message that no page says any more is taken out of the catalogues."""
    said = {text for _, text in messages()} | _of_tables()
    left = [
        f"{path.name}: {first(entry.id)!r}"
        for path, catalog in catalogs()
        for entry in catalog
        if entry.id and first(entry.id) not in said
    ]

    assert [] == left


def _of_tables() -> set[str]:
    """Return the English of the tables of sentences in pure modules, which pages translate by their templates."""
    texts = set()
    for path in (ROOT / "directory").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    for path in (*(ROOT / "routes/admin").rglob("*.py"), *(ROOT / "routes/phone").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return texts


def test_placeholders_are_the_same() -> None:
    """French holds the placeholders of its English, or a page would fail in mid-sentence; one thing needs no figure."""
    wrong = []
    for path, catalog in catalogs():
        for entry in catalog:
            one, *several = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
            said = set(_PLACEHOLDER.findall(_last(entry.id))) if entry.id else set()
            if any(set(_PLACEHOLDER.findall(each)) != said for each in several or [one] if entry.id):
                wrong.append(f"{path.name}: {several or one!r}")
            if entry.id and not said - {"num"} <= set(_PLACEHOLDER.findall(one)) <= said:
                wrong.append(f"{path.name}: {one!r}")

    assert [] == wrong


@pytest.mark.parametrize("path", sorted((FOLDER / "fr").glob("*.po")), ids=lambda path: path.stem)
def test_french_says_that_it_is_a_draft(path: Path) -> None:
    """Until a native speaker has read it, a catalogue is marked as a draft in its head."""
    assert dict(catalogs())[path].fuzzy


def test_each_message_has_one_french() -> None:
    """Two catalogues do not say the same English in two ways."""
    said: dict[str, set[str]] = {}
    for _, catalog in catalogs():
        for entry in catalog:
            if entry.id:
                said.setdefault(first(entry.id), set()).add(str(entry.string))

    assert {} == {text: found for text, found in said.items() if len(found) > 1}


def test_words_around_a_value_have_their_french() -> None:
    """What the readers of rows and files put values into is French on a French page, whatever the value is."""
    said = {text for path in READERS for text in _filled(path)}
    with Flask(__name__).test_request_context("/?lang=fr"):
        english = {text for text in said if quoted(text) == text}

    assert len(said) > 15
    assert set() == english


def test_words_that_stand_in_each_other_are_french() -> None:
    """A value may be words itself."""
    with Flask(__name__).test_request_context("/?lang=fr"):
        assert "l’une de ces valeurs\u00a0: AT, BE, ou null" == quoted("one of AT, BE, or null")
        assert "`one of AT`" == quoted("`one of AT`")


def _filled(path: Path) -> Iterator[str]:
    """Yield what a module's formatted words are with a 7 for each value; names of columns are the same for all."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = (str(each.value) if isinstance(each, ast.Constant) else "7" for each in node.values)
            text = "".join(parts)
            if re.search(r"[a-z]{2,}[`, ]+[a-z7]{1,}", text) and not _SAME.fullmatch(text):
                yield text


def first(id_: str | Sequence[str | None]) -> str:
    """Return a message's English, in the singular."""
    return id_ if isinstance(id_, str) else id_[0] or ""


def _last(id_: str | tuple[str, ...] | list[str]) -> str:
    return id_ if isinstance(id_, str) else id_[-1]
