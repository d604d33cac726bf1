"""What stands above a revision: it takes numbers away and adds checks, and never puts another number in."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.dialling import digits
from directory.load import load
from directory.model import Directory, Helpline, Kind
from directory.switched import NOTHING, Position, Standing, Switched, Tick, fingerprint, overlaid

SHIPPED = load()
ANITP = SHIPPED.helplines["ro-anitp"]
"""Two numbers: 0800 800 678 for callers in Romania, +40 21 313 31 00 from abroad."""
FREEPHONE = digits(ANITP.numbers[0].say)


def switched(position: Position, number: str = FREEPHONE, country: str = "RO") -> Directory:
    """Return the shipped directory with one number switched."""
    return overlaid(SHIPPED, Standing((Switched(country, number, position),)))


def lines(directory: Directory) -> set[tuple[str, str, str | None]]:
    """Return every number of a directory: whose it is, how it is said, how it is rung."""
    return {(each.id, number.say, number.dial) for each in directory.helplines.values() for number in each.numbers}


def with_say(helpline: Helpline, say: str, dial: str | None) -> Directory:
    """Return the shipped directory, in which a service has one number, written in another way."""
    number = dataclasses.replace(helpline.numbers[0], say=say, dial=dial)
    changed = dataclasses.replace(helpline, numbers=(number,))
    return dataclasses.replace(SHIPPED, helplines={**SHIPPED.helplines, helpline.id: changed})


def test_nothing_above_a_revision_changes_nothing() -> None:
    """Without switches and checks the directory is served as it was published."""
    assert overlaid(SHIPPED, NOTHING) is SHIPPED


def test_number_out_of_service_is_gone_and_nothing_else() -> None:
    """One number falls away; the service's other number, and every other service, stay as they are."""
    assert {("ro-anitp", "0800 800 678", "+40800800678")} == lines(SHIPPED) - lines(switched(Position.OUT))
    assert lines(switched(Position.OUT)) < lines(SHIPPED)


def test_number_to_be_read_out_is_said_and_not_rung() -> None:
    """Callers may still hear the number; nobody is connected to it."""
    assert {("ro-anitp", "0800 800 678", None)} == lines(switched(Position.READ_OUT)) - lines(SHIPPED)


def test_service_without_any_number_is_offered_to_nobody() -> None:
    """Where the last number is out, the service stands on no step of any ladder."""
    both = tuple(Switched("RO", digits(number.say), Position.OUT) for number in ANITP.numbers)
    served = overlaid(SHIPPED, Standing(both))
    offered = {each.id for steps in served.ladders.values() for _, found in steps for each in found}

    assert "ro-anitp" not in served.helplines
    assert "ro-anitp" not in offered


@pytest.mark.parametrize("country", ["MD", "BG", "ro"])
def test_switch_is_of_one_country(country: str) -> None:
    """The same digits in another country are another line."""
    assert lines(SHIPPED) == lines(switched(Position.OUT, country=country))


@pytest.mark.parametrize("number", ["080080067", "08008006780", "0800800679"])
def test_switch_is_of_one_number(number: str) -> None:
    """A number with a digit more, less or other is another line."""
    assert lines(SHIPPED) == lines(switched(Position.OUT, number=number))


@pytest.mark.parametrize(
    ("say", "dial"), [("+40 800 800 678", "+40800800678"), ("0800 800678", None), ("+40 800 800 678", None)]
)
def test_switch_holds_however_a_later_revision_writes_the_number(say: str, dial: str | None) -> None:
    """Whoever writes a switched number in another form does not bring it back."""
    served = overlaid(with_say(ANITP, say, dial), Standing((Switched("RO", FREEPHONE, Position.OUT),)))

    assert "ro-anitp" not in served.helplines


def test_stronger_of_two_switches_counts() -> None:
    """A number taken out in one writing and to be read out in another is out, in whichever way it is written."""
    both = (Switched("RO", FREEPHONE, Position.READ_OUT), Switched("RO", "40800800678", Position.OUT))
    for say in ("0800 800 678", "+40 800 800 678"):
        for order in (both, both[::-1]):
            served = overlaid(with_say(ANITP, say, "+40800800678"), Standing(order))

            assert "ro-anitp" not in served.helplines


def test_emergency_numbers_are_never_switched() -> None:
    """Whatever stands in the table of switches, every country keeps its emergency services."""
    emergency = [each for each in SHIPPED.helplines.values() if each.kind is Kind.EMERGENCY]
    every = tuple(
        Switched(each.country, digits(number.say), Position.OUT) for each in emergency for number in each.numbers
    )

    assert lines(SHIPPED) == lines(overlaid(SHIPPED, Standing(every)))


NUMBERS = sorted({(each.country, digits(n.say)) for each in SHIPPED.helplines.values() for n in each.numbers})


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(Position)), max_size=6))
def test_switches_only_take_away(thrown: list[tuple[tuple[str, str], Position]]) -> None:
    """Whatever is switched, nothing can be rung that could not be before, and nothing is said that was not."""
    standing = Standing(tuple(Switched(country, number, position) for (country, number), position in thrown))
    served = overlaid(SHIPPED, standing)
    before, after = lines(SHIPPED), lines(served)

    assert {(id_, say) for id_, say, _ in after} <= {(id_, say) for id_, say, _ in before}
    assert {line for line in after if line[2] is not None} <= before


def test_check_counts_while_the_service_is_as_it_was() -> None:
    """A check that somebody ticked off dates the service; with another number or other hours it dates nothing."""
    tick = Tick("ro-anitp", fingerprint(ANITP), dt.date(2026, 11, 20))
    other = with_say(ANITP, "0800 800 679", None)

    assert dt.date(2026, 11, 20) == overlaid(SHIPPED, Standing((), (tick,))).helplines["ro-anitp"].checked
    assert overlaid(other, Standing((), (tick,))).helplines["ro-anitp"].checked is None


def test_later_check_counts() -> None:
    """Of several checks, and of the table's own date, the latest stands."""
    seen = fingerprint(ANITP)
    ticks = tuple(Tick("ro-anitp", seen, dt.date(2026, 11, day)) for day in (20, 22, 21))
    dated = dataclasses.replace(ANITP, checked=dt.date(2026, 11, 30))
    tables = dataclasses.replace(SHIPPED, helplines={**SHIPPED.helplines, "ro-anitp": dated})

    assert dt.date(2026, 11, 22) == overlaid(SHIPPED, Standing((), ticks)).helplines["ro-anitp"].checked
    assert dt.date(2026, 11, 30) == overlaid(tables, Standing((), ticks)).helplines["ro-anitp"].checked
