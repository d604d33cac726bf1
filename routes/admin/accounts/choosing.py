"""What a form about one's own proofs says: a new password, a new app, a new security key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import request

from directory.desk.people import StageError
from routes.admin.accounts import codes, security_keys
from routes.admin.accounts.factors import LONGEST_NAME, Factor
from routes.admin.accounts.passwords import weakness
from routes.admin.accounts.presence import door
from routes.admin.accounts.register import Account
from routes.admin.accounts.tokens import Purpose
from routes.admin.accounts.wording import weakness_words
from routes.admin.pages import now
from routes.admin.words import _

Make = Callable[[sa.Connection], Factor]


def password_fault(account: Account) -> str:
    """Say what is wrong with the password that was typed twice; nothing where all is well."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    weak = weakness(password, (account.name, account.address))
    if weak:
        return weakness_words(weak)
    return "" if password == again else _("The two passwords are not the same. Type both again.")


def offer(account: Account) -> dict[str, Any]:
    """Return what the page of a new second factor shows; the secret of an app stays the same while codes are tried."""
    sealed = request.form.get("sealed", "")
    secret = door().sealed_app(sealed, now()) if sealed else None
    if secret is None:
        secret, sealed = door().new_app(now())
    width, path = codes.picture(codes.address(secret, account.address))
    return {
        "sealed": sealed,
        "secret": codes.readable(secret),
        "width": width,
        "path": path,
        "question": door().key_question(account, Purpose.ADD_KEY, now()),
        "place": door().place,
    }


def chosen(account: Account) -> Make:
    """Return what makes the factor that the form has chosen. Raises `StageError`, and so does what is returned."""
    return _key(account) if request.form.get("kind") == "key" else _app()


def _app() -> Make:
    secret = door().sealed_app(request.form.get("sealed", ""), now())
    code = request.form.get("code", "")
    factor = door().app(secret, code, _name() or _("Authenticator app"), now()) if secret else None
    if factor is None:
        raise StageError("That code is not right. Type the six digits that the app shows now.")
    return lambda _connection: factor


def _key(account: Account) -> Make:
    place, answer, name = door().place, request.form.get("answer", ""), _name() or _("Security key")

    def make(connection: sa.Connection) -> Factor:
        made = security_keys.new_key(connection, place, account, answer, name, now()) if place else None
        if made is None:
            raise StageError("The security key did not answer as it was asked. Open the page anew and try again.")
        return made

    return make


def _name() -> str:
    """Return what its owner calls a factor, without what cannot be seen."""
    typed = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    return typed if typed.isprintable() else ""
