"""Which tables a page looks at, by the word in its address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from directory.switched import Position
from routes.admin import sources
from tests.desk import ANA, NOW, VERA, Office, an_office


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office for tests that only read."""
    return an_office(tmp_path_factory.mktemp("office")).act_as(VERA)


@pytest.fixture
def reading(archive: Office) -> Iterator[Office]:
    """Work in the application of the shared office."""
    with archive.app.test_request_context("/"):
        yield archive


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Work in the application of an office of the test's own."""
    found = an_office(tmp_path_factory.mktemp("office")).act_as(VERA)
    with found.app.test_request_context("/"):
        yield found


def test_live_tables_are_those_that_are_served(reading: Office) -> None:
    """`live` is what callers are served, a number is a revision; here both say the same."""
    assert reading.services.shelf.current.directory is sources.tables("live")
    assert sources.tables("live").revision == sources.tables("1").revision


def test_same_tables_are_one_object(reading: Office) -> None:
    """Tables are compiled once, so that what is worked out from them can be remembered."""
    assert sources.tables("1") is sources.tables("1")


def test_switched_off_number_stays_off(office: Office) -> None:
    """A number that an emergency switch has taken out is in no tables that can be looked at."""
    number = office.desk.revisions.directory(1).helplines["ro-violence-home"].numbers[0]
    office.desk.switches.throw(
        ANA, NOW, directory=sources.tables("1"), country="RO", say=number.say, position=Position.OUT, reason="Wrong."
    )
    said = {each.say for row in sources.tables("1").helplines.values() for each in row.numbers if row.country == "RO"}

    assert number.say not in said


def test_choices(office: Office) -> None:
    """Offered are the live tables, drafts that are not ended, and revisions; and what the address names anyway."""
    draft = office.desk.drafts.begin(ANA, NOW, "Longer hours")
    given_up = office.desk.drafts.begin(ANA, NOW, "A mistake")
    office.desk.drafts.withdraw(given_up.id, ANA, NOW)

    assert ["live", f"draft:{draft.id}", "1"] == [each.word for each in sources.choices()]
    assert f"draft:{given_up.id}" == sources.choices(f"draft:{given_up.id}")[-1].word
    assert "Draft 1: Longer hours" == sources.choices()[1].words


@pytest.mark.parametrize("word", ["", "0", "-1", "1.0", "draft:", "draft:x", "draft:99", "99", "LIVE", "1 ", "１"])
def test_no_such_tables(reading: Office, word: str) -> None:
    """Any other word is refused with a sentence."""
    with pytest.raises(sources.SourceError, match=r"^There (are|is) no such "):
        sources.tables(word)
