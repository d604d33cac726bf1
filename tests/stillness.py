"""Calls in a process that has just begun, as a program: `python -m tests.stillness FOLDER`.

It reads callers' numbers, a line each, and prints what the steps of their calls asked of the system: files opened,
modules imported, connections made. One call is led through every language.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from ivr.services import Services, read_ahead
from ivr.state import State, Step
from routes import create_app
from routes.guard import HEADER, sign
from tests.application import PUBLIC_URL, some_services, some_settings

_ASKING = ("open", "import", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.listdir", "os.scandir")
_STEPS = (Step.LANGUAGE, Step.NEED, Step.COUNTRY, Step.REFERRAL, Step.NUMBER, Step.CONSENT, Step.EMERGENCY)


class Watch:
    """Notes what is asked of the system, from `begin` on. A hook of this kind lasts as long as the process."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._watches = False
        sys.addaudithook(self._note)

    def begin(self) -> None:
        """Note everything from now on."""
        self._watches = True

    def end(self) -> None:
        """Note no more."""
        self._watches = False

    def _note(self, event: str, given: tuple[object, ...]) -> None:
        if self._watches and event in _ASKING:
            self.asked.append(f"{event} {given[0] if given else ''}")


def post(client: FlaskClient, services: Services, path: str, **form: str) -> None:
    """Post what the carrier would, signed, and see that it is answered with a turn."""
    flat = "".join(name + form[name] for name in sorted(form))
    signature = sign(f"{PUBLIC_URL}{path}{flat}".encode(), services.settings.auth_tokens[0]).decode()
    answer = client.open(EnvironBuilder(path, method="POST", data=form, headers=Headers({HEADER: signature})))
    if b"<Gather" not in answer.data:
        raise AssertionError(f"{answer.status} at a step of a call")


def main(folder: Path, callers: list[str]) -> list[str]:
    """Return what calls asked of the system."""
    settings = some_settings(folder)
    services = some_services(settings)
    read_ahead(settings)
    client = create_app(services).test_client()
    post(client, services, "/voice", CallSid="first", To=settings.numbers[0])  # the framework and the test's own client
    watch = Watch()
    watch.begin()
    for caller in callers:
        post(client, services, "/voice", CallSid=caller[1:], From=caller, To=settings.numbers[0])
    for language in services.shelf.current.spoken_languages:
        for step in _STEPS:
            state = State(step, language=language, need="general", country="FR" if step is not Step.COUNTRY else None)
            token = services.seal.seal(state, "second", services.clock())
            post(client, services, f"/voice/silence/{token}", CallSid="second", To=settings.numbers[0])
    watch.end()
    return watch.asked


if __name__ == "__main__":
    sys.stdout.writelines(f"{each}\n" for each in main(Path(sys.argv[1]), sys.stdin.read().split()))
