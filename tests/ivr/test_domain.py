"""The rows that released figures have."""

from __future__ import annotations

from directory.load import compile_files
from ivr.domain import domain_of
from ivr.figures.tables import Domain
from tests.sample_directory import FILES


def test_every_row_that_can_be() -> None:
    """Languages are those with words, sorted; countries and needs those of the directory, emergencies too."""
    expected = Domain(("en", "fr"), ("FR", "GB"), ("crime", "children", "support", "emergency"))
    found = domain_of(compile_files(FILES), {"fr": None, "en": None})

    assert expected.languages == found.languages
    assert set(expected.countries) == set(found.countries)
    assert expected.needs == found.needs
