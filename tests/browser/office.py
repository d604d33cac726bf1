"""A whole installation with colleagues in front of its coordinators' pages, each in a real browser."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Page, expect

from directory.database import open_database
from directory.desk import Desk
from directory.desk.draft import Draft, Stage
from directory.desk.people import OPERATOR, Actor
from directory.desk.switches import Outcome
from directory.pieces import Place, fingerprint, piece
from routes.admin.accounts import codes
from routes.admin.accounts.register import Register
from routes.admin.accounts.tables import sessions
from tests.browser.visitor import PATIENCE, Visitor
from tests.installation import Installation

PASSWORD = "three lanterns on the quay"
WEEKDAY = "2026-11-24T17:00"
"""A Tuesday, an hour after the Romanian line against trafficking has closed."""
TRAFFICKING = Place("ro.yaml", "ro-anitp")
SHIPPED_HOURS = "Mo-Fr 08:00-16:00"
UNTIL_SIX = "Mo-Fr 08:00-18:00"
_LINK = re.compile(r"^  [a-z, ]+ \((?P<address>\S+)\):\n +(?P<link>http\S+)$", re.MULTILINE)


@dataclass
class Person:
    """Somebody with an account: what they remember, and the cookies of the browser in which they signed in."""

    address: str
    secret: bytes = b""
    last_step: int = 0
    state: Any = None

    def code(self) -> str:
        """Return what their app shows; each code works once, so it may be the next one, half a minute early."""
        step = max(int(time.time()) // codes.STEP, self.last_step + 1)
        while step > int(time.time()) // codes.STEP + 1:
            time.sleep(0.5)
        self.last_step = step
        return codes.code_at(self.secret, step)


class Colleague(Visitor):
    """Somebody at the coordinators' pages."""

    def __init__(self, context: BrowserContext, address: str, person: Person) -> None:
        super().__init__(context, address)
        self.person = person
        self.pages = f"{address}/admin"

    def go(self, path: str) -> Self:
        """Go to a page of the coordinators."""
        self.page.goto(self.pages + path)
        return self

    def follow(self, name: str) -> Self:
        """Click the first link in the content whose name begins so."""
        self.page.locator("main").get_by_role("link", name=re.compile("^" + re.escape(name))).first.click()
        return self

    def fill(self, label: str, words: str) -> Self:
        """Fill in the field of this label, or whose label begins so."""
        self.page.get_by_label(label).first.fill(words)
        return self

    def tick(self, label: str) -> Self:
        """Tick the box of this label."""
        self.page.get_by_label(label).check()
        return self

    def button(self, name: str) -> Self:
        """Click the first button of this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def reads(self, words: str) -> Self:
        """Wait until these words stand in the content or above it."""
        expect(self.page.locator("body")).to_contain_text(words)
        return self

    def edit(self, entry: str, hours: str) -> Self:
        """Write other hours into an entry, look at the two weeks, confirm and save them."""
        self.go(f"/helplines/{entry}/edit").fill("Hours, as they are written", hours)
        self.button("Look at it").tick("I have looked at the two weeks").button("Save in the draft")
        return self

    def hand_over(self, reason: str) -> Self:
        """Hand the change over for approval, from the page of the entry that was saved."""
        self.follow("See the whole change").fill("Why this change?", reason).button("Hand over for approval")
        return self.reads("Another person has to approve it now")

    def approve(self, title: str) -> Self:
        """Approve a change, with the decision about what nobody has checked, as the page asks for it."""
        self.go("/changes").follow(title)
        return self.decide().reads("published")

    def decide(self) -> Self:
        """Tick what may go live unchecked, if that is asked, and approve."""
        expect(self.page.get_by_role("button", name="Approve and put live", exact=True)).to_be_visible()
        tick = self.page.locator("#unchecked")
        if tick.count():
            tick.check()
        return self.button("Approve and put live")

    def prove(self) -> Self:
        """Show again who they are, which changes their cookie."""
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#code").fill(self.person.code())
        self.button("Go on").page.wait_for_url(lambda url: "/again" not in url)
        self.person.state = self.context.storage_state()
        return self


class Caller(Visitor):
    """Somebody at the browser telephone."""

    def hears(self, words: str) -> Self:
        """Let the line repeat itself until it says these words: a new revision is served within two seconds."""
        deadline = time.monotonic() + PATIENCE / 1000
        while words not in self.said[-1]:
            assert time.monotonic() < deadline, self.said[-1]
            self.press("#")
        return self


@dataclass
class Office:
    """The installation, and everybody who has an account."""

    installation: Installation
    browser: Browser
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it is; under a name, as its security keys need it."""
        return f"http://localhost:{self.installation.port}"

    @cached_property
    def database_url(self) -> str:
        """Its database."""
        return f"sqlite:///{self.installation.folder / 'var' / 'fanal.db'}"

    @cached_property
    def desk(self) -> Desk:
        """The same desk, for what a test only prepares."""
        return Desk(open_database(self.database_url))

    def actor(self, name: str) -> Actor:
        """Return somebody as the desk knows them."""
        account = Register(self.desk).find(self.people[name].address)
        assert account
        return account.actor

    def add(self, name: str, role: str) -> str:
        """Make an account as the operator does, and return the one-time link that is printed."""
        words = ["user", "add", f"{name}@example.org", "--name", name.capitalize(), "--role", role]
        settings = {**os.environ, "DATABASE_URL": self.database_url, "PUBLIC_URL": self.address}
        command = [sys.executable, "-m", "routes.cli", *words]
        printed = subprocess.run(command, env=settings, check=True, capture_output=True, text=True).stdout
        link = re.search(r"http\S+", printed)
        assert link, printed
        return link[0]

    def enrol(self, page: Page, link: str) -> Person:
        """Follow a one-time link: set a password, put the letters into an app, type its first code."""
        person = Person("")
        page.goto(link)
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        person.secret = codes.from_readable(page.locator("code.secret").inner_text())
        page.get_by_label("Code").fill(person.code())
        page.get_by_role("button", name="Use this app").click()
        page.get_by_role("heading", name="What needs somebody now").wait_for()
        return person

    def settle_in(self) -> Self:
        """Let the two people whose links `fanal run` printed enrol, and an editor more."""
        links = {found["address"].partition("@")[0]: found["link"] for found in _LINK.finditer(self.installation.log)}
        links["edda"] = self.add("edda", "editor")
        for name, link in links.items():
            context = self.browser.new_context(locale="en-GB")
            person = self.enrol(context.new_page(), link)
            person.address = f"{name}@{'example.org' if name == 'edda' else 'fanal.example'}"
            person.state = context.storage_state()
            self.people[name] = person
            context.close()
        return self

    def change(self, place: Place, old: str, new: str, editor: str = "edda", approver: str = "approver") -> None:
        """Let another change go live, past the pages: what a test needs before it begins."""
        now, desk, who = dt.datetime.now(dt.UTC), self.desk, self.actor(editor)
        draft = desk.drafts.begin(who, now, "Prepared")
        text = piece(desk.drafts.files(draft.id), place) or ""
        assert old in text
        draft = desk.drafts.save(draft.id, who, now, place, text.replace(old, new), fingerprint(text))
        draft = desk.drafts.submit(draft.id, who, now, "They wrote to us.")
        desk.drafts.approve(
            draft.id, self.actor(approver), now, draft.hash, accept_unchecked=True, standing=desk.standing()
        )

    def open_changes(self) -> tuple[Draft, ...]:
        """Return the changes under way."""
        return self.desk.drafts.listing((Stage.OPEN, Stage.WAITING))

    def text_of(self, number: int, place: Place) -> str:
        """Return an entry as a change has it."""
        return piece(self.desk.drafts.files(number), place) or ""

    def clear(self) -> Self:
        """Let everything be as it was shipped, and everybody have just signed in, however long the last test took."""
        now, desk = dt.datetime.now(dt.UTC), self.desk
        with desk.turn() as connection:
            connection.execute(sessions.update().values(proved_at=now, seen_at=now))
        for draft in self.open_changes():
            desk.drafts.withdraw(draft.id, Actor(draft.opened_by, draft.opened_name, frozenset()), now)
        for switch in desk.switches.working():
            for name in ("approver", "edda"):
                if desk.switches.get(switch.id).works:
                    desk.switches.settle(switch.id, self.actor(name), now, Outcome.LIFT)
        if desk.files(self.live()) != desk.files(1):
            desk.revisions.roll_back(1, OPERATOR, now, "As it was shipped.")
        return self

    def live(self) -> int:
        """Return the number of the live revision."""
        found = self.desk.revisions.live()
        assert found
        return found.number


Sit = Callable[..., Colleague]


@contextmanager
def sitting(office: Office) -> Iterator[tuple[Sit, Callable[[], Caller]]]:
    """Give what puts a colleague in front of the pages and what puts a caller in front of the telephone.

    At the end each must be without offence.
    """
    everybody: list[Visitor] = []

    def context(options: Mapping[str, Any]) -> BrowserContext:
        return office.browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options})

    def down(name: str, **options: Any) -> Colleague:
        person = office.people[name]
        found = Colleague(context({"storage_state": person.state, **options}), office.address, person)
        everybody.append(found)
        return found

    def caller() -> Caller:
        """Call from Romania on a Tuesday at 17:00, in English, about being forced to work."""
        found = Caller(context({}), office.address)
        everybody.append(found)
        return found.open().choose("RO", WEEKDAY).click("Call").waits_for("keys").press("3").press("3")

    yield down, caller
    for each in everybody:
        each.context.close()

    assert [[] for _ in everybody] == [each.offences for each in everybody]
