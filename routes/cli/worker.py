"""`fanal worker`: the worker of the queue, with its schedule."""

from __future__ import annotations

import os
import sys

import click


@click.command(epilog="It needs the same settings as `fanal serve`, and tables: run `fanal db upgrade` once before.")
def command() -> None:
    """Do what waits in the queue: send texts, add up events, delete the provider's records.

    One process for each queue, and a schedule; the processes of a worker that ends, for whatever reason, end with it.
    Several workers, also on several machines, share the work.
    """
    # The worker is a program of its own: the web side and the queue side do not import each other.
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606 - no shell, and our own program
