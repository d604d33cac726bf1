"""The generator's own tally: what must have been counted, as the carrier's side sees it.

Nothing here asks the product what it counts: a call began because the carrier dialled, a forwarding because a document
told it to ring somebody, a text was agreed to because the caller was told that it is on its way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """What happened in all calls."""

    begun: int = 0
    ended: int = 0
    requests: int = 0
    """Webhooks that were answered as a call needs it."""
    languages: int = 0
    needs: int = 0
    silences: int = 0
    rung: int = 0
    """Documents that told the carrier to ring a helpline."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the legs ended, in the provider's words."""
    texts: Counter[str] = field(default_factory=Counter)
    """How many texts the callers of each number agreed to."""
    astray: int = 0
    """Calls that were not led where they wanted to go, though nothing failed."""
    faults: Counter[str] = field(default_factory=Counter)
    """Requests that were not answered with status 200 and a document to follow, by what was wrong."""

    @property
    def asked(self) -> int:
        """How many texts were agreed to."""
        return self.texts.total()

    def expected(self) -> dict[tuple[str, str], int]:
        """Return what the counters must hold, by kind and name."""
        legs = {("outcome", word.replace("-", "_")): count for word, count in self.outcomes.items()}
        return {
            ("call", "begun"): self.begun,
            ("call", "language"): self.languages,
            ("call", "need"): self.needs,
            ("miss", "silence"): self.silences,
            ("outcome", "forwarding"): self.rung,
            **legs,
            ("step", "sent"): self.asked,
            ("text", "asked"): self.asked,
            ("text", "sent"): self.asked,
            ("text", "delivered"): self.asked,
        }


def differences(expected: dict[tuple[str, str], int], found: dict[tuple[str, str], int]) -> dict[str, int]:
    """Return by how much each counter differs from what it must be; what nobody has tallied must be consistent.

    Every call stands at one step at its end: over all calls, steps entered less steps left are the calls.
    """
    wrong = {f"{kind} {name}": found.get((kind, name), 0) - count for (kind, name), count in expected.items()}
    kinds: Counter[str] = Counter()
    for (kind, _), count in found.items():
        kinds[kind] += count
    wrong["steps entered less left"] = kinds["step"] - kinds["left"] - expected["call", "begun"]
    wrong["fault"], wrong["text"] = kinds["fault"], kinds["text"] - 3 * expected["text", "asked"]
    return {name: by for name, by in wrong.items() if by}
