"""`fanal directory export | import`: the tables as files, for spreadsheets, other programs and version control.

Exit status: 0 done, 1 refused, or something in the file was not taken, 2 the command was not understood.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from directory.exchange.kinds import Kind, bring_in, kind_of, take_out
from directory.exchange.proposal import Proposal
from directory.exchange.troubles import Trouble
from directory.exchange.yaml_text import to_yaml
from directory.load import read_files
from directory.pieces import Files
from routes.cli.revisions import JSON, print_json, refusals, refuse
from routes.cli.sources import LIVE, files_of, served_files, the_desk

if TYPE_CHECKING:
    from directory.desk.draft import Draft

_FORMATS = {"yaml": Kind.YAML, "csv": Kind.CSV, "hsds": Kind.HSDS}
_FORMAT = click.Choice(list(_FORMATS))


@click.command(name="export")
@click.option("--revision", metavar="WORD", help="A revision's number, live, draft:7 or shipped. [default: live]")
@click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="DIRECTORY_PATH",
    show_envvar=True,
    help="Folder of YAML files, in place of a revision.",
)
@click.option("--country", type=str.upper, help="One country only: two letters, such as RO.")
@click.option("--format", "kind", type=_FORMAT, default="yaml", show_default=True, help="hsds is Open Referral 3.1.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A file, or for yaml a folder that is there, which gets each file by its name. [default: standard output]",
)
def export_command(
    revision: str | None, path: Path | None, country: str | None, kind: str, output: Path | None
) -> None:
    """Write the tables as a file, without what is switched off above them.

    \b
    fanal directory export --format csv --country RO -o ro.csv
    mkdir my-directory && fanal directory export --revision 3 -o my-directory
    """
    with refusals(as_json=False):
        files = served_files(path, revision)
        if country is not None and f"{country.lower()}.yaml" not in files:
            raise click.BadParameter(f"{country!r} is not in the directory", param_hint="--country")
        if output is not None and output.is_dir():
            _write_folder(files, country, kind, output)
            return
        text = take_out(_FORMATS[kind], files, country)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text)


@click.command(name="import")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="FILE|FOLDER")
@click.option("--format", "kind", type=_FORMAT, help="[default: as the file's name or beginning says]")
@click.option("--remove", is_flag=True, help="Take out what the file leaves out, in the countries that it speaks of.")
@click.option("--title", help="What the draft is called. [default: the name of the file]")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@JSON
def import_command(
    source: Path, kind: str | None, remove: bool, title: str | None, dry_run: bool, as_json: bool
) -> None:
    """Bring a file's changes into a new draft on the live revision, for coordinators to look at, submit and approve.

    What is wrong in the file is said by row and left out; the rest is taken.

    \b
    fanal directory import ro.csv --dry-run
    fanal directory import my-directory --title "Hours of 2027"
    """
    with refusals(as_json):
        before = files_of(LIVE)
        proposal = _proposal(source, kind, before, remove)
        draft = None
        if not dry_run and not proposal.is_empty:
            draft = _begin(proposal.files, title or source.name)
    if as_json:
        print_json(_json(proposal, draft))
    else:
        _print(proposal, draft)
    sys.exit(1 if proposal.faults else 0)


def _write_folder(files: Files, country: str | None, kind: str, folder: Path) -> None:
    if kind != "yaml":
        raise click.BadParameter(f"{folder} is a folder; write the name of a file", param_hint="-o")
    for name, text in files.items():
        if country is None or name == f"{country.lower()}.yaml":
            _write(folder / name, text)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as fault:
        refuse(f"{path} cannot be written: {fault.strerror}.", as_json=False)


def _proposal(source: Path, kind: str | None, before: Files, remove: bool) -> Proposal:
    if source.is_dir():
        return bring_in(Kind.YAML, to_yaml(read_files(source)).encode(), before, remove)
    data = source.read_bytes()
    return bring_in(_FORMATS[kind] if kind else kind_of(source.name, data), data, before, remove)


def _begin(files: Files, title: str) -> Draft:
    from directory.desk.people import OPERATOR

    with the_desk() as desk:
        return desk.drafts.begin(OPERATOR, dt.datetime.now(dt.UTC), title, files)


def _print(proposal: Proposal, draft: Draft | None) -> None:
    for fault in proposal.faults:
        click.echo(f"not taken: {fault}", err=True)
    for note in proposal.notes:
        click.echo(f"note: {note}", err=True)
    changes = {"added": proposal.added, "changed": proposal.changed, "removed": proposal.removed}
    for what, ids in {**changes, "changed besides": proposal.tables}.items():
        for id_ in ids:
            click.echo(f"{what}: {id_}")
    if proposal.is_empty:
        click.echo("Nothing would change.")
    elif draft is None:
        click.echo("Nothing was written.")
    else:
        click.echo(f"Draft {draft.id} holds these changes: `fanal directory diff live draft:{draft.id}` shows them.")


def _json(proposal: Proposal, draft: Draft | None) -> dict[str, Any]:
    return {
        "draft": draft.id if draft else None,
        "added": proposal.added,
        "changed": proposal.changed,
        "removed": proposal.removed,
        "tables": proposal.tables,
        "faults": [_trouble(each) for each in proposal.faults],
        "notes": [_trouble(each) for each in proposal.notes],
    }


def _trouble(each: Trouble) -> dict[str, Any]:
    return {"row": each.row, "column": each.column, "id": each.entry, "words": each.words}
