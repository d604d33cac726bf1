"""Attacks on accounts and sessions: each is refused, and what is refused says nothing that helps."""

from __future__ import annotations

import datetime as dt
import logging
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from directory.desk.people import OPERATOR, Role, StageError
from routes.admin.accounts import attempts, sessions
from tests.accounts import PASSWORD, Coordinator, House

ANA = "ana@example.org"
ADA = "ada@example.org"
ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5c%5cevil.example/../..//x",
    "/../..//evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\r\nLocation: https://evil.example",
    "evil.example",
    "/helplines\u2028",
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation without accounts."""
    return House(tmp_path)


def _without_tokens(page: TestResponse) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page.text)


def test_session_fixation(house: House) -> None:
    """A cookie that an attacker has planted before the sign-in is worth nothing after it."""
    ana = house.somebody(ANA)
    ana.sign_out()
    planted = Coordinator(house)
    token = planted.token()
    cookie = planted.client.get_cookie("__Secure-fanal")
    assert cookie is not None
    ana.client.set_cookie("__Secure-fanal", cookie.value)
    ana.sign_in()

    assert ana.is_in()
    assert not planted.is_in()
    assert 400 == ana.client.post("/account/sign-out-elsewhere", data={"csrf_token": token}).status_code


def test_half_a_sign_in_opens_nothing(house: House) -> None:
    """With the password alone no page opens, and the second factor gives the session another id."""
    ana = house.somebody(ANA)
    ana.sign_out()
    ana.give_password()
    half = ana.client.get_cookie("__Secure-fanal")
    assert half is not None
    assert not ana.is_in()
    ana.give_code(ana.code())
    thief = Coordinator(house)
    thief.client.set_cookie("__Secure-fanal", half.value)

    assert ana.is_in()
    assert not thief.is_in()
    assert "/sign-in" == urlsplit(thief.get("/sign-in/second").location).path


def test_open_redirect(house: House) -> None:
    """A sign-in, and showing again who one is, lead to a page of ours, whatever their address asks for."""
    ana = house.somebody(ANA)
    led = []
    for then in ELSEWHERE:
        led.append(ana.post("/account/again", {"password": ana.password, "code": ana.code(), "then": then}).location)
    ana.sign_out()
    for then in ELSEWHERE:
        led.append(ana.get("/sign-in", query_string={"then": then}).text.partition('name="then" value="')[2][:2])
    led.append(ana.sign_in(then=ELSEWHERE[0]).location)

    assert {"/", '/"'} == set(led)


def test_led_on(house: House) -> None:
    """A sign-in leads on to the page of ours that was asked for."""
    ana = house.somebody(ANA)
    ana.sign_out()

    assert "/helplines?country=RO&q=a%20b" == ana.sign_in(then="/helplines?country=RO&q=a%20b").location


def test_replayed_code(house: House) -> None:
    """A code that was watched over somebody's shoulder works no second time, nor does an older one."""
    ana = house.somebody(ANA)
    old, code = ana.code(), ana.code()
    ana.sign_out()
    ana.give_password()
    assert 303 == ana.give_code(code).status_code
    ana.sign_out()
    ana.give_password()

    assert [403, 403] == [ana.give_code(code).status_code, ana.give_code(old).status_code]
    assert 303 == ana.give_code(ana.code()).status_code


def test_guessing_codes(house: House) -> None:
    """After five wrong codes the right one is refused too, until a quarter of an hour has passed."""
    ana = house.somebody(ANA)
    ana.sign_out()
    ana.give_password()
    wrong = [ana.give_code("000000").status_code for _ in range(attempts.CODES)]
    refused = ana.give_code(ana.code()).status_code
    house.later(minutes=15)
    ana.give_password()

    assert [403] * attempts.CODES == wrong
    assert 429 == refused
    assert 303 == ana.give_code(ana.code()).status_code


def test_guessing_codes_with_new_sessions(house: House) -> None:
    """A new session for each guess does not give more guesses."""
    ana = house.somebody(ANA)
    ana.sign_out()
    for _ in range(attempts.CODES):
        ana.give_password()
        ana.give_code("000000")
        ana.client.delete_cookie("__Secure-fanal")
    ana.give_password()

    assert 429 == ana.give_code(ana.code()).status_code


def test_guessing_codes_from_inside(house: House) -> None:
    """Whoever sits at somebody's open screen cannot guess password or code there either."""
    ana = house.somebody(ANA)
    values = {"password": "a guess of somebody else", "code": "000000"}
    answers = [ana.post("/account/again", values).status_code for _ in range(attempts.PASSWORDS + 1)]

    assert [403] * attempts.PASSWORDS + [429] == answers


