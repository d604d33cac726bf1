"""The register of accounts: who there is, with which roles, and what administrators do to accounts.

Every rule stands here, not in a page: nobody changes their own roles, resets or disables their own account, and there
is always an administrator who can sign in. Each change is logged in its own transaction.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from directory.desk import Desk, audit
from directory.desk.people import OPERATOR, Actor, NotAllowedError, Role, StageError, UnknownError
from routes.admin.accounts.factors import Sealer, reseal
from routes.admin.accounts.tables import accounts, factors, sessions
from routes.admin.accounts.tokens import LINK_LASTS, Purpose, keep, new_token, revoke

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}")
LONGEST_NAME = 80
LONGEST_ADDRESS = 254
_LONGEST_TYPED = 4 * LONGEST_ADDRESS
"""Characters that are looked at: putting many into their one form takes seconds, during which calls would wait."""


class State(StrEnum):
    """What an account can be used for."""

    INVITED = "invited"
    """Nobody has used its first link yet."""
    ACTIVE = "active"
    RESET = "reset"
    """Its holder has to use a link of recovery first."""
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account, without its secrets."""

    id: int
    address: str
    """What its holder signs in with: an e-mail address, to which nothing is ever sent."""
    name: str
    roles: frozenset[Role]
    made_at: dt.datetime
    enrolled_at: dt.datetime | None
    """When its holder set password and second factor; None until then, and again after a reset."""
    disabled_at: dt.datetime | None
    reset_at: dt.datetime | None
    reset_by: str | None
    has_password: bool

    @property
    def actor(self) -> Actor:
        """The person at the desk."""
        return Actor(f"account:{self.id}", self.name, self.roles)

    @property
    def state(self) -> State:
        """What it can be used for."""
        if self.disabled_at:
            return State.DISABLED
        if self.enrolled_at:
            return State.ACTIVE
        return State.RESET if self.reset_at else State.INVITED


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: shown once, to be handed over."""

    token: str
    until: dt.datetime

    @property
    def path(self) -> str:
        """Where it leads, below the address of the pages."""
        return f"/enrol/{self.token}"


class Register:
    """Reads and changes accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listing(self) -> tuple[Account, ...]:
        """Return every account, by name."""
        with self._desk.engine.connect() as connection:
            rows = connection.execute(sa.select(accounts).order_by(accounts.c.name, accounts.c.id))
            return tuple(_account(row) for row in rows)

    def get(self, id_: int) -> Account:
        """Return an account. Raises `UnknownError`."""
        with self._desk.engine.connect() as connection:
            return get(connection, id_)

    def find(self, address: str) -> Account | None:
        """Return the account of an address; None also for what no address can be, such as a zero byte."""
        if not _is_plain(normal(address)):
            return None
        with self._desk.engine.connect() as connection:
            row = connection.execute(sa.select(accounts).where(accounts.c.address == normal(address))).first()
        return _account(row) if row else None

    def add(
        self, actor: Actor, address: str, name: str, roles: Iterable[Role], now: dt.datetime
    ) -> tuple[Account, Link]:
        """Make an account and its first link. Raises `StageError` for what cannot be one."""
        values = {"address": _checked_address(address), "name": _checked_name(name), "roles": _written(roles)}
        with self._desk.turn() as connection:
            _must_be_administrator(connection, actor)
            if connection.execute(sa.select(accounts.c.id).where(accounts.c.address == values["address"])).first():
                raise StageError("There is an account with this address already.")
            made = connection.execute(accounts.insert().values(made_at=now, reset_told=True, **values))
            account = get(connection, int(made.inserted_primary_key[0]))  # type: ignore[index]  # one row, one key
            audit.record(
                connection, actor, "account made", account.actor.id, now, name=account.name, roles=values["roles"]
            )
            return account, _link(connection, account, now)

    def set_roles(self, actor: Actor, id_: int, roles: Iterable[Role], now: dt.datetime) -> None:
        """Give an account other roles; its sessions end."""
        written = _written(roles)
        with self._desk.turn() as connection:
            account = _another(connection, actor, id_, "Nobody changes their own roles: ask another administrator.")
            connection.execute(accounts.update().where(accounts.c.id == id_).values(roles=written))
            _must_leave_an_administrator(connection, account)
            end_sessions(connection, id_)
            told = {"before": _written(account.roles), "after": written}
            audit.record(connection, actor, "account roles", account.actor.id, now, **told)

    def disable(self, actor: Actor, id_: int, now: dt.datetime) -> None:
        """Let an account sign in no more; its sessions and links end at once."""
        with self._desk.turn() as connection:
            account = _another(connection, actor, id_, "Nobody disables their own account: ask another administrator.")
            connection.execute(accounts.update().where(accounts.c.id == id_).values(disabled_at=now))
            _must_leave_an_administrator(connection, account)
            end_sessions(connection, id_)
            revoke(connection, id_)
            audit.record(connection, actor, "account disabled", account.actor.id, now)

    def enable(self, actor: Actor, id_: int, now: dt.datetime) -> None:
        """Let an account that was disabled sign in again."""
        with self._desk.turn() as connection:
            account = _another(connection, actor, id_, "Nobody changes their own account here.")
            connection.execute(accounts.update().where(accounts.c.id == id_).values(disabled_at=None))
            audit.record(connection, actor, "account enabled", account.actor.id, now)

    def recover(self, actor: Actor, id_: int, now: dt.datetime) -> Link:
        """Reset an account whose password or second factor is lost, and return the link through which to set both."""
        with self._desk.turn() as connection:
            account = _another(connection, actor, id_, "Nobody resets their own account: ask another administrator.")
            if account.disabled_at:
                raise StageError("This account is disabled: enable it first.")
            values: dict[str, Any] = {"password": None}
            if account.enrolled_at:
                values |= {"enrolled_at": None, "reset_at": now, "reset_by": actor.name, "reset_told": False}
            connection.execute(accounts.update().where(accounts.c.id == id_).values(values))
            connection.execute(factors.delete().where(factors.c.account == id_))
            end_sessions(connection, id_)
            revoke(connection, id_)
            action = "account reset" if account.enrolled_at else "account link renewed"
            audit.record(connection, actor, action, account.actor.id, now)
            return _link(connection, account, now)

    def reseal(self, sealer: Sealer, now: dt.datetime) -> tuple[int, tuple[int, ...]]:
        """Encrypt every app's secret with the newest key; see `factors.reseal`."""
        with self._desk.turn() as connection:
            return reseal(connection, sealer, now)


