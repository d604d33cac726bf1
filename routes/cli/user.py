"""`fanal user`: look after the accounts of the coordinators' pages, from the machine. Reads DATABASE_URL.

Exit status: 0 done, 1 it was refused or the database cannot be used, 2 the command or the setting was not understood.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from routes.admin.accounts.register import Account, Link, Register

_ROLES = ("viewer", "editor", "approver", "administrator")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_ELSEWHERE = "the address of your installation"


@click.group(name="user")
def command() -> None:
    """Look after the accounts: who may sign in to /admin, and as what.

    Somebody with an account signs in with a password and a second factor, which they set themselves through a link that
    works once, for 24 hours. An approval needs two people: an editor and an approver.
    """


@command.command(
    epilog="Example: fanal user add ana@example.org --name Ana --role editor\n\n"
    "The first account should be an administrator's: they make the others in the pages. Roles can be several:\n"
    "viewer reads; editor changes drafts; approver puts live what somebody else has changed;\n"
    "administrator looks after accounts."
)
@click.argument("address", metavar="EMAIL")
@click.option("--name", required=True, help="As colleagues know them: it stands beside everything they do.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice(_ROLES), help="May be given again.")
@_JSON
def add(address: str, name: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Make an account, and print the link through which its holder sets password and second factor."""
    from directory.desk.people import OPERATOR, Role

    with _register() as register:
        account, link = register.add(OPERATOR, address, name, [Role(role) for role in roles], _now())
    _print_link(account, link, as_json)


@command.command(name="list")
@_JSON
def list_command(as_json: bool) -> None:
    """List everybody who has an account."""
    from routes.cli.columns import columns

    with _register() as register:
        everybody = register.listing()
    if as_json:
        click.echo(json.dumps([_plain(account) for account in everybody], ensure_ascii=False, indent=2))
    elif not everybody:
        click.echo("There is no account yet: fanal user add EMAIL --name NAME --role administrator")
    else:
        rows = [(each.address, each.name, _roles(each), each.state.value) for each in everybody]
        click.echo(columns(("e-mail", "name", "roles", "state"), rows))


@command.command(epilog="Example: fanal user recover ana@example.org")
@click.argument("address", metavar="EMAIL")
@_JSON
def recover(address: str, as_json: bool) -> None:
    """Reset an account whose password or second factor is lost, and print a new link.

    Password and second factors are removed and its sessions end. In the pages a second administrator does the same.
    """
    from directory.desk.people import OPERATOR

    with _register() as register:
        account = _found(register, address)
        link = register.recover(OPERATOR, account.id, _now())
    _print_link(account, link, as_json)


@command.command(epilog="Example: fanal user disable ana@example.org")
@click.argument("address", metavar="EMAIL")
@_JSON
def disable(address: str, as_json: bool) -> None:
    """Let an account sign in no more; its sessions end at once, and what it has done stays in the log."""
    from directory.desk.people import OPERATOR

    with _register() as register:
        account = _found(register, address)
        register.disable(OPERATOR, account.id, _now())
        account = register.get(account.id)
    click.echo(
        json.dumps(_plain(account), ensure_ascii=False) if as_json else f"{account.address} can sign in no more."
    )


@command.command(epilog="Example: SECRET_KEY=<new>,<old> fanal user reseal\n\nThen <old> can go.")
def reseal() -> None:
    """Encrypt the secrets of all authenticator apps with the newest SECRET_KEY, before an old one is removed.

    Also needs SECRET_KEY, as the servers have it.
    """
    from ivr.settings import Settings
    from routes.admin.accounts.factors import Sealer

    with _register() as register:
        done, lost = register.reseal(Sealer.of(Settings.read_one("SECRET_KEY")), _now())
        addresses = [register.get(id_).address for id_ in lost]
    click.echo(f"Encrypted with the newest key: {done}.")
    if addresses:
        _end(f"No key opens those of {', '.join(addresses)}: reset them with `fanal user recover`.", 1)


@contextmanager
def _register() -> Iterator[Register]:
    """Give the register of the database that is set; end with a sentence where something is refused."""
    from sqlalchemy.exc import SQLAlchemyError

    from directory.database import DatabaseError, open_database
    from directory.desk import Desk
    from directory.desk.people import DeskError
    from ivr.adapters.schema import check
    from ivr.settings import Settings, SettingsError
    from routes.admin.accounts.register import Register

    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
        check(engine)
        yield Register(Desk(engine))
        engine.dispose()
    except SettingsError as fault:
        _end(str(fault), 2)
    except (DatabaseError, DeskError) as fault:
        _end(str(fault), 1)
    except SQLAlchemyError as fault:
        _end(f"The database could not be used: {type(fault).__name__}.", 1)


def _end(words: str, status: int) -> None:
    click.echo(words, err=True)
    sys.exit(status)


def _found(register: Register, address: str) -> Account:
    from directory.desk.people import UnknownError

    account = register.find(address)
    if account is None:
        raise UnknownError(f"There is no account with the address {address}: `fanal user list` shows them.")
    return account


def _print_link(account: Account, link: Link, as_json: bool) -> None:
    address = _address(link)
    if as_json:
        told = {**_plain(account), "link": address, "until": link.until.isoformat(timespec="seconds")}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    click.echo(f"{account.name} ({account.address}): {_roles(account)}")
    click.echo(f"  {address if address.startswith('http') else f'{_ELSEWHERE}, and then {address}'}")
    until = f"{link.until:%Y-%m-%d %H:%M} UTC"
    click.echo(f"It works once, until {until}. Whoever has it has the account: hand it over yourself.")


def _address(link: Link) -> str:
    """Return where a link leads: the path alone where nothing says what the address of the installation is."""
    from ivr.settings import Settings, SettingsError

    try:
        base = Settings.read_one("PUBLIC_URL")
    except SettingsError:
        base = ""
    return f"{base}/admin{link.path}"


def _plain(account: Account) -> dict[str, object]:
    return {
        "email": account.address,
        "name": account.name,
        "roles": [role for role in _ROLES if role in account.roles],
        "state": account.state.value,
    }


def _roles(account: Account) -> str:
    return ", ".join(role for role in _ROLES if role in account.roles)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
