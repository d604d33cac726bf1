"""`fanal audit`: the log of everything that was done at the coordinators' desk. Reads DATABASE_URL.

Exit status: 0 whole, 1 the log is broken or cannot be read, 2 the command was not understood.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from routes.cli.columns import columns
from routes.cli.revisions import JSON, print_json, refusals
from routes.cli.sources import the_desk

if TYPE_CHECKING:
    from directory.desk.audit import Entry

_HEAD = re.compile(r"(?P<number>[1-9]\d{0,9}):(?P<hash>[0-9a-f]{64})")


class Head(click.ParamType[tuple[int, str]]):
    """The number of an entry and its hash, as `verify` prints them."""

    name = "head"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, str]:
        """Return number and hash, or say what they look like."""
        found = _HEAD.fullmatch(str(value).strip().lower())
        if found is None:
            self.fail(f"{value!r} is not a number, a colon and 64 hexadecimal digits", param, ctx)
        return int(found["number"]), found["hash"]


@click.group(name="audit")
def command() -> None:
    """Prove and read the log of what was done: publications, approvals, switches, checks, sign-ins."""


@command.command()
@click.option("--head", type=Head(), metavar="N:HASH", help="An entry that was written down before, elsewhere.")
@JSON
def verify(head: tuple[int, str] | None, as_json: bool) -> None:
    """Prove that nothing in the log was changed, removed, added or reordered, or say where it is broken.

    Each entry is bound to the one before it by a hash. Whoever cuts off the end of the log is found out only by a head
    that was written down elsewhere: keep the line that this command prints, and give it the next time.

    \b
    fanal audit verify
    fanal audit verify --head 42:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    with refusals(as_json), the_desk() as desk:
        found = desk.verify(head)
    if as_json:
        print_json({"whole": found.whole, "entries": found.entries, "head": found.head, "broken": found.break_ or None})
    elif found.whole:
        click.echo(f"The log is whole: {found.entries} entries.\nHead: {found.entries}:{found.head}")
        click.echo("Write the head down where nobody who can change this database can change it.")
    else:
        click.echo(f"The log is broken: {found.break_}.", err=True)
        click.echo(f"{found.entries} entries before that are as they were written.", err=True)
    sys.exit(0 if found.whole else 1)


@command.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@JSON
def log(limit: int, as_json: bool) -> None:
    """List what was done, the newest first: when, by whom, what, to what."""
    with refusals(as_json), the_desk() as desk:
        found = desk.entries(limit=limit)
    if as_json:
        print_json([_json(each) for each in found])
        return
    rows = [(str(each.number), f"{each.at:%Y-%m-%d %H:%M}", each.name, each.action, each.subject) for each in found]
    click.echo(columns(("entry", "when (UTC)", "by", "what", "to what"), rows))


def _json(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "name": entry.name,
        "action": entry.action,
        "subject": entry.subject,
        "detail": dict(entry.detail),
        "previous": entry.previous,
        "hash": entry.hash,
    }
