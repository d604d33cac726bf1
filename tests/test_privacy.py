"""The one test above all: a marked number goes through every path, and is then searched for everywhere."""

from __future__ import annotations

import hashlib
import re
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import redis
import requests

from ivr.simulator.client import ExchangeError
from ivr.simulator.transcript import LegOutcome
from ivr.simulator.views import CallView
from tests.installation import Installation, installed, wait_until

MARKED = "+12025550173"
"""Reserved for fiction; a mobile one to libphonenumber, so that texts can be asked for."""
TRACES = (
    MARKED.removeprefix("+"),
    MARKED.removeprefix("+1"),
    MARKED[-7:],
    *(
        hashlib.new(name, form.encode(), usedforsecurity=False).hexdigest()
        for name in ("md5", "sha1", "sha256")
        for form in (MARKED, MARKED.removeprefix("+"), MARKED.removeprefix("+1"))
    ),
)
"""The number whole and in part, and what the usual hashes make of it."""
METRICS_TOKEN = "a token for the metrics of this test"
ROMANIA = "+40800123456"
TUESDAY = {"morning": "2026-11-24T10:00+02:00", "night": "2026-11-24T03:00+02:00"}


def found(text: str | bytes) -> list[str]:
    """Return the traces of the marked number in a text."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    return [trace for trace in TRACES if trace in text]


def test_found() -> None:
    """The search finds the number, its end and its hash, and nothing in another number."""
    assert found(f"to {MARKED}.")
    assert found("…5550173")
    assert found(hashlib.sha256(MARKED.encode()).hexdigest())
    assert [] == found("+12025550174")


def _calls(running: Installation) -> Iterator[CallView]:
    """Make calls from the marked number along every path of the conversation, failures included."""
    for outcome in LegOutcome:
        call = _keys(running, "1", "3", "1", at=TUESDAY["morning"])
        yield call
        yield running.exchange.leg(call.id, outcome)
        yield running.exchange.hang_up(call.id)
    for form in "12":
        call = _keys(running, "1", "3", "2", form, at=TUESDAY["night"])
        yield call
        yield running.exchange.hang_up(call.id)
    silent = running.exchange.dial(MARKED, ROMANIA)
    for _ in range(4):
        if silent.awaiting == "keys":
            silent = running.exchange.silence(silent.id)
            yield silent
    for keys in ("8", "99", "0", "#", "*", "9", "9", "0", "0"):
        call = running.exchange.dial(MARKED, ROMANIA)
        try:
            yield running.exchange.press(call.id, keys)
        except ExchangeError:
            continue


def _keys(running: Installation, *keys: str, at: str) -> CallView:
    call = running.exchange.dial(MARKED, ROMANIA, at=at)
    for key in keys:
        call = running.exchange.press(call.id, key)
    return call


def _fail(running: Installation, **failure: object) -> None:
    """Let the provider refuse the next texts, with the number in its message as the provider's messages have it."""
    address = (running.folder / "var" / "run.json").read_text(encoding="utf-8")
    exchange = re.search(r"http://[0-9.:]+", address)
    assert exchange
    answer = requests.post(
        f"{exchange[0]}/exchange/failures",
        json=failure,
        headers={"Authorization": f"Bearer {running.token}"},
        timeout=10,
    )
    assert 204 == answer.status_code


def _bad_requests(running: Installation) -> Iterator[requests.Response]:
    """Send what the carrier would not: forged, oversized, to nowhere."""
    form = {"From": MARKED, "To": ROMANIA, "Caller": MARKED, "Body": MARKED, "CallSid": "CA" + "0" * 32}
    for path in ("/voice", "/sms", "/voice/status", "/sms/status", "/nowhere", "/voice/fallback"):
        address = f"http://127.0.0.1:{running.port}{path}"
        yield requests.post(address, data=form, headers={"X-Twilio-Signature": MARKED}, timeout=10)
        yield requests.post(address, data=form | {"Body": MARKED * 9000}, timeout=10)


def _pages(running: Installation) -> Iterator[str]:
    for path in ("/phone", "/health/ready", "/health/live", "/metrics"):
        answer = requests.get(
            f"http://127.0.0.1:{running.port}{path}",
            headers={"Authorization": f"Bearer {METRICS_TOKEN}"},
            timeout=10,
        )
        assert 200 == answer.status_code, path
        yield answer.text


def _redis(running: Installation) -> redis.Redis:
    words = " ".join(running.part("valkey-server").cmdline())
    socket = re.search(r"unixsocket[: ](\S+)", words)
    assert socket
    return redis.Redis(unix_socket_path=socket[1])


def _kept_by_redis(client: redis.Redis) -> Iterator[bytes]:
    for key in client.scan_iter(count=1000):
        yield key
        yield client.dump(key) or b""


def _files(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """An installation that has metrics."""
    with installed(tmp_path, METRICS_TOKEN=METRICS_TOKEN) as running:
        yield running


def test_the_marked_number_is_nowhere(running: Installation) -> None:
    """After calls and texts along every path, failures included, the number is in no log, queue, database, file, URL
    or page, whole or in part or hashed.
    """
    addresses = [call.next or "" for call in _calls(running)]
    for failure in ({"count": 1, "failure": "rate"}, {"count": 3, "failure": "server"}):
        _fail(running, **failure)
        addresses.append(_keys(running, "1", "3", "2", "2", at=TUESDAY["morning"]).next or "")
    for words in ("Hello", "1", "3", "4", "0", "HELP", "STOP", MARKED, "START"):
        running.exchange.send_text(MARKED, words, ROMANIA)
    errors = [answer.text for answer in _bad_requests(running)]
    _keys(running, "1", "3", "2", "1", at=TUESDAY["morning"])
    running.part("worker texts").send_signal(signal.SIGKILL)
    pages = list(_pages(running))
    client = _redis(running)
    assert wait_until(lambda: "text" in _counted(running))
    kept = list(_kept_by_redis(client))
    assert wait_until(lambda: b"fanal" in b" ".join(_files(running.folder / "var" / "redis").values()))
    running.stop()
    files = _files(running.folder)

    assert "output.log" in files
    assert any(name.endswith(".db") for name in files)
    assert {} == {name: found(data) for name, data in files.items() if found(data)}
    assert [] == [trace for data in kept for trace in found(data)]
    assert [] == [trace for text in (*addresses, *pages, *errors) for trace in found(text)]


def _counted(running: Installation) -> str:
    with sqlite3.connect(running.folder / "var" / "fanal.db") as database:
        return str(database.execute("SELECT DISTINCT kind FROM counters").fetchall())
