"""Every address of the coordinators' pages, walked over as it stands in the application: none is forgotten."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from directory.desk.people import Role
from routes.counters import LOOKED
from tests import figures
from tests.premises import POISON, Premises, some_premises
from tests.probing import forms_of, words_asked

OPEN = {"sign_in.show", "sign_in.first", "sign_in.second", "sign_in.prove"} | {
    f"enrolment.{name}" for name in ("show", "password", "second", "prove")
}
"""What answers somebody who is not signed in: the way in, and what a page looks like."""
HELD = {"POST helplines.change", "POST helplines.create"}
"""Forms that are held in the answer for whoever was signed out meanwhile: it shows what was sent, nothing else."""
OWN = Role.VIEWER
"""One's own account: open to everybody who is signed in."""
LEAST = {
    "account.add_factor": OWN,
    "account.change_password": OWN,
    "account.prove": OWN,
    "account.remove_factor": OWN,
    "account.sign_out": OWN,
    "account.sign_out_elsewhere": OWN,
    "checks.tick": Role.EDITOR,
    "helplines.change": Role.EDITOR,
    "helplines.create": Role.EDITOR,
    "helplines.look": Role.EDITOR,
    "helplines.remove": Role.EDITOR,
    "history.confirm": Role.APPROVER,
    "history.return_to": Role.EDITOR,
    "people.add": Role.ADMINISTRATOR,
    "people.disable": Role.ADMINISTRATOR,
    "people.enable": Role.ADMINISTRATOR,
    "people.recover": Role.ADMINISTRATOR,
    "people.roles": Role.ADMINISTRATOR,
    "prompts.approve": Role.EDITOR,
    "prompts.mark": Role.EDITOR,
    "prompts.propose": Role.EDITOR,
    "prompts.refuse": Role.EDITOR,
    "prompts.refuse_recording": Role.EDITOR,
    "prompts.take_recording": Role.EDITOR,
    "prompts.upload": Role.EDITOR,
    "prompts.withdraw": Role.EDITOR,
    "review.approve": Role.APPROVER,
    "review.send_back": Role.APPROVER,
    "review.settle": Role.EDITOR,
    "review.submit": Role.EDITOR,
    "review.undo_now": Role.APPROVER,
    "review.update": Role.EDITOR,
    "review.withdraw": Role.EDITOR,
    "statistics.look": Role.ADMINISTRATOR,
    "switches.settle": Role.EDITOR,
    "switches.throw": Role.EDITOR,
    "transfer.look": Role.EDITOR,
    "transfer.rest": Role.EDITOR,
    "transfer.save": Role.EDITOR,
}
"""The least role that may send a form, for every form there is."""
FRESH = {
    "account.add_factor",
    "account.change_password",
    "account.remove_factor",
    "history.confirm",
    "people.add",
    "people.disable",
    "people.enable",
    "people.recover",
    "people.roles",
    "prompts.approve",
    "prompts.take_recording",
    "review.approve",
    "review.undo_now",
    "statistics.look",
}
"""What asks for a sign-in of the last ten minutes: it reaches callers, opens accounts, or may tell of a caller."""
MAY = {
    Role.VIEWER: {"vera", "ana", "ben", "ada", "omar"},
    Role.EDITOR: {"ana", "ben", "omar"},
    Role.APPROVER: {"ben", "omar"},
    Role.ADMINISTRATOR: {"ada", "omar"},
}
ANSWERING = {"ben", "ada", "omar"}
READERS = {
    "helplines.ask": MAY[Role.EDITOR],
    "helplines.edit": MAY[Role.EDITOR],
    "helplines.new": MAY[Role.EDITOR],
    "history.log": ANSWERING,
    "history.verify": ANSWERING,
    "people.listing": MAY[Role.ADMINISTRATOR],
    "people.new": MAY[Role.ADMINISTRATOR],
    "people.show": MAY[Role.ADMINISTRATOR],
    "review.undo": MAY[Role.APPROVER],
    "statistics.counters": MAY[Role.ADMINISTRATOR],
    "switches.ask": MAY[Role.EDITOR],
}
"""Who may open a page, where it is not everybody who is signed in."""
SLOW = {"prompts.listen", "prompts.listing"}
"""Pages that ask an engine or read every catalogue; they have tests of their own."""
VERBS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"}
SHOWING = {
    "account.show",
    "checks.listing",
    "checks.printed",
    "checks.show",
    "helplines.edit",
    "helplines.listing",
    "helplines.show",
    "history.listing",
    "history.log",
    "history.show",
    "home.show",
    "people.listing",
    "people.show",
    "prompts.language",
    "prompts.sentence",
    "review.listing",
    "review.show",
    "review.undo",
    "switches.listing",
    "transfer.show",
    "trial.show",
}
"""Pages that are known to show it: else the walk would prove nothing."""
STRANGE = (
    "\0",
    "x" * 5000,
    "9" * 4999,
    "²",
    "99999999999999999999",
    "[" * 50_000,
    "\u202e\u200b\r\nSet-Cookie: x=1",
    "-1",
    "'; DROP TABLE audit; --",
    "../../etc/passwd",
    "{0.__class__}%s{{7*7}}",
)
"""What no page expects: each breaks something else."""
MORE = (
    "/changes/2",
    "/helplines/gb-crime/edit?draft=1",
    "/helplines/new?country=GB",
    "/switches/throw?country=GB&say=020+7946+0004&position=out",
)
"""Pages whose forms only stand there for some addresses."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Premises:
    """Return premises for all tests here: what is refused changes nothing, and the rest only looks."""
    return some_premises(tmp_path_factory.mktemp("premises"))


def test_nobody_sees_or_does_anything(premises: Premises) -> None:
    """Without a sign-in every address leads to the sign-in, shows nothing and does nothing, whatever the verb."""
    stranger = premises.house.app.test_client()
    before = premises.contents()
    led = {}
    for method in ("GET", "HEAD", "POST"):
        for rule in premises.rules(method):
            if rule.endpoint in OPEN:
                continue
            path = premises.path(rule)
            answer = premises.post("nobody", path) if method == "POST" else stranger.open(path, method=method)
            led[f"{method} {rule.endpoint}"] = (answer.status_code, urlsplit(answer.location or "").path)

    assert {name: (403, "") if name in HELD else (303, "/sign-in") for name in led} == led
    assert premises.contents() == before


def test_forms_need_the_token_of_their_session(premises: Premises) -> None:
    """Without its hidden token no form does anything, though whoever sends it has every role."""
    before = premises.contents()
    client = premises.people["omar"].client
    answers = {rule.endpoint: client.post(premises.path(rule)).status_code for rule in premises.rules("POST")}

    assert dict.fromkeys(answers, 400) == answers
    assert premises.contents() == before


def test_every_form_has_its_least_role(premises: Premises) -> None:
    """For each form it is decided here who may send it: a new one has to be added."""
    posted = {rule.endpoint for rule in premises.rules("POST")}

    assert posted == LEAST.keys() | (posted & OPEN)


@pytest.mark.parametrize("who", ["vera", "ana", "ben", "ada"])
def test_forms_of_other_roles(premises: Premises, who: str) -> None:
    """Whoever has not the role for a form is refused it, and nothing changes; one's own change can be taken back."""
    before = premises.contents()
    answers = {
        rule.endpoint: premises.post(who, premises.path(rule), {"answer": "No."}).status_code
        for rule in premises.rules("POST")
        if rule.endpoint in LEAST
        and who not in MAY[LEAST[rule.endpoint]]
        and (who, rule.endpoint) != ("ana", "review.send_back")
    }

    assert dict.fromkeys(answers, 403) == answers
    assert premises.contents() == before


