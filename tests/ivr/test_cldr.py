"""The words taken from CLDR are those that Babel gives, and nothing else of it is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from babel import Locale, localedata
from babel.dates import format_skeleton
from babel.lists import format_list

from ivr.catalogue import load_catalogues
from ivr.cldr import words
from ivr.settings import Places

LANGUAGES = sorted(path.name.partition(".")[0] for path in Places.from_env({}).catalogues.glob("*.po"))
NAMES = ["A", "B y C", "{0}", "D"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_those_of_cldr(language: str) -> None:
    """Countries, languages, days and lists are said in each language as Babel says them."""
    locale = Locale.parse("pt-PT" if language == "pt" else language, sep="-")
    found = words(language)

    assert dict(locale.territories) == found.countries
    assert dict(locale.languages) == found.languages
    assert [locale.days["stand-alone"]["abbreviated"][day] for day in range(7)] == list(found.weekdays)
    assert [format_list(NAMES[:size], locale=locale) for size in range(5)] == [
        found.listed(NAMES[:size]) for size in range(5)
    ]
    year = [dt.datetime(2028, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number) for number in range(366)]
    assert {(at.month, at.day): format_skeleton("MMMMd", at, locale=locale) for at in year} == found.days


def test_rest_is_let_go() -> None:
    """What Babel has read of a language does not stay in memory."""
    words.cache_clear()
    words("fi")

    assert {} == localedata._cache


def test_all_catalogues_are_tried() -> None:
    """The languages of this test are those of the catalogues."""
    assert set(load_catalogues()) <= set(LANGUAGES)
