"""Writes the tables of docs/scaling.md that follow from its others: `.venv/bin/python docs/scaling.py [year.json]`.

With the JSON of `python -m bench.year --year --database postgresql --json` it takes in what that has measured first.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_suffix(".md")
MARK = "<!-- written by docs/scaling.py -->\n"
YEAR_SECONDS = 365.25 * 86_400
PODS, PROCESSES = 3, 2
"""The fewest pods of the Kubernetes manifests, and the processes of each."""
WORKERS = 2
"""The fewest workers: one may fail."""
PURGE_SECONDS = 180
"""How long the record of a call waits before it is deleted (`ivr.adapters.queue`)."""
_ROW = re.compile(r"^\| `(\w+)` \| ([\d.]+) \|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """So many calls, and how they come."""

    name: str
    calls: float
    seconds: float
    """Within how many they come."""
    peak: float
    """The busiest minute, as a multiple of the average."""

    @property
    def rate(self) -> float:
        """Calls a second in the busiest minute."""
        return self.calls / self.seconds * self.peak

    @property
    def waiting(self) -> float:
        """Calls whose records wait to be deleted, at most: a rush is over before they have been."""
        return self.calls if self.seconds < YEAR_SECONDS else self.rate * PURGE_SECONDS


def figures(text: str) -> dict[str, float]:
    """Return the figures of the tables that are written by hand."""
    return {name: float(figure) for name, figure in _ROW.findall(text)}


def cases(given: Mapping[str, float]) -> list[Case]:
    """Return what is reckoned through: from one line to ten terrible nights at once."""
    union = given["country"] / given["france"] * given["union"]
    return [
        Case("a national line", given["line"], YEAR_SECONDS, given["busy"]),
        Case("a country", given["country"], YEAR_SECONDS, given["busy"]),
        Case("the European Union, calling as much", union, YEAR_SECONDS, given["busy"]),
        Case("a terrible night, within an hour", given["night"], 3600, given["rush"]),
        Case("ten such nights at once", given["night"] * given["several"], 3600, given["rush"]),
    ]


def processes(case: Case, given: Mapping[str, float]) -> int:
    """Return how many web processes keep the share of themselves free that is wanted."""
    return max(PODS * PROCESSES, math.ceil(case.rate * given["web"] / 1000 / given["load"]))


def workers(case: Case, given: Mapping[str, float]) -> int:
    """Return how many workers send the texts of the busiest minute as fast as they are asked for."""
    return max(WORKERS, math.ceil(case.rate * given["texts"] * given["text_requests"] * given["answer"]))


def deleting(case: Case, given: Mapping[str, float]) -> float:
    """Return for how many minutes these workers delete the provider's records of what came."""
    calls = case.calls if case.seconds < YEAR_SECONDS else case.rate * 60
    return calls * given["record_requests"] * given["answer"] / workers(case, given) / 60


Rule = Callable[[Case, Mapping[str, float]], float]
COMING: tuple[tuple[str, Rule], ...] = (
    ("calls, in a year or in the hour", lambda case, _: case.calls),
    ("calls a second, in the busiest minute", lambda case, _: case.rate),
    ("webhooks a second", lambda case, given: case.rate * given["webhooks"]),
    ("events a second to be counted", lambda case, given: case.rate * given["events"]),
    ("texts a second", lambda case, given: case.rate * given["texts"]),
    ("calls with us at the same time", lambda case, given: case.rate * given["menu"]),
    ("calls led on at the same time", lambda case, given: case.rate * given["forwarded"] * given["talk"]),
    ("requests a second to the provider, for texts", lambda c, g: c.rate * g["texts"] * g["text_requests"]),
)
NEEDED: tuple[tuple[str, Rule], ...] = (
    ("processors that answer calls", lambda case, given: case.rate * given["web"] / 1000),
    ("web processes, busy by half at most, at least six", processes),
    ("memory of the web processes, MB", lambda case, given: processes(case, given) * given["web_memory"]),
    ("processors in workers", lambda case, given: case.rate * given["worker"] / 1000),
    ("of that the process that counts, one at most", lambda c, g: c.rate * g["counting"] / 1000),
    ("workers, for the texts, at least two", workers),
    ("memory of the workers, MB", lambda case, given: workers(case, given) * given["worker_memory"]),
    ("minutes until records are deleted, by these workers", deleting),
    ("processors of Redis", lambda case, given: case.rate * given["redis"] / 1000),
    ("memory of Redis for what waits, MB", lambda case, given: case.waiting * given["record"] / 1e6),
    ("processors of PostgreSQL", lambda case, given: case.rate * given["postgresql"] / 1000),
)


def written(figure: float) -> str:
    """Write a figure with two digits that mean something, a count as it is."""
    if figure < 0.001:
        return "under 0.001"
    if figure == int(figure) or figure >= 1000:
        return f"{figure:,.0f}"
    return f"{figure:.{max(0, 1 - math.floor(math.log10(figure)))}f}"


def table(rows: tuple[tuple[str, Rule], ...], given: Mapping[str, float]) -> str:
    """Return rows of rules as Markdown, a column a case."""
    columns = cases(given)
    lines = [f"| | {' | '.join(case.name for case in columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {name} | {' | '.join(written(rule(case, given)) for case in columns)} |" for name, rule in rows]
    return "\n".join(lines) + "\n"


def rewritten(text: str) -> str:
    """Return the page with the tables that follow from its others."""
    before, _, rest = text.partition(MARK)
    after = rest[rest.index("\n## ") :]
    given = figures(before)
    return f"{before}{MARK}\nWhat comes:\n\n{table(COMING, given)}\nWhat it takes:\n\n{table(NEEDED, given)}{after}"


def measured(year: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures that the benchmark's year of calls on PostgreSQL has found."""
    found = {each["name"]: each["value"] for each in year["findings"] if each["database"] == "PostgreSQL"}
    calls = found["calls that came"]
    cost = {part: 1000 * seconds / calls for part, seconds in year["cpu_seconds"]["year PostgreSQL"].items()}
    return {
        "webhooks": found["webhooks"] / calls,
        "events": found["events accepted, and counted once"] / calls,
        "texts": found["texts agreed to, and sent once"] / calls,
        "web": cost["web"],
        "worker": sum(each for part, each in cost.items() if part.startswith("worker")),
        "counting": cost["worker: counts"],
        "redis": cost["Redis"],
        "postgresql": cost["PostgreSQL"],
    }


def taken_in(text: str, new: Mapping[str, float]) -> str:
    """Return the page with other figures in its tables; one that is not there is a KeyError."""
    for name, figure in new.items():
        if name not in figures(text):
            raise KeyError(name)
        digits = f"{float(f'{figure:.3g}'):.12g}"
        text = re.sub(rf"^(\| `{name}` \| )[\d.]+( \|)", rf"\g<1>{digits}\2", text, flags=re.MULTILINE)
    return text


def main(arguments: list[str]) -> None:
    """Take in what was measured, if it is given, and put today's tables in the place of the page's."""
    text = PAGE.read_text(encoding="utf-8")
    for argument in arguments:
        text = taken_in(text, measured(json.loads(Path(argument).read_text(encoding="utf-8"))))
    PAGE.write_text(rewritten(text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
