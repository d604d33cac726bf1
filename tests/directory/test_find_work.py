"""How much matching looks at: only the services of the country and the needs in question, and alike ones once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from itertools import islice
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from directory import find as matching
from directory.find import Query, find, ranked
from directory.hours import hours_of
from directory.ladder import build_ladders
from directory.load import compile_files
from directory.model import Directory, Helpline
from directory.tables import Vocabulary
from tests.sample_directory import FILES

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/London"))
SAMPLE = compile_files(FILES)
LOOKED_AT: Counter[str] = Counter()
"""How often a field of each service was read."""


class Watched(Helpline):
    """A service that knows how often it is looked at."""

    def __getattribute__(self, name: str) -> Any:
        """Count, and return the field."""
        if name in Helpline.__dataclass_fields__:
            LOOKED_AT[object.__getattribute__(self, "id")] += 1
        return object.__getattribute__(self, name)


def grown(copies: int) -> Directory:
    """Return the sample with every service so often, each with an id and a place of its own."""
    fields = [field.name for field in dataclasses.fields(Helpline)]
    helplines: dict[str, Helpline] = {}
    for copy in range(copies):
        for each in SAMPLE.helplines.values():
            row = {name: getattr(each, name) for name in fields}
            row |= {"id": f"{each.id}-{copy}", "order": len(helplines)}
            helplines[row["id"]] = Watched(**row)
    words = Vocabulary(SAMPLE.needs, SAMPLE.audiences, SAMPLE.general_need, SAMPLE.emergency_need)
    ladders = build_ladders(SAMPLE.countries.values(), helplines.values(), words)
    return dataclasses.replace(SAMPLE, helplines=MappingProxyType(helplines), ladders=ladders)


@pytest.mark.parametrize("country", SAMPLE.countries)
@pytest.mark.parametrize("need", SAMPLE.needs)
def test_only_the_services_in_question(country: str, need: str) -> None:
    """A match looks at no service of another country, and at none that serves only other needs."""
    directory = grown(3)
    in_question = {each.id for _, services in directory.ladders[country, need] for each in services}
    LOOKED_AT.clear()
    find(directory, Query(country, need, "en"), NOON)

    assert in_question == set(LOOKED_AT)


@pytest.mark.parametrize("copies", [1, 40])
def test_best_one_costs_the_same(copies: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours are asked and services ranked once for all that are alike, and only the best one's numbers are read."""
    directory, asked = grown(copies), Counter[str]()
    query = Query("GB", "children", "en")
    next(iter(ranked(directory, query, NOON)))
    monkeypatch.setattr(matching, "hours_of", lambda each: asked.update([each.id]) or hours_of(each))
    LOOKED_AT.clear()
    next(iter(ranked(directory, query, NOON)))

    assert {"gb-children-0", "gb-116111-0", "gb-crime-0", "gb-999-0"} == set(asked) == set(LOOKED_AT)
    assert 4 == asked.total()
    assert LOOKED_AT.total() < 100


def test_alike_services_stand_in_their_order() -> None:
    """Services that are ranked together come one after another as they stand in the table."""
    copies = 20
    first = [match.helpline.id for match in islice(ranked(grown(copies), Query("GB", "children", "en"), NOON), copies)]

    assert [f"gb-116111-{copy}" for copy in range(copies)] == first


def test_ranking_can_be_walked_again() -> None:
    """A ranking gives the same services each time, also to two who walk it at once."""
    ranking = ranked(SAMPLE, Query("GB", "children", "en"), NOON)
    pairs = list(zip(ranking, ranking, strict=True))

    assert all(one == other for one, other in pairs)
    assert find(SAMPLE, Query("GB", "children", "en"), NOON) == tuple(one for one, _ in pairs)
