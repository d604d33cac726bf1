"""Calls in a process that has just begun, as a program: `python -m tests.stillness FOLDER`.

It reads callers' numbers, a line each, and prints what the steps of their calls asked of the system: files, modules,
connections, processes, databases, sleep. One call is led through every language, and one through every step. Meanwhile
all other threads of the process stand still in whatever they ask of the system, with all locks that they hold.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask.testing import FlaskClient
from sqlalchemy import event as database
from sqlalchemy.engine import Engine
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from ivr.adapters.outbox import Outbox
from ivr.adapters.watched import WatchedOutbox
from ivr.services import Services, read_ahead
from ivr.state import State, Step
from ivr.turn import Turn
from routes import create_app
from routes.guard import HEADER, sign
from tests.application import PUBLIC_URL, some_services, some_settings
from tests.installation import wait_until
from tests.ivr.flow.walk import a_world, walk

_SLEEP = "sleep"
_ASKING = ("open", "import")
_KINDS = ("socket.", "subprocess.", "os.", "sqlite3.", "fcntl.", "shutil.", "tempfile.", "glob.", "mmap.")
"""Beginnings of the audit events of Python's own library; what raises none is in `_UNHEARD`."""
_UNHEARD = (
    (socket.socket, ("send", "sendall", "recv", "recv_into", "recvfrom")),
    (os, ("fsync", "fdatasync", "write", "read")),
    (time, (_SLEEP,)),
)
_STEPS = (Step.LANGUAGE, Step.NEED, Step.COUNTRY, Step.REFERRAL, Step.NUMBER, Step.CONSENT, Step.EMERGENCY)
_OTHERS = {"outbox", "shelf"}
"""Threads of a web process that ask something of the system; that which writes figures needs memory alone."""
_KEYS = ("0", "*", "#", "7", "12")
_MOBILE, _HOME, _LANGUAGE = "+447700900123", "GB", "en"
"""A number reserved for fiction, and where and in what language its call is led through every step."""


