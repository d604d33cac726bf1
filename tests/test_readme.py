"""The README: its call is what the program prints, and its figures are those of the directory."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from directory.load import load
from docs.language_table import table
from routes.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_call() -> None:
    """The call shown in ten lines is, line by line and in order, what its command prints."""
    section = README.split("## A call in ten lines")[1].split("\n## ")[0]
    command = re.search(r"`fanal (call [^`]+)`", section)
    shown = re.search(r"```\n(.*?)```", section, re.DOTALL)
    assert command
    assert shown
    lines = shown[1].rstrip().splitlines()
    printed = iter(CliRunner().invoke(main, shlex.split(command[1])).output.splitlines())

    assert 10 == len(lines)
    assert [] == [line for line in lines if line not in printed]


def test_the_directory() -> None:
    """The numbers of services and countries are those of the shipped directory."""
    directory = load()

    assert f"{len(directory.helplines)} services in {len(directory.countries)} countries" in README


def test_the_layout() -> None:
    """Every folder and file that the customer's frame names exists, and stands in the README."""
    root = Path(__file__).parents[1]
    for name in ("ivr/", "routes/", "directory/", "worker.py", "tests/"):
        assert (root / name).exists()
        assert f"`{name}`" in README
    for name in ("pyproject.toml", "README.md", "Makefile", ".ci/run", "docker-compose.yml"):
        assert (root / name).exists(), name


def test_the_languages() -> None:
    """The table of languages is what the program says of them today: how each is spoken, and how long it speaks."""
    shown = README.split("## Languages")[1].split("\n## ")[0]

    assert table() in shown
