"""How far a long reading of tables has come, on a terminal: a directory of ten thousand services takes seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from directory.load import Progress

PATIENCE = 1.0
"""Seconds that nobody wonders about: before, nothing is shown."""
_CLEARED = "\r\x1b[K"


@contextmanager
def reading() -> Iterator[Progress]:
    """Show how many countries have been read, on one line that is gone at the end; nothing where nobody watches."""
    shown = False
    began = time.monotonic()

    def tell(read: int, of: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - began >= PATIENCE:
            shown = True
            click.echo(f"{_CLEARED}Reading the tables: {read} of {of} countries", nl=False, err=True)

    try:
        yield Progress(tell)
    finally:
        if shown:
            click.echo(_CLEARED, nl=False, err=True)
