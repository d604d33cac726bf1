"""The carrier that the program plays itself, over real HTTP on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server

from ivr.settings import Secret, Settings
from ivr.simulator.exchange import Exchange
from routes.carrier import create_carrier_app


class _Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def exchange_at_work(exchange: Exchange) -> Iterator[str]:
    """Let an exchange answer over HTTP, and give its address."""
    app = create_carrier_app(exchange, "control token of a test")
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def settings_of(exchange: Exchange, url: str, region: str | None = None) -> Settings:
    """Return the settings of an installation whose provider is this exchange."""
    subscription = exchange.subscription
    return Settings(
        account=subscription.account,
        auth_tokens=(Secret(subscription.token),),
        numbers=subscription.numbers,
        public_url=subscription.public_url,
        secret_keys=(Secret("s" * 40),),
        redis_url="unix:///nowhere",
        provider_url=url,
        region=region,
    )
