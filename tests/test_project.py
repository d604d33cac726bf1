"""What surrounds the code: the make targets, the locks, the wheel's contents, what CI runs."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CONTRACT_TARGETS = ("run", "test", "call", "check", "bench", "install")
LOCKS = ("runtime", "develop", "audit")
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|\bfile:/")


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def pins(lock: str) -> dict[str, str]:
    """Return the packages of a lock with their versions."""
    text = (ROOT / f"requirements/{lock}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


@cache
def auditing() -> ModuleType:
    """Return what CI audits the locks with."""
    spec = spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wanted(name: str) -> set[str]:
    """Return the packages that a requirements file asks for."""
    text = (ROOT / f"requirements/{name}.in").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9][a-z0-9-]*)", text, re.MULTILINE))


def make(*words: str) -> str:
    """Return what make prints, as at a desk."""
    ours = {"PORT", "ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    environ = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(["make", *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout


def dry_run(*words: str) -> str:
    """Return what make would do."""
    return make("--dry-run", *words)


@pytest.mark.parametrize("target", CONTRACT_TARGETS)
def test_make_knows_the_targets_of_the_contract(target: str) -> None:
    """Other people's scripts rely on these names."""
    assert dry_run(target)
    assert re.search(rf"^  make {target} ", make(), re.MULTILINE)


def test_port_can_be_chosen_on_the_command_line() -> None:
    """`make run PORT=9000` is in the contract; without it the port is 8000."""
    assert "fanal run --port 9000" in dry_run("run", "PORT=9000")
    assert "fanal run --port 8000" in dry_run("run")


def test_running_needs_only_what_running_needs() -> None:
    """A newcomer waits for no browser driver and no type checker."""
    assert "install.sh runtime" in dry_run("run")
    assert "develop" not in dry_run("run")
    assert "install.sh develop" in dry_run("test")


def test_check_is_what_ci_runs_and_holds_the_test_command() -> None:
    """What is green at a desk is green in CI, and the tests are run once, by the command that the README names."""
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    check = dry_run("check")

    assert "make check" in ci
    assert "pytest" not in ci
    assert 1 == check.count("-m pytest")
    for part in ("ruff format --check", "ruff check", "mypy", "fanal directory check"):
        assert part in check


def test_ci_audits_every_lock() -> None:
    """What is installed anywhere is held against known vulnerabilities, the auditing tool itself included."""
    assert re.search(
        r'^part ".*" \.venv/bin/python \.ci/audit\.py$', (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE
    )
    assert set(LOCKS) == {*auditing().LOCKS, "runtime"}  # the lock of the tests holds that one


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ({"name": "flask", "version": "3.0", "vulns": []}, 0),
        ({"name": "flask", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"]}]}, 1),
        ({"name": "flask", "version": "3.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-2"]}]}, 0),
        ({"name": "flask", "version": "3.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-21"]}]}, 1),
        ({"name": "flask", "skip_reason": "it is not known there"}, 1),
    ],
)
def test_only_what_was_looked_up_counts_as_clean(
    package: dict[str, Any], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding fails unless it was accepted with a reason, and a package that was passed over is a finding."""
    module = auditing()
    monkeypatch.setattr(module, "ACCEPTED", {"CVE-2": "not reached by us"})

    assert expected == len([*module.findings_of([package]), *module.unseen([package])])


def test_ci_stops_at_the_first_failure() -> None:
    """A part that fails in the middle must not be forgotten by the end."""
    assert "set -euo pipefail" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("script", ["requirements/install.sh", "requirements/lock.sh", ".ci/run"])
def test_scripts_can_be_parsed(script: str) -> None:
    """A shell reads a script as it runs it, and so finds a missing `fi` late."""
    shell = "bash" if script == ".ci/run" else "sh"
    read = subprocess.run([shell, "-n", script], cwd=ROOT, check=False)

    assert 0 == read.returncode


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_hash(lock: str) -> None:
    """Nothing else than what was looked at is ever installed."""
    text = (ROOT / f"requirements/{lock}.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert pins(lock)
    assert [] == [entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_asked_for_is_locked(name: str) -> None:
    """A line added without `make lock` would be missing at a newcomer's."""
    assert set() == wanted(name) - set(pins(name))


def test_tests_run_with_the_versions_that_run() -> None:
    """The environment of the tests holds the other one, version by version; `install.sh` counts on it."""
    assert {} == {name: version for name, version in pins("runtime").items() if pins("develop").get(name) != version}


@pytest.mark.parametrize(
    "name", ["Makefile", ".ci/run", "requirements/install.sh", "requirements/lock.sh", "Dockerfile", "pyproject.toml"]
    + [f"requirements/{name}.{kind}" for name in LOCKS for kind in ("in", "lock")]
)  # fmt: skip
def test_no_address_of_an_index_is_written_down(name: str) -> None:
    """Packages come from wherever a machine's own settings say."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()

    assert [] == [line for line in lines if ADDRESS.search(line)]


@pytest.mark.parametrize("package", ["directory", "ivr", "routes"])
def test_data_beside_the_code_is_packaged(package: str) -> None:
    """A table, a catalogue or a template that is not in the wheel is missing only at somebody else's."""
    patterns = project()["tool"]["setuptools"]["package-data"][package]
    folder = ROOT / package
    packaged = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    beside = {path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}

    assert set() == beside - packaged


def test_docstrings_and_types_are_demanded() -> None:
    """The checks that the rules of style rest on are switched on, for all Python that is here: the tests' own too."""
    tool = project()["tool"]

    assert "D1" in tool["ruff"]["lint"]["select"]
    assert tool["mypy"]["strict"] is True
    assert {path.parent.name for path in ROOT.glob("*/*.py")} | {"*.py"} == {
        path.partition("/")[0] for path in tool["mypy"]["files"]
    }


def test_tests_forgive_nothing() -> None:
    """Warnings are errors, marks are strict, order is random, and no test reaches beyond loopback."""
    options = project()["tool"]["pytest"]["ini_options"]

    assert "error" == options["filterwarnings"][0]
    assert {"--strict-markers", "--strict-config", "--disable-socket"} <= set(options["addopts"])
    assert options["xfail_strict"] is True
    assert "pytest-randomly" in pins("develop")
