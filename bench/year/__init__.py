"""A year of calls: a national line's 30,000 calls in two minutes, and ten times as many at once for half a minute.

The provider is played by two programs of our own: the generator (this process), which makes the calls and counts what
must come of them, and a stand-in of its REST interface. Between them runs a whole installation.

The stand-in answers at once, as no provider does: how many workers wait for a real one is reckoned in docs/scaling.md.
Records are deleted three minutes after their calls: what that costs is no part of a year, which is over before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.findings import Finding


def findings(quick: bool, say: Callable[[str], None], database: str = "both") -> Iterator[Finding]:
    """Run the year and the surge on the databases wanted, or, `quick`, 300 calls on SQLite, and yield the figures.

    Raises `bench.installation.InstallationError` or `bench.year.load.StandstillError` where there are none.
    """
    from bench.installation import databases
    from bench.year import report
    from bench.year.__main__ import FOLDER, draw
    from bench.year.run import QUICK, SURGE, YEAR, run

    for size in (QUICK,) if quick else (YEAR, SURGE):
        results = []
        for each in databases("sqlite" if quick else database):
            result = run(size, each, say)
            results.append(result)
            say(report.cost_table(result))
            yield from report.findings(result)
        if not quick:
            draw(results, FOLDER)
