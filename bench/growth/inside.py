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
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import TypeVar

import click

from bench.growth.tables import first_countries, grown
from directory.database import open_database
from directory.desk import Desk
from directory.find import Query, ranked
from directory.load import load, read_files
from directory.model import Directory, Shown
from ivr import flow
from ivr.adapters import schema
from ivr.adapters.published import DeskSource
from ivr.state import State, Step
from ivr.turn import Caller, World

SMALL = 100
"""The questions are about the countries of a directory of this size, so that all sizes are asked the same."""
ROUNDS, QUICK_ROUNDS = 15, 1
"""How often each question is asked, each time in another minute; what counts is the quickest answer."""
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


def _answers(tables: Directory, rounds: int) -> tuple[float, float]:
    """Return the seconds of a match and of a step."""
    asked = [
        Query(country, need.id, language)
        for country in first_countries(SMALL)
        for need in tables.needs.values()
        for language in LANGUAGES
        if need.shown is not Shown.NEVER
    ]
    asked = asked[::20] if rounds == QUICK_ROUNDS else asked
    minutes = count()
    match = _mean_of_quickest(asked, lambda query: next(iter(ranked(tables, query, _minute(minutes)))), rounds)
    return match, _mean_of_quickest(asked, lambda query: _press(tables, query, _minute(minutes)), rounds)


def _press(tables: Directory, query: Query, now: dt.datetime) -> None:
    """Press the key of the menu that leads to a service of the country."""
    caller = Caller(query.country, can_text=True, line=None)
    world = World(tables, LANGUAGES, now, caller)
    flow.press(State(Step.NEED, language=query.language, country=query.country), "1", world)


def _minute(minutes: Iterator[int]) -> dt.datetime:
    return NOON + dt.timedelta(minutes=next(minutes) % 60)


def _mean_of_quickest(asked: list[Query], answer: Callable[[Query], object], rounds: int) -> float:
    quickest = [min(_timed(partial(answer, query))[1] for _ in range(rounds)) for query in asked]
    return sum(quickest) / len(quickest)


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


if __name__ == "__main__":
    wanted, often = map(int, sys.argv[1:])
    click.echo(json.dumps(asdict(measured(wanted, os.environ["DATABASE_URL"], often))))
