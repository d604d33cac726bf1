"""Callers, several at once: through the menu, to a helpline with every outcome, to a text, and to the read-out."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import phonenumbers

from ivr.simulator.faults import OutOfTurnError
from tests.callers import Caller
from tests.faults.exchange import NotedExchange

TUESDAY_MORNING = "2026-11-24T10:00+02:00"
LINE = "+40800800678"
NEXT_LINE = "+40800500333"
READ_OUT = "Numărul este"
_READ = re.compile(r"0[ ,]+8[ ,]+0[ ,]+0")
"""The beginning of a helpline's number, as it is read out."""
AT_ONCE = 4
Script = Callable[[Caller], bool]
"""A call up to its end, and whether it came to what it was made for."""


def _talked(caller: Caller) -> bool:
    caller.press("1").press("3").press("1").leg("completed")
    goes_on = {"1", "4"} <= caller.offered
    caller.press("4")
    return goes_on and caller.ended and caller.forwarded_to == LINE


def _back_after_talking(caller: Caller) -> bool:
    caller.press("1").press("3").press("1").leg("answered")
    return caller.forwarded_to == LINE and {"1", "4"} <= caller.offered


def _not_reached(first: str, second: str) -> Script:
    def call(caller: Caller) -> bool:
        caller.press("1").press("3").press("1").leg(first).stay_silent()
        forwarded = caller.forwarded_to == NEXT_LINE and caller.ringing
        caller.leg(second)
        return forwarded and READ_OUT in caller.heard

    return call


def _text(form: str) -> Script:
    def call(caller: Caller) -> bool:
        caller.press("1").press("3").press("2").press(form)
        offered = "2 minute" in caller.heard and "3" in caller.offered
        caller.press("3")
        return offered and READ_OUT in caller.heard

    return call


def _read_out(caller: Caller) -> bool:
    caller.press("1").press("3").press("3")
    return READ_OUT in caller.heard


def _silent(caller: Caller) -> bool:
    return caller.stay_silent(3).ringing


SCRIPTS: dict[str, Script] = {
    "text by name": _text("2"),
    "silent": _silent,
    "talked": _talked,
    "busy, then no answer": _not_reached("busy", "no-answer"),
    "answered": _back_after_talking,
    "failed, then canceled": _not_reached("failed", "canceled"),
    "text by number": _text("1"),
    "read out": _read_out,
}


class Crowd:
    """Everybody who calls during the suite, each from a number of their own that is kept for fiction."""

    def __init__(self, exchange: NotedExchange, line: str) -> None:
        self._exchange, self._line = exchange, line
        self._numbers = _fictitious()
        self._lock = threading.Lock()
        self.calls = 0
        self.lost = 0
        self.consents = 0
        """Texts that were promised."""
        self.doubtful = 0
        """Calls that may have been promised a text: a process died with their request in hand."""

    def call(self, during: Callable[[], None], cut: bool) -> list[str]:
        """Make every kind of call at once, `during` them something happens; return what went wrong, a line each.

        With `cut`, a process is killed, and a request that it had in hand is answered by nobody: such a call may go
        another way, as long as it goes on to a helpline.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            jobs = [pool.submit(self._one, name, script, cut) for name, script in SCRIPTS.items()]
            jobs.append(pool.submit(self._written, cut))
            during()
            return [wrong for job in jobs if (wrong := job.result())]

    def _one(self, name: str, script: Script, cut: bool) -> str:
        caller = Caller(self._exchange, self._number(), to=self._line, at=TUESDAY_MORNING)
        try:
            arrived = script(caller.dial())
        except OutOfTurnError:
            arrived = False
        rescued = bool(caller.failures) and cut and (arrived or self._goes_on(caller))
        wrong = "" if rescued else self._complaint(name, caller, arrived)
        if not caller.ended:
            caller.hang_up()
        with self._lock:
            self.calls += 1
            self.lost += bool(wrong)
            if "text" in name:
                self.doubtful += bool(caller.failures)
                self.consents += not caller.failures
        return wrong

    def _goes_on(self, caller: Caller) -> bool:
        """Tell whether a call whose request was cut off leads to a helpline all the same, without a key."""
        for _ in range(4):
            if caller.ended or caller.ringing or _READ.search(caller.heard):
                break
            caller.stay_silent()
        return not caller.ended and (caller.ringing or bool(_READ.search(caller.heard)))

    def _complaint(self, name: str, caller: Caller, arrived: bool) -> str:
        failures = [f"{each.code} {each.path[:20]}: {each.sentence}" for each in caller.failures]
        if arrived and not failures:
            return ""
        return f"{name}: {'; '.join(failures) or 'it did not come to what it was made for'}: {caller.heard[:300]}"

    def _written(self, cut: bool) -> str:
        """Somebody writes twice, and is answered twice."""
        sender = self._number()
        answers = [self._exchange.send_text(sender, self._line, words) for words in ("Bună", "1")]
        with self._lock:
            self.calls += 1
        wrong = [str(each.failures) for each in answers if (each.failures and not cut) or not each.replies]
        return f"written: {wrong}" if wrong else ""

    def _number(self) -> str:
        with self._lock:
            return next(self._numbers)


def _fictitious() -> Iterator[str]:
    """Yield numbers 555-0100 to 555-0199 of one area after another: they are nobody's."""
    for area in range(201, 990):
        first = phonenumbers.parse(f"+1{area}5550100")
        if phonenumbers.is_valid_number(first):
            yield from (f"+1{area}55501{last:02d}" for last in range(100))
