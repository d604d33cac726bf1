"""What a benchmark found: a figure beside its target, and whether the target is met."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of one part of the benchmark."""

    part: str
    """The part that found it: step, counting, year, surge, growth, start."""
    name: str
    """What was measured, in the words of the table."""
    value: float
    unit: str
    """What the value counts: req/s, times, ms, s, MB; empty for a plain number."""
    at_least: float | None = None
    at_most: float | None = None
    """The target, in the same unit: one of the two, both alike for an exact one, neither where there is none."""
    database: str = ""
    """SQLite or PostgreSQL, where it makes a difference."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.at_least is None and self.at_most is None:
            return None
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def shown(self) -> str:
        """The value with its unit, as people read it; never rounded towards its target."""
        rounding = math.floor if self.at_least is not None else math.ceil if self.at_most is not None else round
        return f"{figure(self.value, rounding)} {self.unit}".rstrip()

    @property
    def target(self) -> str:
        """The target in words; empty where there is none."""
        if self.at_least is not None and self.at_least == self.at_most:
            words = f"exactly {figure(self.at_least)}"
        elif self.at_least is not None:
            words = f"at least {figure(self.at_least)}"
        elif self.at_most is not None:
            words = f"at most {figure(self.at_most)}"
        else:
            return ""
        return f"{words} {self.unit}".rstrip()


def figure(value: float, rounding: Callable[[float], float] = round) -> str:
    """Write a value with as many digits as mean something."""
    if value == int(value) or abs(value) >= 100:
        return f"{rounding(value):,.0f}"
    return f"{rounding(value * 100) / 100:.2f}"


def table(found: Iterable[Finding]) -> str:
    """Return the findings as a table for people, a verdict at the end of each line."""
    lines = [f"{'':8} {'':54} {'found':>16}   {'target':24}"]
    for each in found:
        name = f"{each.name}, {each.database}" if each.database else each.name
        verdict = {None: "", True: "met", False: "NOT MET"}[each.met]
        lines.append(f"{each.part:8} {name:54} {each.shown:>16}   {each.target:24} {verdict}".rstrip())
    return "\n".join(lines)


def as_json(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return the findings for other programs."""
    return [{**asdict(each), "met": each.met} for each in found]
