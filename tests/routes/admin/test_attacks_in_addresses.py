"""Attacks by what stands in an address: SQL, wildcards, paths. Each docstring says what is tried, and what it gets."""

from __future__ import annotations

import pytest

from tests.desk import BEN, VERA, Office
from tests.pages import Page
from tests.reviewing import a_small_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here: they only read."""
    return a_small_office(tmp_path_factory.mktemp("office"))


@pytest.mark.parametrize("reach", ["who", "action", "subject"])
@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "_", '"; DROP TABLE audit; --', "\\"])
def test_sql_in_a_filter(office: Office, reach: str, words: str) -> None:
    """A filter of the log with SQL or a wildcard in it: it is looked for as words, and nothing has them."""
    answer = office.act_as(BEN).get("/history/log", **{reach: words})

    assert 200 == answer.status_code
    assert not Page(answer.text).all("li", class_="entry")
    assert "revision published" not in answer.text.partition("<main")[2].partition("</form>")[2]
    assert office.desk.verify().whole


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%' --", "gb-crime'--"])
def test_sql_in_a_search(office: Office, words: str) -> None:
    """A search with SQL in it finds nothing, in every area that can be searched."""
    office.act_as(VERA)

    assert "gb-crime" not in office.get("/helplines", q=words).text.partition("<main")[2].replace("gb-crime&#39;--", "")
    assert 404 == office.get(f"/checks/{words}").status_code
    assert 404 == office.get(f"/helplines/{words}").status_code


@pytest.mark.parametrize("tag", ["../../etc/passwd", "fr/../../x", "<script>", "x" * 5000, "fr\0"])
def test_language_that_is_a_path(office: Office, tag: str) -> None:
    """A language that is a path, or a megabyte: the page is English, and no file is looked for."""
    answer = office.act_as(VERA).get("/changes", lang=tag)

    assert (200, True) == (answer.status_code, '<html lang="en"' in answer.text)
