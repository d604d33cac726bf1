"""Attacks on the whole site: pages and telephone side by side, their secrets, addresses, headers and bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import Client, TestResponse, create_environ

from directory.desk.people import Role
from ivr.sealed import derive
from ivr.services import Services
from ivr.state import State, Step
from routes import create_site
from routes.admin import BODY_LIMIT
from routes.guard import HEADER, sign
from tests.accounts import NOW, Coordinator, House
from tests.application import PUBLIC_URL, some_services, some_settings
from tests.sample_directory import FILES

COOKIE = "__Secure-fanal"
EVIL = "evil.example"
CALL = "CA" + "1" * 32


@dataclass
class Site:
    """The site as it is served, and somebody with every role who is signed in."""

    house: House
    services: Services
    client: Client
    omar: Coordinator

    @property
    def cookie(self) -> str:
        """Omar's cookie."""
        found = self.omar.client.get_cookie(COOKIE)
        assert found is not None
        return found.value

    def ask(self, path: str, method: str = "GET", cookie: str = "", **options: Any) -> TestResponse:
        """Ask for a path exactly as it stands, with a cookie or with none."""
        environ = create_environ("/", PUBLIC_URL, method=method, **options)
        environ["PATH_INFO"] = path
        environ["RAW_URI"] = environ["REQUEST_URI"] = path
        if cookie:
            environ["HTTP_COOKIE"] = f"{COOKIE}={cookie}"
        return self.client.open(environ)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return the site over the accounts and tables of a house."""
    folder = tmp_path_factory.mktemp("site")
    house = House(folder)
    house.desk.revisions.ship(FILES, NOW, "The first.")
    omar = house.somebody("omar@example.org", *Role)
    settings = some_settings(folder, database_url=f"sqlite:///{folder / 'accounts.db'}")
    services = some_services(settings, lambda: house.now)
    yield Site(house, services, Client(create_site(services), use_cookies=False), omar)
    house.desk.engine.dispose()


def test_site_lets_in_who_has_signed_in(site: Site) -> None:
    """The cookie opens the pages where they are mounted: else the tests here would prove nothing."""
    assert 200 == site.ask("/admin/people", cookie=site.cookie).status_code
    assert 303 == site.ask("/admin/people").status_code


@pytest.mark.parametrize("path", ["/voice", "/voice/fallback", "/voice/status", "/sms", "/sms/fallback", "/sms/status"])
def test_cookie_at_the_telephone(site: Site, path: str) -> None:
    """Somebody who is signed in to the pages calls a webhook without the carrier's signature: 403, and no cookie."""
    answer = site.ask(path, "POST", cookie=site.cookie, data={"CallSid": CALL, "From": "+442079460001"})

    assert (403, None) == (answer.status_code, answer.headers.get("Set-Cookie"))


@pytest.mark.parametrize(
    "path",
    ["/admin/voice", "/admin/voice/status", "/admin/sms", "/admin/metrics", "/admin/health/live", "/admin/phone"],
)
def test_telephone_below_the_pages(site: Site, path: str) -> None:
    """Whatever the telephone side answers is not to be had below the pages, where no signature is asked for."""
    assert {404} == {site.ask(path, method, cookie=site.cookie).status_code for method in ("GET", "POST")}


@pytest.mark.parametrize(
    "path",
    [
        "//admin/people",
        "/admin//people",
        "/ADMIN/people",
        "/admin%2fpeople",
        "/admin/../admin/people",
        "/voice/../admin/people",
        "/./admin/people",
        "/admin/people/",
        "/admin/people;x=/static/",
        "/admin/static/../people",
        "/admin/static/..%2fpeople",
        "/admin/sign-in/../people",
        "/admin/people\0",
        "/adminpeople",
        "/admin\\people",
        "/admin/%70eople",
    ],
)
def test_address_written_otherwise(site: Site, path: str) -> None:
    """A page is asked for by an address that a guard may read otherwise: without a sign-in nothing is shown."""
    answer = site.ask(path)

    assert answer.status_code in {303, 308, 404, 405}
    assert "omar@example.org" not in answer.text


@pytest.mark.parametrize(
    "path", ["/admin/../voice", "/admin/..", "/admin/%2e%2e/voice", "/voice%2f..%2fadmin", "/voice//"]
)
def test_webhook_written_otherwise(site: Site, path: str) -> None:
    """A webhook is called by an address that leads round its guard: it is not found, or refused."""
    answer = site.ask(path, "POST", cookie=site.cookie, data={"CallSid": CALL})

    assert answer.status_code in {400, 403, 404}
    assert "<Response" not in answer.text


def forged(site: Site, key: Any) -> str:
    """Return a cookie with the id of Omar's session, signed with another key."""
    interface = SecureCookieSessionInterface()
    ours = interface.get_signing_serializer(site.house.app)
    other = Flask("other")
    other.secret_key = key
    theirs = interface.get_signing_serializer(other)
    assert ours is not None
    assert theirs is not None
    return str(theirs.dumps(ours.loads(site.cookie)))


def test_secrets_of_the_telephone_as_a_cookie(site: Site) -> None:
    """What the telephone side seals and signs with opens no page: no state of a call, and no cookie made with it."""
    secret = site.services.settings.secret_keys[0]
    token = site.services.seal.seal(State(step=Step.NEED, language="en", country="RO"), CALL, NOW)
    keys = (str(secret), derive(secret, b"fanal call state 1"), str(site.services.settings.auth_tokens[0]))
    cookies = [token, *(forged(site, key) for key in keys)]

    assert [303] * 4 == [site.ask("/admin/people", cookie=each).status_code for each in cookies]
    assert 200 == site.ask("/admin/people", cookie=forged(site, site.house.app.secret_key)).status_code


