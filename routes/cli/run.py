"""`fanal run`: everything on one machine, on loopback; what is not set is provided, the carrier included."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.adapters.embedded import NoServerError, bound, start_redis

if TYPE_CHECKING:
    from _typeshed import StrPath

Part = subprocess.Popen[bytes]
READY_SECONDS = 30
STOP_SECONDS = 15
LOOK_SECONDS = 0.2


@click.command(
    epilog="Example: PORT=9000 fanal run\n\nThen open the printed address, or call from a second terminal: fanal call"
)
@click.option("--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535), help="Web port.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def command(port: int, workers: int) -> None:
    """Run everything: web, worker, an embedded Redis-compatible server, SQLite, and a stand-in carrier.

    Whatever the environment sets (REDIS_URL, DATABASE_URL, TWILIO_ACCOUNT_SID and the rest) is used as it is. Ctrl-C,
    or any part that dies, stops all that was started.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as started:
            sys.exit(_run(port, workers, started))
    except KeyboardInterrupt:
        click.echo("\nStopped.")


class NoFolderError(Exception):
    """There is no folder for what is kept; the message says why."""


def _run(port: int, workers: int, started: ExitStack) -> int:
    if not _is_free(port):
        click.echo(f"Port {port} is taken. Choose another: PORT={port + 1} make run", err=True)
        return 2
    parts: dict[str, Part] = {}
    try:
        environ = _environment(port, parts, started)
    except (NoServerError, NoFolderError) as fault:
        click.echo(str(fault), err=True)
        return 2
    if subprocess.run([sys.executable, "-m", "routes.cli", "db", "upgrade"], env=environ, check=False).returncode:
        return 2
    parts["web server"] = _start(environ, started, "serve", "--port", str(port), "--workers", str(workers))
    parts["worker"] = _start(environ, started, "worker")
    if not _is_answering(f"http://127.0.0.1:{port}/health/ready", parts):
        click.echo("The web server did not come up; the lines above say why.", err=True)
        return 1
    _welcome(f"http://127.0.0.1:{port}", environ)
    return _wait(parts)


def _environment(port: int, parts: dict[str, Part], started: ExitStack) -> dict[str, str]:
    """Complete the environment with what is not set.

    Raises `NoServerError` where there is no Redis to be had, `NoFolderError` where nothing can be kept.
    """
    environ = {"VAR_PATH": str(Path("var").absolute()), "PUBLIC_URL": f"http://127.0.0.1:{port}", **os.environ}
    var = Path(environ["VAR_PATH"])
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise NoFolderError(f"VAR_PATH names {var}, which cannot be made: {fault.strerror}.") from None
    environ.setdefault("DATABASE_URL", f"sqlite:///{var / 'fanal.db'}")
    environ.setdefault("SECRET_KEY", _kept_key(var))
    if "REDIS_URL" not in environ:
        server = start_redis(var / "redis")
        started.callback(server.stop)
        environ["REDIS_URL"], parts["Redis-compatible server"] = server.url, server.process
    if "TWILIO_ACCOUNT_SID" not in environ:
        from routes.cli.stand_in import play_the_carrier

        play_the_carrier(environ, port, var, started)
    return environ


def _kept_key(var: Path) -> str:
    """Return the secret key of this installation, made once: second factors are kept encrypted with it."""
    path = var / "secret-key"
    with (
        contextlib.suppress(FileExistsError),
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file,
    ):
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def _start(environ: Mapping[str, StrPath], started: ExitStack, *words: str) -> Part:
    return started.enter_context(_part(environ, *words))


@contextlib.contextmanager
def _part(environ: Mapping[str, StrPath], *words: str) -> Iterator[Part]:
    """Run one of our own commands in a group of its own, bound to us, and stop it with its children at the end."""
    process = subprocess.Popen(bound(sys.executable, "-m", "routes.cli", *words), env=environ, process_group=0)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _is_answering(address: str, parts: Mapping[str, Part]) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and all(part.poll() is None for part in parts.values()):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 (our own http address)
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def _welcome(address: str, environ: Mapping[str, str]) -> None:
    if "FANAL_EXCHANGE_TOKEN" in environ:
        click.echo(f"\n  Make a call in the browser:   {address}/phone")
        click.echo("  or in a second terminal:      make call")
    click.echo(f"  Is it well:                   {address}/health/ready")
    click.echo("  How many called:              .venv/bin/fanal stats")
    _welcome_coordinators(address.replace("127.0.0.1", "localhost") + "/admin", environ["DATABASE_URL"])
    click.echo("\nCtrl-C stops everything.\n")


def _welcome_coordinators(pages: str, database_url: str) -> None:
    """Say where the coordinators' pages are; under a name, since security keys do not work at a bare IP address."""
    from routes.cli.invitations import first_links

    links = first_links(database_url, pages, dt.datetime.now(dt.UTC))
    click.echo(f"  The pages for coordinators:   {pages}/")
    if links:
        click.echo("\n  One-time sign-in, valid for 24 hours. An approval needs two people, so there are two accounts:")
    for who, link in links:
        click.echo(f"  {who}:\n    {link}")


def _wait(parts: Mapping[str, Part]) -> int:
    """Wait for any part to end; that ends all."""
    while True:
        for name, part in parts.items():
            if part.poll() is not None:
                click.echo(f"The {name} has ended, so everything stops.", err=True)
                return 1
        time.sleep(LOOK_SECONDS)
