"""What must be true: every call goes on; when all is over each event is counted once, each text sent or reported."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable

import pytest

from tests.faults.damage import calls_under
from tests.faults.house import LONGEST, House
from tests.faults.killing import EVENTS, count_while_killing, counted
from tests.summary import note

FATES = ("sent", "dropped", "refused", "unknown")


def assert_calls_go_on(house: House, plan: Iterable[tuple[str, ...]], subtests: pytest.Subtests) -> None:
    """Let people call under each fault, or pair of faults, of the plan; in another order in each run.

    What the provider refuses comes first: a text that was refused is tried again while the other faults stand.
    """
    shuffled = list(plan)
    random.shuffle(shuffled)
    shuffled.sort(key=lambda names: not names[0].startswith("provider"))
    for names in shuffled:
        with subtests.test(" and ".join(names)):
            house.write_down(" and ".join(names))
            wrong = calls_under(house, *names)
            assert [] == wrong, "\n".join(wrong)


def assert_survives_killing(house: House, where: str) -> None:
    """Let the process that counts be killed again and again, and hold the sums against what was put."""
    house.kill_worker()
    kills = count_while_killing(house)
    house.open_worker()
    house.settle()
    note(f"faults on {where}: worker killed {kills} times in {EVENTS} events, {counted(house)} counted")

    assert EVENTS == counted(house)
    verified = house.verified()
    assert (0, 0, 0) == (verified["waiting"], verified["lost"], verified["doubled"]), verified


def assert_nothing_is_lost(house: House, where: str) -> None:
    """Hold the figures of the program against its own books, and against what the carrier has told and was told."""
    house.settle()
    verified, counted, timed, crowd = house.verified(), house.counted(), house.exchange.timed, house.crowd
    figures = f"{house.injected} injected, {crowd.calls} calls, {crowd.lost} lost"
    books = f"{verified['accepted']} events accepted, {verified['counted']} counted, {verified['repeated']} repeated"
    note(f"faults on {where}: {figures}; {books}; p99 {house.p99 * 1000:.0f} ms of {len(timed.seconds)} webhooks")

    assert (0, 0, 0) == (verified["waiting"], verified["lost"], verified["doubled"]), verified
    assert verified["accepted"] == verified["counted"] + verified["repeated"]
    for name in (timed.told + timed.cut).keys() - {""}:
        told, cut = timed.told[name], timed.cut[name]
        assert told <= counted[name] <= told + cut, (
            f"{name}: {told} told, {cut} cut, {counted[name]} counted {house.state}"
        )
    _assert_texts(house)
    if len(os.sched_getaffinity(0)) > 1:  # the program is made for two cores at least
        assert house.p99 <= LONGEST


def _assert_texts(house: House) -> None:
    """Every text that was promised was sent once, or is counted among those that were not."""
    counted, made, crowd = house.counted(), house.exchange.made, house.crowd
    asked = counted["text asked"]
    assert crowd.consents <= asked <= crowd.consents + crowd.doubtful
    assert asked == sum(counted[f"text {fate}"] for fate in FATES), counted
    assert [] == [number for number, times in made.items() if times > 1]
    assert counted["text sent"] <= len(made) <= counted["text sent"] + counted["text unknown"]
