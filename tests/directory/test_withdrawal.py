"""What taking a number out of service would mean, asked before it is done."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.load import compile_files
from directory.switched import NOTHING, Position, Standing, Switched, overlaid
from directory.withdrawal import Withdrawal, is_served, withdrawal
from tests.sample_directory import FILES, changed

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DIRECTORY = compile_files(FILES)


def of(number: str, position: Position = Position.OUT, standing: Standing = NOTHING) -> Withdrawal:
    """Return what switching a British number would do."""
    return withdrawal(DIRECTORY, standing, Switched("GB", number, position), NOW)


def test_service_with_one_number_is_gone() -> None:
    """A service whose only number is taken out is no longer named, and its need is left to the next."""
    found = of("02079460001")

    assert ("gb-crime",) == found.gone
    assert ("gb-crime",) == tuple(row.id for row in found.services)
    assert {("gb-crime", "gb-children")} == {
        (each.before.id, each.after.id) for each in found.effects if each.need == "crime" and each.before and each.after
    }
    assert () == found.deserted


def test_need_is_deserted_when_only_emergency_services_are_left() -> None:
    """A main need is told whose callers would get nothing but the emergency advice, once nobody else is left."""
    others = tuple(Switched("GB", number, Position.OUT) for number in ("02079460004", "442079460002"))

    assert ("crime",) == of("02079460001", standing=Standing(others)).deserted
    assert () == of("02079460001", standing=Standing(others[:1])).deserted
    assert () == of("02079460001", Position.READ_OUT, Standing(others)).deserted


def test_service_with_another_number_stays() -> None:
    """A service that has another number is still named, with that one."""
    found = of("02079460004")

    assert () == found.gone
    assert ("gb-children",) == tuple(row.id for row in found.services)
    assert () == found.deserted
    assert ["+44 20 7946 0002"] == [number.say for number in found.after.helplines["gb-children"].numbers]


def test_read_out_takes_nobody_away() -> None:
    """A number that is read out only stays with its service, and is rung no more."""
    found = of("02079460001", Position.READ_OUT)

    assert ((), ()) == (found.gone, found.deserted)
    assert {None} == {number.dial for number in found.after.helplines["gb-crime"].numbers}
    assert {("+442079460001", None)} == {
        (each.before.dial, each.after.dial)
        for each in found.effects
        if each.before and each.after and each.need == "crime"
    }


def test_number_that_is_switched_already_changes_nothing_more() -> None:
    """What stands above the tables is counted in on both sides."""
    standing = Standing((Switched("GB", "02079460001", Position.READ_OUT),))

    assert () == of("02079460001", Position.READ_OUT, standing).effects
    assert ("gb-crime",) == of("02079460001", Position.OUT, standing).gone


def test_unknown_number_is_of_no_service() -> None:
    """A number that nobody has, or that only another country has, takes nothing away."""
    for number in ("02079460009", "0199000003"):
        found = of(number)

        assert ((), (), ()) == (found.services, found.gone, found.effects)


@pytest.mark.parametrize("position", Position)
def test_served_only_when_nothing_is_left_to_do(position: Position) -> None:
    """A directory serves a switch when the overlay would change nothing in it; the bare tables do not."""
    switch = Switched("GB", "02079460001", position)

    assert not is_served(DIRECTORY, switch)
    assert is_served(overlaid(DIRECTORY, Standing((switch,))), switch)


def test_out_serves_read_out_but_not_the_other_way() -> None:
    """A number that callers do not hear is not rung either; one that is read out is not yet out of service."""
    out, read_out = (Switched("GB", "02079460001", each) for each in (Position.OUT, Position.READ_OUT))

    assert is_served(overlaid(DIRECTORY, Standing((out,))), read_out)
    assert not is_served(overlaid(DIRECTORY, Standing((read_out,))), out)


@pytest.mark.parametrize("say", ["+44 20 7946 0001", "0207 946 0001", "020 7946 0001"])
def test_number_stays_out_when_it_is_written_otherwise(say: str) -> None:
    """A revision that writes a switched number in another way does not bring it back."""
    later = compile_files(changed("gb.yaml", 'say: "020 7946 0001"', f'say: "{say}"'))
    served = overlaid(later, Standing((Switched("GB", "02079460001", Position.OUT),)))

    assert "gb-crime" not in served.helplines


def test_another_number_is_not_switched_with_it() -> None:
    """The neighbour of a switched number, by one digit, goes on."""
    served = overlaid(DIRECTORY, Standing((Switched("GB", "02079460003", Position.OUT),)))

    assert DIRECTORY.helplines == served.helplines
