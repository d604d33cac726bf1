"""`fanal db`: look after the database. Reads DATABASE_URL and DIRECTORY_PATH, and needs no other setting.

Exit status: 0 done, 1 the database cannot be used, 2 the command or the setting was not understood.
"""

from __future__ import annotations

import datetime as dt
import sys

import click
import sqlalchemy as sa

from directory.database import DatabaseError, open_database
from directory.desk import Desk
from directory.load import read_files
from ivr.adapters.schema import upgrade
from ivr.settings import Settings, SettingsError
from routes.cli.shipped import FIRST_NOTE, is_another


@click.group(name="db")
def command() -> None:
    """Look after the database, at DATABASE_URL or in VAR_PATH/fanal.db."""


@command.command(name="upgrade")
def upgrade_command() -> None:
    """Make the tables, or bring them up to this program. Harmless when there is nothing to do.

    The helplines that come with the program become the first revision, unless DIRECTORY_PATH names a folder that rules
    instead. Later versions of the program change nothing that was published.
    """
    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
        folder = Settings.read_one("DIRECTORY_PATH")
        revision = upgrade(engine)
    except SettingsError as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    except DatabaseError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    except sa.exc.DBAPIError:
        click.echo(f"The database at {engine.url.render_as_string()} does not answer, or is not ours.", err=True)
        sys.exit(1)
    click.echo(f"The database is at revision {revision}.")
    if folder is None:
        _ship(Desk(engine))
    engine.dispose()


def _ship(desk: Desk) -> None:
    """Publish the first revision, once; say where later tables of the program are another."""
    shipped = read_files()
    first = desk.revisions.ship(shipped, dt.datetime.now(dt.UTC), FIRST_NOTE)
    if first is not None:
        click.echo(f"The tables that come with the program are revision {first.number} ({first.revision}) and live.")
    elif is_another(desk, shipped):
        click.echo("This program comes with other tables than any revision. Nothing was published: see")
        click.echo("`fanal directory diff live shipped`, and bring in what you want: `fanal directory import`.")
