"""Holds every locked package against the public list of known vulnerabilities, with pip-audit; a finding fails.

Where the list cannot be asked from this machine it says so in one line and ends well, since that is no fault of the
locks; with `--required` (before a release) it fails there too. pip-audit calls a package that it could not look up
clean, so it is asked first about one that is known to be vulnerable: only if it finds that one is its word taken.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOCKS = ("develop", "audit")
"""`develop` holds `runtime`, version by version (tests/test_project.py)."""
SERVICE = "https://api.osv.dev/v1/query"
KNOWN = "jinja2==2.10"
"""A version with vulnerabilities that have been public for years."""
ACCEPTED: dict[str, str] = {}
"""Findings that do no harm here: the id, and why, with a date on which somebody looks again."""
SECONDS = 3.0
"""How long the list may take to answer a connection, and each question."""
REQUIREMENTS = Path(__file__).parents[1] / "requirements"


class AwayError(Exception):
    """The list could not be asked; the sentence says why."""


def main() -> int:
    """Audit the locks and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--required", action="store_true", help="fail where the list cannot be asked")
    parser.add_argument("--service", default=SERVICE, help="another address that answers as OSV does")
    wanted = parser.parse_args()
    try:
        packages, findings = audit(wanted.service)
    except AwayError as fault:
        print(f"NOT AUDITED: {fault}; the locks' hashes were checked when they were installed, no more.")
        return int(wanted.required)
    print("\n".join([*findings, f"{packages} packages audited, {len(findings)} findings"]))
    return int(bool(findings))


def audit(service: str) -> tuple[int, list[str]]:
    """Return how many packages were looked up, and a line for each finding. Raises `AwayError`."""
    reach(service)
    with tempfile.TemporaryDirectory(prefix="fanal-audit-") as folder:
        tool = install(Path(folder))
        known = Path(folder) / "known.txt"
        known.write_text(KNOWN + "\n", encoding="utf-8")
        if not list(findings_of(ask(tool, service, known, "--no-deps"))):
            raise AwayError(f"the list of vulnerabilities knows nothing of {KNOWN}, so its word is worth nothing")
        answers = [package for lock in LOCKS for package in ask(tool, service, REQUIREMENTS / f"{lock}.lock")]
    return len(answers), sorted({*findings_of(answers), *unseen(answers)})


def reach(service: str) -> None:
    """Raise `AwayError` at once where nothing answers, before anything is installed."""
    parts = urlsplit(service)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 443), SECONDS).close()
    except OSError:
        raise AwayError("this machine has no way to the list of known vulnerabilities") from None


def install(folder: Path) -> Path:
    """Make an environment with pip-audit from its own lock, by hash, and return the program."""
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "--quiet", "--no-compile"]
    subprocess.run([*pip, "--require-hashes", "-r", str(REQUIREMENTS / "audit.lock")], check=True)
    return folder / "bin/pip-audit"


def ask(tool: Path, service: str, requirements: Path, *options: str) -> list[dict[str, Any]]:
    """Return what the list knows of each package of a file; nothing is resolved or installed. Raises `AwayError`."""
    flags = ["--disable-pip", "--vulnerability-service", "osv", "--osv-url", service, "--timeout", str(int(SECONDS))]
    command = [str(tool), "--requirement", str(requirements), *flags, "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        raise AwayError(f"the list of known vulnerabilities could not be asked ({last[0][:160]})") from None


def findings_of(packages: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Yield a line for each vulnerability that nobody has accepted."""
    for package in packages:
        for found in package.get("vulns", ()):
            if not {found["id"], *found.get("aliases", ())} & set(ACCEPTED):
                mended = ", ".join(found.get("fix_versions", ())) or "no version yet"
                yield f"{package['name']} {package['version']}: {found['id']}, mended in {mended}"


def unseen(packages: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Yield a line for each package that was passed over: it must not count as clean."""
    return (
        f"{package['name']}: not looked up ({package['skip_reason']})"
        for package in packages
        if "skip_reason" in package
    )


if __name__ == "__main__":
    sys.exit(main())
