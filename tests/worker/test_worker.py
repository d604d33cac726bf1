"""The worker as an operator sees it: it works, survives, ends with all its parts, and says nothing about callers."""

from __future__ import annotations

import datetime as dt
import errno
import signal
import sqlite3
import subprocess
import sys

import psutil
import pytest

import worker
from ivr.adapters.queue import Name, token
from ivr.events import PurgeMessage
from tests.worker.conftest import LONG, MOBILE, OURS, Installation, wait_for

SUMS = ("texts:sent", "texts:delivered", "records:deleted")
"""What the metrics page is told of one text."""


def test_sends_counts_and_deletes(going_on: Installation) -> None:
    """A text goes out, is counted in SQL, its record is deleted, and neither log nor Redis knows whom it went to."""
    earlier = set(going_on.carrier.messages)
    errand = going_on.ask_for_text()
    going_on.add(3)
    assert wait_for(lambda: going_on.counted() == {"text sent": 1, "step language": 3}), going_on.log.read_text()
    (message,) = set(going_on.carrier.messages) - earlier
    to, sender, body = going_on.carrier.sent[-1]
    going_on.queues.put(PurgeMessage(message, "delivered"), dt.datetime.now(dt.UTC))
    assert wait_for(lambda: going_on.counted().get("record deleted") == 1)

    assert (MOBILE, OURS, True) == (to, sender, "Line for crime" in body)
    assert (1, 1) == (going_on.counted()["text delivered"], going_on.counted()["text sent"])
    assert earlier == set(going_on.carrier.messages)
    assert wait_for(lambda: going_on.sums() == {f"fanal_{each}": 1 for each in SUMS}), going_on.sums()
    said = going_on.log.read_text()
    assert [] == [secret for secret in (MOBILE[1:], errand.call, "AC" + "a" * 32, "token") if secret in said]


def test_killed_while_sending_texts_once(working: Installation) -> None:
    """A process killed between asking the provider and hearing the answer is replaced, and the text not sent again."""
    working.carrier.gate.clear()
    errand = working.ask_for_text()
    assert working.carrier.posted.acquire(timeout=LONG), working.log.read_text()
    working.child("texts").kill()
    _make_left(working, "texts")
    working.carrier.gate.set()
    assert wait_for(lambda: bool(working.counted())), working.log.read_text()

    assert ({"text unknown": 1}, 1) == (working.counted(), len(working.carrier.sent))
    assert wait_for(lambda: not working.client.exists(f"rq:job:{token(errand)}"))


