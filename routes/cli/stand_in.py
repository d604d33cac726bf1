"""The carrier played by the program itself, for `fanal run` without the provider's credentials."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

from werkzeug.serving import WSGIRequestHandler, make_server

from ivr.simulator.exchange import Exchange
from ivr.simulator.people import our_numbers
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import HttpTransport
from routes.carrier import create_carrier_app

RUN_FILE = "run.json"
"""In the folder of our own: where the stand-in carrier of a running `fanal run` is, for `fanal call`."""


def play_the_carrier(environ: dict[str, str], port: int, var: Path, started: ExitStack) -> None:
    """Start the carrier in this process, and complete the settings of the web server on `port` with it."""
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


class _Quiet(WSGIRequestHandler):
    """Logs no request: the times of calls belong to nobody."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _carrier(exchange: Exchange, token: str) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_carrier_app(exchange, token), threaded=True, request_handler=_Quiet)
    Thread(target=server.serve_forever, name="carrier", daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
