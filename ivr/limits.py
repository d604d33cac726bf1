"""How often one telephone may cause a text in a day, known to one process only and for that day only.

Against a machine that answers our answers for ever, and a telephone that lets us pay for texts all night. A number is
kept nowhere: what is counted stands under a keyed hash (HMAC-SHA256, RFC 2104) whose random key never leaves the
process's memory and is forgotten with the counts, after a day, so that yesterday's cannot be compared with today's. A
process that starts again has forgotten them too: whoever needs us is rather texted once too often than not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from threading import Lock

DAY = dt.timedelta(days=1)
"""How long a key and its counts live."""
KEPT = 50_000
"""Telephones counted at once in one process (some 10 MB); at one more all are forgotten and counted anew."""
_DIGEST = 16
"""Bytes of a hash that are kept: enough that no two telephones of a day share a count by chance."""


class DailyLimit:
    """Allows each telephone `most` times a day, each process for itself. `clock` gives aware datetimes.

    A day begins with the first question after the last one has ended; a clock that was set back begins one at once.
    """

    def __init__(self, most: int, clock: Callable[[], dt.datetime], kept: int = KEPT) -> None:
        self._most = most
        self._clock = clock
        self._kept = kept
        self._lock = Lock()
        self._counts: dict[bytes, int] = {}
        self._key = b""
        self._began: dt.datetime | None = None

    def allows(self, who: str) -> bool:
        """Tell whether it may be done once more for this telephone today, and count it if so.

        What has no name (an empty `who`) is always allowed: many different telephones may stand behind it.
        """
        return self.take(who) is not None

    def take(self, who: str) -> int | None:
        """As `allows`, but return how often it may still be done after this time; None if not even this once."""
        if not who:
            return self._most
        with self._lock:
            self._renew()
            mark = hmac.digest(self._key, who.encode("utf-8", "surrogatepass"), hashlib.sha256)[:_DIGEST]
            used = self._counts.get(mark, 0)
            if used >= self._most:
                return None
            if used == 0 and len(self._counts) >= self._kept:
                self._counts.clear()
            self._counts[mark] = used + 1
            return self._most - used - 1

    def _renew(self) -> None:
        now = self._clock()
        if self._began is None or not dt.timedelta(0) <= now - self._began < DAY:
            self._began, self._key, self._counts = now, secrets.token_bytes(32), {}
