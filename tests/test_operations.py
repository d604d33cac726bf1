"""What operators and data-protection officers read is what the program does: figures, incidents, tables, commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import sqlalchemy as sa

from directory.database import open_database
from ivr.adapters.schema import upgrade
from ivr.log import FIELDS
from ivr.metrics import MEANINGS, Metrics
from ivr.settings import Settings
from tests.documents import (
    DOCUMENTS,
    OPERATIONS,
    PRIVACY,
    ROOT,
    THREATS,
    blocks,
    cells,
    name,
    section,
    spans,
    table,
    text,
)

PRODUCT = ("directory", "ivr", "routes", "worker.py")
LEVELS = {"info", "warning", "error", "exception", "critical"}
PROGRAMS = {"fanal", "make", "bash", "apt-get", "sqlite3", "pg_dump", "kubectl"}
"""What documents tell their readers to type; what is not ours comes from the system's packages."""
OF_NOBODY = {"alembic_version"}
"""Tables that hold nothing but the number of their own revision."""


def named_metrics() -> set[str]:
    """Return the names of all figures at `/metrics`, as the library writes them."""
    return {*(metric.name for metric in Metrics().registry.collect()), *MEANINGS}


def explained_metrics() -> dict[str, str]:
    """Return the rows of the table of metrics."""
    return {row.partition("{")[0].removesuffix("_total"): cell for row, cell in table(OPERATIONS, "Metrics").items()}


def test_metrics_are_documented() -> None:
    """Every figure at `/metrics` is explained to whoever watches it, and no other is."""
    assert named_metrics() == set(explained_metrics())


def test_every_metric_has_an_alarm_and_what_to_do() -> None:
    """Whoever is woken by a figure finds beside it when that happens and what to do then."""
    assert [] == [row for row in explained_metrics().values() if len(cells(row)) != 4 or not all(cells(row))]


def incidents(path: Path) -> Iterator[str]:
    """Yield the events that a module writes to the log."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and node.args
        ):
            kept = node.func.value
            if (isinstance(kept, ast.Name) and kept.id == "log") or (
                isinstance(kept, ast.Call) and ast.unparse(kept.func) == "logging.getLogger"
            ):
                words = [each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                yield from (word for word in words if isinstance(word, str))


def test_every_incident_is_explained() -> None:
    """Whoever reads the log finds what each line means and what to do, and no line that is never written."""
    paths = [
        path for part in PRODUCT for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    written = {event for path in paths for event in incidents(path)}

    rows = [row for row in section(OPERATIONS, "The log").splitlines() if row.startswith("| `")]
    explained = {span for row in rows for span in spans(cells(row)[0])} - set(FIELDS)

    assert written == explained


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names of all tables of the database."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('tables') / 'fanal.db'}")
    upgrade(engine)
    try:
        return set(sa.inspect(engine).get_table_names()) - OF_NOBODY
    finally:
        engine.dispose()


@pytest.mark.parametrize(("path", "heading"), [(PRIVACY, "Every datum")], ids=["privacy"])
def test_every_table_is_told_of(path: Path, heading: str, tables: set[str]) -> None:
    """A data-protection officer learns of every table of the database what it is for and how it ends."""
    rows = [row for row in section(path, heading).splitlines() if row.startswith("| ")]

    assert set() == tables - {span for row in rows for span in spans(row)}
    assert [] == [row for row in rows if len(cells(row)) != 5 or not all(cells(row))]


def test_every_key_in_redis_is_told_of() -> None:
    """The threat model says of everything that we keep in Redis what it holds and how long."""
    sources = [text(path) for path in (ROOT / "ivr/adapters").rglob("*.py")]
    kept = {found for source in sources for found in re.findall(r'"(fanal:[a-z]+)', source)}
    told = {":".join(key.split(":")[:2]) for key in table(THREATS, "What a compromise surrenders, exactly")}

    assert kept
    assert set() == kept - told


def test_a_backup_leaves_out_what_is_to_be_forgotten(tables: set[str]) -> None:
    """Both databases are backed up without the same tables, which exist: ids of calls first of all."""
    lines = "\n".join(blocks(OPERATIONS, "sh"))
    emptied, left_out = (
        set(re.findall(r"DELETE FROM (\w+)", lines)),
        set(re.findall(r"--exclude-table-data=(\w+)", lines)),
    )

    assert emptied == left_out
    assert "errands" in emptied
    assert set() == emptied - tables


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if blocks(path, "sh")], ids=name)
def test_what_is_to_be_typed_is_there(path: Path) -> None:
    """Every line to type begins with a program of ours or a known one, and uses settings that exist."""
    lines = [line.strip() for block in blocks(path, "sh") for line in block.splitlines() if line.strip()]
    strange = [line for line in lines if line.split()[0].removeprefix(".venv/bin/") not in PROGRAMS | {"#"}]
    settings = {each.metadata["name"] for each in fields(Settings)}

    assert [] == strange
    assert set() == {name for line in lines for name in re.findall(r"\$\{?([A-Z_]+)", line)} - settings