@pytest.mark.parametrize("who", ["vera", "ana", "ben", "ada"])
def test_pages_of_other_roles(premises: Premises, who: str) -> None:
    """A page that is not for everybody opens to those it is for, and to nobody else."""
    answers = {
        rule.endpoint: premises.get(who, premises.path(rule)).status_code == 403
        for rule in premises.rules("GET")
        if rule.endpoint not in SLOW
    }

    assert {name: who not in READERS.get(name, {who}) for name in answers} == answers


def test_old_sign_in(premises: Premises) -> None:
    """What reaches callers or opens accounts asks again who one is, after ten minutes."""
    before = premises.contents()
    premises.house.later(minutes=10)
    led = {}
    for rule in premises.rules("POST"):
        if rule.endpoint in FRESH:
            answer = premises.post("omar", premises.path(rule))
            led[rule.endpoint] = (answer.status_code, urlsplit(answer.location or "").path)
    premises.house.later(minutes=-10)

    assert dict.fromkeys(FRESH, (303, "/account/again")) == led
    assert premises.contents() == before


def test_other_verbs(premises: Premises) -> None:
    """No address answers to a verb that it was not made for, nor to one that hides behind another."""
    before = premises.contents()
    client, found = premises.people["omar"].client, {}
    adapter = premises.house.app.url_map.bind("localhost")
    for rule in premises.house.app.url_map.iter_rules():
        path = premises.path(rule)
        known = {verb for verb in VERBS if adapter.test(path, verb)}
        for verb in VERBS - known:
            found[f"{verb} {path}"] = client.open(path, method=verb).status_code
        if "POST" in known and "GET" in known:
            client.get(path, query_string={"_method": "POST"}, headers={"X-HTTP-Method-Override": "POST"})

    assert dict.fromkeys(found, 405) == found
    assert premises.contents() == before


