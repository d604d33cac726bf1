"""Signatures, in every combination of what proxies write, how ports and paths are written, and which tokens are known.

The provider's own validator, told the address that it was given, says of each what must be accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.test import EnvironBuilder

from ivr.services import Services
from ivr.settings import Secret, Settings
from routes import create_app
from routes.guard import HEADER, signed_by_the_carrier
from tests.application import some_services, some_settings
from tests.hostile.attacks import CALL, FOREIGN_TOKEN, NEXT_TOKEN, OUR_NUMBER, TOKEN

FORM = {"CallSid": CALL, "CallStatus": "ringing", "From": "anonymous", "To": OUR_NUMBER, "CallerName": "é & ü"}
STATUS = "/voice/status"
ADDRESSES = (
    "https://fanal.example.org",
    "https://fanal.example.org:443",
    "https://fanal.example.org:8443",
    "http://fanal.example.org",
    "http://fanal.example.org:80",
    "http://fanal.example.org:8080",
    "https://fanal.example.org/helpline",
    "https://fanal.example.org:8443/a/b",
    "https://192.0.2.1",
)
"""PUBLIC_URL as an operator may set it: with a port and without, with a prefix that a proxy takes away."""
TARGETS = (
    STATUS,
    f"{STATUS}?a=1&b=2",
    f"{STATUS}?b=2&a=1",
    f"{STATUS}?a=%7E&b=%2C+%20~",
    "/voice/%73tatus",
    "/voice/key/%7E%C3%A9",
    "/voice/a%2Fb%2fc",
    "/voice/a;b=c",
    "/voice/a:b@c",
    "/voice/%41%zz%",
)
"""Path and query as they stand in the request line."""
PROXIES = tuple(
    product(
        ("X-Forwarded-Proto",), ("", "http", "https", "https,http"),
        ("X-Forwarded-Host",), ("", "elsewhere.example.org", "fanal.example.org, inside"),
        ("X-Forwarded-Port",), ("", "443", "8443", "x"),
        ("X-Forwarded-Prefix",), ("", "/helpline"),
        ("Forwarded",), ("", 'for=192.0.2.7;proto=http;host="elsewhere.example.org:80"'),
        ("Host",), ("fanal.example.org", "fanal.example.org:443", "fanal.example.org:8443", "inside:8000", "h:99999"),
    )
)  # fmt: skip
"""Every combination of what proxies add and change: names and values in turn."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services that each test gives its own settings."""
    return some_services(some_settings(tmp_path_factory.mktemp("var"), (OUR_NUMBER,), exchange_token=None))


def app_for(services: Services, address: str, *tokens: str) -> Flask:
    """Return an application that the carrier calls at an address, with these tokens or the usual one."""
    known = tuple(Secret(token) for token in tokens or (TOKEN,))
    return create_app(replace(services, settings=replace(services.settings, public_url=address, auth_tokens=known)))


