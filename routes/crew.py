"""Some threads for what may wait: pages, texts, recordings. They end with their process, whatever they wait for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

log = logging.getLogger(__name__)
Job = Callable[[], None]


class Crew:
    """Does jobs one after another in each of its threads, in the order in which they come."""

    def __init__(self, size: int) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads = [Thread(target=self._work, name=f"crew-{number}", daemon=True) for number in range(size)]
        for thread in self._threads:
            thread.start()

    def do(self, job: Job) -> None:
        """Have a job done soon; what it raises is logged by its kind alone."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Let each thread end after its job."""
        for _ in self._threads:
            self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            try:
                job()
            except BaseException as fault:  # noqa: BLE001 - no job may cost the others a thread, not even one that would exit
                log.error("server_fault", extra={"fault": type(fault).__name__})  # noqa: TRY400 - a traceback may hold a number
