"""Growth: what a directory of 100, 1,000, 10,000 and 100,000 helplines costs to read, publish, hold and search.

Each size is measured in processes of its own: one that reads, publishes and searches, and a web server that callers
have called in many languages. The shipped directory is measured in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.findings import Finding


def findings(quick: bool, say: Callable[[str], None], database: str = "both") -> Iterator[Finding]:
    """Measure all sizes, yield the figures, and draw them. Raises `bench.installation.InstallationError`."""
    from bench.growth.report import CHART, draw
    from bench.growth.sizes import QUICK, SIZES, measured, summary

    sizes = measured(QUICK if quick else SIZES, database, say, quick=quick)
    if not quick:
        draw(sizes, CHART)
    yield from summary(sizes, quick=quick)
