"""`python -m bench.counting`: how many events a second one worker adds up, on SQLite and on PostgreSQL.

The events stand in the stream as two busy web processes leave them, in batches of a twentieth of a second: what calls
do, one record of each call to be deleted, and one that has been. What is timed is the job alone: reading the stream,
adding up in SQL, acknowledging. Exit status 1 if a figure is below the expectation of 5,000 or an event is not counted
once.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import click
import sqlalchemy as sa

from bench.findings import Finding, as_json, table
from bench.installation import Installation, InstallationError, databases, installed
from directory.database import open_database
from ivr import jobs
from ivr.adapters import schema
from ivr.adapters.batch import Batch, Once, gathered
from ivr.adapters.books import compare
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.counters import Counters
from ivr.adapters.errands import Errands, settling_mark
from ivr.adapters.stream import EventStream
from ivr.events import Event, EventKind, PurgeCall

EXPECTED = 5_000
EVENTS, QUICK_EVENTS = 100_000, 50_000
BATCH = 125
"""Events that one of two processes takes in a twentieth of a second where 5,000 come in one."""
EVENTS_OF_A_CALL = 10
"""About as many as the year of calls has."""
UNDER_WAY = 500
"""Calls between one whose record is deleted and one that begins."""
LANGUAGES, COUNTRIES, NEEDS = (
    ("en", "fr", "ro", "uk", "ar"),
    ("RO", "FR", "GB", "DE"),
    ("crime", "violence", "children"),
)
STEPS = ("language", "need", "referral", "forward", "consent", "goodbye")
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@click.command(epilog="Example: python -m bench.counting --events 1000000 --json")
@click.option("--events", default=EVENTS, show_default=True, type=click.IntRange(1000), help="How many are counted.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(events: int, json_wanted: bool) -> None:
    """Measure how fast one worker adds up events."""
    try:
        found = list(_counted(databases("both"), events, lambda line: click.echo(line, err=True)))
    except InstallationError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    click.echo(json.dumps({"findings": as_json(found)}, indent=2) if json_wanted else table(found))
    sys.exit(0 if all(each.met for each in found) else 1)


def findings(quick: bool, say: Callable[[str], None]) -> Iterator[Finding]:
    """Count events on each database and yield how many a second; the target stands for a quick run as well.

    Raises `bench.installation.InstallationError`.
    """
    yield from _counted(databases("both"), QUICK_EVENTS if quick else EVENTS, say)


def _counted(kinds: Iterable[str], events: int, say: Callable[[str], None]) -> Iterator[Finding]:
    for kind in kinds:
        say(f"counting: {events:,} events on {kind}")
        with installed(kind) as installation:
            rate = _measured(installation, events)
        yield Finding("counting", "events one worker counts", rate, "a second", at_least=EXPECTED, database=kind)


def _measured(installation: Installation, events: int) -> float:
    engine = open_database(installation.environ["DATABASE_URL"])
    schema.upgrade(engine)
    stream = EventStream(connect(installation.environ["REDIS_URL"], PATIENT))
    for batch in batches(events):
        stream.add(batch)
    jobs.begin(_collaborators(stream, engine))
    seconds = 0.0
    while stream.waiting():
        began = time.perf_counter()
        jobs.count_events()
        seconds += time.perf_counter() - began
    books = compare(engine, installation.spool)
    engine.dispose()
    if (books.counted, books.lost, books.doubled) != (events, 0, 0):
        raise InstallationError(f"Not every event was counted once: {books}")
    return events / seconds


def batches(events: int) -> Iterator[Batch]:
    """Yield batches of two sources in turn that hold so many events together, and the errands of as many calls."""
    items, calls, accepted = _items(), itertools.count(UNDER_WAY), [0, 0]
    for number, left in enumerate(range(events, 0, -BATCH)):
        held = list(itertools.islice(items, min(BATCH, left)))
        begun = [PurgeCall(_sid(next(calls))) for item in held if isinstance(item, Once)]
        source = number % 2
        batch = gathered(f"source-{source}", number // 2 + 1, accepted[source], [*held, *begun])
        accepted[source] = batch.accepted
        yield replace(batch, first=batch.number == 1)


def _items() -> Iterator[Event | Once]:
    """Yield what callers cause, mixed: some hundred different things, as on a busy evening.

    One of ten is the deletion of a call's record, which is counted by its mark and settles an errand.
    """
    dice = random.Random(7)  # noqa: S311 - no secret
    for call in itertools.count():
        yield Once(settling_mark(PurgeCall(_sid(call))), Event.at(NOW, EventKind.RECORD, "deleted"))
        for _ in range(EVENTS_OF_A_CALL - 1):
            name, language = dice.choice(STEPS), dice.choice(LANGUAGES)
            yield Event.at(NOW, EventKind.STEP, name, language, dice.choice(COUNTRIES), dice.choice(NEEDS))


def _sid(call: int) -> str:
    return f"CA{call:032d}"


def _collaborators(stream: EventStream, engine: sa.Engine) -> jobs.Collaborators:
    unused = {"provider": None, "claims": None, "queues": None, "compose": None, "release": None, "outbox": None}
    parts = {"stream": stream, "counters": Counters(engine), "errands": Errands(engine)}
    return jobs.Collaborators(**unused, **parts, clock=lambda: NOW)  # type: ignore[arg-type]  # counting needs no more


if __name__ == "__main__":
    main()