@pytest.mark.parametrize("address", [ANA, "nobody@example.org"])
def test_guessing_passwords(house: House, address: str) -> None:
    """After ten wrong passwords the address is refused for a quarter of an hour, whether it has an account or not."""
    house.somebody(ANA).sign_out()
    guesser = Coordinator(house, address)
    answers = [guesser.give_password("a wrong guess").status_code for _ in range(attempts.PASSWORDS + 1)]

    assert [403] * attempts.PASSWORDS + [429] == answers
    assert 429 == guesser.give_password(PASSWORD).status_code


def test_guessing_many_accounts_from_one_address(house: House) -> None:
    """One address on the network has fifty attempts, however many accounts they go to; another one is let in."""
    ana = house.somebody(ANA)
    ana.sign_out()
    guesser = Coordinator(house)
    for number in range(attempts.ADDRESS):
        guesser.address = f"{number}@example.org"
        guesser.give_password("a wrong guess")
    values = {"address": ANA, "password": PASSWORD}

    assert 429 == ana.post("/sign-in", values).status_code
    assert 303 == ana.post("/sign-in", values, headers={"X-Forwarded-For": "192.0.2.7"}).status_code


def test_pretended_address(house: House) -> None:
    """Who asks without a proxy of ours before them cannot pretend another address for each attempt."""
    guesser = Coordinator(house)
    token = guesser.token()
    answers = []
    for number in range(attempts.ADDRESS + 1):
        data = {"csrf_token": token, "address": f"{number}@example.org", "password": "a wrong guess"}
        peer = {"REMOTE_ADDR": "192.88.99.1"}
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        answers.append(guesser.client.post("/sign-in", data=data, headers=headers, environ_base=peer).status_code)

    assert 429 == answers[-1]


def test_enumeration(house: House) -> None:
    """An unknown address, an account that is disabled or was never used, and a wrong password read the same."""
    house.somebody(ANA).sign_out()
    house.invite("invited@example.org")
    house.somebody("gone@example.org").sign_out()
    house.register.disable(OPERATOR, house.account("gone@example.org").id, house.now)
    answers = []
    for address in (ANA, "nobody@example.org", "invited@example.org", "gone@example.org"):
        answer = Coordinator(house, address).give_password("a wrong guess")
        headers = sorted(name for name, _ in answer.headers)
        answers.append((answer.status_code, headers, _without_tokens(answer).replace(address, "")))
    gone = Coordinator(house, "gone@example.org").give_password(PASSWORD)

    assert [answers[0]] * 4 == answers
    assert (403, answers[0][2]) == (gone.status_code, _without_tokens(gone).replace("gone@example.org", ""))


def test_stolen_cookie_after_sign_out(house: House) -> None:
    """A cookie that was copied is worth nothing once its owner has signed out."""
    ana = house.somebody(ANA)
    cookie = ana.client.get_cookie("__Secure-fanal")
    assert cookie is not None
    thief = Coordinator(house)
    thief.client.set_cookie("__Secure-fanal", cookie.value)
    assert thief.is_in()
    ana.sign_out()

    assert not thief.is_in()


def test_stolen_cookie_after_signing_out_elsewhere(house: House) -> None:
    """Signing out everywhere else ends a session that somebody else goes on with, and keeps one's own."""
    ana = house.somebody(ANA)
    thief = Coordinator(house, ANA, secret=ana.secret, last_step=ana.last_step)
    thief.sign_in()
    assert thief.is_in()
    ana.post("/account/sign-out-elsewhere")

    assert (True, False) == (ana.is_in(), thief.is_in())


def test_forged_cookie(house: House) -> None:
    """A cookie that we have not signed is nobody's."""
    ana = house.somebody(ANA)
    cookie = ana.client.get_cookie("__Secure-fanal")
    assert cookie is not None
    ana.client.set_cookie("__Secure-fanal", cookie.value[:-3] + "abc")

    assert not ana.is_in()


def test_token_of_another_session(house: House) -> None:
    """A form's hidden token works in the session that it was made for, and in no other; without one nothing is done."""
    ana, ben = house.somebody(ANA), house.somebody("ben@example.org")
    stolen = {"csrf_token": ben.token()}

    assert 400 == ana.client.post("/account/sign-out-elsewhere", data=stolen).status_code
    assert 400 == ana.client.post("/account/sign-out-elsewhere").status_code
    assert 303 == ana.client.post("/account/sign-out-elsewhere", data={"csrf_token": ana.token()}).status_code


