"""The pages of the accounts as their users meet them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from directory.desk.people import Role
from tests.accounts import PASSWORD, Coordinator, House, found

ANA = "ana@example.org"
ADA = "ada@example.org"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation without accounts."""
    return House(tmp_path)


def _links(text: str) -> list[str]:
    return re.findall(r"https://fanal\.example\.org(/enrol/[\w-]+)", text)


def test_from_the_link_to_the_first_page(house: House) -> None:
    """A one-time link leads to a password, a second factor and then in; each step stands in the log."""
    ana = Coordinator(house, ANA)
    answer = ana.enrol(house.invite(ANA))

    assert (303, "/") == (answer.status_code, answer.location)
    assert ana.is_in()
    assert [
        ("account made", "account:1"),
        ("second factor added", "account:1"),
        ("account enrolled", "account:1"),
        ("signed in", "account:1"),
    ] == house.log()


def test_in_both_databases(tables_url: str, tmp_path: Path) -> None:
    """From the first account to a reset by a second administrator, everything works in either database."""
    house = House(tmp_path, tables_url)
    ada, ana = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(ANA)
    ana.sign_out()
    Coordinator(house, "\x00").give_password()
    assert 403 == ana.give_password("a wrong guess").status_code
    ana.sign_in()
    house.later(minutes=11)
    ana.prove_again()
    assert 303 == ana.post("/account/sign-out-elsewhere").status_code
    ada.prove_again()
    (link,) = _links(ada.post(f"/people/{house.account(ANA).id}/recover").text)
    assert not ana.is_in()
    assert 303 == ana.enrol(link, "another quiet harbour").status_code
    assert ana.is_in()
    assert house.desk.verify().whole
    house.desk.engine.dispose()


def test_guarded_page(house: House) -> None:
    """Whoever is not signed in is led to where they can, and afterwards to what they asked for."""
    ana = house.somebody(ANA)
    ana.sign_out()
    asked = ana.get("/account?x=1")

    assert (303, "/sign-in?then=/account?x%3D1") == (asked.status_code, asked.location)
    assert "/account?x=1" == ana.sign_in(then="/account?x=1").location


def test_part_of_a_page(house: House) -> None:
    """When htmx asks for a part and nobody is signed in, the page goes to the sign-in and comes back."""
    headers = {"HX-Request": "true", "HX-Current-URL": "https://fanal.example.org/account?a=b"}
    answer = Coordinator(house).get("/account/password", headers=headers)

    assert (401, "/sign-in?then=/account?a%3Db") == (answer.status_code, answer.headers["HX-Redirect"])


def test_wrong_code_while_enrolling(house: House) -> None:
    """A mistyped first code is said in words, and the picture stays the same."""
    ana, link = Coordinator(house, ANA), house.invite(ANA)
    ana.post(link, {"password": PASSWORD, "again": PASSWORD})
    page = ana.get(f"{link}/second")
    pattern = r'<code class="secret">([A-Z2-7 ]+)</code>'
    again = ana.post(f"{link}/second", {"sealed": found(page, r'name="sealed" value="([^"]*)"'), "code": "000000"})

    assert 400 == again.status_code
    assert "That code is not right" in again.text
    assert found(page, pattern) == found(again, pattern)


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("too short", "too short", "too short"),
        (PASSWORD, PASSWORD + "!", "not the same"),
        ("ana@example.org", "ana@example.org", "would try this password first"),
    ],
)
def test_refused_password(house: House, password: str, again: str, words: str) -> None:
    """A password that is refused is said so in words, and is not shown again."""
    ana = Coordinator(house, ANA)
    answer = ana.post(house.invite(ANA), {"password": password, "again": again})

    assert 400 == answer.status_code
    assert words in answer.text
    assert f'value="{password}"' not in answer.text.replace('autocomplete="username" value="ana@example.org"', "")


def test_second_step_needs_the_first(house: House) -> None:
    """The second factor comes after the password."""
    link = house.invite(ANA)
    answer = Coordinator(house, ANA).get(f"{link}/second")

    assert (303, link) == (answer.status_code, answer.location)


def test_recovery_by_an_administrator(house: House) -> None:
    """An administrator resets an account; its holder gets in by the new link, and is told who did it and when."""
    ada, ana = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(ANA)
    (link,) = _links(ada.post(f"/people/{house.account(ANA).id}/recover").text)
    assert not ana.is_in()
    ana.enrol(link, "another quiet harbour")
    page = ana.get("/account")

    assert "Ada has reset your account, on 2026-11-23 09:00 UTC" in page.text
    assert "Ada reset this account on 2026-11-23 09:00 UTC" in page.text
    assert "has reset your account" not in ana.get("/account").text
    assert ("account reset", "account:2") in house.log()


