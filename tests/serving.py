"""A small site under the production server, as a program: `python -m tests.serving PORT FOLDER`.

At `/wait` it waits until a file called `gate` stands in the folder, having made one called `entered`; at `/voice/log`
it writes a line into the log; all else is answered with the id of the process. While a file called `alone` stands there
no process can be made, and while one called `broken` does a new one gets no threads.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ivr import log
from routes import loop
from routes.server import serve

WORKERS = 2


def begin(folder: Path) -> None:
    """Begin a new process, which gets no threads to answer with where that is wanted."""
    if (folder / "broken").exists():
        vars(loop)["Crew"] = refuse


def refuse(*_arguments: object) -> None:
    """Let no thread start, as a system does that has no room for one more."""
    raise RuntimeError("can't start new thread")


def main(port: int, folder: Path) -> None:
    """Serve until told to stop."""

    def app(asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        if asked["PATH_INFO"] == "/wait":
            (folder / "entered").touch()
            while not (folder / "gate").exists():
                time.sleep(0.01)
        if asked["PATH_INFO"] == "/voice/log":
            logging.getLogger("routes").error("told")
        start("200 OK", [])
        return [str(os.getpid()).encode()]

    fork = os.fork

    def fork_unless_alone() -> int:
        if (folder / "alone").exists():
            raise BlockingIOError
        return fork()

    os.fork = fork_unless_alone
    log.configure(waits=False)
    serve(app, "127.0.0.1", port, WORKERS, partial(begin, folder), str(folder))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