def test_sign_in_across_sites(house: House) -> None:
    """Another site cannot sign somebody in to an account of its own, nor sign anybody out."""
    ana = house.somebody(ANA)

    assert 400 == Coordinator(house).client.post("/sign-in", data={"address": ANA, "password": PASSWORD}).status_code
    assert 400 == ana.client.post("/account/sign-out").status_code
    assert ana.is_in()


def test_link_used_twice(house: House) -> None:
    """A link that was used is refused, and with it another password."""
    link = house.invite(ANA)
    Coordinator(house, ANA).enrol(link)
    thief = Coordinator(house, ANA)
    answer = thief.post(link, {"password": "something else entirely", "again": "something else entirely"})

    assert [410, 410, 410] == [answer.status_code, thief.get(link).status_code, thief.get(f"{link}/second").status_code]


def test_link_too_old(house: House) -> None:
    """A link works for 24 hours, and not a minute more."""
    link = house.invite(ANA)
    guest = Coordinator(house, ANA)
    house.later(hours=23, minutes=59)
    assert 200 == guest.get(link).status_code
    house.later(minutes=1)

    assert 410 == guest.get(link).status_code


def test_link_looked_at(house: House) -> None:
    """A program that only opens a link, to preview it, does not use it up."""
    link = house.invite(ANA)
    for _ in range(3):
        assert 200 == Coordinator(house).get(link).status_code

    assert 303 == Coordinator(house, ANA).enrol(link).status_code


def test_link_after_a_newer_one(house: House) -> None:
    """Only the newest link of an account works."""
    first = house.invite(ANA)
    house.register.recover(OPERATOR, house.account(ANA).id, house.now)

    assert 410 == Coordinator(house).get(first).status_code


def test_link_without_second_factor(house: House) -> None:
    """A password set through a link opens nothing before there is a second factor."""
    link = house.invite(ANA)
    ana = Coordinator(house, ANA)
    ana.post(link, {"password": PASSWORD, "again": PASSWORD})

    assert 403 == ana.give_password().status_code
    assert not ana.is_in()


def test_roles_posted_by_an_editor(house: House) -> None:
    """An editor who posts roles, for themselves or for somebody else, is refused, and nothing changes."""
    ana = house.somebody(ANA)
    number = house.account(ANA).id
    forms: dict[str, dict[str, object]] = {
        f"/people/{number}/roles": {"role": ["administrator", "approver"]},
        f"/people/{number}/recover": {},
        "/people/new": {"name": "Eve", "address": "eve@example.org", "role": "administrator"},
    }

    assert [403] * 3 == [ana.post(path, data).status_code for path, data in forms.items()]
    assert frozenset({Role.EDITOR}) == house.account(ANA).roles
    assert house.register.find("eve@example.org") is None


def test_roles_smuggled_into_other_forms(house: House) -> None:
    """Roles in a form that is not about roles are not looked at."""
    link = house.invite(ANA)
    ana = Coordinator(house, ANA)
    ana.post(link, {"password": PASSWORD, "again": PASSWORD, "role": "administrator", "roles": "administrator"})
    ana.enrol(link)
    ana.post("/account/again", {"password": PASSWORD, "code": ana.code(), "role": "administrator"})

    assert frozenset({Role.EDITOR}) == house.account(ANA).roles


def test_own_roles(house: House) -> None:
    """An administrator cannot make themselves an approver, nor reset or disable themselves."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    number = house.account(ADA).id
    answers = [
        ada.post(f"/people/{number}/roles", {"role": ["administrator", "approver"]}),
        ada.post(f"/people/{number}/recover"),
        ada.post(f"/people/{number}/disable"),
    ]

    assert [403] * 3 == [answer.status_code for answer in answers]
    assert frozenset({Role.ADMINISTRATOR}) == house.account(ADA).roles
    assert ada.is_in()


def test_role_that_does_not_exist(house: House) -> None:
    """A role that there is not is refused, and nothing changes."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    house.invite(ANA)

    assert 400 == ada.post(f"/people/{house.account(ANA).id}/roles", {"role": "emperor"}).status_code
    assert frozenset({Role.EDITOR}) == house.account(ANA).roles


