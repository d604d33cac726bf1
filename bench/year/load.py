"""The load: calls arrive at their time, whatever the server does; each request is counted from when it was due."""

from __future__ import annotations

import gc
import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bench.year.answers import UnexpectedError, read
from bench.year.calls import LONGEST, SEED, SHORTEST, Route, Step, Walk
from bench.year.connections import MOST, Connection, Connections, seconds_now
from bench.year.latencies import Latencies
from bench.year.people import Telephone
from bench.year.signing import Signer
from bench.year.tally import Tally

PATIENCE = 15.0
"""Seconds without any answer after which the run is given up: the provider waits no longer for one."""
LONGEST_RUN = 300.0
"""Seconds after which a run is given up, however many calls are left: a surge takes most of them."""
_PAUSES = 10_007
"""How many pauses are drawn before the run; every call begins somewhere else in the list."""
_STATUS = b"/voice/status"


class StandstillError(Exception):
    """The server answers nothing any more, or too slowly for the run to end."""


@dataclass(slots=True)
class Call:
    """One call: its walk, and the step of it that is due, or under way."""

    sid: bytes
    telephone: Telephone
    walk: Walk
    pause: int
    due: float = 0.0
    step: Step = field(default_factory=lambda: Step(b"/voice", status=b"ringing"))
    is_over: bool = False
    """Only its status callback is left."""


class Load:
    """Makes the calls over one server's connections, in one thread."""

    def __init__(self, port: int, public_url: str, token: str, most: int = MOST) -> None:
        self.tally, self.latencies = Tally(), Latencies()
        self.learnt: list[Route] = []
        """Routes whose rehearsal has led to a helpline."""
        self.arrived = 0.0
        """Seconds until the last call had been begun."""
        self._signer, self._url = Signer(public_url, token), public_url.encode()
        self._connections: Connections[Call] = Connections(port, most)
        self._later: list[tuple[float, int, Call]] = []
        self._waiting: deque[Call] = deque()
        dice = random.Random(SEED)  # noqa: S311 - no secret
        self._pauses = [dice.uniform(SHORTEST, LONGEST) for _ in range(_PAUSES)]
        self._number = 0
        self._began = self._heard = 0.0

    def run(self, calls: Iterable[Call], thinking: float = 1.0) -> None:
        """Make the calls, which come in the order of their `due`; thinking is lengthened by the factor.

        Raises `StandstillError`.
        """
        self.latencies, self._thinking = Latencies(), thinking
        gc.collect()
        gc.freeze()
        gc.disable()  # nothing here makes cycles, and a pause of ours would look like one of the server's
        try:
            self._run(iter(calls))
        finally:
            gc.enable()

    def end(self) -> None:
        """Close the connections."""
        self._connections.end()

    def _run(self, calls: Iterator[Call]) -> None:
        upcoming = next(calls, None)  # before the clock runs: whoever makes the calls may have much to prepare
        self._began = self._heard = seconds_now()
        while upcoming or self._later or self._waiting or self._connections.under_way:
            now = seconds_now() - self._began
            while upcoming and upcoming.due <= now:
                upcoming.step = next(upcoming.walk)
                self._waiting.append(upcoming)
                self.arrived = now
                upcoming = next(calls, None)
            while self._later and self._later[0][0] <= now:
                self._waiting.append(heapq.heappop(self._later)[2])
            self._send(now)
            self._receive(self._rest(upcoming, now))
            if self._connections.under_way and seconds_now() - self._heard > PATIENCE:
                raise StandstillError(f"The server gave no answer for {PATIENCE:.0f} seconds.")
            if now > LONGEST_RUN:
                raise StandstillError(f"The calls were not over after {LONGEST_RUN:.0f} seconds.")

    def _rest(self, upcoming: Call | None, now: float) -> float:
        """Return how long there is nothing to do but to wait for answers."""
        dues = [call.due for call in (upcoming, self._later[0][2] if self._later else None) if call]
        return max(min([0.5, *(due - now for due in dues)]), 0.0)

    def _send(self, now: float) -> None:
        while self._waiting:
            connection = self._connections.free(now)
            if connection is None:
                return
            call = self._waiting.popleft()
            if not self._connections.under_way - 1:
                self._heard = seconds_now()
            step = call.step
            request = self._signer.request(step.path, call.telephone, call.sid, step.status, step.act)
            try:
                self._connections.send(connection, request, call, now)
            except OSError:
                self._fault(connection, call, "closed")

    def _receive(self, seconds: float) -> None:
        for connection in self._connections.ready(seconds):
            call = connection.task
            try:
                if not connection.take():
                    continue
            except OSError:
                if call is None:
                    self._connections.drop(connection)
                else:
                    self._fault(connection, call, "closed")
                continue
            now = seconds_now()
            self._heard = now
            status, document = connection.answer
            self._connections.release(connection, now - self._began)
            if call is not None:
                self.latencies.add(call.due, now - self._began - call.due)
                self._answered(call, status, document, now - self._began)

    def _answered(self, call: Call, status: int, document: bytes, now: float) -> None:
        if status != (204 if call.is_over else 200):
            self.tally.faults[f"status {status}"] += 1
            self._hang_up(call, now)
        elif call.is_over:
            self.tally.requests += 1
            self.tally.ended += 1
        else:
            self._go_on(call, document, now)

    def _go_on(self, call: Call, document: bytes, now: float) -> None:
        """Give a call its document, and note when its next step is due."""
        try:
            call.step = call.walk.send(read(document, self._url))
        except StopIteration as end:
            self.tally.requests += 1
            if end.value is not None:
                self.learnt.append(end.value)
            self._hang_up(call, now)
            return
        except UnexpectedError as fault:
            self.tally.faults[str(fault)] += 1
            self._hang_up(call, now)
            return
        self.tally.requests += 1
        call.pause = (call.pause + 1) % _PAUSES
        self._put(call, now + self._thinking * self._pauses[call.pause])

    def _hang_up(self, call: Call, now: float) -> None:
        """Let the carrier say that a call is over; once."""
        if call.is_over:
            return
        call.is_over, call.step = True, Step(_STATUS, status=b"completed")
        self._put(call, now)

    def _put(self, call: Call, due: float) -> None:
        call.due = due
        self._number += 1
        heapq.heappush(self._later, (due, self._number, call))

    def _fault(self, connection: Connection[Call], call: Call, what: str) -> None:
        self._connections.close(connection)
        self.tally.faults[what] += 1
        self._hang_up(call, seconds_now() - self._began)


def made(walk: Callable[[], Walk], telephone: Telephone, number: int, due: float, thinks: float) -> Call:
    """Return a call that begins at `due`."""
    return Call(sid_of(telephone, number), telephone, walk(), int(thinks * _PAUSES), due)


def sid_of(telephone: Telephone, number: int) -> bytes:
    """Return an id of the provider's form in which its stand-in finds who calls whom, without asking anybody."""
    return f"CA{number:024d}{telephone.index:08d}".encode()
