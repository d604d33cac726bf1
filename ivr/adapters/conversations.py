"""Conversations by text, kept in Redis for half an hour under an identifier that means nothing to anybody else.

The identifier is a keyed hash of the two numbers whose key changes every day, so it cannot be computed without our
secret nor joined from one day to the next; the value is a sealed state, which names no caller, and the carrier's id of
the last text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import redis

from ivr.adapters.connection import connect
from ivr.sealed import Seal, derive
from ivr.state import State, UnreadableStateError

LIFE = dt.timedelta(minutes=30)
PATIENCE = 0.2
"""Seconds that an answer may wait for Redis, twice at most: no webhook is to take longer than half a second."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it stands, and the carrier's id of the text that brought it there."""

    state: State
    message: str


class AwayError(Exception):
    """Redis cannot be asked; the answer has to stand on its own."""


class Conversations:
    """Recalls and keeps the state of conversations by text."""

    def __init__(self, redis_url: str, secrets: Sequence[str], seal: Seal) -> None:
        self._redis = connect(redis_url, PATIENCE)
        self._secrets = tuple(secrets)
        self._seal = seal

    def recall(self, sender: str, receiver: str, now: dt.datetime) -> Kept | None:
        """Return what is kept for these two numbers, None if there is nothing; raises `AwayError`."""
        days = dict.fromkeys(day.astimezone(dt.UTC).date() for day in (now, now - LIFE))
        identifiers = [_identifier(secret, sender, receiver, day) for day in days for secret in self._secrets]
        try:
            values: Sequence[object] = self._redis.mget(identifiers)
        except redis.RedisError:
            raise AwayError from None
        for identifier, value in zip(identifiers, values, strict=True):
            if isinstance(value, bytes):
                return self._opened(value.decode(errors="replace"), identifier, now)
        return None

    def keep(self, sender: str, receiver: str, kept: Kept, now: dt.datetime) -> None:
        """Keep the conversation for half an hour; raises `AwayError`."""
        identifier = _identifier(self._secrets[0], sender, receiver, now.astimezone(dt.UTC).date())
        try:
            self._redis.set(identifier, f"{self._seal.seal(kept.state, identifier, now)} {kept.message}", ex=LIFE)
        except redis.RedisError:
            raise AwayError from None

    def _opened(self, value: str, identifier: str, now: dt.datetime) -> Kept | None:
        token, _, message = value.partition(" ")
        try:
            return Kept(self._seal.open(token, identifier, now), message)
        except UnreadableStateError:
            return None


def _identifier(secret: str, sender: str, receiver: str, day: dt.date) -> str:
    key = derive(secret, f"fanal text conversation {day}".encode())
    return "fanal:text:" + hmac.new(key, f"{sender} {receiver}".encode(), hashlib.sha256).hexdigest()[:32]