class Noted:
    """A lock that knows which thread holds it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.holder: int | None = None

    def __enter__(self) -> Self:
        self._lock.acquire()
        self.holder = threading.get_ident()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _: TracebackType | None
    ) -> None:
        self.holder = None
        self._lock.release()


class Watch:
    """Notes what the main thread, and whoever holds one of `locks`, asks of the system. It cannot be undone."""

    def __init__(self, locks: list[Noted]) -> None:
        self.asked: list[str] = []
        self.standing: set[str] = set()
        """Names of the threads that stand still."""
        self._locks = locks
        self._calls, self._stop = threading.get_ident(), False
        self._never = threading.Event()
        self._watches = False
        sys.addaudithook(self._hear)
        for owner, names in _UNHEARD:
            for name in names:
                setattr(owner, name, self._heard(name, getattr(owner, name)))
        database.listen(Engine, "before_cursor_execute", lambda *_: self._note("database", ()))

    def stop_others(self) -> None:
        """Let each other thread stand still in the next thing that it asks of the system, and wait until they do."""
        self._stop = True
        assert wait_until(lambda: self.standing >= _OTHERS), self.standing

    def begin(self) -> None:
        """Note everything from now on."""
        self._watches = True

    def end(self) -> None:
        """Note no more."""
        self._watches = False

    def _heard(self, name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*given: Any, **named: Any) -> Any:
            self._note(name, ())
            return does(*given, **named)

        return noting

    def _hear(self, event: str, given: tuple[object, ...]) -> None:
        if event in _ASKING or event.startswith(_KINDS):
            self._note(event, given)

    def _note(self, event: str, given: tuple[object, ...]) -> None:
        thread = threading.get_ident()
        if any(lock.holder == thread for lock in self._locks):
            self.asked.append(f"{event} under a lock that calls need")
        if thread == self._calls:
            if self._watches:
                self.asked.append(f"{event} {given[0] if given else ''}")
        elif self._stop and event != _SLEEP:
            self.standing.add(threading.current_thread().name)
            self._never.wait()


class Carrier:
    """Posts what the carrier would, signed."""

    def __init__(self, client: FlaskClient, services: Services) -> None:
        self._client, self._services = client, services

    def post(self, path: str, **form: str) -> bytes:
        """Return the answer, having seen that it is one."""
        form.setdefault("To", self._services.settings.numbers[0])
        flat = "".join(name + form[name] for name in sorted(form))
        signature = sign(f"{PUBLIC_URL}{path}{flat}".encode(), self._services.settings.auth_tokens[0]).decode()
        answer = self._client.open(EnvironBuilder(path, method="POST", data=form, headers=Headers({HEADER: signature})))
        if answer.status_code not in {200, 204}:
            raise AssertionError(f"{answer.status} at {path[:15]}")
        return bytes(answer.data)

    def menu(self, path: str, **form: str) -> None:
        """Post, and see that it is answered with a turn."""
        if b"<Gather" not in self.post(path, **form):
            raise AssertionError(f"no turn at {path[:15]}")

    def step(self, act: str, state: State, **form: str) -> None:
        """Post one act in a state."""
        token = self._services.seal.seal(state, "second", self._services.clock())
        self.post(f"/voice/{act}/{token}", CallSid="second", From=_MOBILE, **form)


def every_language(services: Services) -> Iterator[State]:
    """Yield steps of a call in every language."""
    for language in services.shelf.current.spoken_languages:
        for step in _STEPS:
            yield State(step, language=language, need="general", country="FR" if step is not Step.COUNTRY else None)


def every_step(services: Services) -> Iterator[Turn]:
    """Yield a turn of each sort that one caller can come to: of each step, with each set of keys."""
    edition, seen = services.shelf.current, set()
    world = a_world(edition.directory, (_LANGUAGE,), _HOME, None, services.clock())
    for state, turn in walk(replace(world, listens=edition.listening_languages)).turns.items():
        sort = (state.step, tuple(option.key for option in turn.options), bool(turn.forward), turn.ends)
        if sort not in seen:
            seen.add(sort)
            yield turn
    assert {sort[0] for sort in seen} == set(Step)


def acts(turn: Turn) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield all that the carrier can say of a turn."""
    if turn.forward:
        for outcome in ("completed", "busy", "no-answer", "failed", "canceled", "?"):
            yield "outcome", {"DialCallStatus": outcome}
        yield "outcome", {"DialCallStatus": "completed", "CallStatus": "completed"}
    yield "silence", {}
    yield "key", {"SpeechResult": "help", "Confidence": "0.9"}
    for key in dict.fromkeys((*(option.key for option in turn.options), *_KEYS)):
        yield "key", {"Digits": key}


def some_calls(carrier: Carrier, services: Services, callers: list[str]) -> None:
    """Make calls from everywhere, in every language and through every step."""
    for caller in callers:
        carrier.menu("/voice", CallSid=caller[1:], From=caller)
    for state in every_language(services):
        carrier.step("silence", state)
    for turn in every_step(services):
        for act, form in acts(turn):
            carrier.step(act, turn.state, **form)
    for path in ("/voice/fallback", "/voice/voiced", "/voice/gone", "/voice/key/x"):
        carrier.post(path, CallSid="third")
    carrier.post("/voice/status", CallSid="third", CallStatus="completed")


def main(folder: Path, callers: list[str]) -> list[str]:
    """Return what calls asked of the system."""
    logging.getLogger().addHandler(logging.NullHandler())  # the log says that there is no Redis
    settings = some_settings(folder)
    services = some_services(settings)
    outbox = Outbox.connect(settings)
    locks = outbox._lock, services.metrics._lock = Noted(), Noted()  # type: ignore[assignment]  # it does as much
    services = replace(services, outbox=WatchedOutbox(outbox, services.metrics.happened))
    read_ahead(settings)
    watch, client = Watch(list(locks)), create_app(services).test_client()
    services.begin()
    carrier = Carrier(client, services)
    carrier.menu("/voice", CallSid="first")  # the framework and the test's own client
    watch.stop_others()
    watch.begin()
    some_calls(carrier, services, callers)
    for path in ("/health/live", "/health/ready"):
        assert client.get(path).status_code == 200
    watch.end()
    return watch.asked


if __name__ == "__main__":
    sys.stdout.writelines(f"{each}\n" for each in main(Path(sys.argv[1]), sys.stdin.read().split()))
    sys.stdout.flush()
    os._exit(0)  # nobody waits for the threads that stand still
