"""Codes of an authenticator app: six digits that change every thirty seconds (TOTP, RFC 6238)."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import secrets
from collections.abc import Iterator
from itertools import groupby

import qrcode
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP = 30
"""Seconds that one code lasts."""
_DRIFT = (0, -1, 1)
"""Steps that a telephone's clock may be off."""
_ISSUER = "Fanal"


def new_secret() -> bytes:
    """Return 160 random bits, the length of the hash (RFC 4226, 4, R6)."""
    return secrets.token_bytes(20)


def step(secret: bytes, code: str, now: dt.datetime) -> int | None:
    """Return the step of time that a code belongs to, None if it is no code of now."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    present = int(now.timestamp()) // STEP
    fits = [present + off for off in _DRIFT if hmac.compare_digest(code_at(secret, present + off), typed)]
    return fits[0] if fits else None


def code_at(secret: bytes, at: int) -> str:
    """Return the code of a step of time."""
    return _totp(secret).generate(at * STEP).decode()


def readable(secret: bytes) -> str:
    """Return a secret as it is typed into an app, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def from_readable(text: str) -> bytes:
    """Return the secret that was typed. Raises ValueError."""
    return base64.b32decode("".join(text.split()))


def address(secret: bytes, account: str) -> str:
    """Return what an app reads from the picture (`otpauth://…`)."""
    return _totp(secret).get_provisioning_uri(account, _ISSUER)


def picture(text: str) -> tuple[int, str]:
    """Return a QR code as the width of a square and the path of its dark cells, for an SVG of our own."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make()
    cells = code.get_matrix()
    return len(cells), "".join(run for y, row in enumerate(cells) for run in _runs(y, row))


def _runs(y: int, row: list[bool]) -> Iterator[str]:
    """Yield the dark stretches of one row."""
    x = 0
    for is_dark, cells in groupby(row):
        width = len(list(cells))
        if is_dark:
            yield f"M{x} {y}h{width}v1h-{width}z"
        x += width


def _totp(secret: bytes) -> TOTP:
    algorithm = SHA1()  # noqa: S303 - the one that every app knows; as an HMAC it is not broken (RFC 6238, 1.2)
    return TOTP(secret, DIGITS, algorithm, STEP, enforce_key_length=False)
