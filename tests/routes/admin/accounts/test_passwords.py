"""Passwords: what is refused, and how they are kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from routes.admin.accounts.passwords import Passwords, Weakness, weakness
from tests.accounts import CHEAP

OWN = ("Ana Marinescu", "ana.marinescu@helpline.example")


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("short words", Weakness.SHORT),
        ("quiet harbour", None),
        ("x" * 201, Weakness.LONG),
        ("anamarinescu2026", Weakness.OBVIOUS),
        ("Ana.Marinescu@helpline.example", Weakness.OBVIOUS),
        ("ana likes boats and tea", None),
        ("password1234", Weakness.OBVIOUS),
        ("PASSWORDpassword", Weakness.OBVIOUS),
        ("qwertyuiop12345", Weakness.OBVIOUS),
        ("aaaaaaaaaaaaaaaa", Weakness.OBVIOUS),
        ("abcdefghijklmnop", Weakness.OBVIOUS),
        ("abcdefghijklmnoz", None),
        ("fanal-administrator", Weakness.OBVIOUS),
        ("пароль из трёх слов", None),
    ],
)
def test_weakness(password: str, expected: Weakness | None) -> None:
    """A password is refused if it is short, or made of what anybody would try first; not for lack of digits."""
    assert expected == weakness(password, OWN)


def test_verify() -> None:
    """The right password is recognised however the keyboard writes it; another is not, and neither is any of nobody."""
    passwords = Passwords(CHEAP)
    kept = passwords.hash("caf\u00e9 at the harbour")

    assert kept.startswith("$argon2id$")
    assert passwords.verify(kept, "cafe\u0301 at the harbour")
    assert not passwords.verify(kept, "cafe at the harbour")
    assert not passwords.verify(None, "nobody has this password")
    assert not passwords.verify("not a hash", "cafe at the harbour")


def test_dated() -> None:
    """A hash with weaker parameters than those of today is known as such."""
    assert Passwords().is_dated(Passwords(CHEAP).hash("quiet harbour"))
    assert not Passwords(CHEAP).is_dated(Passwords(CHEAP).hash("quiet harbour"))


@pytest.mark.parametrize("hasher", [CHEAP, PasswordHasher()])
def test_nobody_costs_as_much_as_somebody(hasher: PasswordHasher) -> None:
    """Where there is no such person, what is verified has the parameters of a real hash, so that it takes as long."""
    real = hasher.hash("quiet harbour at dawn")
    nobody = Passwords(hasher)._nobody

    assert extract_parameters(real) == extract_parameters(nobody)
    assert len(real) == len(nobody)
    with pytest.raises(VerifyMismatchError):
        hasher.verify(nobody, "quiet harbour at dawn")
