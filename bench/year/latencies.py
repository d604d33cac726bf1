"""Latencies over time: how long each request waited, kept by the second in which it was due."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all are no greater than; 0 where there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = max(-(-len(ordered) * share // 1), 1)  # rounded up
    return float(ordered[int(rank) - 1])


class Latencies:
    """Seconds from when a request was due to be sent to the end of its answer.

    A caller does not wait for the callers before them. So a request counts from when it was due, also while it could
    not be sent because all connections were busy: a server that stands still for a second is seen by everybody who
    would have called in that second.
    """

    def __init__(self) -> None:
        self._seconds: defaultdict[int, array[float]] = defaultdict(lambda: array("d"))
        self.count = 0

    def add(self, due: float, waited: float) -> None:
        """Take one request; `due` is in seconds since the beginning."""
        self._seconds[int(due)].append(waited)
        self.count += 1

    def percentile(self, share: float) -> float:
        """Return a percentile of all, in seconds."""
        return percentile([each for second in list(self._seconds.values()) for each in second], share)

    def latest(self, second: int) -> Sequence[float]:
        """Return the latencies of the last second, this one at most, of which anything has been answered."""
        known = [each for each in list(self._seconds) if each <= second]
        return self._seconds[max(known)] if known else ()

    def over_time(self, share: float) -> tuple[tuple[float, float], ...]:
        """Return for each second that had requests its middle and the percentile."""
        return tuple((second + 0.5, percentile(self._seconds[second], share)) for second in sorted(self._seconds))
