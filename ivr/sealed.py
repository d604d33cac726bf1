"""The sealed token in which a call's state travels through webhook addresses.

It is encrypted (no access log shows what a caller needs), authenticated, bound to one call, padded (its
length tells nothing) and expires. AES-256-GCM with a 96-bit nonce of its own, the keys derived by HKDF-SHA256
(NIST SP 800-38D, RFC 5869). Any web process that holds the keys can take any step of any call.

The nonce is a keyed hash (BLAKE2b, RFC 7693) of what is sealed, of the call, and of a number that counts up: never one
for two different messages, whatever is forked or restored from a snapshot. It asks the system for nothing: to ask for
random bytes gives the other threads of the process their turn in the middle of a step.
"""

from __future__ import annotations

import binascii
import datetime as dt
import os
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.state import State, UnreadableStateError, pack, unpack

LIFE = dt.timedelta(hours=5)
"""Longer than the longest forwarded call that the provider allows (4 hours, its Dial page)."""
BLOCK = 256
"""States are padded to a multiple of this many bytes; all that the shipped directory gives rise to fit into one."""
LONGEST = 2048
"""A token longer than this was not made by us."""
_TO_ADDRESS, _TO_PLAIN = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
"""Base64 as it stands in addresses (RFC 4648 5), and as the library reads it."""
_NONCE = 12
_TIME = 4


class Seal:
    """Seals states with the first key and opens them with any; so keys rotate without dropping calls."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a seal needs at least one secret")
        self._ciphers = [AESGCM(derive(secret, b"fanal call state 1")) for secret in secrets]
        self._nonces = blake2b(key=derive(secrets[0], b"fanal nonce 1"), salt=os.urandom(16), digest_size=_NONCE)
        self._number = count()

    def seal(self, state: State, call: str, now: dt.datetime, told: str = "") -> str:
        """Return the token of `state` for the call with this id, in characters that need no escaping.

        `told` takes the place of what the state itself has to remember of what was counted.
        """
        body = pack(state, told).encode()
        padded = body + b"\0" * (-(len(body) + _TIME) % BLOCK)
        stamped = int(now.timestamp()).to_bytes(_TIME) + padded
        bound = call.encode()
        nonce = self._nonce(stamped, bound)
        return _encode(nonce + self._ciphers[0].encrypt(nonce, stamped, bound))

    def open(self, token: str, call: str, now: dt.datetime) -> State:
        """Return the state in the token; raises `UnreadableStateError` unless it is a fresh one of this call."""
        stamped = self._decrypt(_decode(token), call)
        age = now.timestamp() - int.from_bytes(stamped[:_TIME])
        if age > LIFE.total_seconds():
            raise UnreadableStateError("the token has expired")
        return unpack(stamped[_TIME:].rstrip(b"\0").decode())

    def _nonce(self, stamped: bytes, bound: bytes) -> bytes:
        """Return the nonce of a message; its parts have lengths that cannot be mistaken for each other's."""
        hashed = self._nonces.copy()
        hashed.update(next(self._number).to_bytes(8) + len(bound).to_bytes(4) + bound + stamped)
        return hashed.digest()

    def _decrypt(self, sealed: bytes, call: str) -> bytes:
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], call.encode())
            except InvalidTag:
                continue
        raise UnreadableStateError("the token is not ours, or of another call")


def derive(secret: str, purpose: bytes) -> bytes:
    """Return the 256-bit key that a secret gives for one purpose (RFC 5869)."""
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _decode(token: str) -> bytes:
    if not _NONCE < len(token) <= LONGEST:
        raise UnreadableStateError("the token has a length that we do not make")
    try:
        plain = token.encode().translate(_TO_PLAIN) + b"=" * (-len(token) % 4)
        sealed = binascii.a2b_base64(plain, strict_mode=True)
    except ValueError as fault:
        raise UnreadableStateError("the token is no base64") from fault
    if _encode(sealed) != token:  # the last character has bits to spare, and + and / are other ways to write - and _
        raise UnreadableStateError("the token is not written as we write it")
    return sealed


def _encode(sealed: bytes) -> str:
    return binascii.b2a_base64(sealed, newline=False).rstrip(b"=").translate(_TO_ADDRESS).decode()
