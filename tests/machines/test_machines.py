"""Several machines: a rolling restart of all of them, and the loss of Redis's primary, while people call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.installation import wait_until
from tests.machines.sentinels import SentinelRedis
from tests.machines.town import Town
from tests.summary import note

A_WHILE = 1.0
"""Seconds for which people call before the primary dies, and after there is a new one."""
pytestmark = [pytest.mark.postgres, pytest.mark.nginx]


def restart_everything(town: Town) -> list[int]:
    """Restart every web process and every worker, one after another; return their exit statuses."""
    statuses: list[int] = []

    def workers() -> None:
        for each in town.workers:
            statuses.append(each.stop())
            each.start()

    aside = threading.Thread(target=workers)
    aside.start()
    for port, each in zip(town.ports, town.web, strict=True):
        statuses.append(each.stop())
        each.start()
        assert wait_until(lambda port=port: town.answers(port)), town.log  # type: ignore[misc]  # bound at once
    aside.join()
    return statuses


def during(work: Callable[[], object]) -> Iterator[int]:
    """Do something in a thread of its own, and yield numbers until it is done."""
    thread = threading.Thread(target=work)
    thread.start()
    count = 0
    while thread.is_alive() or count < 2:
        yield (count := count + 1)
    thread.join()


def assert_all_is_there(town: Town) -> None:
    """Every event stands in the sums once, and every text that was promised was sent, once."""
    town.settle()
    books, counted, crowd, made = town.books, town.counted(), town.crowd, town.exchange.made

    assert (0, 0, 0) == (books.waiting, books.lost, books.doubled), books
    assert (crowd.consents, 0) == (counted["text asked"], crowd.doubtful)
    assert (crowd.consents, crowd.consents) == (counted["text sent"], sum(made.values())), f"{dict(counted)} {town.log}"
    assert {1} == set(made.values())
    for name, told in town.wire.told.items():
        if name:
            assert told == counted[name], name


def test_rolling_restart(town: Town) -> None:
    """All web processes and workers are restarted one after another: no call fails, and nothing is lost."""
    statuses: list[int] = []
    wrong = town.calls_while(during(lambda: statuses.extend(restart_everything(town))))
    webhooks, calls = len(town.wire.seconds), town.crowd.calls
    assert [] == wrong, "\n".join([*wrong, town.log])
    assert_all_is_there(town)
    note(
        f"rolling restart: {calls} calls, {town.crowd.lost} lost; p99 {town.p99() * 1000:.0f} ms of {webhooks} webhooks"
    )

    assert [0] * 5 == statuses
    assert not town.wire.cut


def test_failover(town: Town, family: SentinelRedis) -> None:
    """The primary of Redis dies while people call: no call fails, every event is counted, every text sent, once."""
    before, called = len(town.wire.seconds), town.crowd.calls
    changed: list[bool] = []

    def kill() -> None:
        time.sleep(A_WHILE)
        family.kill_primary()
        changed.append(wait_until(family.has_failed_over))
        time.sleep(A_WHILE)

    wrong = town.calls_while(during(kill))
    assert [] == wrong, "\n".join([*wrong, town.log])
    assert_all_is_there(town)
    calls, webhooks = town.crowd.calls - called, len(town.wire.seconds) - before
    note(
        f"failover: {calls} calls, {town.crowd.lost} lost; p99 {town.p99(before) * 1000:.0f} ms of {webhooks} webhooks"
    )

    assert [True] == changed
    assert not town.wire.cut


def test_proxy_keeps_nothing(town: Town) -> None:
    """After all these calls the proxy has written down no request, no address and no body."""
    assert ([], "") == (town.proxy.kept, town.proxy.log)
