"""The door: password first, then a second factor, with limits, the log, and nothing that gives an account away."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NoReturn

import sqlalchemy as sa

from directory.desk import Desk, audit
from directory.desk.people import Actor, StageError
from routes.admin.accounts import codes, factors, security_keys, tokens
from routes.admin.accounts.attempts import ADDRESS, CODES, PASSWORDS, Attempts
from routes.admin.accounts.factors import Factor, Kind, Sealer
from routes.admin.accounts.passwords import Passwords
from routes.admin.accounts.register import Account, Register, State, end_sessions, get, normal
from routes.admin.accounts.security_keys import Place
from routes.admin.accounts.sessions import Session, Sessions, begin_full
from routes.admin.accounts.tables import accounts
from routes.admin.accounts.tokens import Purpose
from routes.admin.keys import derived

NOBODY = Actor("nobody", "somebody who is not signed in", frozenset())
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([^]]+)](?::[0-9]+)?")
_SETTING_UP = dt.timedelta(hours=1)
"""How long the picture for an app can be used."""


class Refusal(StrEnum):
    """Why somebody is not let in; pages have the words, the same whatever is wrong."""

    WRONG = "wrong"
    LIMITED = "limited"


class RefusedError(Exception):
    """Somebody is not let in."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Door:
    """Lets people in who prove who they are."""

    def __init__(self, desk: Desk, secrets: Sequence[str], place: Place | None, passwords: Passwords) -> None:
        self._desk = desk
        self._passwords = passwords
        self._sealer = Sealer.of(secrets)
        self._attempts = Attempts(desk, derived(secrets[0], "attempts"))
        self.place = place
        self.register = Register(desk)
        self.sessions = Sessions(desk)

    def first(self, address: str, password: str, peer: str, now: dt.datetime) -> str:
        """Return the id of a half session for the right address and password. Raises `RefusedError`."""
        subject = f"password of {normal(address)}"
        self._take({subject: PASSWORDS, _network(peer): ADDRESS}, now)
        account = self.register.find(address)
        known = account if account and account.state is State.ACTIVE else None
        if not self._passwords.verify(self._kept(known), password) or known is None:
            self._failed(account, "password", now)
        self._attempts.forgive(subject, _network(peer))
        self._renew(known, password)
        return self.sessions.begin_half(known, now)

    def second(self, session: Session, code: str, answer: str, peer: str, now: dt.datetime) -> str:
        """Return the id of a whole session for a code or a key's answer. Raises `RefusedError`."""
        account = session.account
        subject = f"code of {account.id}"
        self._take({subject: CODES, _network(peer): ADDRESS}, now)
        with self._desk.turn() as connection:
            proved = self._proves(connection, account, code, answer, now)
            if proved:
                audit.record(connection, account.actor, "signed in", account.actor.id, now, factor=proved.value)
                id_ = begin_full(connection, account, now, session)
        if not proved:
            self._failed(account, "second factor", now)
        self._attempts.forgive(subject, _network(peer))
        return id_

    def again(self, session: Session, password: str, code: str, answer: str, peer: str, now: dt.datetime) -> str:
        """Return the id of a session that is fresh, in the place of one that was not. Raises `RefusedError`.

        Its limit is its own: no stranger can use up the attempts of somebody who is signed in, and has to act.
        """
        account, subject = session.account, f"password again of {session.account.id}"
        self._take({subject: PASSWORDS, _network(peer): ADDRESS}, now)
        if not self._passwords.verify(self._kept(account), password):
            self._failed(account, "password", now)
        self._attempts.forgive(subject, _network(peer))
        return self.second(session, code, answer, peer, now)

    def leave(self, session: Session, id_: str, now: dt.datetime) -> None:
        """End a session."""
        with self._desk.turn() as connection:
            audit.record(connection, session.account.actor, "signed out", session.account.actor.id, now)
        self.sessions.end(id_)

    def leave_everywhere(self, session: Session, now: dt.datetime) -> None:
        """End every other session of an account."""
        with self._desk.turn() as connection:
            end_sessions(connection, session.account.id, session.hash)
            audit.record(connection, session.account.actor, "signed out elsewhere", session.account.actor.id, now)

    def invited(self, token: str, now: dt.datetime) -> Account | None:
        """Return whose one-time link this is, None if it works no more."""
        with self._desk.engine.connect() as connection:
            id_ = tokens.owner(connection, token, Purpose.LINK, now)
            account = get(connection, id_) if id_ is not None else None
        return account if account and account.state in {State.INVITED, State.RESET} else None

    def set_first_password(self, account: Account, token: str, password: str, now: dt.datetime) -> None:
        """Set the password of whoever holds a link; it opens nothing before there is a second factor."""
        kept = self._passwords.hash(password)
        with self._desk.turn() as connection:
            if tokens.owner(connection, token, Purpose.LINK, now) != account.id:
                raise StageError("This link has been used, or is too old. Ask an administrator for another one.")
            connection.execute(accounts.update().where(accounts.c.id == account.id).values(password=kept))

    def enrol(self, account: Account, token: str, make: Callable[[sa.Connection], Factor], now: dt.datetime) -> str:
        """Use a link up with the first second factor, and return the id of a session. Raises `StageError`."""
        with self._desk.turn() as connection:
            factor = make(connection)
            if not get(connection, account.id).has_password or not tokens.use(
                connection, token, Purpose.LINK, account.id, now
            ):
                raise StageError("This link has been used, or is too old. Ask an administrator for another one.")
            factors.add(connection, account.actor, account.id, factor, now)
            connection.execute(accounts.update().where(accounts.c.id == account.id).values(enrolled_at=now))
            audit.record(connection, account.actor, "account enrolled", account.actor.id, now)
            audit.record(connection, account.actor, "signed in", account.actor.id, now, factor=factor.kind.value)
            return begin_full(connection, get(connection, account.id), now, None)

    def add_factor(self, session: Session, make: Callable[[sa.Connection], Factor], now: dt.datetime) -> None:
        """Add a second factor to one's own account. Raises `StageError`."""
        with self._desk.turn() as connection:
            factors.add(connection, session.account.actor, session.account.id, make(connection), now)

    def remove_factor(self, session: Session, id_: int, now: dt.datetime) -> None:
        """Remove one of one's own second factors. Raises `StageError`, `UnknownError`."""
        with self._desk.turn() as connection:
            factors.remove(connection, session.account.actor, session.account.id, id_, now)

    def change_password(self, session: Session, password: str, now: dt.datetime) -> None:
        """Change one's own password; every other session ends."""
        kept, account = self._passwords.hash(password), session.account
        with self._desk.turn() as connection:
            connection.execute(accounts.update().where(accounts.c.id == account.id).values(password=kept))
            end_sessions(connection, account.id, session.hash)
            audit.record(connection, account.actor, "password changed", account.actor.id, now)

    def factors(self, account: int) -> tuple[Factor, ...]:
        """Return the second factors of an account."""
        with self._desk.engine.connect() as connection:
            return factors.of(connection, account)

    def new_app(self, now: dt.datetime) -> tuple[bytes, str]:
        """Return the secret of a new app, and the same sealed, to be carried by a form."""
        secret = codes.new_secret()
        return secret, self._sealer.seal(secret, now)

    def sealed_app(self, sealed: str, now: dt.datetime) -> bytes | None:
        """Return the secret that a form has carried; None where it is too old or not ours."""
        return self._sealer.open_lately(sealed, _SETTING_UP, now)

    def app(self, secret: bytes, code: str, name: str, now: dt.datetime) -> Factor | None:
        """Return an app as a factor if its first code is right."""
        step = codes.step(secret, code, now)
        if step is None:
            return None
        return Factor(0, Kind.APP, name, self._sealer.seal(secret, now), None, step, now, None)

    def key_question(self, account: Account, purpose: Purpose, now: dt.datetime) -> str | None:
        """Return what the browser is asked of a security key, as JSON; None where no key can be used."""
        if self.place is None:
            return None
        ask = {
            Purpose.ADD_KEY: security_keys.question_for_new,
            Purpose.USE_KEY: security_keys.question_for_known,
        }[purpose]
        with self._desk.turn() as connection:
            return ask(connection, self.place, account, factors.of(connection, account.id), now)

    def told_of_reset(self, account: Account) -> bool:
        """Tell whether the holder has yet to be told that their account was reset; it counts as told from now on."""
        untold = sa.and_(accounts.c.id == account.id, accounts.c.reset_told.is_(False))
        with self._desk.turn() as connection:
            return connection.execute(accounts.update().where(untold).values(reset_told=True)).rowcount == 1

    def _proves(
        self, connection: sa.Connection, account: Account, code: str, answer: str, now: dt.datetime
    ) -> Kind | None:
        if answer and self.place:
            known = factors.of(connection, account.id)
            used = security_keys.used_key(connection, self.place, account, known, answer, now)
            if used:
                factors.note_key(connection, *used, now)
                return Kind.KEY
            return None
        return Kind.APP if factors.use_code(connection, account.id, code, self._sealer, now) else None

    def _take(self, limits: dict[str, int], now: dt.datetime) -> None:
        if not self._attempts.take(limits, now):
            raise RefusedError(Refusal.LIMITED)

    def _failed(self, account: Account | None, what: str, now: dt.datetime) -> NoReturn:
        """Log a failure, without what was typed, and refuse."""
        subject = account.actor.id if account else "unknown account"
        self._desk.log(NOBODY, "sign-in failed", subject, now, what=what)
        raise RefusedError(Refusal.WRONG)

    def _kept(self, account: Account | None) -> str | None:
        if account is None:
            return None
        with self._desk.engine.connect() as connection:
            return connection.scalar(sa.select(accounts.c.password).where(accounts.c.id == account.id))

    def _renew(self, account: Account, password: str) -> None:
        """Make the hash of a password anew where today's parameters are others."""
        kept = self._kept(account)
        if kept and self._passwords.is_dated(kept):
            new = self._passwords.hash(password)
            with self._desk.turn() as connection:
                mine = sa.and_(accounts.c.id == account.id, accounts.c.password == kept)
                connection.execute(accounts.update().where(mine).values(password=new))


def _network(peer: str) -> str:
    """Name what one holder of an address on the network has: with IPv6 that is a whole network of 64 bits.

    Some proxies tell the port as well, which is another for each connection.
    """
    told = _WITH_PORT.fullmatch(peer)
    try:
        address = ipaddress.ip_address((told[1] or told[2] if told else peer).partition("%")[0])
    except ValueError:
        return f"network {peer}"
    if isinstance(address, ipaddress.IPv4Address):
        return f"network {address}"
    return f"network {address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False)}"
