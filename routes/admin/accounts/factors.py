"""Second factors: authenticator apps and security keys, several for an account, each with a name.

A code works once: the step of time it belongs to is kept, and an earlier or equal one is refused.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from directory.desk import audit
from directory.desk.people import Actor, StageError, UnknownError
from routes.admin.accounts import codes
from routes.admin.accounts.tables import factors
from routes.admin.keys import derived

MOST = 10
LONGEST_NAME = 80


class Kind(StrEnum):
    """What a second factor is."""

    APP = "app"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor of somebody."""

    id: int
    kind: Kind
    name: str
    secret: str
    """Of an app: its secret, encrypted. Of a key: its public key, in base64url."""
    credential: str | None
    """Of a key: its id, in base64url."""
    count: int
    """Of an app: the step of time of the last code. Of a key: its own counter."""
    made_at: dt.datetime
    used_at: dt.datetime | None


class Sealer:
    """Encrypts secrets of apps; older keys still open what they have sealed."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Sealer:
        """Return the sealer of an installation's secret keys, the newest first."""
        return cls(base64.urlsafe_b64encode(bytes.fromhex(derived(secret, "apps"))) for secret in secrets)

    def seal(self, secret: bytes, now: dt.datetime) -> str:
        """Return a secret as it is kept."""
        return self._fernet.encrypt_at_time(secret, int(now.timestamp())).decode()

    def open(self, sealed: str) -> bytes | None:
        """Return what was sealed; None where no key opens it."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            return None

    def open_lately(self, sealed: str, lasts: dt.timedelta, now: dt.datetime) -> bytes | None:
        """Return what was sealed; None also where that was too long ago."""
        try:
            return self._fernet.decrypt_at_time(sealed, int(lasts.total_seconds()), int(now.timestamp()))
        except (InvalidToken, ValueError):  # what is no ASCII is no token either
            return None


def of(connection: sa.Connection, account: int) -> tuple[Factor, ...]:
    """Return the factors of an account, the oldest first."""
    rows = connection.execute(sa.select(factors).where(factors.c.account == account).order_by(factors.c.id))
    return tuple(
        Factor(row.id, Kind(row.kind), row.name, row.secret, row.credential, row.counter, row.made_at, row.used_at)
        for row in rows
    )


def add(connection: sa.Connection, actor: Actor, account: int, factor: Factor, now: dt.datetime) -> None:
    """Add a factor. Raises `StageError` where there are too many, or the key is somebody's already."""
    if len(of(connection, account)) >= MOST:
        raise StageError("Ten second factors are the most: remove one first.")
    if factor.credential:
        taken = sa.select(factors.c.id).where(factors.c.credential == factor.credential)
        if connection.execute(taken).first():
            raise StageError("This security key is in use already.")
    row = {
        "account": account, "kind": factor.kind.value, "name": factor.name, "secret": factor.secret,
        "credential": factor.credential, "counter": factor.count, "made_at": now,
    }  # fmt: skip
    connection.execute(factors.insert().values(row))
    audit.record(connection, actor, "second factor added", actor.id, now, kind=factor.kind.value, name=factor.name)


def remove(connection: sa.Connection, actor: Actor, account: int, id_: int, now: dt.datetime) -> None:
    """Remove a factor; never the last. Raises `StageError`, `UnknownError`."""
    found = of(connection, account)
    factor = next((each for each in found if each.id == id_), None)
    if factor is None:
        raise UnknownError("There is no such second factor.")
    if len(found) == 1:
        raise StageError("This is your only second factor: add another one first.")
    connection.execute(factors.delete().where(factors.c.id == id_, factors.c.account == account))
    audit.record(connection, actor, "second factor removed", actor.id, now, kind=factor.kind.value, name=factor.name)


def use_code(connection: sa.Connection, account: int, code: str, sealer: Sealer, now: dt.datetime) -> bool:
    """Tell whether a code belongs to one of the account's apps and has not been used; it is used up by that."""
    for factor in of(connection, account):
        secret = sealer.open(factor.secret) if factor.kind is Kind.APP else None
        step = codes.step(secret, code, now) if secret else None
        if secret and step is not None and _advance(connection, factor, step, now):
            connection.execute(
                factors.update().where(factors.c.id == factor.id).values(secret=sealer.seal(secret, now))
            )
            return True
    return False


def reseal(connection: sa.Connection, sealer: Sealer, now: dt.datetime) -> tuple[int, tuple[int, ...]]:
    """Encrypt every app's secret with the newest key; return how many, and whose accounts' apps no key opens."""
    done, lost = 0, set()
    for row in connection.execute(sa.select(factors).where(factors.c.kind == Kind.APP.value)).all():
        secret = sealer.open(row.secret)
        if secret is None:
            lost.add(row.account)
            continue
        connection.execute(factors.update().where(factors.c.id == row.id).values(secret=sealer.seal(secret, now)))
        done += 1
    return done, tuple(sorted(lost))


def note_key(connection: sa.Connection, factor: Factor, count: int, now: dt.datetime) -> None:
    """Keep the counter of a key that was used."""
    connection.execute(factors.update().where(factors.c.id == factor.id).values(counter=count, used_at=now))


def _advance(connection: sa.Connection, factor: Factor, step: int, now: dt.datetime) -> bool:
    """Move an app's counter forward; of two who bring the same code at the same moment, for one."""
    later = sa.and_(factors.c.id == factor.id, factors.c.counter < step)
    return connection.execute(factors.update().where(later).values(counter=step, used_at=now)).rowcount == 1