def test_headers_of_every_page(premises: Premises) -> None:
    """Every answer, refusals too, is bound to its origin, framed by nobody, taken for what it says, and not kept."""
    paths = [premises.path(rule) for rule in premises.rules("GET")]
    for path in [*paths, "/no-such-page", "/transfer/export?kind=csv", "/transfer/export?kind=yaml"]:
        for answer in (premises.get("omar", path), premises.house.app.test_client().get(path)):
            policy = answer.headers["Content-Security-Policy"]

            assert HEADERS == {name: answer.headers.get(name) for name in HEADERS}, path
            assert "no-store" == answer.headers["Cache-Control"], path
            assert "unsafe" not in policy, path
            assert {"default-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} <= set(policy.split("; ")), (
                path
            )


def test_poison_on_every_page(premises: Premises) -> None:
    """What people write (names, notes, reasons, quotes, sentences, their own names) is shown as text on every page."""
    shown: set[str] = set()
    for rule in premises.rules("GET"):
        answer = premises.get("omar", premises.path(rule))
        if answer.mimetype == "text/html":
            assert "<b id=poison" not in answer.text, rule.endpoint
            assert "&gt;49" not in answer.text, rule.endpoint
            shown.update({rule.endpoint} if escape(POISON) in answer.text else ())

    assert SHOWING <= shown


def test_no_true_count_on_any_page(premises: Premises) -> None:
    """Whatever page or file is opened, by somebody with every role: no count is on it that was not released.

    Only the form that asks for them shows them, and that is in the log.
    """
    found = {}
    for rule in premises.rules("GET"):
        if rule.endpoint not in SLOW:
            found[rule.endpoint] = figures.betrayed(premises.get("omar", premises.path(rule)).text)
    days = {"first": "2026-10-01", "last": "2026-10-31"}
    before = len(premises.house.log())
    looked = premises.post("omar", "/statistics/counters", days)

    assert {name: set() for name in found} == found
    assert len(figures.betrayed(looked.text)) > 10
    assert [(LOOKED, "2026-10-01 to 2026-10-31")] == premises.house.log()[before:]


def test_strange_words_in_every_address(premises: Premises) -> None:
    """Whatever stands in an address, in every word that a page asks for: it is answered in words, and does nothing."""
    before, found = premises.contents(), {}
    for rule in premises.rules("GET"):
        if rule.endpoint in SLOW:
            continue
        names = words_asked(premises, rule)
        for turn in range(2):
            query = {name: STRANGE[(place * 3 + turn) % len(STRANGE)] for place, name in enumerate(sorted(names))}
            found[f"{rule.endpoint} {query}"] = premises.get(
                "omar", premises.path(rule), query_string=query
            ).status_code
        if "int" in rule.rule:
            found[rule.endpoint] = premises.get("omar", premises.path(rule, "9" * 25)).status_code

    assert {name: status for name, status in found.items() if status >= 500} == {}
    assert premises.contents() == before


def test_strange_words_in_every_field(tmp_path: Path) -> None:
    """Whatever is sent in any two fields of any form, the rest as the page had it, it is answered in words.

    What was kept is what every database can hold, and the log is whole.
    """
    premises, found = some_premises(tmp_path), {}
    paths = [premises.path(rule) for rule in premises.rules("GET") if rule.endpoint not in SLOW]
    for action, fields in forms_of(premises, (*paths, *MORE)):
        names = sorted({name for name, _value in fields} - {"csrf_token"})
        for first in range(0, len(names), 2):
            sent, strange = MultiDict(fields), names[first : first + 2]
            for place, name in enumerate(strange, first):
                sent.setlist(name, [STRANGE[place % len(STRANGE)]])
            found[f"{action} {strange}"] = premises.post("omar", action, sent.to_dict(flat=False)).status_code

    assert {name: status for name, status in found.items() if status >= 500} == {}
    assert not [row for rows in premises.contents().values() for row in rows if any(has_nul(cell) for cell in row)]
    assert premises.house.desk.verify().whole


@pytest.mark.postgres
def test_strange_words_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    """What SQLite takes and PostgreSQL refuses is refused in words too."""
    premises = some_premises(tmp_path, postgres_url)
    answers = [
        premises.get("omar", "/history/log", query_string={"subject": "\0", "who": "\0"}),
        premises.get("omar", "/people/99999999999999999999"),
        premises.get("omar", "/history/log?before=99999999999"),
        premises.get("omar", "/switches/99999999999999999999/settle"),
        premises.get("omar", "/sentences/en/recordings/99999999999999999999"),
        premises.post("omar", "/switches/99999999999999999999/settle", {"outcome": "lift"}),
        premises.post("omar", "/sentences/en/greeting/approve", {"id": "999999999", "hash": "\0"}),
        premises.post("omar", "/changes/2/send-back", {"answer": "\0No."}),
        premises.post("omar", "/changes/1/submit", {"reason": "\0" + "x" * 100_000}),
        premises.people["nobody"].post("/sign-in", {"address": "\0@example.org", "password": "\0"}),
    ]

    premises.house.desk.engine.dispose()

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


def has_nul(cell: object) -> bool:
    """Tell whether a cell holds what PostgreSQL cannot."""
    return isinstance(cell, str) and ("\0" in cell or "\\u0000" in cell)
