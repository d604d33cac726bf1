"""`fanal run`: everything on one machine, on loopback; what is not set is provided, the carrier included."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.simulator.exchange import Exchange

READY_SECONDS = 30
STOP_SECONDS = 12
RUN_FILE = "run.json"
"""In the folder of our own: where the parts of a running `fanal run` are, for `fanal call`."""


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
    with ExitStack() as started:
        sys.exit(_run(port, workers, started))


def _run(port: int, workers: int, started: ExitStack) -> int:
    if not _is_free(port):
        click.echo(f"Port {port} is taken. Choose another: PORT={port + 1} make run", err=True)
        return 2
    environ = _environment(port, started)
    if environ is None:
        return 2
    if subprocess.run([sys.executable, "-m", "routes.cli", "db", "upgrade"], env=environ, check=False).returncode:
        return 1
    parts = {
        "web": started.enter_context(_part("serve", "--port", str(port), "--workers", str(workers), environ=environ)),
        "worker": started.enter_context(_part("worker", environ=environ)),
    }
    address = f"http://127.0.0.1:{port}"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not _is_answering(f"{address}/health/ready", parts):
            click.echo("The web server did not come up; see the lines above.", err=True)
            return 1
        _welcome(address, environ)
        return _wait(parts)
    except KeyboardInterrupt:
        click.echo("\nStopping.")
        return 0


def _environment(port: int, started: ExitStack) -> dict[str, str] | None:
    """Complete the environment with what is not set; None, with a sentence printed, where that cannot be done."""
    environ = {"VAR_PATH": str(Path("var").absolute()), "PUBLIC_URL": f"http://127.0.0.1:{port}", **os.environ}
    var = Path(environ["VAR_PATH"])
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    environ.setdefault("DATABASE_URL", f"sqlite:///{var / 'fanal.db'}")
    environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    if "REDIS_URL" not in environ:
        from ivr.adapters.embedded import NoServerError, start_redis

        try:
            server = start_redis(var / "redis")
        except NoServerError as fault:
            click.echo(str(fault), err=True)
            return None
        started.callback(server.stop)
        environ["REDIS_URL"] = server.url
    if "TWILIO_ACCOUNT_SID" not in environ:
        _play_the_carrier(environ, port, var, started)
    return environ


def _play_the_carrier(environ: dict[str, str], port: int, var: Path, started: ExitStack) -> None:
    """Start the stand-in carrier in this process and point the settings at it."""
    from ivr.simulator.exchange import Exchange
    from ivr.simulator.people import our_numbers
    from ivr.simulator.subscription import Subscription
    from ivr.simulator.transport import HttpTransport

    token = secrets.token_hex(32)
    environ |= {
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "FANAL_EXCHANGE_TOKEN": token,
    }
    environ.setdefault("TWILIO_NUMBER", ",".join(our_numbers()))
    subscription = Subscription(
        account=environ["TWILIO_ACCOUNT_SID"],
        token=environ["TWILIO_AUTH_TOKEN"],
        numbers=tuple(environ["TWILIO_NUMBER"].replace(" ", "").split(",")),
        public_url=environ["PUBLIC_URL"].rstrip("/"),
    )
    exchange = Exchange(subscription, HttpTransport(subscription.public_url, reach_at=f"http://127.0.0.1:{port}"))
    started.callback(exchange.close)
    environ["TWILIO_API_URL"] = started.enter_context(_carrier(exchange, token))
    run_file = var / RUN_FILE
    run_file.touch(mode=0o600)
    run_file.write_text(json.dumps({"exchange": environ["TWILIO_API_URL"], "token": token}))
    started.callback(run_file.unlink, missing_ok=True)


@contextlib.contextmanager
def _carrier(exchange: Exchange, token: str) -> Iterator[str]:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from routes.carrier import create_carrier_app

    class Quiet(WSGIRequestHandler):
        """Logs no request: addresses and times of calls belong to nobody."""

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    server = make_server("127.0.0.1", 0, create_carrier_app(exchange, token), threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, name="carrier", daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextlib.contextmanager
def _part(*words: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start one of our own commands in a process group of its own, and stop it, and its children, at the end."""
    process = subprocess.Popen([sys.executable, "-m", "routes.cli", *words], env=environ, start_new_session=True)
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
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


def _is_answering(address: str, parts: dict[str, subprocess.Popen[bytes]]) -> bool:
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


def _welcome(address: str, environ: dict[str, str]) -> None:
    if "FANAL_EXCHANGE_TOKEN" in environ:
        click.echo(f"\n  Make a call in the browser:   {address}/phone")
        click.echo("  or in a second terminal:      make call")
    click.echo(f"  Is it well:                   {address}/health/ready")
    click.echo("  How many called:              .venv/bin/fanal stats")
    click.echo("  The pages for coordinators are not built yet, so there is no sign-in.")
    click.echo("\nCtrl-C stops everything.\n")


def _wait(parts: dict[str, subprocess.Popen[bytes]]) -> int:
    """Wait for any part to end; that ends all."""
    while True:
        for name, part in parts.items():
            if part.poll() is not None:
                click.echo(f"The {name} has ended, so everything stops.", err=True)
                return 1
        time.sleep(0.3)
