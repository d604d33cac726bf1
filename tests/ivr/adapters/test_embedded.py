"""The embedded server starts, serves, keeps what it must, and never outlives whoever started it."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import redis

from ivr.adapters import embedded
from tests.installation import is_alive
from tests.services import RestartableRedis


def test_serves_and_stops() -> None:
    """A started server answers on its private socket, and after stop its process and socket are gone."""
    server = embedded.start_redis()
    client = redis.Redis.from_url(server.url)

    assert client.ping() is True

    client.close()
    server.stop()

    assert (False, False) == (psutil.pid_exists(server.process.pid), server.socket_folder.exists())


def test_keeps_data_in_a_folder(tmp_path: Path) -> None:
    """With a folder the data outlive a server that is killed."""
    first = embedded.start_redis(tmp_path)
    with redis.Redis.from_url(first.url) as client:
        client.set("key", "value")
    first.process.kill()
    first.stop()
    second = embedded.start_redis(tmp_path)
    with redis.Redis.from_url(second.url) as client:
        value = client.get("key")
    second.stop()

    assert value == b"value"


def test_one_server_a_folder(tmp_path: Path) -> None:
    """A second server on the same folder is refused with a sentence, and the first goes on."""
    first = embedded.start_redis(tmp_path)
    try:
        with pytest.raises(embedded.NoServerError, match="running twice"):
            embedded.start_redis(tmp_path)

        assert first.running
    finally:
        first.stop()


def test_server_that_does_not_answer_yet(restartable_redis: RestartableRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes a connection and says nothing yet is waited for, as one that is not there yet."""
    server = restartable_redis.server
    assert server is not None
    impatient = redis.Redis.from_url(server.url, socket_timeout=0.1)
    monkeypatch.setattr(redis.Redis, "from_url", lambda _: impatient)
    server.process.send_signal(signal.SIGSTOP)
    goes_on = threading.Timer(0.5, server.process.send_signal, (signal.SIGCONT,))
    goes_on.start()
    embedded._wait_until_ready(server)
    goes_on.join()

    assert server.running


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process die with its parent")
def test_dies_with_its_parent() -> None:
    """When the process that started the server is killed, the server ends."""
    program = (
        "from ivr.adapters.embedded import start_redis; import time;"
        "print(start_redis().process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    server = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while is_alive(server) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not is_alive(server)


def test_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no server program is found, one sentence says how to get one."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(embedded.NoServerError, match=r"apt install redis-server.*REDIS_URL"):
        embedded.start_redis()
