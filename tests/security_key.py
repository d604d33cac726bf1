"""A security key in software, and the browser that asks it: right answers to WebAuthn's questions, and forged ones.

W3C Web Authentication, level 2: sections 5.8.1 (client data), 6.1 (authenticator data), 8.7 (no attestation).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

_PRESENT, _ATTESTED = 0x01, 0x40


class SoftwareKey:
    """One key on one site; `count` is its counter, which a copy would fall behind."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.count = 0
        self._id = secrets.token_bytes(16)
        self._private = ec.generate_private_key(ec.SECP256R1())

    def create(self, question: str) -> str:
        """Return the answer to the question for a new key."""
        asked = json.loads(question)
        numbers = self._private.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self._id)) + self._id + public
        data = self._data(asked["rp"]["id"], _PRESENT | _ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(self._client("webauthn.create", asked), attestationObject=attestation)

    def get(self, question: str) -> str:
        """Return the answer to the question for a key that is known."""
        asked = json.loads(question)
        self.count += 1
        data, client = self._data(asked["rpId"], _PRESENT), self._client("webauthn.get", asked)
        signature = self._private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(client, authenticatorData=data, signature=signature)

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, asked: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, client: bytes, **parts: bytes) -> str:
        response = {name: bytes_to_base64url(value) for name, value in {"clientDataJSON": client, **parts}.items()}
        id_ = bytes_to_base64url(self._id)
        whole = {"id": id_, "rawId": id_, "type": "public-key", "clientExtensionResults": {}, "response": response}
        return json.dumps(whole)
