"""The page of arithmetic: its tables follow from one another, and the manifests from its tables."""

from __future__ import annotations

import math
import re

import pytest

from docs.scaling import (
    PAGE,
    PODS,
    PROCESSES,
    PURGE_SECONDS,
    Case,
    cases,
    deleting,
    figures,
    measured,
    processes,
    rewritten,
    taken_in,
    workers,
    written,
)
from ivr.adapters.queue import CALL_PURGE_DELAY
from tests.manifests import one

TEXT = PAGE.read_text(encoding="utf-8")
GIVEN = figures(TEXT)
YEAR = {
    "findings": [
        {"name": "calls that came", "value": 100.0, "database": "PostgreSQL"},
        {"name": "calls that came", "value": 7.0, "database": "SQLite"},
        {"name": "webhooks", "value": 400.0, "database": "PostgreSQL"},
        {"name": "events accepted, and counted once", "value": 1000.0, "database": "PostgreSQL"},
        {"name": "texts agreed to, and sent once", "value": 10.0, "database": "PostgreSQL"},
    ],
    "cpu_seconds": {
        "year PostgreSQL": {
            "web": 0.4,
            "worker": 0.01,
            "worker: counts": 0.1,
            "worker: texts": 0.2,
            "Redis": 0.03,
            "PostgreSQL": 0.02,
        }
    },
}


def case(name: str) -> Case:
    """Return one of the cases by the beginning of its name."""
    return next(each for each in cases(GIVEN) if each.name.startswith(name))


def test_the_tables_follow() -> None:
    """Whoever changes a figure writes the tables anew; nobody writes them by hand."""
    assert rewritten(TEXT) == TEXT


def following(text: str) -> str:
    """Return the tables that follow from the others."""
    return rewritten(text).partition("What comes:")[2]


@pytest.mark.parametrize("name", GIVEN)
def test_every_figure_is_used(name: str) -> None:
    """A figure that changes nothing is none that the arithmetic rests on."""
    others = [following(taken_in(TEXT, {name: GIVEN[name] * by})) for by in (20, 0.05)]

    assert others != [following(TEXT)] * 2


def test_a_calculation_by_hand() -> None:
    """A rate, a number of processes and a number of workers, worked out on paper."""
    given = {
        **GIVEN,
        "web": 4.0,
        "load": 0.5,
        "texts": 0.1,
        "text_requests": 2.0,
        "answer": 0.25,
        "record_requests": 3.0,
    }
    rush = Case("made up", 36_000, 3600, 100)

    assert 1000 == rush.rate
    assert 8 == processes(rush, given)
    assert 50 == workers(rush, given)
    assert 9 == deleting(rush, given)


def test_a_quiet_line_still_has_what_may_fail() -> None:
    """Two workers and three pods serve even where one would do."""
    assert 2 == workers(case("a national line"), GIVEN)
    assert PODS * PROCESSES == processes(case("a national line"), GIVEN)


def test_records_wait_as_long_as_the_program_says() -> None:
    """What waits in Redis is reckoned by the program's own delay."""
    assert CALL_PURGE_DELAY.total_seconds() == PURGE_SECONDS


def test_the_manifests_carry_a_terrible_night() -> None:
    """They begin with the fewest pods, may grow to what ten such nights need, and have the workers of one at once."""
    scaler = one("HorizontalPodAutoscaler", "fanal-web")["spec"]
    web = one("Deployment", "fanal-web")["spec"]["template"]["spec"]["containers"][0]["args"]

    assert str(PROCESSES) == web[web.index("--workers") + 1]
    assert PODS == scaler["minReplicas"]
    assert math.ceil(processes(case("ten such nights"), GIVEN) / PROCESSES) <= scaler["maxReplicas"]
    assert workers(case("a terrible night"), GIVEN) <= one("Deployment", "fanal-worker")["spec"]["replicas"]


def test_pods_get_the_memory_that_was_measured() -> None:
    """What is asked of a node is what the processes take at rest and some more, and the limit is above it."""
    for workload, needed in (("fanal-web", PROCESSES * GIVEN["web_memory"]), ("fanal-worker", GIVEN["worker_memory"])):
        resources = one("Deployment", workload)["spec"]["template"]["spec"]["containers"][0]["resources"]
        wanted, limit = (int(re.sub("Mi$", "", resources[each]["memory"])) for each in ("requests", "limits"))

        assert needed * 1.2 < wanted < limit


def test_what_is_measured_is_taken_in() -> None:
    """The benchmark's own figures, those of PostgreSQL, become figures of the page."""
    found = measured(YEAR)

    assert (4.0, 10.0, 0.1) == (found["webhooks"], found["events"], found["texts"])
    assert pytest.approx((4.0, 3.1, 1.0, 0.3, 0.2)) == tuple(
        found[name] for name in ("web", "worker", "counting", "redis", "postgresql")
    )
    assert 4.0 == figures(taken_in(TEXT, found))["webhooks"]
    assert found.keys() <= GIVEN.keys()


def test_a_figure_that_is_not_there_is_refused() -> None:
    """A name that the page does not have is a mistake, not a new row."""
    with pytest.raises(KeyError):
        taken_in(TEXT, {"webhoks": 4.0})


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (0.0004, "under 0.001"),
        (0.0042, "0.0042"),
        (0.42, "0.42"),
        (4.2, "4.2"),
        (42.4, "42"),
        (6, "6"),
        (4242.4, "4,242"),
    ],
)
def test_figures_have_as_many_digits_as_mean_something(figure: float, expected: str) -> None:
    """Two digits, or a whole number where there are more."""
    assert expected == written(figure)
