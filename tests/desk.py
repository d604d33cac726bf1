"""The coordinators' desk for tests: a real database with the shipped directory as its first revision, and its pages.

Who is asking is set by the test (`FakeGate`); accounts, passwords and second factors have tests of their own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from directory.desk import Desk
from directory.desk.people import Actor, Role
from directory.load import PACKAGED
from ivr.services import Services
from routes.admin import create_admin
from tests.application import some_services, some_settings
from tests.databases import with_tables

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
"""A Monday."""


def someone(name: str, role: Role) -> Actor:
    """Return a person of one role, named after their place in the alphabet."""
    return Actor(f"account:{name}", name, frozenset({role}))


VERA = someone("Vera", Role.VIEWER)
ANA = someone("Ana", Role.EDITOR)
EDDA = someone("Edda", Role.EDITOR)
BEN = someone("Ben", Role.APPROVER)
CLEO = someone("Cleo", Role.APPROVER)
ADA = someone("Ada", Role.ADMINISTRATOR)
EVERYBODY = (VERA, ANA, EDDA, BEN, CLEO, ADA)


@cache
def shipped() -> dict[str, str]:
    """Return the files that come with the program."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(PACKAGED.glob("*.yaml"))}


def a_desk(url: str, files: dict[str, str] | None = None) -> Desk:
    """Return a desk in an empty database, with a first revision."""
    desk = Desk(with_tables(url))
    desk.revisions.ship(files or shipped(), NOW, "The files that come with the program.")
    return desk


@dataclass
class FakeGate:
    """Lets in whom the test names."""

    person: Actor | None = None
    fresh: bool = True

    def join(self, app: Flask) -> None:
        """Add nothing."""

    def who(self) -> Actor | None:
        """Return whom the test has named."""
        return self.person

    def is_fresh(self) -> bool:
        """Return what the test has said."""
        return self.fresh

    def sign_in_url(self, then: str) -> str:
        """Return an address that only this gate knows."""
        return f"/sign-in?then={then}"

    def fresh_url(self, then: str) -> str:
        """Return an address that only this gate knows."""
        return f"/again?then={then}"


@dataclass
class Office:
    """The pages of the coordinators over a real desk."""

    folder: Path
    desk: Desk
    now: dt.datetime = NOW
    gate: FakeGate = field(default_factory=FakeGate)

    def __post_init__(self) -> None:
        self.services: Services = some_services(some_settings(self.folder), lambda: self.now)
        self.app = create_admin(self.services, self.desk, self.gate)
        self.app.config["SESSION_COOKIE_PATH"] = "/"  # the tests' client asks the application without its mount
        self.client: FlaskClient = self.app.test_client()

    def act_as(self, person: Actor | None, fresh: bool = True) -> Office:
        """Let this person ask from now on."""
        self.gate.person, self.gate.fresh = person, fresh
        return self

    def get(self, path: str, **query: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, query_string=query)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token that its page would have carried."""
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def token(self) -> str:
        """Return the hidden field of a form of this session."""
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw))


def an_office(folder: Path, url: str | None = None) -> Office:
    """Return an office over a desk in a new SQLite database, or in the one named."""
    return Office(folder, a_desk(url or f"sqlite:///{folder / 'desk.db'}"))
