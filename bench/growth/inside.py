"""`python -m bench.growth.inside SIZE ROUNDS`: what one size costs inside a process of its own, as one line of JSON.

DATABASE_URL names an empty database, and stays behind with the directory as its first revision.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, median
from typing import TypeVar

import click

from bench.growth.tables import first_countries, grown
from directory.database import open_database
from directory.desk import Desk
from directory.find import Query, ranked
from directory.load import compile_files, load, read_files
from directory.model import Directory, Shown
from ivr import flow
from ivr.adapters import schema
from ivr.adapters.published import DeskSource
from ivr.state import State, Step
from ivr.turn import Caller, World

SMALL = 100
"""The questions are about the countries of a directory of this size, so that all sizes are asked the same."""
ROUNDS, QUICK_ROUNDS = 15, 1
"""How often each question is asked, each time in another week, since a call's turns are remembered for some minutes;
what counts is the quickest answer."""
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
LANGUAGES = ("en", "fr", "ro")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Inside:
    """Seconds that one size takes."""

    helplines: int
    yaml: float
    """To read it from a folder of YAML files, strictly, with every check."""
    publish: float
    """To pack it and write it to the database as a revision, once it is read."""
    published: float
    """To ask the database for it and have it ready to be searched: the median of some times."""
    match: float
    """To find the best service for a country, a need and a language, not remembered: the mean of all questions."""
    few: float
    """The same among `SMALL` helplines: each question was asked of both directories in turn."""
    step: float
    """To answer a key with the service that is right for a caller, not remembered."""


def measured(size: int, url: str, rounds: int) -> Inside:
    """Measure one size. Raises SQLAlchemy's errors."""
    with tempfile.TemporaryDirectory(prefix="fanal-bench-") as name:
        folder = Path(name)
        for file, text in grown(size).items():
            (folder / file).write_text(text, encoding="utf-8")
        tables, yaml = _timed(lambda: load(folder))
        files = read_files(folder)
    engine = open_database(url)
    schema.upgrade(engine)
    _, publish = _timed(lambda: Desk(engine).revisions.ship(files, dt.datetime.now(dt.UTC), "To be measured."))
    engine.dispose()
    published = median(_timed(lambda: _read(url))[1] for _ in range(5))
    return Inside(len(tables.helplines), yaml, publish, published, *_answers(tables, rounds))


def _read(url: str) -> Directory:
    source = DeskSource(open_database(url), Path(tempfile.gettempdir()) / "fanal-bench-nothing-is-kept")
    found = source.newest(source.look()).directory
    source.close()
    return found


def _answers(tables: Directory, rounds: int) -> tuple[float, float, float]:
    """Return the seconds of a match, of a match among few helplines, and of a step."""
    small = compile_files(grown(SMALL))
    asked = [
        Query(country, need.id, language)
        for country in first_countries(SMALL)
        for need in tables.needs.values()
        for language in LANGUAGES
        if need.shown is not Shown.NEVER
    ]
    asked = asked[::20] if rounds == QUICK_ROUNDS else asked
    match, few = _means_of_quickest(asked, (partial(_match, tables), partial(_match, small)), rounds)
    places = {(query.country, query.language): query for query in asked}  # a step is the same for all needs
    (step,) = _means_of_quickest(places.values(), (partial(_press, tables),), rounds)
    return match, few, step


def _match(tables: Directory, query: Query, now: dt.datetime) -> None:
    """Find the best service."""
    next(iter(ranked(tables, query, now)))


def _press(tables: Directory, query: Query, now: dt.datetime) -> None:
    """Press the key of the menu that leads to a service of the country."""
    caller = Caller(query.country, can_text=True, line=None)
    world = World(tables, LANGUAGES, now, caller)
    flow.press(State(Step.NEED, language=query.language, country=query.country), "1", world)


def _means_of_quickest(
    asked: Iterable[Query], answers: Sequence[Callable[[Query, dt.datetime], None]], rounds: int
) -> list[float]:
    """Let each answer every question in turn, round after round; return the mean of the quickest times of each."""
    weeks = [NOON + dt.timedelta(weeks=number) for number in range(rounds)]
    quickest = []
    for query in asked:
        times = [[_timed(partial(answer, query, now))[1] for answer in answers] for now in weeks]
        quickest.append([min(each) for each in zip(*times, strict=True)])
    return [fmean(each) for each in zip(*quickest, strict=True)]


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


if __name__ == "__main__":
    wanted, often = map(int, sys.argv[1:])
    click.echo(json.dumps(asdict(measured(wanted, os.environ["DATABASE_URL"], often))))
