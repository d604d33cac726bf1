"""`fanal stats`: the counters as a table. Reads DATABASE_URL and needs no other setting.

Exit status: 0 printed, 1 the database cannot be used, 2 the command or the setting was not understood.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence

import click

from directory.database import DatabaseError, open_database
from ivr.adapters.counters import Counters
from ivr.adapters.schema import check
from ivr.events import EventKind
from ivr.report import FEW, Dimension, Row, columns, totals
from ivr.settings import Settings, SettingsError
from routes.cli.columns import columns as table

DAYS = 30
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    epilog="Examples: fanal stats --by country --kind outcome\n\n"
    "fanal stats --from 2026-10-01 --to 2026-10-31 --by day --by language --json\n\n"
    f"A count below {FEW} is shown as fewer than {FEW}, any other is rounded to a multiple of 5, so that no figure "
    "points at a caller. Days begin and end in UTC."
)
@click.option("--from", "first", type=_DAY, help=f"First day. [default: {DAYS - 1} days before the last]")
@click.option("--to", "last", type=_DAY, help="Last day, itself included. [default: today]")
@click.option(
    "--by",
    type=click.Choice([each.value for each in Dimension]),
    multiple=True,
    default=[Dimension.STEP.value],
    show_default=True,
    help="What to tell apart; can be given several times. Steps and outcomes are always told apart.",
)
@click.option(
    "--kind",
    type=click.Choice([each.value for each in EventKind]),
    multiple=True,
    help="Only steps of the conversation, outcomes of forwarding, texts, records deleted, whether a service speaks the "
    "caller's language, or faults. [default: all]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def command(
    first: dt.datetime | None,
    last: dt.datetime | None,
    by: Sequence[str],
    kind: Sequence[str],
    as_json: bool,
) -> None:
    """Print how often each thing happened: what callers needed, from where, and how it ended."""
    end = last.date() if last else dt.datetime.now(dt.UTC).date()
    begin = first.date() if first else end - dt.timedelta(days=DAYS - 1)
    if begin > end:
        raise click.BadParameter(f"{begin} is after {end}", param_hint="--from")
    asked = [Dimension(each) for each in by]
    rows = _rows(begin, end, asked, [EventKind(each) for each in kind])
    click.echo(_as_json(begin, end, asked, rows) if as_json else _as_table(begin, end, asked, rows))


def _rows(begin: dt.date, end: dt.date, by: Sequence[Dimension], kind: Sequence[EventKind]) -> tuple[Row, ...]:
    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
        check(engine)
    except SettingsError as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    except DatabaseError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    rows = totals(Counters(engine).read(begin, end), by, kind)
    engine.dispose()
    return rows


def _as_table(begin: dt.date, end: dt.date, by: Sequence[Dimension], rows: Sequence[Row]) -> str:
    if not rows:
        return f"Nothing was counted from {begin} to {end}."
    headings = [*(dimension.value for dimension in columns(by)), "kind", "what", "count"]
    lines = [[*row.values, row.kind.value, row.name, row.shown] for row in rows]
    return f"From {begin} to {end}, in UTC:\n\n{table(headings, lines)}"


def _as_json(begin: dt.date, end: dt.date, by: Sequence[Dimension], rows: Sequence[Row]) -> str:
    names = [dimension.value for dimension in columns(by)]
    listed = [
        {**dict(zip(names, row.values, strict=True)), "kind": row.kind.value, "what": row.name, "count": row.count}
        for row in rows
    ]
    return json.dumps({"from": begin.isoformat(), "to": end.isoformat(), "fewer_than": FEW, "rows": listed}, indent=2)
