"""Passwords: kept as Argon2id, at least twelve characters, checked against what anybody would try first.

There are no rules about digits or signs, and no expiry (NIST SP 800-63B, 5.1.1.2): length is what helps.
"""

from __future__ import annotations

import os
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION

SHORTEST = 12
LONGEST = 200
_LONGEST_TYPED = 4 * LONGEST
"""Characters that are looked at: putting many into their one form takes seconds, during which calls would wait."""
_AT_ONCE = 2
"""Verifications at the same moment in one process: each takes 64 MiB (RFC 9106, its second choice of parameters)."""
_DIFFERENT = 5
_LEFT_OVER = 8
"""Characters that remain when everything well known is taken out of a password."""
_WELL_KNOWN = (
    "password", "motdepasse", "passwort", "qwertyuiop", "azertyuiop", "qwertzuiop", "asdfghjkl", "qwerty", "azerty",
    "1234567890", "123456789", "12345678", "123456", "1234", "0987654321", "letmein", "welcome", "bienvenue", "admin",
    "administrator", "coordinator", "helpline", "fanal", "secret", "changeme", "iloveyou",
)  # fmt: skip


class Weakness(StrEnum):
    """Why a password is refused; pages have the words."""

    SHORT = "short"
    LONG = "long"
    OBVIOUS = "obvious"


class Passwords:
    """Makes and verifies hashes of passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = BoundedSemaphore(_AT_ONCE)
        self._nobody = _of_nobody(self._hasher)

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._turn:
            return self._hasher.hash(_normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one kept; without one the same work is done, so that nobody is given away."""
        with self._turn:
            try:
                self._hasher.verify(kept or self._nobody, _normal(password)[: 2 * LONGEST])
            except (Argon2Error, InvalidHashError):
                return False
        return kept is not None

    def is_dated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _of_nobody(hasher: PasswordHasher) -> str:
    """Return what looks like a password's hash, of the same parameters and as costly to verify, but is one of none.

    It is drawn, not computed: that took a tenth of a second of every start, on all processors.
    """
    salt, made = (b64encode(os.urandom(length)).rstrip(b"=").decode() for length in (hasher.salt_len, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v={ARGON2_VERSION}${costs}${salt}${made}"


def weakness(password: str, own: Iterable[str]) -> Weakness | None:
    """Say what is wrong with a new password; `own` is what its owner is called (name, address)."""
    text = _normal(password)
    if len(text) < SHORTEST:
        return Weakness.SHORT
    if len(text) > LONGEST:
        return Weakness.LONG
    rest = text.casefold()
    for word in sorted({*_WELL_KNOWN, *_parts(own)}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < _LEFT_OVER or len(set(rest)) < _DIFFERENT or _is_sequence(rest):
        return Weakness.OBVIOUS
    return None


def _parts(own: Iterable[str]) -> set[str]:
    """Return the words of a name or an address that are long enough to be one."""
    words = {text.casefold() for text in own}
    for text in own:
        words |= set("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())
    return {word for word in words if len(word) > 2}


def _is_sequence(text: str) -> bool:
    """Tell whether each character follows the one before it, up or down: abcdefgh, 87654321."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


def _normal(password: str) -> str:
    """Return a password in the one form that every keyboard gives it."""
    return unicodedata.normalize("NFKC", password[:_LONGEST_TYPED])
