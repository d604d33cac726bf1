"""Attempts to hold others up: forms that take long to read, guesses from a whole network, or at one account."""

from __future__ import annotations

from pathlib import Path

import pytest

from routes.admin.accounts import attempts
from routes.admin.accounts.passwords import Weakness, weakness
from routes.admin.accounts.register import normal
from tests.accounts import Coordinator, House

ANA = "ana@example.org"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation without accounts."""
    return House(tmp_path)


def test_many_addresses_of_one_network(house: House) -> None:
    """Whoever has a network of IPv6 has the attempts of one address; the network beside it has its own."""
    guesser = Coordinator(house)
    token = guesser.token()

    def guess(number: int, peer: str) -> int:
        data = {"csrf_token": token, "password": "a wrong guess", "address": f"{number}@example.org"}
        return guesser.client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": peer}).status_code

    answers = [guess(number, f"2001:db8::{number:x}:1") for number in range(attempts.ADDRESS + 1)]

    assert [403] * attempts.ADDRESS + [429] == answers
    assert 403 == guess(99, "2001:db8:0:1::1")


@pytest.mark.parametrize("form", ["192.0.2.7:{}", "[2001:db8::7]:{}", "[2001:db8::{}]"])
def test_ports_that_a_proxy_tells(house: House, form: str) -> None:
    """A proxy that tells the port beside the address does not give each connection attempts of its own."""
    guesser = Coordinator(house)
    token, answers = guesser.token(), []
    for number in range(1, attempts.ADDRESS + 2):
        data = {"csrf_token": token, "password": "a wrong guess", "address": f"{number}@example.org"}
        headers = {"X-Forwarded-For": form.format(number)}
        answers.append(guesser.client.post("/sign-in", data=data, headers=headers).status_code)

    assert [403] * attempts.ADDRESS + [429] == answers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"address=" + b"a" * (64 * 1024 - 8), 400),
        (b"address=" + b"a" * (64 * 1024 - 7), 303),
        (b"a&" * 1999 + b"a", 400),
        (b"a&" * 2000 + b"a", 413),
    ],
)
def test_long_form_of_a_stranger(house: House, body: bytes, status: int) -> None:
    """What a stranger sends is not read where it is long or has many fields: calls would wait for it meanwhile."""
    answer = Coordinator(house).client.post("/sign-in", data=body, content_type="application/x-www-form-urlencoded")

    assert status == answer.status_code


def test_long_form_of_somebody_signed_in(house: House) -> None:
    """Whoever is signed in may send a file, but no form of many fields, with a token or without."""
    ana = house.somebody(ANA)
    kind = "application/x-www-form-urlencoded"
    long, many = (
        ana.client.post("/account/again", data=data, content_type=kind)
        for data in (b"password=" + b"a" * 100_000, b"a&" * 2000)
    )

    assert (400, 413) == (long.status_code, many.status_code)


def test_strangers_keep_nobody_from_acting(house: House) -> None:
    """A stranger who guesses at somebody's password keeps them neither from their pages nor from proving themselves."""
    ana, stranger = house.somebody(ANA), Coordinator(house, ANA)
    answers = [stranger.give_password("a wrong guess").status_code for _each in range(attempts.PASSWORDS + 1)]

    assert 429 == answers[-1]
    assert ana.is_in()
    assert 303 == ana.prove_again().status_code


def test_address_that_grows() -> None:
    """Of an address or a password that becomes longer when it is put into its one form, only the beginning is read."""
    sign = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"

    assert len(normal(sign * 10_000)) < 20_000
    assert Weakness.LONG == weakness(sign * 10_000, ())
