"""Emergency switches: thrown by one, at once, on whatever is live; lifted by two; never a number made another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from directory.desk import Desk
from directory.desk.people import OPERATOR, Actor, NotAllowedError, StageError, UnknownError
from directory.desk.switches import Outcome, Switch
from directory.desk.tables import written
from directory.load import compile_files
from directory.switched import Position
from tests.desk import ADA, ANA, BEN, CLEO, EDDA, NOW, VERA, a_desk
from tests.sample_directory import FILES, changed

FIRST = compile_files(FILES)
SAY = FIRST.helplines["gb-crime"].numbers[0].say


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    yield desk
    desk.engine.dispose()


@pytest.fixture
def any_desk(tables_url: str) -> Iterator[Desk]:
    """The same in either database."""
    desk = a_desk(tables_url, FILES)
    yield desk
    desk.engine.dispose()


def throw(desk: Desk, person: Actor = ANA, say: str = SAY, position: Position = Position.OUT) -> Switch:
    """Throw the switch of a British number."""
    return desk.switches.throw(person, NOW, FIRST, "GB", say, position, "rings elsewhere")


def test_out(any_desk: Desk) -> None:
    """One editor takes a number out of service at once; everybody can read who, when and why."""
    switch = throw(any_desk)

    assert "gb-crime" not in any_desk.served().helplines
    assert (ANA.name, "rings elsewhere", None) == (switch.name, switch.reason, switch.outcome)
    assert "switch thrown" == any_desk.entries()[0].action


def test_read_out(desk: Desk) -> None:
    """A number that is read out only is said as before, and nobody is connected to it."""
    throw(desk, position=Position.READ_OUT)
    (number,) = desk.served().helplines["gb-crime"].numbers

    assert (SAY, None) == (number.say, number.dial)


@pytest.mark.parametrize("person", [VERA, ADA])
def test_readers_throw_nothing(desk: Desk, person: Actor) -> None:
    """Viewers and administrators neither throw nor settle a switch."""
    with pytest.raises(NotAllowedError):
        throw(desk, person)
    switch = throw(desk)
    with pytest.raises(NotAllowedError):
        desk.switches.settle(switch.id, person, NOW, Outcome.LIFT)


@pytest.mark.parametrize(
    ("country", "say", "reason", "fault"),
    [
        ("GB", "020 7946 0999", "x", UnknownError),
        ("FR", SAY, "x", UnknownError),
        ("QQ", SAY, "x", UnknownError),
        ("GB", "", "x", UnknownError),
        ("GB", "999", "x", StageError),
        ("FR", "112", "x", StageError),
        ("GB", SAY, "  ", StageError),
    ],
)
def test_refused(desk: Desk, country: str, say: str, reason: str, fault: type[Exception]) -> None:
    """Numbers that no service of the country has, emergency numbers, and a switch without a reason are refused."""
    with pytest.raises(fault):
        desk.switches.throw(ANA, NOW, FIRST, country, say, Position.OUT, reason)
    assert () == desk.standing().switches


def test_thrown_twice(desk: Desk) -> None:
    """The same switch is not thrown twice; the stronger one may follow the weaker, not the other way."""
    throw(desk, position=Position.READ_OUT)
    with pytest.raises(StageError):
        throw(desk, EDDA, position=Position.READ_OUT)
    throw(desk, EDDA)
    with pytest.raises(StageError):
        throw(desk, BEN, position=Position.READ_OUT)

    assert "gb-crime" not in desk.served().helplines


def test_one_person_lifts_nothing(desk: Desk) -> None:
    """Whoever threw it, or anybody else, says lift as often as they like: it takes a second person."""
    switch = throw(desk)
    for _ in range(3):
        desk.switches.settle(switch.id, ANA, NOW, Outcome.LIFT)
    assert "gb-crime" not in desk.served().helplines
    desk.switches.settle(switch.id, BEN, NOW, Outcome.LIFT)

    assert FIRST.helplines["gb-crime"].numbers == desk.served().helplines["gb-crime"].numbers


def test_two_who_disagree(desk: Desk) -> None:
    """Two people who say different things settle nothing; the third decides; a mind may be changed."""
    switch = throw(desk)
    desk.switches.settle(switch.id, ANA, NOW, Outcome.LIFT)
    assert desk.switches.settle(switch.id, BEN, NOW, Outcome.KEEP).outcome is None
    assert desk.switches.settle(switch.id, ANA, NOW, Outcome.KEEP).outcome is Outcome.KEEP

    assert "gb-crime" not in desk.served().helplines


def test_kept_and_lifted_later(desk: Desk) -> None:
    """A switch that two have settled to keep is lifted by two others later, not by one."""
    switch = throw(desk)
    for person in (ANA, BEN):
        desk.switches.settle(switch.id, person, NOW, Outcome.KEEP)
    assert desk.switches.settle(switch.id, CLEO, NOW, Outcome.LIFT).outcome is Outcome.KEEP
    assert desk.switches.settle(switch.id, EDDA, NOW, Outcome.LIFT).outcome is Outcome.LIFT

    assert "gb-crime" in desk.served().helplines
    with pytest.raises(StageError):
        desk.switches.settle(switch.id, ANA, NOW, Outcome.LIFT)


@pytest.mark.parametrize(("old", "new"), [("Line for crime", "X"), ('say: "020 7946 0001"', 'say: "+44 20 7946 0001"')])
def test_stands_above_every_revision(desk: Desk, old: str, new: str) -> None:
    """A switch stays thrown through publications and returns, also where the number is written in another way."""
    throw(desk)
    files = changed("gb.yaml", old, new)
    desk.revisions.publish(files, OPERATOR, NOW, "x", accept_unchecked=True, standing=desk.standing())
    after_publication = "gb-crime" in desk.served().helplines
    desk.revisions.undo(BEN, NOW, "x", 2)

    assert (False, False) == (after_publication, "gb-crime" in desk.served().helplines)


def test_publication_and_switch_at_once(any_desk: Desk) -> None:
    """At the same moment, in whatever order: the new revision is live, and the number is not in service."""
    begin = Barrier(2)
    files = changed("gb.yaml", "Line for children", "A line for children")

    def publish() -> None:
        begin.wait()
        any_desk.revisions.publish(files, OPERATOR, NOW, "x", accept_unchecked=True, standing=any_desk.standing())

    def switch() -> None:
        begin.wait()
        throw(any_desk)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(publish), pool.submit(switch)]:
            done.result()
    served = any_desk.served()

    assert (compile_files(files).revision, False) == (served.revision, "gb-crime" in served.helplines)
    assert any_desk.verify().whole


def test_two_throw_at_once(any_desk: Desk) -> None:
    """Of two people who throw the same switch at the same moment one does; it is thrown once."""
    begin = Barrier(2)

    def work(person: Actor) -> bool:
        begin.wait()
        try:
            throw(any_desk, person)
        except StageError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert [False, True] == sorted(pool.map(work, (ANA, EDDA)))
    assert 1 == len(any_desk.standing().switches)


def test_unknown_switch(desk: Desk) -> None:
    """A switch that there is not is said to be none."""
    with pytest.raises(UnknownError):
        desk.switches.settle(7, ANA, NOW, Outcome.LIFT)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM switches", "the switch of GB {number} was thrown and is no longer there"),
        ("UPDATE switches SET number = '999'", "the switch of GB 999 is not what the log tells"),
        ("UPDATE switches SET position = 'read_out'", "the switch of GB {number} is not what the log tells"),
        ("UPDATE switches SET outcome = 'lift'", "what became of the switch of GB {number} is not what the log tells"),
    ],
)
def test_switch_undone_in_the_table_is_found(any_desk: Desk, statement: str, words: str) -> None:
    """Whoever brings a number back into service past the pages is found out by the proof of the log."""
    number = throw(any_desk).number

    assert any_desk.verify().whole

    with any_desk.engine.begin() as connection:
        connection.exec_driver_sql(statement)

    assert words.format(number=number) == any_desk.verify().break_


VOTE = "INSERT INTO switch_votes (switch, who, name, outcome, at) VALUES (1, '%s', '%s', 'lift', '%s')"
FORGED = "a vote on the switch of {} is not what the log tells"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (VOTE % (EDDA.id, EDDA.name, written(NOW)), FORGED),
        (VOTE % (BEN.id, BEN.name, written(NOW)), FORGED),
        ("UPDATE switch_votes SET outcome = 'lift'", FORGED),
        ("UPDATE switch_votes SET who = 'x' WHERE name = 'Ana'", FORGED),
        ("UPDATE switch_votes SET name = 'X'", FORGED),
        ("UPDATE switch_votes SET at = 'x'", FORGED),
        ("UPDATE switch_votes SET switch = 1 WHERE name = 'Edda'", FORGED),
        ("DELETE FROM switch_votes WHERE name = 'Ana'", "a vote on the switch of {} was cast and is no longer there"),
        ("UPDATE switches SET outcome = NULL", "what became of the switch of {} is not what the log tells"),
    ],
)
def test_vote_undone_in_the_table_is_found(desk: Desk, statement: str, words: str) -> None:
    """A vote that nobody cast, or that was overruled, changed, moved or taken away, is found; so is a settlement."""
    switch, other = throw(desk), throw(desk, say="020 7946 0004")
    desk.switches.settle(other.id, EDDA, NOW, Outcome.LIFT)
    for person, outcome in ((BEN, Outcome.LIFT), (ANA, Outcome.KEEP), (CLEO, Outcome.KEEP)):
        desk.switches.settle(switch.id, person, NOW, outcome)

    assert desk.verify().whole

    with desk.engine.begin() as connection:
        connection.exec_driver_sql(statement)

    assert words.format(f"GB {switch.number}") == desk.verify().break_


def test_settled_switches_are_as_the_log_tells(any_desk: Desk) -> None:
    """Switches that were thrown, kept and lifted in order leave a log that is whole."""
    for outcome in (Outcome.KEEP, Outcome.LIFT):
        switch = throw(any_desk) if outcome is Outcome.KEEP else any_desk.switches.history()[0]
        any_desk.switches.settle(switch.id, BEN, NOW, outcome)
        any_desk.switches.settle(switch.id, CLEO, NOW, outcome)
    later = NOW + dt.timedelta(hours=1)
    any_desk.switches.throw(ANA, later, FIRST, "GB", SAY, Position.READ_OUT, "again")

    assert any_desk.verify().whole
