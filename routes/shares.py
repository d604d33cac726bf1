"""How many connections each process of the web server holds, in memory that they share.

Every process hears of a new connection, and the one that wakes first takes it: of those that come slowly that may be
the same one again and again. So one that holds more than another leaves it a moment to come first.
"""

from __future__ import annotations

import mmap

PLACES = 256
"""More processes than there are at a time, so that none takes the place of another that lives."""
_SIZE = 4
"""Bytes of a count."""
MARGIN = 2
"""Connections more than another that a process may hold and still take the next one at once."""


class Shares:
    """The counts. Made before the processes; each writes its own alone, and nobody waits for anybody."""

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, PLACES * _SIZE)).cast("I")

    def tell(self, number: int, connections: int) -> None:
        """Note how many connections a process holds."""
        self._counts[number % PLACES] = connections + 1

    def leave(self, number: int) -> None:
        """Forget a process that takes up no more."""
        self._counts[number % PLACES] = 0

    def is_full(self, number: int) -> bool:
        """Tell whether a process holds clearly more than another."""
        counts = [count for count in self._counts.tolist() if count]
        return bool(counts) and self._counts[number % PLACES] >= min(counts) + MARGIN
