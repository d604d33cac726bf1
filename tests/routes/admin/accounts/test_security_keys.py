"""Security keys as a second factor: what is believed of a browser's answer, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from routes.admin.accounts.security_keys import Place, near
from routes.admin.accounts.tables import tokens
from tests.accounts import PASSWORD, Coordinator, House, found
from tests.application import PUBLIC_URL
from tests.security_key import SoftwareKey

ANA = "ana@example.org"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation without accounts."""
    return House(tmp_path)


def _question(page: TestResponse) -> str:
    return found(page, r'data-question="([^"]*)"')


def _enrolled(house: House, key: SoftwareKey, address: str = ANA) -> tuple[Coordinator, TestResponse]:
    """Return somebody who has tried to enrol with a key, and the answer of the page."""
    ana, link = Coordinator(house, address), house.invite(address)
    ana.post(link, {"password": PASSWORD, "again": PASSWORD})
    answer = key.create(_question(ana.get(f"{link}/second")))
    return ana, ana.post(f"{link}/second", {"kind": "key", "answer": answer, "name": "key ring"})


def _second(ana: Coordinator) -> str:
    """Sign out, give the password, and return what is asked of the key."""
    ana.sign_out()
    ana.give_password()
    return _question(ana.get("/sign-in/second"))


def test_key(house: House) -> None:
    """Somebody enrols with a key, signs in with it, and shows with it again who they are."""
    key = SoftwareKey(PUBLIC_URL)
    ana, answer = _enrolled(house, key)
    assert 303 == answer.status_code
    question = _second(ana)

    assert 303 == ana.post("/sign-in/second", {"answer": key.get(question)}).status_code
    assert "key ring" in ana.get("/account").text
    again = {"password": PASSWORD, "answer": key.get(_question(ana.get("/account/again")))}
    assert 303 == ana.post("/account/again", again).status_code


def test_key_on_a_false_page(house: House) -> None:
    """An answer that was given to another site is worth nothing here, neither for a new key nor for a known one."""
    _, refused = _enrolled(house, SoftwareKey("https://fanal.example.net"), "eve@example.org")
    key = SoftwareKey(PUBLIC_URL)
    ana, _ = _enrolled(house, key)
    key.origin = "https://fanal.example.net"

    assert 400 == refused.status_code
    assert 403 == ana.post("/sign-in/second", {"answer": key.get(_second(ana))}).status_code


def test_answer_sent_twice(house: House) -> None:
    """The answer to a question works once."""
    key = SoftwareKey(PUBLIC_URL)
    ana, _ = _enrolled(house, key)
    answer = key.get(_second(ana))
    assert 303 == ana.post("/sign-in/second", {"answer": answer}).status_code
    _second(ana)

    assert 403 == ana.post("/sign-in/second", {"answer": answer}).status_code


def test_questions_that_nobody_answers(house: House) -> None:
    """Questions of pages that were opened and left are forgotten once they are too old."""
    ana, _ = _enrolled(house, SoftwareKey(PUBLIC_URL))
    for _each in range(3):
        ana.get("/account/again")
    house.later(minutes=11)
    ana.get("/account/again")
    with house.desk.engine.connect() as connection:
        kept = connection.scalar(sa.select(sa.func.count()).select_from(tokens))

    assert 1 == kept


def test_answer_to_an_old_question(house: House) -> None:
    """A question can be answered for ten minutes."""
    key = SoftwareKey(PUBLIC_URL)
    ana, _ = _enrolled(house, key)
    answer = key.get(_second(ana))
    house.later(minutes=10)
    ana.give_password()

    assert 403 == ana.post("/sign-in/second", {"answer": answer}).status_code


def test_answer_of_another_key(house: House) -> None:
    """The key of another account does not open this one, though it answers this one's question."""
    key, other = SoftwareKey(PUBLIC_URL), SoftwareKey(PUBLIC_URL)
    ana, _ = _enrolled(house, key)
    _enrolled(house, other, "ben@example.org")
    question = _second(ana)

    assert 403 == ana.post("/sign-in/second", {"answer": other.get(question)}).status_code


def test_answer_to_the_question_of_another(house: House) -> None:
    """What somebody else was asked cannot be answered in their place."""
    key, other = SoftwareKey(PUBLIC_URL), SoftwareKey(PUBLIC_URL)
    ana, _ = _enrolled(house, key)
    ben, _ = _enrolled(house, other, "ben@example.org")
    _second(ana)

    assert 403 == ana.post("/sign-in/second", {"answer": key.get(_second(ben))}).status_code


def test_copied_key(house: House) -> None:
    """A key whose counter has fallen behind is a copy, and is refused."""
    key = SoftwareKey(PUBLIC_URL)
    key.count = 7
    ana, _ = _enrolled(house, key)
    key.count = 3

    assert 403 == ana.post("/sign-in/second", {"answer": key.get(_second(ana))}).status_code


@pytest.mark.parametrize(
    "answer",
    ["{}", "[]", "nonsense", "[" * 20_000, '{"response": 1}', '{"response": {"clientDataJSON": "e30"}}', "\u0000"],
)
def test_no_answer(house: House, answer: str) -> None:
    """What is no answer of a key is refused like a wrong one, and breaks nothing."""
    ana, _ = _enrolled(house, SoftwareKey(PUBLIC_URL))
    _second(ana)

    assert 403 == ana.post("/sign-in/second", {"answer": answer}).status_code


def test_changed_answer(house: House) -> None:
    """An answer of which anything was changed on its way is refused."""
    key = SoftwareKey(PUBLIC_URL)
    ana, _ = _enrolled(house, key)
    answer = json.loads(key.get(_second(ana)))
    answer["response"]["signature"] = answer["response"]["signature"][:-8] + "AAAAAAAA"

    assert 403 == ana.post("/sign-in/second", {"answer": json.dumps(answer)}).status_code


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("https://fanal.example.org", Place("fanal.example.org", "https://fanal.example.org")),
        ("https://fanal.example.org:8443", Place("fanal.example.org", "https://fanal.example.org:8443")),
        ("http://127.0.0.1:8000", Place("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", Place("localhost", "http://localhost:8000")),
        ("http://192.0.2.1:8000", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_place(public_url: str, expected: Place | None) -> None:
    """Keys are bound to a name; loopback has one, another bare address has none."""
    assert expected == Place.of(public_url)


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("https://fanal.example.org", "https://fanal.example.org"),
        ("http://192.0.2.1:8000", "http://192.0.2.1:8000"),
    ],
)
def test_links_lead_where_keys_work(public_url: str, expected: str) -> None:
    """A link on the machine itself names it, so that a key can be set through it."""
    assert expected == near(public_url)
