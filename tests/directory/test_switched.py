"""What stands above a revision takes away or marks as checked; it never adds or changes a number."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from directory.dialling import digits
from directory.load import compile_files, load
from directory.model import Directory, Kind
from directory.switched import NOTHING, Position, Standing, Switched, Tick, fingerprint, overlaid
from tests.sample_directory import FILES, changed

FIRST = compile_files(FILES)
DAY = dt.date(2026, 11, 23)


def switched(*numbers: str, position: Position = Position.OUT, directory: Directory = FIRST) -> Directory:
    """Return the directory with British numbers switched."""
    return overlaid(directory, Standing(tuple(Switched("GB", number, position) for number in numbers)))


def test_nothing_changes_nothing() -> None:
    """Where nothing stands above it the directory is itself."""
    assert overlaid(FIRST, NOTHING) is FIRST


def test_last_number_takes_the_service_with_it() -> None:
    """A service without a number is gone from the tables and from every ladder; one with another number stays."""
    found = switched("02079460001", "02079460004")
    left = {each.id for steps in found.ladders.values() for _, services in steps for each in services}

    assert "gb-crime" not in found.helplines
    assert "gb-crime" not in left
    assert ["+442079460002"] == [number.dial for number in found.helplines["gb-children"].numbers]


def test_one_line_in_two_writings() -> None:
    """Whatever rings where the switched number rings is switched with it; a neighbouring number is not."""
    files = changed("gb.yaml", '"+44 20 7946 0002", dial: "+442079460002"', '"+44 20 7946 0001", dial: "+442079460001"')
    found = switched("02079460001", directory=compile_files(files))

    assert "gb-crime" not in found.helplines
    assert ["+442079460004"] == [number.dial for number in found.helplines["gb-children"].numbers]


def test_other_country_is_not_touched() -> None:
    """A switch is of one country: the same digits elsewhere are another telephone."""
    found = overlaid(FIRST, Standing((Switched("FR", "02079460001", Position.OUT),)))

    assert FIRST.helplines["gb-crime"] == found.helplines["gb-crime"]


@pytest.mark.parametrize("position", Position)
def test_emergency_services_stay(position: Position) -> None:
    """A switch on an emergency number, however it came into the table, does nothing."""
    assert FIRST.helplines["gb-999"] == switched("999", position=position).helplines["gb-999"]


def test_stronger_switch_counts() -> None:
    """Of two switches on one number the one that takes it out counts, in whatever order they stand."""
    both = (Switched("GB", "02079460001", Position.OUT), Switched("GB", "02079460001", Position.READ_OUT))

    assert all("gb-crime" not in overlaid(FIRST, Standing(each)).helplines for each in (both, both[::-1]))


@pytest.mark.parametrize("position", Position)
def test_never_adds_or_changes(position: Position) -> None:
    """Whatever is switched in the shipped directory, every number that is left is one that was there before."""
    directory = load()
    everything = [
        (each.country, digits(number.say)) for each in directory.helplines.values() for number in each.numbers
    ]
    for start, step in product(range(3), (3, 7)):
        switches = tuple(Switched(country, number, position) for country, number in everything[start::step])
        found = overlaid(directory, Standing(switches))
        for helpline in found.helplines.values():
            before = {(number.say, number.reach): number.dial for number in directory.helplines[helpline.id].numbers}
            after = {(number.say, number.reach): number.dial for number in helpline.numbers}
            assert set(after) <= set(before)
            assert all(dial in {None, before[key]} for key, dial in after.items())
        assert set(directory.ladders) == set(found.ladders)
        assert all(steps[-1][1] for steps in found.ladders.values())
        assert sum(each.kind is Kind.EMERGENCY for each in directory.helplines.values()) == sum(
            each.kind is Kind.EMERGENCY for each in found.helplines.values()
        )


def test_ticks() -> None:
    """A check counts for the service as it was then; an older one does not hide a newer day in the tables."""
    crime, children = FIRST.helplines["gb-crime"], FIRST.helplines["gb-children"]
    ticks = (
        Tick("gb-children", fingerprint(children), DAY),
        Tick("gb-crime", fingerprint(crime), dt.date(2026, 1, 1)),
        Tick("fr-support", "0" * 16, DAY),
        Tick("gb-nobody", "0" * 16, DAY),
    )
    found = overlaid(FIRST, Standing(ticks=ticks)).helplines

    assert DAY == found["gb-children"].checked
    assert crime.checked == found["gb-crime"].checked
    assert found["fr-support"].checked is None


def test_name_of_the_revision_stays() -> None:
    """The revision that is served keeps its name under a switch: `switches` says that something stands above it."""
    assert FIRST.revision == switched("02079460001").revision
