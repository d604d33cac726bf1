"""`fanal serve`: the web server."""

from __future__ import annotations

import gc
import os
import sys

import click

from directory.database import DatabaseError
from ivr.settings import Settings, SettingsError
from routes.cli.folder import folder_of_figures

SEARCHES = (700, 10, 1000)
"""When Python looks for garbage: among new objects and among those of some searches as often as ever, among all a
hundred times less. What calls leave is remembered for other callers; to search all of it held them up for 50 ms."""


@click.command(
    epilog="Example: fanal serve --host 0.0.0.0 --port 8000 --workers 2\n\n`fanal doctor` explains its settings.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes; one per core.")
def command(host: str, port: int, workers: int) -> None:
    """Serve calls, texts and pages. It starts nothing but itself."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    with folder_of_figures() as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # the library reads it when it is imported, below
        try:
            _serve(settings, host, port, workers, folder)
        except DatabaseError as fault:
            click.echo(str(fault), err=True)
            sys.exit(2)


def _serve(settings: Settings, host: str, port: int, workers: int, folder: str) -> None:
    gc.disable()  # what a start makes stays for good: to search it for garbage takes a sixth of the start
    from ivr import log
    from ivr.services import build, read_ahead
    from routes import create_site
    from routes.server import serve

    log.configure(waits=False)
    read_ahead(settings)
    services = build(settings)
    site = create_site(services)
    gc.freeze()
    gc.set_threshold(*SEARCHES)
    gc.enable()
    serve(site, host, port, workers, in_worker=services.begin, folder=folder)
