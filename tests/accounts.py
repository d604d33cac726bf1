"""A coordinator for tests, who enrols through a one-time link and signs in through the real pages."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from directory.desk import Desk
from directory.desk.people import OPERATOR, Role
from ivr.services import Services
from routes.admin import create_admin
from routes.admin.accounts import codes
from routes.admin.accounts.entrance import AccountsGate
from routes.admin.accounts.passwords import Passwords
from routes.admin.accounts.register import Account, Register
from tests.application import some_services, some_settings
from tests.databases import with_tables

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
PASSWORD = "three lanterns on the quay"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 with parameters that are for tests alone: they protect nothing."""


@dataclass
class Coordinator:
    """Somebody in front of a browser, who remembers their password and their app's secret."""

    house: House
    address: str = ""
    password: str = PASSWORD
    secret: bytes = b""
    last_step: int = 0
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.house.app.test_client()

    def enrol(self, link: str, password: str = PASSWORD) -> TestResponse:
        """Open a one-time link, set a password, read the picture, type the first code."""
        path = urlsplit(link).path.removeprefix("/admin")
        self.password = password
        self.post(path, {"password": password, "again": password})
        page = self.client.get(f"{path}/second")
        self.secret = codes.from_readable(found(page, r'<code class="secret">([A-Z2-7 ]+)</code>'))
        return self.post(f"{path}/second", {"kind": "app", "sealed": hidden(page, "sealed"), "code": self.code()})

    def sign_in(self, then: str = "") -> TestResponse:
        """Sign in with password and code; a code works once, so the house's clock goes on where it has to."""
        self.give_password(then=then)
        return self.give_code(self.code(), then=then)

    def give_password(self, password: str | None = None, then: str = "") -> TestResponse:
        """Type address and password."""
        values = {"address": self.address, "password": self.password if password is None else password, "then": then}
        return self.post("/sign-in", values)

    def give_code(self, code: str, then: str = "") -> TestResponse:
        """Type a code."""
        return self.post("/sign-in/second", {"code": code, "then": then})

    def prove_again(self) -> TestResponse:
        """Show again who one is."""
        return self.post("/account/again", {"password": self.password, "code": self.code()})

    def sign_out(self) -> TestResponse:
        """Sign out."""
        return self.post("/account/sign-out")

    def code(self) -> str:
        """Return a code that has not been used; the clock goes on by half a minute where this one has."""
        step = int(self.house.now.timestamp()) // codes.STEP
        if step <= self.last_step:
            self.house.later(seconds=codes.STEP * (self.last_step + 1 - step))
            step = self.last_step + 1
        self.last_step = step
        return codes.code_at(self.secret, step)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token of a page of this session."""
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def token(self) -> str:
        """Return the hidden field of a form of this session."""
        page = self.client.get("/sign-in")
        return hidden(self.client.get("/account") if page.status_code == 303 else page, "csrf_token")

    def is_in(self) -> bool:
        """Tell whether the pages let this browser in."""
        return self.client.get("/account").status_code == 200


@dataclass
class House:
    """The pages of the coordinators with real accounts, over an empty database."""

    folder: Path
    url: str = ""
    now: dt.datetime = NOW
    settings: dict[str, object] = field(default_factory=dict)
    desk: Desk = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(with_tables(self.url or f"sqlite:///{self.folder / 'accounts.db'}"))
        settings = some_settings(self.folder, **self.settings)  # type: ignore[arg-type]  # a test names what it changes
        services = replace(_services(), settings=settings, clock=lambda: self.now)
        self.app = create_admin(services, self.desk, AccountsGate(self.desk, Passwords(CHEAP)))
        # The tests' client asks the application without its mount, and without TLS.
        self.app.jinja_env.bytecode_cache = _COMPILED
        self.app.config.update(SESSION_COOKIE_PATH="/", SESSION_COOKIE_SECURE=False)

    @property
    def register(self) -> Register:
        """The accounts behind the pages."""
        return Register(self.desk)

    def invite(self, address: str, *roles: Role) -> str:
        """Make an account from the command line, and return the path of its link."""
        name = address.partition("@")[0].capitalize()
        return self.register.add(OPERATOR, address, name, roles or (Role.EDITOR,), self.now)[1].path

    def somebody(self, address: str, *roles: Role) -> Coordinator:
        """Return somebody who has enrolled and is signed in."""
        person = Coordinator(self, address)
        answer = person.enrol(self.invite(address, *roles))
        assert 303 == answer.status_code, answer.text
        return person

    def account(self, address: str) -> Account:
        """Return an account by its address."""
        account = self.register.find(address)
        assert account is not None
        return account

    def later(self, **span: float) -> House:
        """Let time go on."""
        self.now += dt.timedelta(**span)
        return self

    def log(self) -> list[tuple[str, str]]:
        """Return what the log holds, the oldest first: what was done, and to what."""
        return [(entry.action, entry.subject) for entry in reversed(self.desk.entries(limit=1000))]


class _Compiled(BytecodeCache):
    """Templates compiled once for all houses of a process."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled before."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@cache
def _services() -> Services:
    """Return services with the shipped directory: reading it takes longer than all the rest, so it is read once."""
    with TemporaryDirectory() as folder:
        return some_services(some_settings(Path(folder)))


def hidden(page: TestResponse, name: str) -> str:
    """Return the value of a hidden field of a page."""
    return found(page, rf'name="{name}" value="([^"]*)"')


def found(page: TestResponse, pattern: str) -> str:
    """Return what a pattern finds on a page."""
    match = re.search(pattern, page.text)
    assert match, f"{pattern} is not on the page: {page.status_code} {page.text}"
    return unescape(match[1])
