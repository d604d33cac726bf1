"""`fanal stats verify`: whether every event that was accepted has been counted, and once.

Exit status: 0 they agree, 1 something was lost or counted twice, 2 a setting is wrong or the database cannot be used.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from sqlalchemy.exc import SQLAlchemyError

from directory.database import DatabaseError, open_database
from ivr.adapters.books import Books, compare
from ivr.adapters.schema import check
from ivr.settings import Settings, SettingsError


@click.command(
    epilog="Examples: fanal stats verify\n\nfanal stats verify --json\n\n"
    "Run it on the machine that answers calls: events that wait in files of another machine are not seen from here."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def command(as_json: bool) -> None:
    """Compare the events that were accepted with those that were counted. Exit 1 if any is lost or counted twice."""
    books = _books()
    click.echo(json.dumps(asdict(books)) if as_json else _in_words(books))
    sys.exit(0 if books.agree else 1)


def _books() -> Books:
    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
        check(engine)
        return compare(engine, Settings.read_one("VAR_PATH") / "spool")
    except (SettingsError, DatabaseError) as fault:
        click.echo(str(fault), err=True)
    except SQLAlchemyError:
        click.echo("The database could not be read.", err=True)
    sys.exit(2)


def _in_words(books: Books) -> str:
    lines = [f"{name:<10}{value:>12}" for name, value in asdict(books).items()]
    verdict = (
        "Every event that was accepted has been counted once, or waits to be."
        if books.agree
        else 'The books do not agree: see docs/operations.md, "The books do not agree".'
    )
    return "\n".join([*lines, "", verdict])
