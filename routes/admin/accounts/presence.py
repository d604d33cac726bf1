"""Who is in the room during one request: the session of its cookie, and the door that let it in."""

from __future__ import annotations

import ipaddress
from typing import cast

from flask import abort, current_app, flash, g, request, session

from routes.admin.accounts.door import Door
from routes.admin.accounts.paths import inside
from routes.admin.accounts.register import Account
from routes.admin.accounts.sessions import Session, Stage
from routes.admin.pages import now
from routes.admin.words import _

_ID = "sid"


def door() -> Door:
    """Return the application's door."""
    return cast(Door, current_app.extensions["door"])


def present() -> Session | None:
    """Return the session of this request, also one that is only half; it is looked for once."""
    if "account_session" not in g:
        id_ = session.get(_ID)
        g.account_session = door().sessions.find(id_, now()) if isinstance(id_, str) else None
    return cast("Session | None", g.account_session)


def whole() -> Session:
    """Return the whole session of this request; 403 where there is none."""
    found = present()
    if found is None or found.stage is not Stage.FULL:
        abort(403)
    return found


def had_session() -> bool:
    """Tell whether the cookie names a session that has ended."""
    return _ID in session and present() is None


def begin(id_: str) -> None:
    """Put the id of a new session into the cookie, and nothing of what was there before."""
    session.clear()
    renew(id_)


def renew(id_: str) -> None:
    """Put another id into the cookie; forms that are open go on working."""
    session[_ID] = id_
    g.pop("account_session", None)


def own_id() -> str:
    """Return the id in the cookie."""
    return str(session.get(_ID, ""))


def leave() -> None:
    """Empty the cookie."""
    session.clear()
    g.pop("account_session", None)


def tell_of_reset(account: Account) -> None:
    """Say at the first sign-in after it that somebody has reset the account."""
    if account.reset_at and door().told_of_reset(account):
        words = _(
            "{name} has reset your account, on {date} UTC. If you did not ask for it, tell another administrator."
        )
        flash(words.format(name=account.reset_by, date=f"{account.reset_at:%Y-%m-%d %H:%M}"))


def destination() -> str:
    """Return where this request asks to be led afterwards, as an address of these pages."""
    return inside(request.values.get("then", ""), request.script_root)


def peer() -> str:
    """Return the address on the network that asks: of the nearest proxy's account where one stands before us."""
    own = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told if told and _is_near(own) else own


def _is_near(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return True  # a Unix socket
