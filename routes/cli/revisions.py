"""`fanal directory publish | rollback | history`: the revisions that servers serve, from the operator's machine.

Coordinators publish in the pages, where a second person approves. What is published here is recorded as done from the
command line, and stands on the first page until an approver has confirmed having read it.

Exit status: 0 done, 1 refused or the tables have faults, 2 the command was not understood.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from directory.faults import Faults
from directory.load import compile_files
from directory.pieces import Files
from routes.cli.columns import columns
from routes.cli.progress import reading
from routes.cli.sources import UNSPEAKABLE, NoTablesError, base_of, files_of, is_published, the_desk, wordless

if TYPE_CHECKING:
    from directory.desk import Desk
    from directory.desk.revisions import Revision

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
_REASON = click.option("--reason", required=True, help="Why; it stands in the history for good.")
_FOLDER_RULES = "DIRECTORY_PATH is set: servers with this setting serve that folder, whatever is published."


@click.command()
@click.argument("source", metavar="SOURCE")
@_REASON
@click.option(
    "--accept-unchecked", is_flag=True, help="Let services go live that are new or changed and that nobody has checked."
)
@click.option("--path", envvar="DIRECTORY_PATH", hidden=True, help="Only to say that a folder rules.")
@JSON
def publish(source: str, reason: str, accept_unchecked: bool, path: str | None, as_json: bool) -> None:
    """Publish tables as a new revision, at once: every server serves it within 2 seconds.

    SOURCE is a folder, a draft such as `draft:7`, or `shipped` for the tables that come with the program. Tables with
    faults or errors are refused: `fanal directory check` lists them. So is a draft that began with another revision
    than the one that is live: what was published since would go.

    \b
    fanal directory publish my-directory --reason "New hours of the children's line"
    fanal directory publish shipped --reason "Tables of the new version" --accept-unchecked
    """
    with refusals(as_json):
        files = files_of(source)
        with the_desk() as desk:
            _must_not_mislead(desk, files)
            found = _publish(desk, files, _said(reason), accept_unchecked, as_json, base_of(source, desk))
    _tell(found, as_json)
    if path:
        click.echo(_FOLDER_RULES, err=True)


@click.command()
@click.argument("number", type=click.IntRange(1), metavar="REVISION")
@_REASON
@JSON
def rollback(number: int, reason: str, as_json: bool) -> None:
    """Publish the content of an older revision again, at once, as a new revision.

    Emergency switches stay as they are.

    \b
    fanal directory history
    fanal directory rollback 3 --reason "The numbers of revision 4 were wrong"
    """
    from directory.desk.people import OPERATOR

    with refusals(as_json), the_desk() as desk:
        found = desk.revisions.roll_back(number, OPERATOR, _now(), _said(reason))
    _tell(found, as_json)


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@JSON
def history(limit: int, as_json: bool) -> None:
    """List the published revisions, the newest first; the first of them is live."""
    with refusals(as_json):
        found: Sequence[Revision] = ()
        if is_published():
            with the_desk() as desk:
                found = desk.revisions.history(limit)
    if as_json:
        print_json([revision_json(each) for each in found])
    elif not found:
        click.echo("Nothing has been published: servers serve the tables that come with the program.")
    else:
        headings = ("number", "revision", "when (UTC)", "origin", "by", "approved by", "note")
        click.echo(columns(headings, [_line(each) for each in found]))


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Leave with status 1 and words for whatever is refused in the context."""
    try:
        yield
    except NoTablesError as fault:
        refuse(str(fault), as_json)
    except Faults as faults:
        refuse(f"The tables cannot be used:\n{faults}", as_json, faults=[str(each) for each in faults.faults])


def refuse(sentence: str, as_json: bool, **more: Any) -> NoReturn:
    """Say why nothing was done, and leave with status 1."""
    if as_json:
        print_json({"refused": sentence, **more})
    else:
        click.echo(sentence, err=True)
    sys.exit(1)


def print_json(value: object) -> None:
    """Print a value for other programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def revision_json(revision: Revision) -> dict[str, Any]:
    """Return a revision as JSON."""
    return {
        "number": revision.number,
        "revision": revision.revision,
        "hash": revision.hash,
        "origin": revision.origin.value,
        "content_of": revision.content_of,
        "author": revision.author_name,
        "approver": revision.approver_name,
        "at": revision.at.isoformat(timespec="seconds"),
        "note": revision.note,
    }


def _publish(
    desk: Desk, files: Files, reason: str, accept_unchecked: bool, as_json: bool, base: int | None
) -> Revision:
    from directory.desk.people import OPERATOR
    from directory.desk.revisions import UncheckedError

    standing = desk.standing()
    try:
        return desk.revisions.publish(
            files, OPERATOR, _now(), reason, accept_unchecked=accept_unchecked, standing=standing, base=base
        )
    except UncheckedError as fault:
        listed = "\n".join(f"  {entry}" for entry in fault.entries)
        sentence = f"{fault}\n{listed}\n--accept-unchecked says that they may."
        refuse(sentence, as_json, unchecked=list(fault.entries))


def _must_not_mislead(desk: Desk, files: Files) -> None:
    from directory.desk.mistakes import errors_brought

    live = desk.revisions.live()
    before = desk.revisions.directory(live.number) if live else None
    with reading() as progress:
        after = compile_files(files, progress)
    if errors := errors_brought(before, after, _now()):
        listed = "\n".join(f"  {each}" for each in errors)
        raise NoTablesError(f"These tables would mislead callers:\n{listed}")
    if missing := wordless(after):
        raise NoTablesError(UNSPEAKABLE.format(", ".join(missing)))


def _said(reason: str) -> str:
    if not reason.strip():
        raise click.BadParameter("say why, in a few words", param_hint="--reason")
    return reason.strip()


def _tell(found: Revision, as_json: bool) -> None:
    if as_json:
        print_json(revision_json(found))
        return
    click.echo(f"Revision {found.number} ({found.revision}) is live.")
    click.echo("No approver has read it yet: the coordinators' first page says so until one has.")


def _line(each: Revision) -> tuple[str, ...]:
    origin = each.origin.value if each.content_of is None else f"{each.origin.value}, content of {each.content_of}"
    return (
        str(each.number),
        each.revision,
        f"{each.at:%Y-%m-%d %H:%M}",
        origin,
        each.author_name,
        each.approver_name or "nobody",
        each.note,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
