"""Codes of authenticator apps."""

from __future__ import annotations

import datetime as dt

import pytest

from routes.admin.accounts import codes

SECRET = b"12345678901234567890"
"""The secret of the examples in RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_examples_of_the_standard(seconds: int, code: str) -> None:
    """The codes are those of RFC 6238, appendix B, with six digits instead of eight."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)

    assert seconds // 30 == codes.step(SECRET, code, moment)
    assert seconds // 30 == codes.step(SECRET, f" {code[:3]} {code[3:]} ", moment)


@pytest.mark.parametrize(("off", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_drift(off: int, fits: bool) -> None:
    """A telephone's clock may be half a minute off, and no more."""
    now = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
    code = codes.code_at(SECRET, int(now.timestamp() + off) // 30)

    assert fits is (codes.step(SECRET, code, now) is not None)


@pytest.mark.parametrize("code", ["", "28708", "2870822", "28708x", "٢٨٧٠٨٢", "²87082", "-87082", "287082\u200b"])
def test_no_code(code: str) -> None:
    """Anything but six digits is no code."""
    assert codes.step(SECRET, code, dt.datetime.fromtimestamp(59, dt.UTC)) is None


def test_secret_as_text() -> None:
    """The letters that are typed give the secret that the picture gives."""
    secret = codes.new_secret()

    assert secret == codes.from_readable(codes.readable(secret))
    assert codes.readable(secret).replace(" ", "") in codes.address(secret, "ana@example.org")


def test_picture() -> None:
    """The picture is a square with a quiet edge, of dark stretches alone."""
    width, path = codes.picture("otpauth://totp/Fanal")

    assert path.startswith("M4 4h7v1h-7z")
    assert width > 8 + 21