def test_killed_while_counting_counts_once(working: Installation) -> None:
    """A process killed while it waits to write its sums leaves none behind; another adds them up once."""
    database = sqlite3.connect(working.folder / "fanal.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    working.add(7)
    assert wait_for(lambda: working.client.zcard("rq:wip:counts") > 0), working.log.read_text()
    working.child("counts").kill()
    database.execute("ROLLBACK")
    database.close()
    working.add(1)
    assert wait_for(lambda: working.counted().get("step language") == 8), working.log.read_text()
    working.add(1)
    assert wait_for(lambda: working.stream.waiting() == 0)

    assert {"step language": 9} == working.counted()


def test_outlives_redis(working: Installation) -> None:
    """When Redis is killed and comes back, the worker goes on without being started again."""
    working.add(1)
    assert wait_for(lambda: working.counted() == {"step language": 1})
    working.redis.kill()
    assert wait_for(lambda: "redis_away" in working.log.read_text())
    working.redis.start()
    working.add(1)
    working.ask_for_text()

    assert wait_for(lambda: working.counted() == {"step language": 2, "text sent": 1}), working.log.read_text()
    assert working.process is not None
    assert working.process.poll() is None


def test_tries_again_in_time(going_on: Installation) -> None:
    """An answer that the provider is too busy is followed by another attempt within the text's life."""
    going_on.carrier.tell("POST", (429, {"code": 20429, "message": f"slow down {MOBILE}"}))
    going_on.ask_for_text()

    assert wait_for(lambda: going_on.counted() == {"text sent": 1}), going_on.log.read_text()
    assert MOBILE[1:] not in going_on.log.read_text()
    assert wait_for(lambda: going_on.sums() == {"fanal_provider_errors:limited": 1, "fanal_texts:sent": 1})


def test_counting_stands_behind_callers(going_on: Installation) -> None:
    """Texts are as urgent as calls on the same machine; counting and deleting take what is left of it."""
    relative = psutil.Process().nice()

    assert wait_for(lambda: all(going_on.child(name).nice() == relative + by for name, by in worker.NICE.items()))
    assert worker.NICE[Name.TEXTS] < worker.NICE[Name.COUNTS] < worker.NICE[Name.PURGES]


def test_starts_again_what_dies(going_on: Installation) -> None:
    """A process that dies is replaced, and the death is in the log."""
    killed = going_on.child("purges")
    killed.kill()

    assert wait_for(lambda: going_on.children().get("purges", killed) != killed)
    assert wait_for(lambda: '"event": "worker_died", "code": -9, "queue": "purges"' in going_on.log.read_text())


def test_machine_that_has_no_room_for_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that cannot be started is no end of the supervisor: it is told in the log, and tried again."""
    begun: list[object] = []

    def refuse(*_: object, **__: object) -> None:
        begun.append(None)
        raise BlockingIOError(errno.EAGAIN, "no room")

    monkeypatch.setattr(worker, "PAUSES", (0.0,))
    monkeypatch.setattr(subprocess, "Popen", refuse)
    process = worker._Process(Name.COUNTS)
    process.look()
    process.tell_to_stop()
    process.stop(0)

    assert 2 == len(begun)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_in_order(working: Installation, number: signal.Signals) -> None:
    """Told to stop in the middle of a text, it lets the text go out, ends every part, and its status is 0."""
    children = list(working.children().values())
    working.carrier.gate.clear()
    working.ask_for_text()
    assert working.carrier.posted.acquire(timeout=LONG), working.log.read_text()
    assert working.process is not None
    working.process.send_signal(number)
    working.carrier.gate.set()

    assert 0 == working.process.wait(LONG)
    assert [] == [child for child in children if child.is_running()]
    assert (1, 1) == (len(working.carrier.sent), working.counted().get("text sent") or working.stream.waiting())


def test_parts_end_with_a_killed_supervisor(working: Installation) -> None:
    """When the supervisor is killed, its processes end by themselves."""
    children = list(working.children().values())
    assert working.process is not None
    working.process.kill()
    working.process.wait()
    _, alive = psutil.wait_procs(children, timeout=LONG)

    assert [] == alive


def test_names_every_missing_setting(installation: Installation) -> None:
    """Without settings it ends with status 2 and one message that names them all."""
    for name in ("SECRET_KEY", "REDIS_URL"):
        del installation.environ[name]
    ended = subprocess.run([sys.executable, "-m", "worker"], env=installation.environ, capture_output=True, check=False)

    assert (2, True, True) == (ended.returncode, b"SECRET_KEY" in ended.stderr, b"REDIS_URL" in ended.stderr)


def test_refuses_an_old_database(installation: Installation) -> None:
    """Without its tables it ends with status 2 and the command that makes them."""
    installation.environ["DATABASE_URL"] = f"sqlite:///{installation.folder / 'other.db'}"
    ended = subprocess.run([sys.executable, "-m", "worker"], env=installation.environ, capture_output=True, check=False)

    assert (2, b"The database has no tables yet: run `fanal db upgrade`.\n") == (ended.returncode, ended.stderr)


def test_waits_for_a_database_that_is_away(installation: Installation) -> None:
    """A database that does not answer may start later: the worker says so and waits, until it is told to stop."""
    installation.environ["DATABASE_URL"] = f"postgresql://fanal@/fanal?host={installation.folder}"
    with installation.log.open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "worker"], env=installation.environ, stderr=log)
    assert wait_for(lambda: '"event": "database_away"' in installation.log.read_text())
    alive = process.poll() is None
    process.terminate()

    assert (True, -signal.SIGTERM) == (alive, process.wait(LONG))


def _make_left(working: Installation, queue: str) -> None:
    """Let RQ see at once what it would see after 35 seconds: that nobody works on the job any more."""
    key = f"rq:wip:{queue}"
    for member, _ in list(working.client.zscan_iter(key)):
        working.client.zadd(key, {member: 1}, xx=True)
