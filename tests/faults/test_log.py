"""Whoever reads the worker's log stands still: texts are sent and events counted all the same."""

from __future__ import annotations

import logging
import os
import signal
import sys

import worker
from tests.installation import wait_until


def test_worker_whose_log_nobody_reads() -> None:
    """A worker that has said more than a pipe holds goes on."""
    ends = os.pipe()
    process = os.fork()
    if not process:
        _say_much(ends[1])
    ended = wait_until(lambda: os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
    os.kill(process, signal.SIGKILL)
    for end in ends:
        os.close(end)

    assert (True, 0) == (ended, os.waitpid(process, 0)[1])


def _say_much(descriptor: int) -> None:
    """Begin a worker, which sets up its log and ends for want of settings, and go on to log; never returns."""
    try:
        sys.stderr = open(descriptor, "w")  # noqa: SIM115 - it is open as long as this process lives
        os.environ.clear()
        worker.main([])
        for _ in range(2000):
            logging.getLogger("worker").warning("a line of the log")
        os._exit(0)
    finally:
        os._exit(1)