@pytest.mark.parametrize("what", ["disable", "recover", "roles"])
def test_session_of_an_account_that_was_changed(house: House, what: str) -> None:
    """A session ends in the moment its account is disabled, reset or given other roles."""
    ada, ana = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(ANA)
    assert ana.is_in()
    answer = ada.post(f"/people/{house.account(ANA).id}/{what}", {"role": "viewer"})

    assert answer.status_code in {200, 303}
    assert not ana.is_in()
    assert ada.is_in()


def test_password_after_recovery(house: House) -> None:
    """After a reset neither the old password nor the old app is worth anything."""
    ada, ana = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(ANA)
    ada.post(f"/people/{house.account(ANA).id}/recover")

    assert 403 == ana.give_password().status_code


def test_last_administrator(house: House) -> None:
    """Not even the command line takes away the last administrator who can sign in; one who never did does not count."""
    house.somebody(ADA, Role.ADMINISTRATOR)
    house.invite("new@example.org", Role.ADMINISTRATOR)
    number = house.account(ADA).id
    with pytest.raises(StageError, match="last administrator"):
        house.register.disable(OPERATOR, number, house.now)
    with pytest.raises(StageError, match="last administrator"):
        house.register.set_roles(OPERATOR, number, [Role.VIEWER], house.now)

    assert frozenset({Role.ADMINISTRATOR}) == house.account(ADA).roles
    assert house.account(ADA).disabled_at is None


def test_administrators_against_each_other(house: House) -> None:
    """Of two administrators who disable each other at the same moment, one stays: the second has no say any more."""
    ada, bea = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody("bea@example.org", Role.ADMINISTRATOR)
    numbers = house.account(ADA).id, house.account("bea@example.org").id
    first = ada.post(f"/people/{numbers[1]}/disable")
    second = bea.post(f"/people/{numbers[0]}/disable")

    assert (303, "/sign-in") == (second.status_code, urlsplit(second.location).path)
    assert "/people" == first.location
    assert house.account(ADA).disabled_at is None


def test_password_is_kept_nowhere(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """What was typed as a password, right or wrong, stands in no log, no table and no answer."""
    caplog.set_level(logging.DEBUG)
    ana = house.somebody(ANA)
    ana.sign_out()
    answers = [
        ana.give_password("a wrong word of mine"),
        Coordinator(house, "typed-by-mistake@example.org").give_password("another wrong word"),
        ana.sign_in(),
    ]
    files = b"".join(path.read_bytes() for path in house.folder.glob("accounts.db*"))
    told = "".join(answer.text for answer in answers) + caplog.text

    for typed in (PASSWORD, "a wrong word of mine", "another wrong word"):
        assert typed.encode() not in files
        assert typed not in told
    assert b"typed-by-mistake" not in files


def test_cookie_flags(house: House) -> None:
    """The session's cookie goes to our pages alone, over TLS alone, to no script, and with no form of another site."""
    house.app.config.update(SESSION_COOKIE_PATH="/admin", SESSION_COOKIE_SECURE=True)
    cookie = house.app.test_client().get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("__Secure-fanal=")
    assert {"Secure", "HttpOnly", "Path=/admin", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("step", "steps", "inside"),
    [
        (sessions.IDLE - dt.timedelta(minutes=1), 1, True),
        (sessions.IDLE, 1, False),
        (dt.timedelta(minutes=29), 24, True),
        (dt.timedelta(minutes=29), 25, False),
    ],
)
def test_session_ends(house: House, step: dt.timedelta, steps: int, inside: bool) -> None:
    """A session ends after thirty minutes without a sign, and after twelve hours in any case."""
    ana = house.somebody(ANA)
    for _ in range(steps):
        house.now += step
        found = ana.is_in()

    assert inside is found


def test_huge_password(house: House) -> None:
    """A long password costs no more than another, and is refused like another; one of a megabyte is not even read."""
    house.somebody(ANA).sign_out()
    huge = Coordinator(house, ANA).give_password("x" * 1_000_000)

    assert 403 == Coordinator(house, ANA).give_password("x" * 60_000).status_code
    assert (303, "/sign-in") == (huge.status_code, urlsplit(huge.headers["Location"]).path.removeprefix("/admin"))


def test_fresh_sign_in(house: House) -> None:
    """Ten minutes after the sign-in, changes of accounts ask again who one is, and then lead back."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    house.later(minutes=10)
    data = {"name": "Ana", "address": ANA, "role": "editor", "back": "/people/new"}
    asked = ada.post("/people/new", data)
    assert (303, "/account/again?then=/people/new") == (asked.status_code, asked.location)
    assert house.register.find(ANA) is None
    ada.prove_again()

    assert 200 == ada.post("/people/new", data).status_code
