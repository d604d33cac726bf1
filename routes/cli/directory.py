"""`fanal directory`: check, show and search the directory of helplines. Needs no server and no secret.

Commands that publish, compare, export and import stand in modules of their own, and are imported when they are called.

Exit status: 0 fine, 1 the directory has faults, 2 the command was not understood.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import click

from directory import present
from directory.coverage import Coverage, coverage
from directory.faults import Faults
from directory.find import Match, Query, find
from directory.findings import Finding, Severity
from directory.lint import lint
from directory.model import Directory, Helpline
from routes.cli.arguments import Instant, Language
from routes.cli.columns import columns, firm
from routes.cli.sources import UNSPEAKABLE, NoTablesError, served, wordless

_PATH = click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="DIRECTORY_PATH",
    show_envvar=True,
    help="Folder of YAML files. [default: the live revision, else the tables that come with the program]",
)
_REVISION = click.option(
    "--revision",
    metavar="WORD",
    help="A revision's number, live, draft:7 or shipped, in place of a folder; live is as callers are served it.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
_AT = click.option("--at", type=Instant(), help="Instant with offset, such as 2026-11-23T03:00+02:00. [default: now]")
_COUNTRY = click.option("--country", type=str.upper, help="Two letters, such as RO.")

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _options(*options: Decorator) -> Decorator:
    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_ELSEWHERE = {
    "diff": ("differences", "command", "Say in words what differs between two states of the tables."),
    "publish": ("revisions", "publish", "Publish tables as a new revision, at once."),
    "rollback": ("revisions", "rollback", "Publish the content of an older revision again."),
    "history": ("revisions", "history", "List the published revisions."),
    "export": ("exchange", "export_command", "Write the tables as YAML, CSV or Open Referral HSDS."),
    "import": ("exchange", "import_command", "Bring a file's changes into a new draft."),
}
"""Command to its module in this package, its name there, and what it does."""


class Commands(click.Group):
    """The commands of this module, and those that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands without importing any."""
        return [*super().list_commands(ctx), *_ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None if there is none of that name."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, name, _ = _ELSEWHERE[cmd_name]
        found: click.Command = getattr(importlib.import_module(f"routes.cli.{module}"), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        del ctx  # click's, and nothing here depends on it
        own = [(name, each.get_short_help_str(limit=100)) for name, each in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *((name, words) for name, (_, _, words) in _ELSEWHERE.items())])


@click.group(name="directory", cls=Commands)
def command() -> None:
    """Check, show and search the directory of helplines.

    \b
    fanal directory check
    fanal directory show --country RO
    fanal directory find --country RO --need trafficking --language ro
    fanal directory coverage --country BE

    Without --path they speak of the live revision, as callers are served it.
    """


@command.command()
@_options(_PATH, _REVISION, _AT, _JSON)
@click.option("--doubts", is_flag=True, help="List the doubts too, not only how many there are.")
def check(path: Path | None, revision: str | None, at: dt.datetime | None, as_json: bool, doubts: bool) -> None:
    """Check the files: what keeps them from being used, what would mislead a caller, what is doubtful.

    Faults and errors make the exit status 1; warnings and doubts do not.

    \b
    fanal directory check
    fanal directory check --path my-directory --doubts
    """
    tables = _load(path, revision, as_json)
    found, missing = lint(tables, at or _now()), wordless(tables)
    if as_json:
        findings = list(map(present.finding_json, found))
        _print_json({"revision": tables.revision, "faults": [], "wordless": missing, "findings": findings})
    else:
        _print_findings(tables, found, doubts)
        if missing:
            click.echo(UNSPEAKABLE.format(", ".join(missing)))
    if missing or any(finding.severity is Severity.ERROR for finding in found):
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("ids", nargs=-1)
@_options(_PATH, _REVISION, _COUNTRY, _JSON)
def show(ids: tuple[str, ...], path: Path | None, revision: str | None, country: str | None, as_json: bool) -> None:
    """Show the services: all of them, those of one country, or single ones by their ids, with all that is known.

    \b
    fanal directory show --country RO
    fanal directory show ro-anitp
    """
    tables = _load(path, revision, as_json)
    if country is not None:
        _check_word("--country", country, tables.countries)
    for id_ in ids:
        _check_word("IDS", id_, tables.helplines, several=False)
    chosen = [
        each for each in tables.helplines.values() if country in (None, each.country) and (not ids or each.id in ids)
    ]
    if as_json:
        _print_json(present.directory_json(tables, chosen))
    elif ids:
        click.echo("\n\n".join(map(_card, chosen)))
    else:
        click.echo(columns(("id", "name", "needs", "hours", "number", "checked"), list(map(_line, chosen))))


@command.command(name="find")
@_options(_PATH, _REVISION, _AT, _JSON)
@click.option("--country", type=str.upper, required=True, help="Where help is wanted: two letters, such as RO.")
@click.option("--need", required=True, help="What is needed, such as trafficking.")
@click.option("--language", type=Language(), help="The caller's language, such as ro. [default: any]")
@click.option("--audience", help="Whom the caller is taken to be. [default: as the need says]")
@click.option("--line", type=str.upper, help="Country of our own number. [default: an international one]")
def find_command(
    path: Path | None, revision: str | None, at: dt.datetime | None, as_json: bool, **question: str | None
) -> None:
    """Rank the services that a caller would be offered, best first.

    \b
    fanal directory find --country RO --need trafficking --language ro
    fanal directory find --country RO --need trafficking --at 2026-11-23T03:00+02:00 --json
    fanal directory find --country BE --need children --line BE
    """
    tables = _load(path, revision, as_json)
    query = _query(tables, **question)
    now = at or _now()
    matches = find(tables, query, now)
    if as_json:
        _print_json([present.match_json(match) for match in matches])
        return
    local = now.astimezone(tables.countries[query.country].timezone)
    click.echo(f"{query.country}, {query.need}, {local:%A %Y-%m-%d %H:%M %Z}\n")
    headings = ("", "id", "why", "name", "now", "say", "forward to", "cost")
    click.echo(columns(headings, [_match_line(place, match) for place, match in enumerate(matches, 1)]))


@command.command(name="coverage")
@_options(_PATH, _REVISION, _AT, _COUNTRY, _JSON)
def coverage_command(
    path: Path | None, revision: str | None, at: dt.datetime | None, country: str | None, as_json: bool
) -> None:
    """Show who is served when: for each country and need, the hours of a week in which somebody answers.

    In the week's picture a day is four signs, of six hours each: # open, + partly, ? perhaps, . nobody.

    \b
    fanal directory coverage --country BE
    fanal directory coverage --json
    """
    tables = _load(path, revision, as_json)
    if country is not None:
        _check_word("--country", country, tables.countries)
    now = at or _now()
    cells = [cell for cell in coverage(tables, now) if country in (None, cell.country)]
    if as_json:
        _print_json({"revision": tables.revision, "coverage": [present.coverage_json(cell) for cell in cells]})
        return
    for code in dict.fromkeys(cell.country for cell in cells):
        _print_coverage(tables, code, [cell for cell in cells if cell.country == code], now)


def _load(path: Path | None, revision: str | None, as_json: bool) -> Directory:
    try:
        return served(path, revision)
    except Faults as faults:
        _fail(faults, as_json)
    except NoTablesError as fault:
        raise click.ClickException(str(fault)) from None


def _fail(faults: Faults, as_json: bool) -> NoReturn:
    """Print all faults and leave with status 1."""
    if as_json:
        shown = [present.fault_json(fault) for fault in faults.faults]
        _print_json({"revision": None, "faults": shown, "findings": []})
    else:
        click.echo(str(faults), err=True)
        click.echo(f"\n{_counted(len(faults.faults), 'fault')}: the directory cannot be used.", err=True)
    raise click.exceptions.Exit(1)


def _query(
    tables: Directory,
    country: str | None,
    need: str | None,
    language: str | None,
    audience: str | None,
    line: str | None,
) -> Query:
    wanted = _check_word("--country", country, tables.countries)
    if audience is not None:
        _check_word("--audience", audience, tables.audiences)
    return Query(wanted, _check_word("--need", need, tables.needs), language, audience, line)


def _check_word(option: str, word: str | None, known: Iterable[str], several: bool = True) -> str:
    """Return a word of the directory's tables, or leave with status 2 and the words there are."""
    if word is not None and word in known:
        return word
    choice = f"; there are {', '.join(known)}" if several else "; `fanal directory show` lists them"
    raise click.BadParameter(f"{word!r} is not in the directory{choice}", param_hint=option)


