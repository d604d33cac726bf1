"""The documents, as the tests read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROSE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs", "directory", "ivr", "bench", "ops")
DOCUMENTS = sorted(
    path for name in PROSE for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*.md"))
)
OPERATIONS = ROOT / "docs/operations.md"
THREATS = ROOT / "docs/threat-model.md"
PRIVACY = ROOT / "docs/privacy.md"

_FENCE = re.compile(r"^ *```(\w*).*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def text(path: Path) -> str:
    """Return a document's text."""
    return path.read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """Return a document's text without its blocks of code."""
    return _FENCE.sub("", text(path))


def blocks(path: Path, kind: str | None = None) -> list[str]:
    """Return the blocks of code of a document; only those marked as of one kind, such as "sh", where it is given."""
    return [block for marked, block in _FENCE.findall(text(path)) if kind in {None, marked}]


def spans(words: str) -> list[str]:
    """Return what stands between single backquotes."""
    return _CODE.findall(words)


def code(path: Path) -> list[str]:
    """Return what stands in a document as code: spans, and the lines of blocks."""
    return [*spans(prose(path)), *(line for block in blocks(path) for line in block.splitlines())]


def section(path: Path, heading: str) -> str:
    """Return what stands under a heading of the second rank."""
    return text(path).partition(f"## {heading}\n")[2].partition("\n## ")[0]


def table(path: Path, heading: str) -> dict[str, str]:
    """Return the rows of the table under a heading: the first code span of a row to the whole row."""
    rows = section(path, heading).splitlines()
    return {row.partition("`")[2].partition("`")[0]: row for row in rows if row.startswith("| `")}


def cells(row: str) -> list[str]:
    """Return the cells of a row of a table."""
    return [cell.strip() for cell in row.strip().strip("|").split(" | ")]


def name(path: Path) -> str:
    """Return a path as documents write it."""
    return path.relative_to(ROOT).as_posix()
