"""Writes the README's table of figures from a run of the benchmark: `.venv/bin/python -m docs.speed_table FILE`.

FILE is what `make bench ARGS=--json` has printed. The charts that the run has drawn are taken along.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.findings import Finding

ROOT = Path(__file__).parents[1]
README, IMAGES, DRAWN = ROOT / "README.md", ROOT / "docs/images", ROOT / "var/bench"
CHARTS = ("year.svg", "surge.svg", "growth.svg")
BEGIN, END = "<!-- written by docs/speed_table.py -->\n", "<!-- until here -->\n"
HEAD = "| | | found | target | |\n|---|---|---|---|---|\n"


def section(report: Mapping[str, Any]) -> str:
    """Return machine, table and verdict as Markdown."""
    found = [_finding(each) for each in report["findings"]]
    judged = [each.met for each in found if each.met is not None]
    rows = "".join(_row(group) for group in _groups(found))
    machine = ", ".join(report["machine"].values())
    missing = f" Not measured: {', '.join(broken)}." if (broken := report.get("broken")) else ""
    return f"Taken on {machine}: {sum(judged)} of {len(judged)} targets met.{missing}\n\n{HEAD}{rows}"


def _finding(fields: Mapping[str, Any]) -> Finding:
    return Finding(**{name: value for name, value in fields.items() if name != "met"})


def _groups(found: Iterable[Finding]) -> list[list[Finding]]:
    """Put together what was found of one thing on several databases."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        groups.setdefault((each.part, each.name), []).append(each)
    return list(groups.values())


def _row(group: list[Finding]) -> str:
    first = group[0]
    shown = "; ".join(f"{each.database} {each.shown}".strip() for each in group)
    target = "; ".join(dict.fromkeys(each.target for each in group if each.target))
    verdicts = {each.met for each in group} - {None}
    verdict = "" if not verdicts else "met" if verdicts == {True} else "**not met**"
    return f"| {first.part} | {first.name} | {shown} | {target} | {verdict} |\n"


def main(path: Path) -> None:
    """Put the table of this run in the place of the README's, and its charts in the place of theirs."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    made = section(json.loads(path.read_text(encoding="utf-8")))
    README.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
    for name in CHARTS:
        if (DRAWN / name).exists():
            shutil.copy(DRAWN / name, IMAGES / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
