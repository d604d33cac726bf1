"""Tokens that work once: links for enrolment and recovery, and the challenges of security keys.

A token is 256 random bits; only its SHA-256 is kept, so that whoever reads the table can use none of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from enum import StrEnum

import sqlalchemy as sa

from routes.admin.accounts.tables import tokens

LINK_LASTS = dt.timedelta(hours=24)
CHALLENGE_LASTS = dt.timedelta(minutes=10)


class Purpose(StrEnum):
    """What a token is for; one made for one thing opens no other."""

    LINK = "link"
    ADD_KEY = "add key"
    USE_KEY = "use key"


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return 256 random bits as they may stand in an address."""
    return secrets.token_urlsafe(32)


def keep(connection: sa.Connection, token: str, account: int, purpose: Purpose, until: dt.datetime) -> None:
    """Remember a token until a moment."""
    row = {"hash": hashed(token), "account": account, "purpose": purpose.value, "until": until}
    connection.execute(tokens.insert().values(row))


def owner(connection: sa.Connection, token: str, purpose: Purpose, now: dt.datetime) -> int | None:
    """Return whose a token is while it works, without using it up."""
    found = connection.execute(sa.select(tokens).where(_is(token, purpose))).first()
    return int(found.account) if found and found.until > now else None


def use(connection: sa.Connection, token: str, purpose: Purpose, account: int, now: dt.datetime) -> bool:
    """Use a token up, and tell whether it worked: of two who try at the same moment, for one."""
    forget(connection, now)
    gone = connection.execute(tokens.delete().where(_is(token, purpose), tokens.c.account == account))
    return gone.rowcount == 1


def revoke(connection: sa.Connection, account: int, *purposes: Purpose) -> None:
    """Let no token of an account work any more, or none of some purposes."""
    wanted = [purpose.value for purpose in purposes or Purpose]
    connection.execute(tokens.delete().where(tokens.c.account == account, tokens.c.purpose.in_(wanted)))


def forget(connection: sa.Connection, now: dt.datetime) -> None:
    """Remove what has expired."""
    connection.execute(tokens.delete().where(tokens.c.until <= now))


def _is(token: str, purpose: Purpose) -> sa.ColumnElement[bool]:
    return sa.and_(tokens.c.hash == hashed(token), tokens.c.purpose == purpose.value)