def test_cookie_as_the_state_of_a_call(site: Site) -> None:
    """A cookie of the pages in the place of a call's state, well signed: the call begins again, as if it was lost."""
    form = {"CallSid": CALL, "From": "+40712034567", "To": site.services.settings.numbers[0]}
    path = f"/voice/key/{site.cookie}"
    flat = "".join(name + form[name] for name in sorted(form))
    signature = sign(f"{PUBLIC_URL}{path}{flat}".encode(), site.services.settings.auth_tokens[0]).decode()
    answer = site.ask(path, "POST", data=form, headers={HEADER: signature})

    assert 200 == answer.status_code
    assert "<Gather" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": EVIL},
        {"X-Forwarded-Host": EVIL},
        {"Forwarded": f"host={EVIL};proto=https"},
        {"X-Forwarded-Prefix": f"//{EVIL}"},
        {"X-Script-Name": f"//{EVIL}"},
        {"X-Original-URL": "/admin/sign-in", "X-Rewrite-URL": "/admin/sign-in"},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
        {"Remote-User": "omar@example.org", "X-Forwarded-User": "omar@example.org"},
        {"Authorization": "Basic b21hcjp4"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_headers_that_proxies_write(site: Site, headers: dict[str, str]) -> None:
    """Somebody writes a header that proxies write: whose site, whose address, who is asking. It changes nothing."""
    answer = site.ask("/admin/people", headers=headers)

    assert (303, "/admin/sign-in?then=/people") == (answer.status_code, answer.headers["Location"])
    assert EVIL not in site.ask("/admin/sign-in", headers=headers).text


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_link_to_another_site(site: Site, header: str) -> None:
    """An administrator's request is given another host: the one-time link leads to the address in the settings."""
    data = {
        "csrf_token": site.omar.token(),
        "name": "New",
        "address": f"{header}@example.org".lower(),
        "role": "viewer",
    }
    headers = {header: EVIL, "Referer": f"https://{EVIL}/" if header == "Host" else PUBLIC_URL}
    page = site.ask("/admin/people/new", "POST", cookie=site.cookie, data=data, headers=headers).text

    assert f"{PUBLIC_URL}/admin/enrol/" in page
    assert EVIL not in page


def test_guessed_link(site: Site) -> None:
    """A link that never was, one that was used and one that is too old read the same: nobody learns which exist."""
    link = site.house.invite("guess@example.org")
    Coordinator(site.house, "guess@example.org").enrol(link)
    stranger = Coordinator(site.house)
    answers = [stranger.get(path) for path in (link, "/enrol/" + "A" * 43, "/enrol/x", "/enrol/" + "x" * 5000)]

    assert {410} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})


def body(site: Site, path: str, data: bytes, **environ: Any) -> TestResponse:
    """Send a body of a form to a path, with headers as given."""
    made = create_environ(path, PUBLIC_URL, method="POST", input_stream=BytesIO(data))
    made["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    made.update(environ)
    return site.client.open(made)


@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/transfer/preview", "/admin/enrol/x", "/admin/people/new"])
@pytest.mark.parametrize("stated", [True, False], ids=["stated", "chunked"])
def test_body_without_end(site: Site, path: str, stated: bool) -> None:
    """A stranger sends more than 4 MB, with its length or in pieces without one: it is not taken."""
    data = b"address=" + b"x" * (BODY_LIMIT + 1)
    pieces = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    length = {"CONTENT_LENGTH": str(len(data))} if stated else pieces

    assert body(site, path, data, **length).status_code in {303, 400, 413}


@pytest.mark.parametrize("length", ["-1", "x", "0x10", "9" * 30, "²"])
def test_length_that_is_a_lie(site: Site, length: str) -> None:
    """A length that is no number, or the wrong one: no fault of ours."""
    assert body(site, "/admin/sign-in", b"address=x", CONTENT_LENGTH=length).status_code < 500


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 5000 + b"--x--",
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=" + "x" * 5000, b"--x--"),
        ("application/x-www-form-urlencoded", b"&" * 100_000),
        ("application/x-www-form-urlencoded", b"a=%ff%fe&%00=%00&a[]=1&a=2"),
        ("application/json", b"[" * 100_000),
        ("text/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ("application/x-www-form-urlencoded; charset=utf-7", b"address=+ADw-b+AD4-"),
    ],
    ids=["parts", "half", "bare", "boundary", "nothing", "bytes", "json", "xml", "charset"],
)
def test_body_that_is_a_weapon(site: Site, kind: str, data: bytes) -> None:
    """A body with thousands of parts, half a part, another alphabet, or no form at all: no fault of ours."""
    answer = body(site, "/admin/sign-in", data, CONTENT_TYPE=kind, CONTENT_LENGTH=str(len(data)))

    assert answer.status_code in {303, 400, 413}


def test_copied_cookie_after_the_sign_out(site: Site) -> None:
    """A cookie that was copied before its owner signed out opens nothing on the site either."""
    ana = site.house.somebody("ana@example.org")
    copied = ana.client.get_cookie(COOKIE)
    assert copied is not None
    before = site.ask("/admin/changes", cookie=copied.value).status_code
    ana.sign_out()

    assert (200, 303) == (before, site.ask("/admin/changes", cookie=copied.value).status_code)


def test_nothing_of_the_pages_at_the_telephone(site: Site) -> None:
    """The telephone side has no session: it sets no cookie, and its open pages know nobody."""
    for path in ("/health/live", "/health/ready", "/", "/phone", "/metrics"):
        answer = site.ask(path, cookie=site.cookie)

        assert "Set-Cookie" not in answer.headers, path
        assert "omar" not in answer.text, path
