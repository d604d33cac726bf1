"""The fallback chain of each country and need, worked out once when a directory is loaded.

The rule: services for the need itself; then the general victim line; then the neighbouring needs in their order;
then the emergency services. A country's own list for a need stands in place of the middle two.
No service stands on two steps, steps without services fall away, and the last is always the emergency step
(`directory.load` sees to it that each country has one, and that emergency services serve no other need).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from directory.model import Country, Helpline
from directory.tables import Vocabulary

Ladder = tuple[tuple[str, tuple[Helpline, ...]], ...]
"""Steps from first to last: a need, and the services for it in the order of the table."""


def build_ladders(
    countries: Iterable[Country], helplines: Iterable[Helpline], vocabulary: Vocabulary
) -> Mapping[tuple[str, str], Ladder]:
    """Return the ladder of every (country, need)."""
    by_country: dict[str, list[Helpline]] = {}
    for helpline in sorted(helplines, key=lambda each: each.order):
        by_country.setdefault(helpline.country, []).append(helpline)
    return MappingProxyType(
        {
            (country.code, need): tuple(_steps(chain(country, need, vocabulary), by_country.get(country.code, [])))
            for country in countries
            for need in vocabulary.needs
        }
    )


def chain(country: Country, need: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the needs that are tried one after the other for a caller with `need`, without repetition."""
    general = (vocabulary.general_need, *vocabulary.needs[need].neighbours)
    after = country.fallback.get(need, general)
    last = vocabulary.emergency_need
    middle = [] if need == last else [need, *after]
    return (*dict.fromkeys(each for each in middle if each != last), last)


def _steps(needs: tuple[str, ...], helplines: list[Helpline]) -> Iterator[tuple[str, tuple[Helpline, ...]]]:
    used: set[str] = set()
    for need in needs:
        found = tuple(each for each in helplines if need in each.needs and each.id not in used)
        used |= {each.id for each in found}
        if found:
            yield need, found
