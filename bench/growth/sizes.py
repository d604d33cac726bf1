"""The sizes measured, and what was found as figures beside their targets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.findings import Finding
from bench.growth import outside
from bench.growth.inside import QUICK_ROUNDS, ROUNDS, SMALL, Inside
from bench.growth.outside import Outside
from bench.installation import SQLITE, InstallationError, databases, installed
from directory.load import load

SIZES = (100, 1_000, 10_000, 100_000)
QUICK = (100, 1_000)
LARGEST_SERVED = 10_000
"""Beyond it no server is started: no federation is so large."""
PUBLISHED_SECONDS, LIVE_SECONDS, GROWTH, MEGABYTES = 2.0, 2.0, 1.2, 120.0
"""The targets: at `LARGEST_SERVED`, and for the shipped directory."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """What was found of one size on one database; `outside` is None where no server was started."""

    helplines: int
    database: str
    inside: Inside
    outside: Outside | None


def measured(sizes: Sequence[int], database: str, say: Say, *, quick: bool = False) -> list[Size]:
    """Measure the sizes and the shipped directory; on PostgreSQL those that are served; `quick`, on SQLite alone."""
    found: list[Size] = []
    shipped = () if quick else (len(load().helplines),)
    for kind in databases("sqlite" if quick else database):
        for size in sorted({*sizes, *shipped}):
            if size > LARGEST_SERVED and kind != SQLITE:
                continue
            say(f"growth: {size:,} helplines on {kind}")
            found.append(_measured(size, kind, is_served=size <= LARGEST_SERVED and not (quick and found), quick=quick))
    return found


def _measured(size: int, kind: str, *, is_served: bool, quick: bool) -> Size:
    rounds, calls = (QUICK_ROUNDS, outside.QUICK_CALLS) if quick else (ROUNDS, outside.CALLS)
    with installed(kind) as installation:
        command = [sys.executable, "-m", "bench.growth.inside", str(size), str(rounds)]
        done = subprocess.run(command, env=dict(installation.environ), capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if done.returncode:
            raise InstallationError(f"{size} helplines could not be measured: {done.stderr.strip()}")
        inside = Inside(**json.loads(done.stdout))
        served = outside.measured(size, installation, calls) if is_served else None
        return Size(size, kind, inside, served)


def summary(sizes: Sequence[Size], *, quick: bool = False) -> Iterator[Finding]:
    """Yield the figures of all sizes; `quick` judges none."""
    shipped = len(load().helplines)
    for each in sizes:
        is_judged = each.helplines == LARGEST_SERVED and not quick
        name, where = f"{each.helplines:,} helplines", each.database
        yield Finding("growth", f"{name}, from YAML", each.inside.yaml, "s", database=where)
        most = PUBLISHED_SECONDS if is_judged else None
        yield Finding("growth", f"{name}, as published", each.inside.published, "s", at_most=most, database=where)
        if each.outside is not None:
            most = LIVE_SECONDS if is_judged else None
            yield Finding("growth", f"{name}, publication live", each.outside.live, "s", at_most=most, database=where)
        if each.outside is not None and each.outside.resident is not None:
            most = MEGABYTES if each.helplines == shipped and not quick else None
            yield Finding("growth", f"{name}, web process", each.outside.resident, "MB", at_most=most, database=where)
        yield Finding("growth", f"{name}, a match", each.inside.match * 1e6, "us", database=where)
        yield Finding("growth", f"{name}, a step", each.inside.step * 1e6, "us", database=where)
    for kind in dict.fromkeys(each.database for each in sizes):
        last = max((each for each in sizes if each.database == kind), key=lambda each: each.helplines)
        name = f"a match at {last.helplines:,} beside {SMALL:,}"
        most = GROWTH if last.helplines >= LARGEST_SERVED and not quick else None
        yield Finding("growth", name, last.inside.match / last.inside.few, "times", at_most=most, database=kind)
