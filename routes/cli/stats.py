"""`fanal stats`: the figures of the months that were released, as tables, JSON or CSV. Reads DATABASE_URL.

Exit status: 0 done, 1 the database cannot be used or nothing was released of what was asked for, 2 the command was not
understood.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from routes.admin.statistics.titles import HIDDEN, TITLES
from routes.cli.columns import columns
from routes.cli.revisions import print_json, refusals, refuse
from routes.cli.sources import the_desk

if TYPE_CHECKING:
    from routes.figures import Period

_VERIFY = "routes.cli.verify"
"""Compares what was accepted with what was counted."""
_DAY = click.DateTime(["%Y-%m-%d"])
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")


class _MonthType(click.ParamType[str]):
    """A month, such as 2026-01."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the month as it was written, or say what one looks like."""
        if not re.fullmatch(r"[1-9]\d{3}-(0[1-9]|1[0-2])", str(value)):
            self.fail(f"{value!r} is not a month; write one such as 2026-01", param, ctx)
        return str(value)


class _Group(click.Group):
    """The commands of this module, and `verify`, which is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands."""
        more = ["verify"] if importlib.util.find_spec(_VERIFY) is not None else []
        return sorted([*super().list_commands(ctx), *more])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command; None if there is none of that name."""
        if cmd_name == "verify" and cmd_name in self.list_commands(ctx):
            verify: click.Command = importlib.import_module(_VERIFY).command
            return verify
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=_Group,
    invoke_without_command=True,
    epilog="Examples: fanal stats --from 2026-01 --to 2026-03 --table calls_by_country\n\n"
    "fanal stats --from 2026-01 --to 2026-12 --csv\n\n"
    f"Every figure is rounded to a multiple of 5, and hidden if it is {HIDDEN}. A month is released once, on the "
    "fourth day of the next one, and never changes; several months are sums of what was released. Days begin and "
    "end in UTC.",
)
@click.option("--from", "first", type=_MonthType(), help="First month, such as 2026-01. [default: the newest released]")
@click.option("--to", "last", type=_MonthType(), help="Last month, itself included. [default: the first]")
@click.option(
    "--table", "names", multiple=True, type=click.Choice(list(TITLES)), metavar="TABLE", help="Only this table."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@click.pass_context
def command(
    context: click.Context, first: str | None, last: str | None, names: Sequence[str], as_json: bool, as_csv: bool
) -> None:
    """Print the released figures: how many called, what they needed, where they hung up, who answered."""
    if context.invoked_subcommand is not None:
        return
    if as_json and as_csv:
        raise click.UsageError("Take --json or --csv, not both.")
    if first and last and first > last:
        raise click.BadParameter(f"{first} is after {last}", param_hint="--from")
    from routes.cli import figures
    from routes.figures import as_csv as as_written

    found, now = _period(first or "", last or "", as_json), dt.datetime.now(dt.UTC)
    if as_json:
        print_json(figures.plain(found, names, now))
    elif as_csv:
        click.echo(as_written(found, names) if found else "", nl=False)
    else:
        click.echo(figures.tables(found, names, now))


@command.command()
@_JSON
def tables(as_json: bool) -> None:
    """List the tables: what each of them counts."""
    if as_json:
        print_json([{"name": name, "title": each.title, "counts": each.about} for name, each in TITLES.items()])
        return
    click.echo(columns(("table", "what it counts"), [(name, each.about) for name, each in TITLES.items()]))


@command.command()
@_JSON
def release(as_json: bool) -> None:
    """Release the months that are due. The worker does it by itself, once a day."""
    from ivr.adapters.releases import Releases
    from ivr.domain import domain_of
    from ivr.settings import Settings
    from routes.cli.wording import Wording

    with refusals(as_json), the_desk() as desk:
        words = Wording.read(Settings.read_one("DIRECTORY_PATH"))
        domain = domain_of(words.directory, words.catalogues)
        made = Releases(desk.engine).release_due(dt.datetime.now(dt.UTC), domain)
    if as_json:
        print_json({"released": [str(month) for month in made]})
    else:
        click.echo(f"Released: {', '.join(map(str, made))}." if made else "No month is due.")


@command.command()
@click.option("--from", "first", type=_DAY, required=True, help="First day.")
@click.option("--to", "last", type=_DAY, required=True, help="Last day, itself included.")
@click.option(
    "--by",
    type=click.Choice(["day", "language", "country", "need"]),
    multiple=True,
    help="What to tell apart beside what happened; several times.",
)
@_JSON
def raw(first: dt.datetime, last: dt.datetime, by: Sequence[str], as_json: bool) -> None:
    """Print the true counters, neither rounded nor hidden. The look is written into the log.

    A small count can point at a caller. For everything but the search for a fault take `fanal stats`.
    """
    from directory.desk.people import OPERATOR
    from routes.counters import Asked, dimensions, look

    if first > last:
        raise click.BadParameter(f"{first.date()} is after {last.date()}", param_hint="--from")
    asked = Asked(first.date(), last.date(), dimensions(by))
    with refusals(as_json), the_desk() as desk:
        found = look(desk, OPERATOR, dt.datetime.now(dt.UTC), asked)
    click.echo("This look is in the log: `fanal audit log` shows it.", err=True)
    headings = [each.value for each in asked.by]
    if as_json:
        rows = [
            {**dict(zip(headings, each.values, strict=True)), "kind": each.kind, "what": each.name} for each in found
        ]
        print_json(
            {
                "from": str(asked.first),
                "to": str(asked.last),
                "rows": [{**row, "count": each.count} for row, each in zip(rows, found, strict=True)],
            }
        )
    elif not found:
        click.echo(f"Nothing was counted from {asked.first} to {asked.last}.")
    else:
        lines = [[*each.values, each.kind.value, each.name, str(each.count)] for each in found]
        click.echo(columns([*headings, "kind", "what", "count"], lines))


def _period(first: str, last: str, as_json: bool) -> Period | None:
    """Return what was asked for; leave with words and status 1 where it cannot be."""
    from ivr.adapters.releases import Releases
    from routes.figures import PeriodError, period

    with refusals(as_json), the_desk() as desk:
        try:
            return period(Releases(desk.engine), first, last)
        except PeriodError as fault:
            refuse(str(fault), as_json)
