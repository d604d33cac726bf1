"""What one size costs a web process: the memory it holds, and how soon it serves what has been published."""

from __future__ import annotations

import datetime as dt
import html
import json
import random
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.growth.tables import grown
from bench.installation import PATIENCE, Installation, InstallationError, family
from directory.database import open_database
from directory.desk import Desk
from directory.desk.people import OPERATOR
from directory.load import compile_files
from directory.switched import NOTHING
from ivr.simulator.people import our_numbers, person
from ivr.simulator.subscription import new_sid

CALLS, QUICK_CALLS = 2_500, 10
"""A process remembers turns, and grows with them until it remembers as many as it may: after some hundred calls it
holds a quarter less than after some thousand."""
KEYS = 6
"""Keys that each caller presses at most."""
_WEST = ("GB", "BE", "FR", "IT", "DE", "ES", "NL", "SE", "PT", "DK", "FI", "IE", "MT", "VN", "CN", "TH")
_EAST = ("RO", "HU", "PL", "GR", "BG", "CZ", "LT", "LV", "SK", "SA", "RU", "TR", "UA", "AL", "HR", "EE", "SI")
COUNTRIES = _WEST + _EAST
"""One at least for each language, so that all that have a voice are spoken."""
_ACTION = re.compile(rb'<Gather [^>]*action="([^"]+)"')
_POLL = 0.01
_WORD = "checked: null"
"""What the second revision changes in one row, so that there is something to publish."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What was seen of a running server."""

    live: float
    """Seconds from the approver's last word to the new revision being served by the web process."""
    resident: float | None
    """Megabytes that the worker holds, all that it shares with others included (RSS); None where nobody can tell."""


def measured(size: int, installation: Installation, calls: int) -> Outside:
    """Measure the web process over the installation's database, whose first revision has that size."""
    files = _changed(grown(size))
    compile_files(files)  # a draft has been read when it is approved
    with installation.serving() as server:
        until_ready(installation)
        call(installation, calls)
        live = _seconds_until_live(installation, files)
        call(installation, calls // 4)
        return Outside(live, _resident(server))


def until_ready(installation: Installation) -> None:
    """Wait until the server serves the first revision. Raises `InstallationError`."""
    deadline = time.monotonic() + PATIENCE
    while _number(installation) != 1:
        if time.monotonic() > deadline:
            raise InstallationError("The web server does not serve the revision.")
        time.sleep(_POLL)


def call(installation: Installation, calls: int) -> None:
    """Make calls from many countries, with keys pressed at random, so that all languages and services are spoken."""
    dice = random.Random(calls)  # noqa: S311 - no secret
    for number in range(calls):
        form = call_form(COUNTRIES[number % len(COUNTRIES)])
        answer = installation.post("/voice", form)
        for _ in range(KEYS):
            found = _ACTION.search(answer)
            if found is None:
                break
            path = urlsplit(html.unescape(found[1].decode())).path
            answer = installation.post(path, {**form, "Digits": dice.choice("1234569")})


def call_form(country: str) -> dict[str, str]:
    """Return what the carrier says of a new call from a country."""
    caller, called = person(country).mobile, our_numbers()[-1]
    return {
        "CallSid": new_sid("CA"),
        "AccountSid": new_sid("AC"),
        "From": caller,
        "To": called,
        "CallStatus": "ringing",
    }


def _seconds_until_live(installation: Installation, files: Mapping[str, str]) -> float:
    engine = open_database(installation.environ["DATABASE_URL"])
    deadline = time.monotonic() + PATIENCE
    began = time.perf_counter()
    Desk(engine).revisions.publish(
        files, OPERATOR, dt.datetime.now(dt.UTC), "To be measured.", accept_unchecked=True, standing=NOTHING
    )
    while _number(installation) != 2:
        if time.monotonic() > deadline:
            raise InstallationError("The web server does not serve what was published.")
        time.sleep(_POLL)
    seconds = time.perf_counter() - began
    engine.dispose()
    return seconds


def _number(installation: Installation) -> int | None:
    try:
        number: int | None = json.loads(installation.get("/health/ready"))["number"]
    except OSError:
        return None
    return number


def _changed(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files with one row changed."""
    file = next(name for name, text in files.items() if _WORD in text and name[2:] == ".yaml")
    return {**files, file: files[file].replace(_WORD, "checked: 2026-11-01", 1)}


def _resident(server: subprocess.Popen[bytes]) -> float | None:
    """Return megabytes of the server's one worker; None where the system does not tell."""
    try:
        _master, worker = family(server.pid)
        return megabytes((worker / "smaps_rollup").read_text())
    except (OSError, ValueError):
        return None


def megabytes(rollup: str) -> float:
    """Return the millions of bytes that a process holds, which the kernel tells in units of 1,024."""
    found = re.search(r"^Rss: +(\d+) kB", rollup, re.MULTILINE)
    if found is None:
        raise ValueError("the kernel tells of no memory")
    return int(found[1]) * 1024 / 1e6
