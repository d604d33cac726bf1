"""The production web server: gunicorn's master with a worker of our own, the application built once before them.

The master holds the sockets, makes the processes, replaces those that die and ends them in order; what a process does
with a connection is in `routes/loop.py`. What the workers share (directory, catalogues) is read once and stays in
shared memory. Each worker then watches the tables for itself. Connections to Redis are made by each worker when it
first needs one.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker as BaseWorker

from routes.loop import MOST, Loop, Terms
from routes.shares import Shares
from routes.wire import Room

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
THREADS = 8
"""Texts and recordings that one process can have in hand at once, and as many pages beside them."""
AT_ONCE = ("/voice", "/health")
"""Where the paths of calls begin, and of the pages that say how the process is: they need nothing but memory, so they
are answered without a thread."""
BODY = 64 * 1024
"""Bytes of a body that the server takes in; the application limits are not wider."""
PAGES = "/admin"
UPLOAD = 16 * 1024 * 1024
"""Bytes of a body below the pages."""
UPLOADS = 4
"""How many bodies longer than `BODY` one process takes in at a time."""
GRACE = 10
"""Seconds that a process has to end what is under way."""
_FILES = resource.RLIMIT_NOFILE
OTHER_FILES = 256
"""Files that a process may need beside its connections: tables, Redis, the database, recordings."""
TURN = 0.001
"""Seconds after which a thread that computes must let another go on. With the usual five a page that computes made a
step of a call wait 10 ms in the middle and 33 at worst; with one, 1.4 and 6.5."""
LONGEST_PAUSE = 7.0
"""Seconds after which it is tried again at the latest to make a process that could not be made: 1, 3 and 7."""


def most_connections() -> int:
    """Ask the system for as many open files as `MOST` connections need; return how many there may be."""
    wanted = MOST + OTHER_FILES
    limits = resource.getrlimit(_FILES)
    soft, hard = (wanted if each == resource.RLIM_INFINITY else min(each, wanted) for each in limits)
    if soft < hard:
        with contextlib.suppress(OSError, ValueError):  # some systems allow less than they say
            resource.setrlimit(_FILES, (hard, limits[1]))
            soft = hard
    return max(min(MOST, soft - OTHER_FILES), OTHER_FILES // 4)


class Log(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """What the master says goes the way of all lines: in their form, and without waiting for whoever reads them."""

    def setup(self, cfg: Any) -> None:
        """Take the level, and write nothing itself."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Worker(BaseWorker):  # type: ignore[misc]  # gunicorn ships no types
    """One process that serves."""

    def run(self) -> None:
        """Serve until the master says that it is enough, or has gone."""
        sys.setswitchinterval(TURN)
        room = Room(BODY, PAGES, UPLOAD, UPLOADS)
        terms = Terms(self.cfg.threads, AT_ONCE, room, self.age, self.app.shares, most_connections())
        self.booted = False  # a fault in making the threads is one of the start
        loop = Loop(self.wsgi, self.sockets, terms, sys.stderr)
        self.booted = True
        signal.set_wakeup_fd(loop.wakes, warn_on_full_buffer=False)
        try:
            loop.run(self._goes_on, self.cfg.graceful_timeout)
        finally:
            signal.set_wakeup_fd(-1)

    def _goes_on(self) -> bool:
        """Show the master that this process lives, and tell whether it is to go on."""
        self.notify()
        return bool(self.alive and self.ppid == os.getppid())


class Master(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's master, which goes on where the system gives it no other process, or one that cannot begin."""

    _pause = 0.0
    """Seconds between the last two rounds of trying."""
    _next = float("-inf")
    """The second, of the monotonic clock, before which no process is made."""

    def manage_workers(self) -> None:
        """Make and end processes until there are as many as there should be; none while it pauses."""
        if time.monotonic() >= self._next:
            super().manage_workers()

    def spawn_worker(self) -> int | None:
        """Make a process; None where that cannot be done now. Never returns in a new one.

        Raises what gunicorn raises, which ends the server, where it is not to go on.
        """
        try:
            made: int = super().spawn_worker()
        except (OSError, RuntimeError) as fault:
            if os.getpid() != self.pid or not self._goes_on(fault):
                raise
            return None
        return made

    def reap_workers(self) -> None:
        """Take leave of the processes that have ended.

        Raises what gunicorn raises for one that could not begin, which ends the server, where it is not to go on.
        """
        while True:
            try:
                super().reap_workers()
            except HaltServer as fault:
                if not self._goes_on(fault):
                    raise
            else:
                return

    def _goes_on(self, fault: BaseException) -> bool:
        """Tell whether to go on, a process not having been made: say so, and pause, each time for longer.

        Where none is left the server ends: at once at its start, which somebody watches, and otherwise after some
        rounds, so that a supervisor may start it anew and a proxy asks another machine.
        """
        now = time.monotonic()
        if now > self._next + LONGEST_PAUSE:
            self._pause = 0.0
        if not self.WORKERS and (self._pause >= LONGEST_PAUSE or self.worker_age <= self.cfg.workers):
            return False
        if now >= self._next:
            self._pause = min(2 * self._pause + 1, LONGEST_PAUSE)
            self._next = now + self._pause
            log.error("process_not_made", extra={"fault": type(fault).__name__})
        return True


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """One gunicorn server around one application."""

    def __init__(self, app: WSGIApplication, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        self.shares = Shares()
        """What each process holds; whoever makes one leave tells the others so."""
        super().__init__()

    def load_config(self) -> None:
        """Take the options; gunicorn reads no file, environment or argument of its own."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Return the application."""
        return self._app

    def run(self) -> None:
        """Serve until told to stop; ends with the exit status of the process."""
        Master(self).run()


def serve(
    app: WSGIApplication,
    host: str,
    port: int,
    workers: int,
    in_worker: Callable[[], None] = lambda: None,
    folder: str | None = None,
) -> None:
    """Serve until told to stop. `in_worker` runs once in each worker process after it has been made.

    In `folder` each worker has a small file by which it shows that it lives; None for the system's own folder.
    """

    def post_fork(_arbiter: object, _worker: object) -> None:
        in_worker()

    def child_exit(arbiter: Any, worker: Any) -> None:
        arbiter.app.shares.leave(worker.age)

    server = Server(
        app,
        {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": Worker,
            "logger_class": Log,
            "threads": THREADS,
            "preload_app": True,
            "post_fork": post_fork,
            "child_exit": child_exit,
            "accesslog": None,
            "loglevel": "warning",
            "graceful_timeout": GRACE,
            "control_socket_disable": True,
            "worker_tmp_dir": folder,
        },
    )
    gc.collect()
    gc.freeze()  # what is there now stays: nobody looks through it again, and its memory stays shared
    server.run()
