"""The directory that comes with the program, row by row."""

from __future__ import annotations

import datetime as dt

import phonenumbers
import pytest

from directory.dialling import complaint_about_dial, complaint_about_say, is_short
from directory.find import Query, find
from directory.findings import Severity
from directory.hours import Hours
from directory.languages import is_language
from directory.lint import lint
from directory.load import load
from directory.model import Directory, Helpline, Kind

DIRECTORY = load()
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)


@pytest.fixture
def directory() -> Directory:
    """The packaged directory."""
    return DIRECTORY


@pytest.fixture(params=DIRECTORY.helplines.values(), ids=list(DIRECTORY.helplines))
def entry(request: pytest.FixtureRequest) -> Helpline:
    """One row."""
    assert isinstance(request.param, Helpline)
    return request.param


def test_entry(entry: Helpline, directory: Directory) -> None:
    """Each row is named, sourced, sayable, dialable where it says so, and somebody can be led to it."""
    assert {"en", "fr"} <= entry.name.keys()
    assert all(map(is_language, (*entry.name, *entry.languages)))
    assert entry.source.file
    assert entry.source.quote
    Hours.parse(entry.hours, entry.exceptions, entry.timezone, entry.country)
    assert any(
        match.helpline == entry
        for need in directory.needs
        for match in find(directory, Query(entry.country, need), NOW)
    )


def test_numbers(entry: Helpline) -> None:
    """Each number can be said; what is to be rung exists in its country's plan and is no short number."""
    assert entry.numbers
    for number in entry.numbers:
        assert complaint_about_say(number.say) is None
        if number.dial is not None:
            assert entry.kind is not Kind.EMERGENCY
            assert complaint_about_dial(number.dial, entry.country) is None
            assert not is_short(number.dial, entry.country)
            assert phonenumbers.is_valid_number(phonenumbers.parse(number.dial))


def test_checked(entry: Helpline) -> None:
    """Nobody has rung any of these services yet, and none says otherwise."""
    assert entry.checked is None


@pytest.mark.parametrize("country", DIRECTORY.countries)
@pytest.mark.parametrize("need", DIRECTORY.needs)
def test_ladder(country: str, need: str, directory: Directory) -> None:
    """Every need in every country is answered, at the latest by the emergency services."""
    matches = find(directory, Query(country, need), NOW)

    assert Kind.EMERGENCY is matches[-1].helpline.kind
    assert matches[-1].dial is None


def test_lint(directory: Directory) -> None:
    """The packaged directory would mislead nobody: no errors and no warnings."""
    assert [] == [str(each) for each in lint(directory, NOW) if each.severity is not Severity.DOUBT]