def ask(app: Flask, target: str, signature: str, headers: Mapping[str, str] | None = None) -> int:
    """Post the form to a path and query, as a server hands them over, and return the status."""
    path, _, query = target.partition("?")
    builder = EnvironBuilder(path="/", method="POST", data=FORM, headers=Headers({HEADER: signature}))
    environ = builder.get_environ()
    environ |= {"RAW_URI": target, "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query}
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in (headers or {}).items() if value}
    statuses: list[str] = []
    b"".join(app.wsgi_app(environ, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type]  # as servers call it
    return int(statuses[0][:3])


def sign(address: str, token: str = TOKEN) -> str:
    """Return the provider's signature of the form for an address."""
    return str(RequestValidator(token).compute_signature(address, MultiDict(FORM)))


def written(address: str, target: str) -> Iterator[str]:
    """Yield the address of a webhook in every way that ports can be written, and in some that are wrong."""
    parts = urlsplit(address + target)
    host = parts.netloc.removesuffix(f":{parts.port}")
    for scheme, port in product(("https", "http"), ("", ":443", ":80", ":8443", ":8080")):
        yield address.replace(parts.netloc, host + port, 1).replace(f"{parts.scheme}:", f"{scheme}:", 1) + target


def test_published_vector(services: Services) -> None:
    """The example of the provider's documentation passes the whole guard, and no near miss of it does."""
    app = Flask(__name__)
    base = app_for(services, "https://mycompany.com", "12345")
    app.request_class, app.extensions["fanal"] = base.request_class, base.extensions["fanal"]
    app.before_request(signed_by_the_carrier)
    app.add_url_rule("/myapp.php", view_func=lambda: "passed", methods=["POST"])
    form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

    def status(target: str, body: str, given: str) -> int:
        return (
            app.test_client()
            .post(target, data=body, headers={HEADER: given}, content_type="application/x-www-form-urlencoded")
            .status_code
        )

    assert 200 == status("/myapp.php?foo=1&bar=2", form, signature)
    assert 200 == status("/myapp.php?foo=1&bar=2", "&".join(reversed(form.split("&"))), signature)
    assert 403 == status("/myapp.php?bar=2&foo=1", form, signature)
    assert 403 == status("/myapp.php", form, signature)
    assert 403 == status("/myapp.php?foo=1&bar=2", form + "&a=", signature)
    assert 403 == status("/myapp.php?foo=1&bar=2", form.replace("%2B1415", "1415"), signature)
    assert 403 == status("/myapp.php?foo=1&bar=2", form, signature.swapcase())


def test_every_combination_of_proxy_headers(services: Services) -> None:
    """Whatever proxies write, PUBLIC_URL alone decides: its signature passes, that of what they pretend does not."""
    app, ours, pretended = app_for(services, ADDRESSES[0]), sign(ADDRESSES[0] + STATUS), []
    for combination in PROXIES:
        headers = dict(zip(combination[::2], combination[1::2], strict=True))
        pretended = [
            f"{headers['X-Forwarded-Proto'] or 'http'}://{headers['X-Forwarded-Host'] or headers['Host']}{STATUS}",
            f"https://elsewhere.example.org{headers['X-Forwarded-Prefix']}{STATUS}",
        ]

        assert (204, headers) == (ask(app, STATUS, ours, headers), headers)
        assert (403, headers) == (ask(app, STATUS, sign(pretended[1]), headers), headers)
        if pretended[0].replace(":443/", "/") != ADDRESSES[0] + STATUS:
            assert (403, headers) == (ask(app, STATUS, sign(pretended[0]), headers), headers)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_way_to_write_an_address(services: Services, address: str) -> None:
    """With or without a port, below a prefix, with escapes and a query: what the provider accepts is accepted."""
    app, validator, accepted = app_for(services, address), RequestValidator(TOKEN), 0
    for target in TARGETS:
        for signed in written(address, target):
            signature = sign(signed)
            expected = validator.validate(address + target, MultiDict(FORM), signature)
            accepted += expected

            assert (expected, signed) == (ask(app, target, signature) in {200, 204}, signed)

    assert len(TARGETS) <= accepted <= 3 * len(TARGETS)


@pytest.mark.parametrize("target", [*TARGETS, f"{STATUS}?"])
def test_escapes_are_signed_as_they_stand(services: Services, target: str) -> None:
    """A path or query that means the same, written otherwise, has another signature."""
    app = app_for(services, ADDRESSES[0])
    others = {unquote(target), quote(target, safe="/?&=%"), target.lower(), target.upper(), f"{target}&", f"{target}/"}
    others |= {target.replace("%20", "+"), target.replace("~", "%7E"), target.rstrip("?"), f"/{target}"}

    assert ask(app, target, sign(ADDRESSES[0] + target)) in {200, 204}
    for other in others - {target}:
        assert (403, other) == (ask(app, target, sign(ADDRESSES[0] + other)), other)


@pytest.mark.parametrize("address", [each for each in ADDRESSES if each.count("/") > 2])
def test_prefix_is_part_of_the_address(services: Services, address: str) -> None:
    """A proxy takes the prefix away; the carrier has signed it, and not without it, nor twice."""
    app, prefix = app_for(services, address), urlsplit(address).path
    bare = address.removesuffix(prefix)

    assert 204 == ask(app, STATUS, sign(address + STATUS))
    assert 403 == ask(app, STATUS, sign(bare + STATUS))
    assert 403 == ask(app, STATUS, sign(address + prefix + STATUS))


@pytest.mark.parametrize("known", [(TOKEN,), (NEXT_TOKEN, TOKEN), (TOKEN, NEXT_TOKEN), ("a", "b", TOKEN)])
@pytest.mark.parametrize(
    "signer", [TOKEN, NEXT_TOKEN, FOREIGN_TOKEN, "", " ", ",", f"{TOKEN},{NEXT_TOKEN}", TOKEN[:-1]]
)
def test_tokens_while_rotating(services: Services, known: tuple[str, ...], signer: str) -> None:
    """Each of the tokens signs, in whatever order they stand; no other does, nor a piece of one, nor none."""
    app = app_for(services, ADDRESSES[0], *known)

    assert (204 if signer in known else 403) == ask(app, STATUS, sign(ADDRESSES[0] + STATUS, signer))


@pytest.mark.parametrize("setting", [f"{TOKEN},", f",{TOKEN}", f" {TOKEN} , ,", f"{TOKEN},{NEXT_TOKEN}"])
def test_no_empty_token_is_read(setting: str) -> None:
    """A comma too many makes no empty token, with which anybody could sign."""
    tokens = Settings.read_one("TWILIO_AUTH_TOKEN", {"TWILIO_AUTH_TOKEN": setting})

    assert "" not in [str(token).strip() for token in tokens]
    assert TOKEN in [str(token) for token in tokens]
