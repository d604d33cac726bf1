"""One office over the sample directory for all tests of a file, with that directory live again before each."""

from __future__ import annotations

import pytest

from tests.desk import Office
from tests.reviewing import a_small_office, roll_back


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here."""
    return a_small_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(building: Office) -> Office:
    """Return the office with the sample directory live again; each test begins its own change."""
    roll_back(building)
    return building
