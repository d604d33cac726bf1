"""Answers to the carrier are timed, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.metrics import REQUESTS, Metrics
from routes import create_app
from routes.timing import Timed, kind_of
from tests.application import some_services, some_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/voice", "voice"),
        ("/voice/key/abc", "voice"),
        ("/voice/status", "status"),
        ("/voice/status/", "voice"),
        ("/sms", "sms"),
        ("/sms/fallback", "sms"),
        ("/sms/status", "status"),
        ("/voicemail", ""),
        ("/metrics", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_kinds(path: str, kind: str) -> None:
    """A request of the carrier has one of the kinds that are shown; others have none."""
    assert kind == kind_of(path)
    assert kind in {"", *REQUESTS}


def counted(metrics: Metrics, kind: str) -> float | None:
    """Return how many answers of a kind were timed."""
    metrics.write()
    return metrics.registry.get_sample_value("fanal_request_seconds_count", {"kind": kind})


def test_refused_is_not_timed(tmp_path: Path) -> None:
    """A request that nobody signed counts as refused, and makes no answer look quick."""
    services = some_services(some_settings(tmp_path))
    create_app(services).test_client().post("/voice")

    assert 0.0 == counted(services.metrics, "voice")
    assert 1.0 == services.metrics.registry.get_sample_value("fanal_refused_total")


@pytest.mark.parametrize(("status", "times"), [("200 OK", 1.0), ("204 NO CONTENT", 1.0), ("403 FORBIDDEN", 0.0)])
def test_answers_are_timed(status: str, times: float) -> None:
    """An answer is passed on as it is, and its time is added once."""
    metrics, started = Metrics(), list[object]()

    def inner(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response(status, [("X-Is", "here")])
        return [b"body"]

    body = Timed(inner, metrics)({"PATH_INFO": "/sms"}, lambda *told: started.append(told))  # type: ignore[arg-type]  # takes what comes

    assert [b"body"] == body
    assert [(status, [("X-Is", "here")], None)] == started
    assert times == counted(metrics, "sms")