def _print_findings(tables: Directory, found: tuple[Finding, ...], doubts: bool) -> None:
    listed = [each for each in found if doubts or each.severity is not Severity.DOUBT]
    for finding in listed:
        click.echo(f"{finding.severity.value}: {finding}")
    weights = Counter(finding.severity for finding in found)
    sums = ", ".join(_counted(weights[each], each.value) for each in Severity)
    size = f"{_counted(len(tables.helplines), 'service')} in {len(tables.countries)} countries"
    click.echo(f"{'' if not listed else chr(10)}Revision {tables.revision}: {size}; {sums}.")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _line(helpline: Helpline) -> tuple[str, ...]:
    number = firm(helpline.numbers[0].say)
    checked = "never" if helpline.checked is None else helpline.checked.isoformat()
    return (
        helpline.id,
        helpline.name["en"],
        " ".join(helpline.needs),
        helpline.hours or "unknown",
        number,
        checked,
    )


def _card(helpline: Helpline) -> str:
    """Return all that is known of one service, a field a line."""
    numbers = [f"{n.say} (from: {n.reach.value}; forward to: {n.dial or 'none'})" for n in helpline.numbers]
    source = helpline.source
    facts = [
        ("kind", helpline.kind.value),
        *((f"name {language}", name) for language, name in helpline.name.items()),
        ("needs", ", ".join(helpline.needs)),
        ("audience", ", ".join(helpline.audience)),
        ("languages", ", ".join(helpline.languages) or "not stated"),
        ("hours", f"{helpline.hours or 'unknown'} ({helpline.timezone.key})"),
        *(("except", f"{each.date} {each.hours}: {each.reason}") for each in helpline.exceptions),
        *(("number", number) for number in numbers),
        ("cost", helpline.cost.value),
        ("anonymous", {True: "yes", False: "no", None: "unknown"}[helpline.anonymous]),
        ("source", f"{source.file}, {source.date or 'without date'}: {source.quote}"),
        ("checked", "never" if helpline.checked is None else helpline.checked.isoformat()),
        *((("note", helpline.note),) if helpline.note else ()),
    ]
    return f"{helpline.id}\n{columns(('', ''), facts).lstrip(chr(10))}"


