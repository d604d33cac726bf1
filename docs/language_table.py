"""Writes the README's table of languages, as `fanal prompts status` has it: `.venv/bin/python docs/language_table.py`.

The seconds are those of machine speech, computed from the length of the sentences and the rate of each language.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from babel import Locale
from click.testing import CliRunner

from routes.cli import main as fanal

README = Path(__file__).parents[1] / "README.md"
HEAD = "| language | words | spoken by | to the first choice | to the forwarding |\n|---|---|---|---|---|\n"
AT = "2026-11-24T10:00+01:00"
"""A Tuesday: the seconds depend a little on what is open."""


def table() -> str:
    """Return the table as Markdown, a row a language, in the order in which languages are offered."""
    printed = CliRunner().invoke(fanal, ["prompts", "status", "--at", AT, "--json"], env={"VAR_PATH": "none"}).stdout
    return HEAD + "".join(map(_row, json.loads(printed)["languages"]))


def _row(status: dict[str, Any]) -> str:
    tag = status["language"]
    words = "missing" if not status["complete"] else "reviewed" if status["reviewed"] else "draft"
    voice = {"voice": status["voice"], "recording": "recordings", "text": "texts only"}[status["way"]]
    forwarding = (status["forwarding"] or {}).get("seconds")
    name = Locale.parse(tag).get_display_name("en")
    cells = (f"{name} (`{tag}`)", words, voice, _seconds(status["first_choice"]), _seconds(forwarding))
    return f"| {' | '.join(cells)} |\n"


def _seconds(seconds: float | None) -> str:
    """Write seconds; nothing where a language is not spoken."""
    return "-" if seconds is None else f"{seconds:.1f} s"


def main() -> None:
    """Put today's table in the place of the README's."""
    text = README.read_text(encoding="utf-8")
    before, _, after = text.partition(HEAD)
    rest = after[after.index("\n\n") + 1 :]
    README.write_text(before + table() + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
