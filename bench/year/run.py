"""One run: rehearse, let the calls come, wait until all is counted and sent, compare."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from xml.sax.saxutils import escape

from bench.installation import InstallationError
from bench.year.books import Books, Outcome
from bench.year.calls import SEED, Route, plans, rehearsal, routes, walk
from bench.year.latencies import Latencies
from bench.year.load import Call, Load, made
from bench.year.parts import Parts, running
from bench.year.people import telephones
from bench.year.progress import Progress
from bench.year.tally import Tally
from directory.load import load
from ivr.catalogue import CATALOGUES, load_catalogues
from ivr.events import TEXT_LIFE
from ivr.phrases import Phrase
from ivr.speech import Speech
from ivr.turn import Amount, Line

MOST_REHEARSED = 10_000
"""The calls of a run are numbered from here."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How many calls come in how many seconds."""

    part: str
    calls: int
    seconds: float
    thinking: float = 1.0
    rehearsed: int = 0
    """Ways that are walked beforehand; 0 for all."""
    patience: float = 60.0
    """Seconds to wait, after the last call, until all is counted and sent."""
    is_judged: bool = True
    """Whether its times have targets."""

    def of(self, calls: int) -> Size:
        """Return the same with another number of calls, at the same rate."""
        return replace(self, calls=calls, seconds=self.seconds * calls / self.calls, is_judged=False)


YEAR = Size("year", 30_000, 118.0)
SURGE = Size("surge", 75_000, 30.0, patience=300.0, is_judged=False)
QUICK = Size("year", 300, 2.0, thinking=0.1, rehearsed=40, is_judged=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run gave."""

    size: Size
    database: str
    tally: Tally
    outcome: Outcome
    latencies: Latencies
    arrived: float
    cpu: dict[str, float]
    """Processor seconds of each part, from the first call until all was counted and sent."""

    def latency(self, share: float) -> float:
        """Return a percentile of all latencies, in milliseconds."""
        return 1000 * self.latencies.percentile(share)


def run(size: Size, database: str, say: Say) -> Result:
    """Make one run. Raises `InstallationError` or `StandstillError` where there is no result."""
    with running(database) as parts:
        of = parts.installation
        load, books = Load(of.port, of.url, of.token), _books(parts)
        ways = _rehearsed(load, parts, size)
        if not ways:
            raise InstallationError("At this hour no way leads to a helpline, so there is nothing to measure.")
        books.begin()
        say(f"{size.part}, {database}: {size.calls:,} calls in {size.seconds:.0f} s, {len(ways)} ways rehearsed")
        before = parts.cpu_seconds()
        with Progress(parts, load, say):
            load.run(_calls(ways, size, load), size.thinking)
            outcome = books.settle(load.tally, size.patience)
        after = parts.cpu_seconds()
        load.end()
        cpu = {part: seconds - before.get(part, 0.0) for part, seconds in after.items()}
        return Result(size, database, load.tally, outcome, load.latencies, load.arrived, cpu)


def _books(parts: Parts) -> Books:
    of = parts.installation

    def verified() -> bool:
        with suppress(InstallationError):
            of.run("stats", "verify")
            return True
        return False

    return Books(of.environ["DATABASE_URL"], of.spool, lambda: parts.told(whole=True)["texts"], verified)


def _rehearsed(load: Load, parts: Parts, size: Size) -> Sequence[Route]:
    """Walk every way once, a little apart, and return those that lead to a helpline at this hour."""
    ways = routes(telephones(parts.installation.account, parts.installation.url), size.rehearsed)
    walks = [partial(rehearsal, way, load.tally) for way in ways]
    calls = (made(each, way.telephone, n, n / 200, 0.0) for n, (way, each) in enumerate(zip(ways, walks, strict=True)))
    load.run(calls, thinking=0.0)
    learnt, load.tally = tuple(load.learnt), Tally()
    return learnt


def _calls(ways: Sequence[Route], size: Size, load: Load) -> Iterator[Call]:
    """Yield the calls in the order in which they come: by chance, as many as there are, in the seconds there are."""
    dice = random.Random(SEED)  # noqa: S311 - no secret
    dues = sorted(dice.uniform(0, size.seconds) for _ in range(size.calls))
    sent = _sent_sentences()
    for number, (due, plan) in enumerate(zip(dues, plans(ways, size.calls), strict=True), MOST_REHEARSED):
        yield made(partial(walk, plan, load.tally, sent), plan.route.telephone, number, due, plan.thinks)


def _sent_sentences() -> tuple[bytes, ...]:
    """Return how each language says that a text is on its way, as it stands in a document."""
    catalogues = load_catalogues(CATALOGUES)
    speech, minutes = Speech(load(), catalogues), (("count", Amount(int(TEXT_LIFE.total_seconds() // 60))),)
    return tuple(escape(speech.spoken(Line(Phrase.SENT, tag, minutes))).encode() for tag in catalogues)
