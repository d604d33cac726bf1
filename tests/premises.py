"""The coordinators' pages with something on every one of them, for tests that walk over all addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from directory.desk.people import OPERATOR, Actor, Role
from directory.pieces import Place, fingerprint, piece
from directory.switched import Position
from directory.switched import fingerprint as mark_of
from ivr.adapters.takes import TakeStore
from ivr.adapters.wordings import WordingStore
from ivr.phrases import Phrase
from ivr.wordings import Wording
from tests import figures
from tests.accounts import NOW, Coordinator, House
from tests.sample_directory import FILES

CRIME = Place("gb.yaml", "gb-crime")
POISON = "\"'><b id=poison>{{7*7}}"
"""Closes any attribute, opens an element, and is a sum for whoever takes it for a template."""
_PART = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<given>.*?)\))?:)?(?P<name>\w+)>")
_WORDS = {
    "id_": "gb-crime",
    "helpline": "gb-crime",
    "tag": "en",
    "phrase": Phrase.GREETING.value,
    "token": "no-such-link",
    "filename": "admin.css",
}
"""What stands in an address by the name of its part; a part with a new name has to be added here."""
_PASSING = {"sessions", "attempts", "tokens"}
"""Tables that remember who is here, not what was done."""


@dataclass
class Premises:
    """A house in which everybody has an account, and every page has something to show."""

    house: House
    people: Mapping[str, Coordinator]
    numbers: Mapping[str, int]
    """The number in an address, by endpoint or by area; 1 for all others."""
    _tokens: dict[str, str] = field(default_factory=dict)

    def get(self, who: str, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.people[who].client.get(path, **options)

    def post(self, who: str, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token of the person's session, which is looked for once."""
        if who not in self._tokens:
            self._tokens[who] = self.people[who].token()
        return self.people[who].client.post(path, data={"csrf_token": self._tokens[who], **(data or {})}, **options)

    def rules(self, method: str) -> list[Rule]:
        """Return what answers to a method, by endpoint; files for the look of pages are no pages."""
        rules = self.house.app.url_map.iter_rules()
        found = [rule for rule in rules if method in (rule.methods or ()) and rule.endpoint != "static"]
        return sorted(found, key=lambda rule: rule.endpoint)

    def path(self, rule: Rule, number: str = "") -> str:
        """Return an address of a rule: of what is there, or with another number."""
        area = rule.endpoint.partition(".")[0]
        there = str(self.numbers.get(rule.endpoint, self.numbers.get(area, 1)))

        def part(found: re.Match[str]) -> str:
            match found["kind"]:
                case "int":
                    return number or there
                case "any":
                    return found["given"].partition(",")[0].strip(" '\"")
            return _WORDS[found["name"]]

        return _PART.sub(part, rule.rule)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table that remembers what was done."""
        tables = sa.MetaData()
        with self.house.desk.engine.connect() as connection:
            tables.reflect(connection)
            return {
                name: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]  # noqa: S608 - a name of ours
                for name in tables.tables
                if name not in _PASSING
            }


def some_premises(folder: Path, url: str = "") -> Premises:
    """Return premises in which everything that somebody could write holds `POISON`."""
    house = House(folder, url)
    desk = house.desk
    desk.revisions.ship(FILES, NOW, POISON)
    desk.revisions.publish(_poisoned(), OPERATOR, NOW, POISON, accept_unchecked=True, standing=desk.standing())
    people = {
        "nobody": Coordinator(house, "nobody@example.org"),
        "vera": _somebody(house, "vera", Role.VIEWER),
        "ana": _somebody(house, "ana", Role.EDITOR),
        "ben": _somebody(house, "ben", Role.APPROVER),
        "ada": _somebody(house, "ada", Role.ADMINISTRATOR),
        "omar": _somebody(house, "omar", *Role),
    }
    ana, ben = (house.account(people[name].address).actor for name in ("ana", "ben"))
    begun, waiting = (_draft(house, ana) for _ in range(2))
    desk.drafts.submit(begun, ana, NOW, POISON)
    desk.drafts.send_back(begun, ben, NOW, POISON)
    desk.drafts.submit(waiting, ana, NOW, POISON)
    served = desk.served()
    desk.switches.throw(ana, NOW, served, "GB", "020 7946 0001", Position.OUT, POISON)
    seen = mark_of(served.helplines["gb-crime"])
    desk.checks.tick(ana, NOW, served, "gb-crime", seen, NOW.date(), POISON)
    WordingStore(desk).propose(ana, NOW, Wording("en", Phrase.GREETING, (POISON,), ""))
    TakeStore(desk).offer(ana, NOW, "en", Phrase.GREETING.value, POISON, b"RIFF", 1.0)
    figures.count(desk.engine)
    figures.release(desk.engine)
    numbers = {
        "review": begun,
        "review.approve": waiting,
        "review.send_back": waiting,
        "history": 2,
        "history.return_to": 1,
        "people": house.account(people["vera"].address).id,
        "account": 2,
        "prompts.listen": 0,
        "statistics": figures.OCTOBER.year,
    }
    return Premises(house, people, numbers)


def _somebody(house: House, name: str, *roles: Role) -> Coordinator:
    """Return somebody who is signed in, and whose name is poisoned."""
    address = f"{name}@example.org"
    link = house.register.add(OPERATOR, address, f"{name} {POISON}", roles, house.now)[1]
    person = Coordinator(house, address)
    assert 303 == person.enrol(link.path).status_code
    return person


def _poisoned() -> dict[str, str]:
    bad = json.dumps(POISON)
    text = FILES["gb.yaml"]
    for old in ("Line for crime", "Ligne pour le crime", "Christmas Eve", "a letter", '"Ring us on 020 7946 0001."'):
        assert old in text
        text = text.replace(old, bad)
    return {**FILES, "gb.yaml": text.replace("Nobody has said when it answers.", bad)}


def _draft(house: House, person: Actor) -> int:
    draft = house.desk.drafts.begin(person, NOW, POISON)
    text = piece(house.desk.drafts.files(draft.id), CRIME) or ""
    new = text.replace("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-18:00")
    assert new != text
    return house.desk.drafts.save(draft.id, person, NOW, CRIME, new, fingerprint(text)).id
