"""Claims on texts: whoever holds one may send, so that no repetition of anything texts a caller twice.

A claim stands for one call, service and form. Its name is a keyed hash, so that Redis holds no id of a call for longer
than the job that needs it. Whoever has taken one remembers it as long as its job can come again: a Redis that was
restored from an older copy may know the job and not the claim.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from typing import Any

import redis

from ivr.adapters.connection import InsecureError, add_wait, check_wait
from ivr.events import SendText
from ivr.sealed import derive

LIFE = dt.timedelta(hours=6)
"""Longer than a call's state can be replayed (5 hours, `ivr.sealed`) and than the provider keeps a call we purge."""
REMEMBERED = dt.timedelta(minutes=10)
"""So long a process remembers its own; a text lives two minutes, whatever a Redis says that was restored."""
_KEY = "fanal:claim:"
_PURPOSE = b"fanal claim on a text 1"

_TAKE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
if redis.call('EXISTS', unpack(KEYS)) > 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
_RELEASE = """
for i = 1, #KEYS do
  local holder = redis.call('GET', KEYS[i])
  if holder and string.sub(holder, 1, #ARGV[1]) == ARGV[1] then redis.call('DEL', KEYS[i]) end
end
"""


class Claims:
    """Takes and releases claims; the first secret names new ones, older secrets still find old ones."""

    def __init__(self, connection: redis.Redis, keys: Sequence[str]) -> None:
        self._redis = connection
        self._keys = [derive(key, _PURPOSE) for key in keys]
        self._take = connection.register_script(_TAKE)
        self._release = connection.register_script(_RELEASE)
        self._own: dict[str, tuple[str, float]] = {}
        """Names of claims that this process has taken, the oldest first, to the job and the second in which it did."""

    def take(self, errand: SendText, token: str) -> bool:
        """Claim the text for the job with this token; False if it is claimed already. Raises `redis.RedisError`.

        Each taking has a name of its own, so that one whose answer got lost can be sent again. Where a failover could
        lose the claim it is given back, and `InsecureError` raised: nobody may send on the strength of it.
        """
        name, holder = self._names(errand)[0], f"{token} {secrets.token_hex(8)}"
        if name in self._remembered():
            return False
        with self._redis.pipeline(transaction=False) as asked:
            self._take(keys=self._names(errand), args=[holder, int(LIFE.total_seconds())], client=asked)
            add_wait(asked, self._redis)
            answers = asked.execute()
        taken = bool(answers[0])
        try:
            check_wait(answers, self._redis)
        except InsecureError:
            if taken:
                self.release(errand, token)
            raise
        if taken:
            self._own[name] = token, time.monotonic()
        return taken

    def held(self, errand: SendText, token: str) -> bool:
        """Tell whether this job holds the claim: an earlier attempt of it died while it was sending."""
        names = self._names(errand)
        if self._is_own(names[0], token):
            return True
        holders: Any = self._redis.mget(names)
        return any(holder is not None and holder.split()[0] == token.encode() for holder in holders)

    def release(self, errand: SendText, token: str) -> None:
        """Give the claim up, if it is this job's: the provider has said that nothing was sent."""
        names = self._names(errand)
        if self._is_own(names[0], token):
            del self._own[names[0]]
        self._release(keys=names, args=[token])

    def _is_own(self, name: str, token: str) -> bool:
        holder, _ = self._remembered().get(name, (None, 0.0))
        return holder == token

    def _remembered(self) -> dict[str, tuple[str, float]]:
        """Return our own claims by name, and forget those whose jobs cannot come again."""
        oldest = time.monotonic() - REMEMBERED.total_seconds()
        while self._own and next(iter(self._own.values()))[1] <= oldest:
            del self._own[next(iter(self._own))]
        return self._own

    def _names(self, errand: SendText) -> list[str]:
        text = f"{errand.call} {errand.helpline} {errand.form}".encode()
        return [_KEY + hmac.new(key, text, hashlib.sha256).hexdigest() for key in self._keys]