def _match_line(place: int, match: Match) -> tuple[str, ...]:
    helpline = match.helpline
    why = match.need if match.step.value != "need" else "need"
    return (
        str(place),
        helpline.id,
        why,
        helpline.name["en"],
        _status_words(match),
        firm(match.number.say),
        match.dial or "none",
        helpline.cost.value,
    )


def _status_words(match: Match) -> str:
    status = match.status
    if status.open:
        return "open day and night" if status.until is None else f"open until {firm(f'{status.until:%a %H:%M}')}"
    closed = "closed" if status.open is False else "hours unknown"
    return closed if status.opens is None else f"{closed}, opens {firm(f'{status.opens:%a %d %b %H:%M}')}"


def _print_coverage(tables: Directory, country: str, cells: list[Coverage], now: dt.datetime) -> None:
    first = now.astimezone(tables.countries[country].timezone).date()
    days = " ".join(f"{first + dt.timedelta(days=day):%a} " for day in range(7)).rstrip()
    headings = (country, "services", "open now", "open", "perhaps", "nobody", "checked", days)
    rows = [
        (
            cell.need,
            str(cell.services),
            str(cell.open_now),
            f"{cell.open_hours} h",
            f"{cell.unknown_hours} h",
            f"{cell.nobody_hours} h",
            f"{cell.checked} of {cell.services}",
            " ".join(_picture(cell.week[day * 24 : day * 24 + 24]) for day in range(7)),
        )
        for cell in cells
    ]
    click.echo(columns(headings, rows, width=200) + "\n")


def _picture(day: tuple[bool | None, ...]) -> str:
    """Draw a day: one sign for each six hours."""
    return "".join(_sign(day[hour : hour + 6]) for hour in range(0, 24, 6))


def _sign(hours: tuple[bool | None, ...]) -> str:
    if all(hour is True for hour in hours):
        return "#"
    if True in hours:
        return "+"
    return "?" if None in hours else "."


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
