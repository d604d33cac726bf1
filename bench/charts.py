"""Charts for documents: lines over an axis as one small SVG, readable on light and on dark ground, with its own words.

Every axis that is not logarithmic begins at zero. Each line carries its name at its end, in the place of a legend; a
target is a dashed line across. Lines differ by their strokes too, not by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from bench.findings import figure

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 560, 40, 372
"""The frame, in units of the view box; to the right of it stand the names of the lines."""
MARKED = 12
"""Points of a line at most that are marked by a dot."""
NAME_HEIGHT = 16
"""The least distance between two names."""
TICKS = 5
"""Steps of a linear axis at most."""
STROKES = ("", "7 4", "2 3", "10 3 2 3", "4 2", "1 4")
"""How the lines are broken, one after another."""
_STYLE = """
svg{--ink:#16222e;--quiet:#55616d;--hair:#d9d6cc;--ground:#fbfaf7;--target:#a11d21;
--c0:#0b5c7a;--c1:#9a5b00;--c2:#1f6b3a;--c3:#6a3d8f;--c4:#8a1c4a;--c5:#55616d}
@media(prefers-color-scheme:dark){svg{--ink:#e8ecef;--quiet:#a9b4be;--hair:#2e3b47;--ground:#121a22;--target:#ff8f8a;
--c0:#6cc3e0;--c1:#f6b73c;--c2:#7fd6a0;--c3:#c7a4ee;--c4:#ff9fc4;--c5:#a9b4be}}
text{font:12px system-ui,sans-serif;fill:var(--ink)}.q{fill:var(--quiet)}.t{font-weight:600;font-size:15px}
.g{stroke:var(--hair)}.l{fill:none;stroke-width:2}.o{stroke:var(--target);stroke-dasharray:6 3}.n{fill:var(--target)}
"""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name and its points, from left to right."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A value of the upright axis that is not to be passed, and its name."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: which values it shows, and where."""

    low: float
    high: float
    is_log: bool
    start: float
    end: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return where a value stands in the view box; what lies outside stands at the frame."""
        shown = [math.log10(max(each, self.low)) if self.is_log else each for each in (value, self.low, self.high)]
        share = (shown[0] - shown[1]) / (shown[2] - shown[1])
        return round(self.start + (self.end - self.start) * min(max(share, 0), 1), 1)


def line_chart(
    series: Sequence[Series],
    *,
    title: str,
    desc: str,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    targets: Sequence[Target] = (),
) -> str:
    """Return the lines as an SVG document. `x` and `y` say what the axes count, `desc` what the picture shows.

    Raises ValueError where there is no point to draw, or one that a logarithmic axis cannot hold.
    """
    points = [point for each in series for point in each.points]
    across = axis([each for each, _ in points], LEFT, RIGHT, is_log=log_x)
    up = axis([*(each for _, each in points), *(each.value for each in targets)], BOTTOM, TOP, is_log=log_y)
    body = [
        *(_tick_below(tick, across) for tick in across.ticks),
        *(_tick_beside(tick, up) for tick in up.ticks),
        *(_target(each, up) for each in targets),
        *(_line(each, number, across, up) for number, each in enumerate(series)),
        *_names(series, up),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="a b">\n'
        f'<title id="a">{escape(title)}</title>\n<desc id="b">{escape(desc)}</desc>\n<style>{_STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="var(--ground)"/>\n'
        f'<text class="t" x="{LEFT}" y="20">{escape(title)}</text>\n'
        f'<text class="q" x="{LEFT}" y="{TOP - 6}">{escape(y)}</text>\n'
        f'<text class="q" x="{RIGHT}" y="{HEIGHT - 12}" text-anchor="end">{escape(x)}</text>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def axis(values: Iterable[float], start: float, end: float, *, is_log: bool) -> Axis:
    """Return the axis that holds all values: from zero, or from one power of ten to another."""
    found = list(values)
    if not found or min(found) < 0 or (is_log and min(found) <= 0):
        raise ValueError("a chart needs values, none below zero, and on a logarithmic axis none at zero")
    if is_log:
        first, last = math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))
        ticks = tuple(10.0**power for power in range(first, max(last, first + 1) + 1))
    else:
        step = _round_step(max(found) / TICKS)
        ticks = tuple(step * number for number in range(math.ceil(max(found) / step) + 1 or 1))
        ticks = ticks if len(ticks) > 1 else (0.0, step)
    return Axis(ticks[0], ticks[-1], is_log, start, end, ticks)


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that is no less."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least * (1 - 1e-9))


def _short(value: float) -> str:
    """Write the figure of a tick: small ones by their power of ten, as a log axis needs them."""
    if 0 < value < 0.01:
        return f"{value:.0e}".replace("e-0", "e-")
    return f"{value:g}" if value < 1 else figure(value)


def _tick_below(tick: float, across: Axis) -> str:
    place = across.place(tick)
    return (
        f'<line class="g" x1="{place}" y1="{TOP}" x2="{place}" y2="{BOTTOM}"/>'
        f'<text class="q" x="{place}" y="{BOTTOM + 16}" text-anchor="middle">{_short(tick)}</text>'
    )


def _tick_beside(tick: float, up: Axis) -> str:
    place = up.place(tick)
    return (
        f'<line class="g" x1="{LEFT}" y1="{place}" x2="{RIGHT}" y2="{place}"/>'
        f'<text class="q" x="{LEFT - 6}" y="{place + 4}" text-anchor="end">{_short(tick)}</text>'
    )


def _target(target: Target, up: Axis) -> str:
    place = up.place(target.value)
    return (
        f'<line class="o" x1="{LEFT}" y1="{place}" x2="{RIGHT}" y2="{place}"/>'
        f'<text class="n" x="{LEFT + 4}" y="{place - 4}">{escape(target.name)}</text>'
    )


def _line(series: Series, number: int, across: Axis, up: Axis) -> str:
    places = [(across.place(x), up.place(y)) for x, y in series.points]
    colour = f"var(--c{number % len(STROKES)})"
    way = " ".join(f"{x},{y}" for x, y in places)
    broken = STROKES[number % len(STROKES)]
    dashes = f' stroke-dasharray="{broken}"' if broken else ""
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in places)
    line = f'<polyline class="l" points="{way}" stroke="{colour}"{dashes}/>'
    return line + (dots if len(places) <= MARKED else "")


def _names(series: Sequence[Series], up: Axis) -> list[str]:
    """Return the name and the last figure of every line beside its end, moved apart where they would touch."""
    last = {number: up.place(each.points[-1][1]) for number, each in enumerate(series) if each.points}
    order = sorted(last, key=last.__getitem__)
    lowest = BOTTOM - NAME_HEIGHT * (len(order) - 1)
    found, free = [], float(TOP)
    for rank, number in enumerate(order):
        place = min(max(last[number] + 4, free), lowest + NAME_HEIGHT * rank)
        free = place + NAME_HEIGHT
        each = series[number]
        words = f"{each.name}: {_short(each.points[-1][1])}"
        colour = f"var(--c{number % len(STROKES)})"
        found.append(f'<text x="{RIGHT + 10}" y="{place}" style="fill:{colour}">{escape(words)}</text>')
    return found
