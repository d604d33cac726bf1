"""Limits of attempts: so many in a quarter of an hour for one account, and for one address on the network.

Neither stands in the table: only hashes with a key, for fifteen minutes. An account that does not exist has the same
limit as one that does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping

import sqlalchemy as sa

from directory.desk import Desk
from routes.admin.accounts.tables import attempts

WINDOW = dt.timedelta(minutes=15)
PASSWORDS = 10
"""Wrong passwords for one account."""
CODES = 5
"""Wrong codes or keys for one account, which takes its password already. Three of a million codes fit: who tries all
year finds one in a third of cases, and stands in the log every day."""
ADDRESS = 50
"""Failed attempts from one address: an office shares one."""


class Attempts:
    """Counts attempts that have not succeeded."""

    def __init__(self, desk: Desk, key: str) -> None:
        self._desk = desk
        self._key = key.encode()

    def take(self, limits: Mapping[str, int], now: dt.datetime) -> bool:
        """Count an attempt on each of these; False, and nothing is counted, where one has been tried too often.

        It is counted before its outcome is known: many at the same moment are not more than the limit.
        """
        keys = {self._hash(name): most for name, most in limits.items()}
        with self._desk.turn() as connection:
            connection.execute(attempts.delete().where(attempts.c.at <= now - WINDOW))
            for key, most in keys.items():
                query = sa.select(sa.func.count()).select_from(attempts).where(attempts.c.key == key)
                if connection.scalar(query) >= most:  # type: ignore[operator]  # a count is never null
                    return False
            connection.execute(attempts.insert(), [{"key": key, "at": now} for key in keys])
        return True

    def forgive(self, account: str, network: str) -> None:
        """Forget the attempts on an account that has been entered, and the one attempt of the network's address."""
        with self._desk.turn() as connection:
            connection.execute(attempts.delete().where(attempts.c.key == self._hash(account)))
            newest = sa.select(sa.func.max(attempts.c.id)).where(attempts.c.key == self._hash(network))
            connection.execute(attempts.delete().where(attempts.c.id == connection.scalar(newest)))

    def _hash(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()
