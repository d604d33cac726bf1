"""`fanal directory diff`: what differs between two states of the tables, in words, and what it does to callers.

Exit status: 0 the same, 1 different, 2 the command was not understood or a state cannot be read.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import click

from directory import present
from directory.changes import Change
from directory.difference import difference
from directory.effect import Effect, Offer, effect, offered, when
from directory.faults import Faults
from directory.model import Directory
from directory.statement import ENGLISH, Named, Things, say
from routes.cli.arguments import Instant, Language
from routes.cli.columns import columns
from routes.cli.sources import LIVE, SHIPPED, NoTablesError, tables_of

DIFFERENT, WRONG = 1, 2


@click.command(name="diff")
@click.argument("old", default=LIVE)
@click.argument("new", required=False)
@click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="DIRECTORY_PATH",
    show_envvar=True,
    help="Folder that stands for NEW where it is not given. [default: the one that comes with the program]",
)
@click.option("--effect", "with_effect", is_flag=True, help="Show too who is offered first, before and after.")
@click.option("--language", type=Language(), help="The callers' language for --effect, such as ro. [default: any]")
@click.option(
    "--at", type=Instant(), help="When the week of --effect begins, such as 2026-11-23T03:00Z. [default: now]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def command(
    old: str,
    new: str | None,
    path: Path | None,
    with_effect: bool,
    language: str | None,
    at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Say in words what differs in NEW against OLD: grave differences first, marked with !.

    OLD and NEW are folders, numbers of revisions, `live`, `shipped`, or drafts such as `draft:7`; without them the live
    revision is held against the tables that come with the program. Emergency switches are not counted in.

    Exit status: 0 the same, 1 different, 2 wrong use, or tables that cannot be read.

    \b
    fanal directory diff
    fanal directory diff live draft:7 --effect
    fanal directory diff 3 my-directory --json
    """
    words = (old, new or (SHIPPED if path is None else str(path)))
    before, after = (_read(word) for word in words)
    changes = difference(before, after)
    now = at or dt.datetime.now(dt.UTC)
    effects = effect(before, after, now, language) if with_effect else ()
    if as_json:
        _print_json(words, (before, after), changes, effects if with_effect else None)
    else:
        _print(words, changes)
        if with_effect:
            _print_effects(effects, before, after, now)
    sys.exit(DIFFERENT if changes else 0)


def _read(word: str) -> Directory:
    """Return the tables, or leave with status 2 and what is wrong."""
    try:
        return tables_of(word)
    except NoTablesError as fault:
        click.echo(str(fault), err=True)
    except Faults as faults:
        click.echo(f"{word}: the tables have faults.\n{faults}", err=True)
    sys.exit(WRONG)


def _print(words: tuple[str, str], changes: tuple[Change, ...]) -> None:
    for each in changes:
        click.echo(f"{'!' if each.grave else ' '} {each}")
    if not changes:
        click.echo(f"{words[0]} and {words[1]} say the same.")
        return
    grave = sum(each.grave for each in changes)
    count = "1 difference" if len(changes) == 1 else f"{len(changes)} differences"
    click.echo(f"\n{count} in {words[1]} against {words[0]}, {grave} of them grave.")


def _print_effects(effects: tuple[Effect, ...], before: Directory, after: Directory, now: dt.datetime) -> None:
    if not effects:
        click.echo("\nEvery caller is offered the same first service as before.")
        return
    rows = [
        (
            ENGLISH.name(Named(Things.COUNTRY, each.country)),
            each.need,
            say(when(each, now), ENGLISH),
            str(offered(each.before, _name(each.before, before))),
            str(offered(each.after, _name(each.after, after))),
        )
        for each in effects
    ]
    click.echo("\n" + columns(("country", "need", "when", "before", "after"), rows))


def _name(offer: Offer | None, directory: Directory) -> str:
    return directory.helplines[offer.id].name["en"] if offer else ""


def _print_json(
    words: tuple[str, str],
    tables: tuple[Directory, Directory],
    changes: tuple[Change, ...],
    effects: tuple[Effect, ...] | None,
) -> None:
    old, new = ({"source": word, "revision": each.revision} for word, each in zip(words, tables, strict=True))
    found = {"old": old, "new": new, "differences": list(map(present.change_json, changes))}
    if effects is not None:
        found["effects"] = list(map(present.effect_json, effects))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
