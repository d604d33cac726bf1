"""Measuring growth: the tables are valid, every size is asked the same, and targets stand where they belong."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from bench.growth import inside as asked
from bench.growth import sizes as growth
from bench.growth.inside import QUICK_ROUNDS, Inside
from bench.growth.inside import measured as inside
from bench.growth.outside import CALLS, COUNTRIES, Outside, call_form, megabytes
from bench.growth.report import chart
from bench.growth.sizes import Size, summary
from bench.growth.tables import first_countries, grown
from bench.installation import databases
from directory.languages import official_languages
from directory.load import compile_files, load
from directory.model import Directory
from ivr import flow
from ivr.catalogue import CATALOGUES, load_catalogues
from ivr.state import State
from ivr.turn import World

SHIPPED = load()


def tables(size: int) -> Directory:
    """Return a directory of a size."""
    return compile_files(grown(size))


@pytest.mark.parametrize("size", [30, 100, len(SHIPPED.helplines), 400])
def test_directory_of_a_size(size: int) -> None:
    """A directory of any size has exactly so many helplines, and is without a fault."""
    assert size == len(tables(size).helplines)


def test_copies_are_real() -> None:
    """What is added says the same as a row that is shipped, and the countries keep their shares."""
    shipped = {(each.country, each.name["en"], each.hours, each.numbers) for each in SHIPPED.helplines.values()}
    grown_ = tables(400).helplines.values()
    shares = Counter(each.country for each in grown_)

    assert {(each.country, each.name["en"], each.hours, each.numbers) for each in grown_} == shipped
    assert set(SHIPPED.countries) == set(shares)


def test_small_directory_is_a_part_of_the_whole() -> None:
    """The countries of which all sizes are asked have the same services in a small directory as in the shipped one."""
    small = tables(100)
    asked = first_countries(100)[:-1]

    assert set(small.countries) == set(first_countries(100))
    for country in asked:
        mine = {id_ for id_, each in SHIPPED.helplines.items() if each.country == country}
        assert mine <= set(small.helplines)


def test_size_is_measured(database_url: str) -> None:
    """A size is read, published, read back and searched, on both databases."""
    found = inside(100, database_url, QUICK_ROUNDS)

    assert 100 == found.helplines
    assert min(found.yaml, found.publish, found.published, found.match, found.few, found.step) > 0


def test_form_of_a_call_names_no_real_person() -> None:
    """The measuring calls come from numbers that the numbering library gives as examples."""
    assert call_form("GB")["From"].startswith("+44")


def test_no_step_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is never pressed twice in the same place at the same time, of which the answer would be remembered."""
    pressed: list[tuple[State, World]] = []
    monkeypatch.setattr(flow, "press", lambda state, _key, world: pressed.append((state, world)))

    asked._answers(tables(100), 2)

    assert len(pressed) > 50
    assert len(pressed) == len(set(pressed))


def test_every_language_is_called_in() -> None:
    """Memory is measured after calls from a country of each language, those of the field's documents included."""
    called_from = {language for country in COUNTRIES for language in official_languages(country)}

    assert set() == set(load_catalogues(CATALOGUES)) - called_from
    assert CALLS > 20 * len(COUNTRIES)


def test_memory_is_told_in_millions_of_bytes() -> None:
    """The kernel's kB are 1,024 bytes each; a megabyte of ours is a million bytes."""
    assert 122.88 == megabytes("Pss_Dirty:    5 kB\nRss:    120000 kB\nPss:    7 kB")
    with pytest.raises(ValueError, match="no memory"):
        megabytes("Pss: 5 kB")


def a_size(helplines: int, *, resident: float | None = 110.0, **seconds: float) -> Size:
    """Return what was found of one size; `seconds` replace the figures."""
    values = {"yaml": 1.0, "publish": 0.1, "published": 0.5, "match": 3e-5, "few": 3e-5, "step": 1e-4} | seconds
    served = Outside(1.5, resident) if helplines <= growth.LARGEST_SERVED else None
    return Size(helplines, "SQLite", Inside(helplines, **values), served)


def test_targets() -> None:
    """Reading and publishing are judged at 10,000, memory at the shipped size, a match at the largest beside 100."""
    found = list(summary([a_size(100), a_size(len(SHIPPED.helplines)), a_size(10_000), a_size(100_000, match=5e-5)]))
    judged = {each.name: (each.at_most, each.met) for each in found if each.met is not None}

    assert {
        "10,000 helplines, as published": (2.0, True),
        "10,000 helplines, publication live": (2.0, True),
        f"{len(SHIPPED.helplines)} helplines, web process": (120.0, True),
        "a match at 100,000 beside 100": (1.2, False),
    } == judged


def test_what_was_not_measured_is_not_met() -> None:
    """Memory that the system does not tell, and growth between small directories, have no verdict."""
    found = list(summary([a_size(100), a_size(len(SHIPPED.helplines), resident=None), a_size(1_000)]))

    assert [] == [each for each in found if each.met is not None]
    assert ["100 helplines, web process", "1,000 helplines, web process"] == [
        each.name for each in found if each.unit == "MB"
    ]


def test_quick_judges_nothing() -> None:
    """Where only is asked whether it works, no figure is met or missed."""
    assert {None} == {each.met for each in summary([a_size(100), a_size(10_000)], quick=True)}


def test_chart() -> None:
    """The picture has a line for each thing measured."""
    root = ET.fromstring(chart([a_size(100), a_size(1_000), a_size(100_000)]))  # noqa: S314 - our own
    lines = list(root.iter("{http://www.w3.org/2000/svg}polyline"))

    assert [3, 3, 2, 3, 3] == [len(each.attrib["points"].split()) for each in lines]


def test_databases() -> None:
    """SQLite is always there."""
    assert ["SQLite"] == databases("sqlite")