def test_administrator_makes_an_account(house: House) -> None:
    """An administrator makes an account and gets its link; the list says that it has not been used yet."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    data = {"name": "Ana", "address": ANA, "role": ["editor", "approver"]}
    (link,) = _links(ada.post("/people/new", data).text)
    assert "has not used the first link yet" in ada.get("/people").text

    assert 303 == Coordinator(house, ANA).enrol(link).status_code
    assert frozenset({Role.EDITOR, Role.APPROVER}) == house.account(ANA).roles


def test_refused_account_keeps_what_was_typed(house: House) -> None:
    """An account that cannot be made is said so, with everything that was typed still there."""
    ada = house.somebody(ADA, Role.ADMINISTRATOR)
    answer = ada.post("/people/new", {"name": '<script>alert("x")</script>', "address": ADA, "role": "editor"})

    assert 400 == answer.status_code
    assert "an account with this address already" in answer.text
    assert 'value="&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;"' in answer.text
    assert re.search(r'value="editor" checked', answer.text)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_people_are_for_administrators(house: House, role: Role) -> None:
    """The page of everybody is shown to administrators, and named to them alone."""
    ada, ana = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(ANA, role)

    assert [200, 403] == [ada.get("/people").status_code, ana.get("/people").status_code]
    assert 'href="/people"' in ada.get("/account").text
    assert 'href="/people"' not in ana.get("/account").text


def test_roles_are_changed(house: House) -> None:
    """Somebody who has been given another role signs in anew and has it; a disabled account can be enabled again."""
    ada, ana = house.somebody(ADA, Role.ADMINISTRATOR), house.somebody(ANA)
    number = house.account(ANA).id
    ada.post(f"/people/{number}/roles", {"role": "viewer"})
    ana.sign_in()
    assert "Your roles: Viewer." in ana.get("/account").text
    ada.post(f"/people/{number}/disable")
    assert not ana.is_in()
    ada.post(f"/people/{number}/enable")
    ana.sign_in()

    assert ana.is_in()


def test_second_app(house: House) -> None:
    """Somebody adds a second app, removes the first, and cannot remove the last."""
    ana = house.somebody(ANA)
    page = ana.get("/account/second")
    house.later(seconds=30)
    from routes.admin.accounts import codes

    secret = codes.from_readable(found(page, r'<code class="secret">([A-Z2-7 ]+)</code>'))
    code = codes.code_at(secret, int(house.now.timestamp()) // 30)
    sealed = found(page, r'name="sealed" value="([^"]*)"')
    ana.post("/account/second", {"sealed": sealed, "code": code, "name": "tablet"})
    assert ["Authenticator app", "tablet"] == re.findall(r'<th scope="row">([^<]+)</th>', ana.get("/account").text)

    assert 303 == ana.post("/account/second/1/remove").status_code
    assert 400 == ana.post("/account/second/2/remove").status_code
    assert 404 == ana.post("/account/second/1/remove").status_code


def test_change_of_password(house: House) -> None:
    """A new password works and the old one does not; other sessions end, this one goes on."""
    ana = house.somebody(ANA)
    other = Coordinator(house, ANA, secret=ana.secret, last_step=ana.last_step)
    other.sign_in()
    ana.last_step = other.last_step
    ana.post("/account/password", {"password": "another quiet harbour", "again": "another quiet harbour"})

    assert (True, False) == (ana.is_in(), other.is_in())
    assert 403 == other.give_password().status_code
    assert 303 == other.give_password("another quiet harbour").status_code


def test_session_that_has_ended(house: House) -> None:
    """Whose session has ended is told so where they sign in again."""
    ana = house.somebody(ANA)
    house.later(minutes=31)

    assert "Your session has ended. Sign in again." in ana.client.get("/account", follow_redirects=True).text


def test_bare_address(tmp_path: Path) -> None:
    """At a bare IP address there are no security keys, and the page says so; on loopback it names localhost."""
    bare = House(tmp_path, settings={"public_url": "http://192.0.2.1:8000"})
    (tmp_path / "near").mkdir()
    near = House(tmp_path / "near", settings={"public_url": "http://127.0.0.1:8000"})
    pages = []
    for house in (bare, near):
        guest, link = Coordinator(house, ANA), house.invite(ANA)
        guest.post(link, {"password": PASSWORD, "again": PASSWORD})
        pages.append(guest.client.get(f"{link}/second", base_url="http://127.0.0.1:8000").text)

    assert "at a bare IP address there are none" in pages[0]
    assert "Open this page at http://localhost:8000/enrol/" in pages[1]
    assert not any("data-question" in page for page in pages)


def test_failures_are_logged_without_what_was_typed(house: House) -> None:
    """The log tells of every failure: for an account which one, for an unknown address only that it was unknown."""
    ana = house.somebody(ANA)
    ana.sign_out()
    ana.give_password("a wrong guess")
    Coordinator(house, "nobody@example.org").give_password("a wrong guess")
    ana.give_password()
    ana.give_code("000000")

    assert [
        ("sign-in failed", "account:1"),
        ("sign-in failed", "unknown account"),
        ("sign-in failed", "account:1"),
    ] == house.log()[-3:]
    assert house.desk.verify().whole
    assert urlsplit(ana.get("/").location).path == "/sign-in"
