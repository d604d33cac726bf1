"""The gate of the pages: whoever has an account, and has shown password and second factor, is let in."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, url_for

from directory.desk import Desk
from directory.desk.people import Actor
from ivr.services import Services
from routes.admin.accounts import enrolment, mine, sign_in
from routes.admin.accounts.door import Door
from routes.admin.accounts.passwords import Passwords
from routes.admin.accounts.presence import present
from routes.admin.accounts.security_keys import Place
from routes.admin.accounts.sessions import Stage
from routes.admin.pages import now


class AccountsGate:
    """Lets in whoever has an account; until there are accounts, nobody."""

    def __init__(self, desk: Desk, passwords: Passwords | None = None) -> None:
        self._desk = desk
        self._passwords = passwords or Passwords()

    def join(self, app: Flask) -> None:
        """Add the pages of the accounts."""
        services: Services = app.extensions["fanal"]
        settings = services.settings
        app.extensions["door"] = Door(self._desk, settings.secret_keys, Place.of(settings.public_url), self._passwords)
        for blueprint in (sign_in.bp, enrolment.bp, mine.bp):
            app.register_blueprint(blueprint)
        app.context_processor(_frame)

    def who(self) -> Actor | None:
        """Return who is signed in."""
        found = present()
        return found.account.actor if found and found.stage is Stage.FULL else None

    def is_fresh(self) -> bool:
        """Tell whether they have shown password and second factor in the last ten minutes."""
        found = present()
        return found is not None and found.is_fresh(now())

    def sign_in_url(self, then: str) -> str:
        """Return where to sign in."""
        return url_for("sign_in.show", then=then)

    def fresh_url(self, then: str) -> str:
        """Return where to sign in again."""
        return url_for("account.again", then=then)


def _frame() -> dict[str, Any]:
    """Give the frame of every page the addresses of one's own account; asks nothing of the database."""
    found = g.get("account_session")
    if found is None or found.stage is not Stage.FULL:
        return {}
    return {"sign_out_url": url_for("account.sign_out"), "account_url": url_for("account.show")}