def get(connection: sa.Connection, id_: int) -> Account:
    """Return an account. Raises `UnknownError`."""
    row = connection.execute(sa.select(accounts).where(accounts.c.id == id_)).first()
    if row is None:
        raise UnknownError("There is no such account.")
    return _account(row)


def end_sessions(connection: sa.Connection, id_: int, but: str = "") -> None:
    """End every session of an account, but the one whose hash is given."""
    connection.execute(sessions.delete().where(sessions.c.account == id_, sessions.c.hash != but))


def normal(address: str) -> str:
    """Return an address in the one form in which it is kept and looked for."""
    return unicodedata.normalize("NFKC", address[:_LONGEST_TYPED]).strip().casefold()


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        address=row.address,
        name=row.name,
        roles=frozenset(Role(word) for word in row.roles.split(",")),
        made_at=row.made_at,
        enrolled_at=row.enrolled_at,
        disabled_at=row.disabled_at,
        reset_at=row.reset_at,
        reset_by=row.reset_by,
        has_password=row.password is not None,
    )


def _link(connection: sa.Connection, account: Account, now: dt.datetime) -> Link:
    """Make a link that works once; the one before it works no more."""
    revoke(connection, account.id, Purpose.LINK)
    link = Link(new_token(), now + LINK_LASTS)
    keep(connection, link.token, account.id, Purpose.LINK, link.until)
    return link


def _another(connection: sa.Connection, actor: Actor, id_: int, refusal: str) -> Account:
    """Return an account that the actor may change: an administrator, and not their own."""
    _must_be_administrator(connection, actor)
    account = get(connection, id_)
    if account.actor.id == actor.id:
        raise NotAllowedError(refusal)
    return account


def _must_be_administrator(connection: sa.Connection, actor: Actor) -> None:
    """Look at what the actor is now: two administrators may take each other's role at the same moment."""
    actor.must(Role.ADMINISTRATOR)
    if actor.id != OPERATOR.id:
        row = connection.execute(sa.select(accounts).where(accounts.c.id == _id_of(actor))).first()
        present = _account(row) if row else None
        if present is None or present.disabled_at or Role.ADMINISTRATOR not in present.roles:
            raise NotAllowedError("Your account does not have the role that this needs.")


def _must_leave_an_administrator(connection: sa.Connection, before: Account) -> None:
    """Refuse a change that takes the last administrator away who can sign in."""
    if Role.ADMINISTRATOR not in before.roles or before.state is not State.ACTIVE:
        return
    everybody = [_account(row) for row in connection.execute(sa.select(accounts))]
    if not any(each.state is State.ACTIVE and Role.ADMINISTRATOR in each.roles for each in everybody):
        raise StageError("This is the last administrator: make another one first.")


def _id_of(actor: Actor) -> int:
    number = actor.id.removeprefix("account:")
    return int(number) if number.isdecimal() else 0


def _written(roles: Iterable[Role]) -> str:
    chosen = set(roles)
    if not chosen:
        raise StageError("An account needs a role.")
    return ",".join(role.value for role in Role if role in chosen)


def _checked_address(address: str) -> str:
    found = normal(address)
    if len(found) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(found) or not _is_plain(found):
        raise StageError("This is no e-mail address.")
    return found


def _checked_name(name: str) -> str:
    found = " ".join(name.split())
    if not found or len(found) > LONGEST_NAME or not _is_plain(found):
        raise StageError("A name has 1 to 80 characters, none of them invisible.")
    return found


def _is_plain(text: str) -> bool:
    """Tell whether a text holds no control character, and none that is not seen or turns its neighbours round."""
    return not any(unicodedata.category(sign)[0] == "C" for sign in text)
