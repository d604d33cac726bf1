"""The command line as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from routes.cli import main

COMMANDS = main.list_commands(click.Context(main))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the given words, as a program of its own, on a machine without a database."""
    environ = {**os.environ, "DATABASE_URL": "sqlite:///no-such-folder/fanal.db"}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=60, env=environ
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name: str) -> None:
    """Each command in the list can be imported and has help."""
    result = CliRunner().invoke(main, [name, "--help"])

    assert 0 == result.exit_code, result.output


def test_unknown_command() -> None:
    """A command that there is not is named, with status 2."""
    result = CliRunner().invoke(main, ["dance"])

    assert 2 == result.exit_code
    assert "No such command 'dance'" in result.output


def test_help_imports_nothing_heavy() -> None:
    """The help page lists the commands without importing what they need."""
    program = (
        "import sys, contextlib, routes.cli\n"
        "with contextlib.suppress(SystemExit): routes.cli.main(['--help'])\n"
        "print(sorted({'flask', 'twilio', 'redis', 'rq', 'sqlalchemy', 'phonenumbers', 'babel'} & set(sys.modules)))"
    )
    done = run("-c", program)

    assert "Check, show, search, compare and publish the directory" in done.stdout
    assert "[]" == done.stdout.splitlines()[-1]


def test_as_a_program() -> None:
    """A script that runs the program gets the contract's JSON, and nothing on standard error."""
    words = "directory find --country RO --need trafficking --language ro --at 2026-11-23T03:00+02:00 --json"
    done = run("-m", "routes.cli", *words.split())
    first = json.loads(done.stdout)[0]

    assert (0, "") == (done.returncode, done.stderr)
    assert ("ro-anitp", False, "2026-11-23T08:00+02:00", "0800 800 678") == tuple(
        first[field] for field in ("id", "open", "opens", "number")
    )


def test_directory_needs_no_server() -> None:
    """`fanal directory` imports neither the web's nor the queue's libraries, nor SQL where there is no database."""
    program = (
        "import sys, contextlib, routes.cli\n"
        "with contextlib.suppress(SystemExit): routes.cli.main(['directory', 'check'])\n"
        "print(sorted({'flask', 'twilio', 'redis', 'rq', 'sqlalchemy', 'ivr.services'} & set(sys.modules)))"
    )

    assert "[]" == run("-c", program).stdout.splitlines()[-1]
