"""The fallback chain: need, general victim line, neighbours, emergency, and countries that depart from it."""

from __future__ import annotations

from directory.load import compile_files
from tests.sample_directory import FILES, changed


def steps(files: dict[str, str], country: str, need: str) -> list[tuple[str, list[str]]]:
    """Return a ladder as (need, ids)."""
    ladder = compile_files(files).ladders[country, need]
    return [(step, [helpline.id for helpline in helplines]) for step, helplines in ladder]


def test_general_rule() -> None:
    """A need without services of its own falls back to the general line, the neighbours, emergency."""
    files = changed("gb.yaml", "fallback:\n  children: [support, crime]\n", "")

    assert [
        ("children", ["gb-children", "gb-116111"]),
        ("crime", ["gb-crime"]),
        ("emergency", ["gb-999"]),
    ] == steps(files, "GB", "children")


def test_countrys_own_rule() -> None:
    """A country's own list stands in place of the general line and the neighbours."""
    files = changed("gb.yaml", "children: [support, crime]", "children: [support]")

    assert ["children", "emergency"] == [need for need, _ids in steps(files, "GB", "children")]


def test_no_service_twice() -> None:
    """A service for two needs stands on the first step only; a step left without services falls away."""
    assert [("support", ["gb-children"]), ("crime", ["gb-crime"]), ("emergency", ["gb-999"])] == steps(
        FILES, "GB", "support"
    )
    assert ["children", "crime", "emergency"] == [need for need, _ids in steps(FILES, "GB", "children")]


def test_emergency_alone() -> None:
    """Who asks for emergency advice is offered nothing else."""
    assert [("emergency", ["fr-112"])] == steps(FILES, "FR", "emergency")


def test_nothing_is_ever_empty() -> None:
    """Every country and need has a ladder, without empty steps, which ends with emergency."""
    directory = compile_files(FILES)

    assert {(country, need) for country in directory.countries for need in directory.needs} == set(directory.ladders)
    for ladder in directory.ladders.values():
        assert "emergency" == ladder[-1][0]
        assert all(helplines for _need, helplines in ladder)
