"""Keys of the coordinators' pages, derived from the secret keys: no token of theirs opens the state of a call."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def cookie_keys(secrets: Iterable[str]) -> list[str]:
    """Return the keys that sign the session cookie, the newest first."""
    return [derived(secret, "admin session cookie") for secret in secrets]


def derived(secret: str, purpose: str) -> str:
    """Return 64 hexadecimal digits made from a secret for one purpose (HKDF, RFC 5869)."""
    return HKDF(SHA256(), length=32, salt=None, info=f"fanal {purpose}".encode()).derive(secret.encode()).hex()
