"""`fanal db`: look after the database. Reads DATABASE_URL and needs no other setting.

Exit status: 0 done, 1 the database cannot be used, 2 the command or the setting was not understood.
"""

from __future__ import annotations

import sys

import click

from directory.database import DatabaseError, open_database
from ivr.adapters.schema import upgrade
from ivr.settings import Settings, SettingsError


@click.group(name="db")
def command() -> None:
    """Look after the database, at DATABASE_URL or in var/fanal.db."""


@command.command(name="upgrade")
def upgrade_command() -> None:
    """Make the tables, or bring them up to this program. Harmless when there is nothing to do."""
    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
        revision = upgrade(engine)
    except SettingsError as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    except DatabaseError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    engine.dispose()
    click.echo(f"The database is at revision {revision}.")
