"""The languages of each country, and of the names of its services.

The country's own languages come first, each once, and stand in its file as in the table of the README. Each name is
in the language of the voice that reads it.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel.languages import get_official_languages

from directory.languages import is_language
from directory.load import PACKAGED, load
from directory.model import Country

DIRECTORY = load()
README = (PACKAGED / "README.md").read_text(encoding="utf-8")
FRONT = "en"
"""Offered to everybody after the languages of the country, so that no list needs it."""

NOT_BY_NUMBERS = {
    "LU": ("lb", "fr", "de"),
}
"""Official languages that do not stand in the order of CLDR, which counts everybody who knows a language.

LU: French and German are learned at school; Luxembourgish is the national language, and the main language of most.
"""

SAME_ELSEWHERE = {
    "AFJ": "spelt letter by letter in every language",
    "Child Focus": "the foundation calls itself so in all languages of Belgium, and the name is English",
    "IBF": "spelt letter by letter in every language",
    "Police": "the same word in French and in English",
}
"""What services call themselves and what may stand in names of other languages, with the reason."""

_ROW = re.compile(
    r"^\| (?P<country>[A-Z]{2}) \| (?P<own>[a-z, ]+) \| (?P<after>[a-z, ]+|-) \| (?P<source>\S.*) \|$", re.M
)
_NAMELESS = re.compile(r"^\| [A-Z]{2} \| (?:[A-Z][a-z]+(?: or )?)+ \| (?P<services>`[a-z].*`) \|$", re.M)


@pytest.fixture(params=tuple(DIRECTORY.countries.values()), ids=tuple(DIRECTORY.countries))
def country(request: pytest.FixtureRequest) -> Country:
    """One country."""
    assert isinstance(request.param, Country)
    return request.param


def official(code: str) -> tuple[str, ...]:
    """Return a country's official languages, those that most people know first (CLDR)."""
    return NOT_BY_NUMBERS.get(code, get_official_languages(code, de_facto=True))


def tags(cell: str) -> tuple[str, ...]:
    """Return the languages in a cell of the table."""
    return () if cell == "-" else tuple(cell.split(", "))


def test_own_languages_first(country: Country) -> None:
    """A caller is offered the official languages of the country before all others."""
    own = official(country.code)

    assert own == country.languages[: len(own)]


@pytest.mark.parametrize("code", NOT_BY_NUMBERS)
def test_exceptions_are_about_order(code: str) -> None:
    """An exception puts the official languages into another order, adds none and drops none."""
    counted = get_official_languages(code, de_facto=True)

    assert sorted(counted) == sorted(NOT_BY_NUMBERS[code])
    assert counted != NOT_BY_NUMBERS[code]


def test_languages_are_known_and_different(country: Country) -> None:
    """Every language of a country is a known tag and stands once."""
    assert list(dict.fromkeys(country.languages)) == list(country.languages)
    assert [] == [tag for tag in country.languages if not is_language(tag)]


@pytest.mark.parametrize("wrong", ["xx", "EN", "gr", "english", ""])
def test_near_misses_are_no_languages(wrong: str) -> None:
    """What looks like the tag of a language and is none would be refused."""
    assert not is_language(wrong)


def test_order_is_explained(country: Country) -> None:
    """Above every list stands where its order comes from."""
    lines = (PACKAGED / f"{country.code.lower()}.yaml").read_text(encoding="utf-8").splitlines()
    index = next(i for i, line in enumerate(lines) if line.startswith("languages:"))

    assert lines[index - 1].startswith("# ")


def test_table_says_what_the_file_says(country: Country) -> None:
    """The table of the README derives exactly the list that is served."""
    rows = {row["country"]: row for row in _ROW.finditer(README)}
    row = rows[country.code]

    assert official(country.code) == tags(row["own"])
    assert country.languages == (*tags(row["own"]), *tags(row["after"]))


def test_table_has_every_country() -> None:
    """The table has one row for every country, in the order of their letters."""
    assert sorted(DIRECTORY.countries) == [row["country"] for row in _ROW.finditer(README)]


def test_english_needs_a_reason(country: Country) -> None:
    """English stands in a list only where it is a language of the country or of an origin that the sources name."""
    row = next(row for row in _ROW.finditer(README) if row["country"] == country.code)
    reasons = ("Nigeria", "Cameroun")

    assert (FRONT in country.languages) is (
        FRONT in official(country.code) or any(reason in row["source"] for reason in reasons)
    )


def test_names_that_are_missing() -> None:
    """The README lists exactly the services that have no name in any language of their country."""
    nameless = {row.id for row in DIRECTORY.helplines.values() if row.name.keys().isdisjoint(official(row.country))}
    listed = [service for row in _NAMELESS.finditer(README) for service in re.findall(r"`([^`]+)`", row["services"])]

    assert sorted(nameless) == sorted(listed)


def test_names_tell_services_apart() -> None:
    """No two services of a country have the same name in one language."""
    names = Counter((row.country, tag, name) for row in DIRECTORY.helplines.values() for tag, name in row.name.items())

    assert [] == [name for name, services in names.items() if services > 1]


def test_proper_names_keep_to_their_language() -> None:
    """What a service calls itself at home is in no name that a voice of a foreign language reads."""
    foreign = [
        f"{row.id}: {tag}: {name}"
        for row in DIRECTORY.helplines.values()
        for own in (row.name[home].partition(",")[0] for home in official(row.country) if home in row.name)
        for tag, name in row.name.items()
        if tag not in official(row.country) and own not in SAME_ELSEWHERE and own in name
    ]

    assert [] == foreign
