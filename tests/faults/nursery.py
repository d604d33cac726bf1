"""Processes of the queue of counts that begin at once: `python -m tests.faults.nursery`, until its input ends.

A process of the worker takes a second to import what it needs, most of which would be spent on being killed. Here it
is imported once; each child is what `python -m worker counts` is, and when it dies the next one begins. Their ids are
printed, a line each.
"""

from __future__ import annotations

import os
import select
import sys

import worker


def main() -> None:
    """Keep one child at work."""
    ours, theirs = os.pipe()  # a child ends when nobody holds the other end of its input
    while True:
        child = os.fork()
        if child == 0:
            os.dup2(ours, 0)
            os.close(theirs)
            os._exit(worker.main(["counts"]))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if select.select([0], [], [], 0.01)[0]:
                return


if __name__ == "__main__":
    main()
