"""Toll fraud: nothing that a caller, a form or a stale state can say makes us ring or text what is not published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from flask import Request
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from directory.dialling import digits
from directory.find import number_to_say
from directory.load import compile_files
from directory.model import Directory, Kind, Reach
from directory.switched import Position, Standing, Switched, overlaid
from ivr import flow
from ivr.calls import CallsUnderWay
from ivr.services import Services
from ivr.state import State, Step
from ivr.turn import Answer, Caller, Turn, World
from ivr.twiml import Leg
from routes.forms import read_voice
from tests.application import some_services, some_settings
from tests.editions import make
from tests.hostile.attacks import CANARY, FIELDS
from tests.ivr.flow.walk import walk
from tests.sample_directory import FILES

BEFORE = compile_files(FILES)
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
OURS = ("+442079460900", "+33199000900")
"""Our own numbers in these tests, reserved for fiction."""
CALLERS = (("GB", None), ("FR", None), (None, None), ("GB", "GB"), ("FR", "GB"), ("DE", "FR"))
"""Country of the calling number and of ours; None for a withheld one, and for the one international number."""
LANGUAGES = ("en", "fr", "pl")
AS_IT_STANDS = "as it stands"


def world_of(directory: Directory, calling: str | None, line: str | None, now: dt.datetime = NOW) -> World:
    """Return the world of a caller, who has a mobile number where its country can be told."""
    return World(directory, LANGUAGES, now, Caller(calling, calling is not None, line))


def published(directory: Directory) -> set[str]:
    """Return every number that may be rung: those of the rows, without emergency services."""
    rows = [each for each in directory.helplines.values() if each.kind is not Kind.EMERGENCY]
    return {number.dial for each in rows for number in each.numbers if number.dial}


@cache
def revisions() -> Mapping[str, tuple[Directory, tuple[str | None, str | None], frozenset[str]]]:
    """Return the sample directory as it stands, and with each number switched out or to be read out only.

    With each the caller who would be connected to what was switched, and the numbers that must then not be rung.
    """
    found: dict[str, tuple[Directory, tuple[str | None, str | None], frozenset[str]]] = {}
    found[AS_IT_STANDS] = (BEFORE, CALLERS[0], frozenset())
    for helpline in BEFORE.helplines.values():
        for number in helpline.numbers:
            silenced = frozenset({number.dial} if number.dial else ())
            caller = (helpline.country, helpline.country if number.reach is Reach.NATIONAL else None)
            for position in Position:
                switch = Switched(helpline.country, digits(number.say), position)
                directory = overlaid(BEFORE, Standing(switches=(switch,)))
                found[f"{helpline.id} {number.say} {position}"] = (directory, caller, silenced)
    return found


@cache
def turns_of(revision: str, calling: str | None, line: str | None, now: dt.datetime = NOW) -> tuple[Turn, ...]:
    """Return what a caller can hear in a revision, in every state that they can reach."""
    world = world_of(revisions()[revision][0], calling, line, now)
    return tuple(walk(replace(world, languages=("en",))).turns.values())


def fault(turn: Turn, world: World) -> str | None:
    """Say what is wrong with what a turn rings or offers to text, None if nothing is."""
    directory = world.directory
    if turn.forward:
        row = directory.helplines.get(turn.forward.helpline)
        if row is None or turn.forward.dial not in {number.dial for number in row.numbers}:
            return "rings a number that is not in its row"
        if turn.forward.dial not in published(directory) or world.caller.line not in (None, row.country):
            return "rings what must not be rung from this line"
    for option in turn.options:
        if option.text and turn.state.helpline not in directory.helplines:
            return "offers a text about nothing"
    return None


def test_every_state() -> None:
    """By day and by night, in every state that callers can reach, only what is published is rung; and all of it is."""
    rung = set()
    for (calling, line), now in product(CALLERS, (NOW, NIGHT)):
        world, turns = world_of(BEFORE, calling, line, now), turns_of(AS_IT_STANDS, calling, line, now)
        rung |= {turn.forward.dial for turn in turns if turn.forward}

        assert [] == [(turn.state, each) for turn in turns if (each := fault(turn, world))]
    assert published(BEFORE) == rung


def test_every_switch() -> None:
    """A number that is switched, out or to be read out, is rung from no state; all that is rung is published then."""
    for revision, (directory, caller, silenced) in revisions().items():
        turns, world = turns_of(revision, *caller), world_of(directory, *caller)
        rung = {turn.forward.dial for turn in turns if turn.forward}

        assert (revision, set()) == (revision, rung & silenced)
        assert [] == [(revision, turn.state, each) for turn in turns if (each := fault(turn, world))]


TEXTS = st.none() | st.sampled_from(["en", "GB", "FR", "gb-crime", "gb-999", "fr-support", "crime", "gone", CANARY, ""])
STATES = st.builds(
    State,
    step=st.sampled_from(Step),
    language=st.none() | st.sampled_from(["en", "fr", "xx", CANARY]),
    need=TEXTS,
    country=TEXTS,
    helpline=TEXTS,
    seen=st.lists(st.sampled_from(["gb-crime", "fr-support", CANARY]), max_size=2).map(tuple),
    page=st.integers(0, 9),
    misses=st.integers(0, 9),
    back=st.none() | st.sampled_from(Step),
)
KEYS = st.sampled_from(["", *"0123456789*#", "12", CANARY, "1" * 500])


def answers(state: State, key: str, world: World) -> Iterator[Answer]:
    """Yield what every act in a state is answered with."""
    yield flow.press(state, key, world)
    yield flow.keep_silent(state, world)
    yield flow.not_heard(state, world)
    yield from (flow.come_back(state, outcome, world) for outcome in flow.Outcome)


@settings(max_examples=150)
@given(STATES, KEYS, st.sampled_from(CALLERS), st.sampled_from(sorted(revisions())))
def test_any_state_at_all(state: State, key: str, caller: tuple[str | None, str | None], revision: str) -> None:
    """Even in states that nobody can reach, with names that do not exist, only what is published is rung or texted."""
    world = world_of(revisions()[revision][0], *caller)
    for answer in answers(state, key, world):
        assert fault(answer.turn, world) is None
        if answer.text:
            row = world.directory.helplines[str(answer.state.helpline)]
            assert number_to_say(row) in row.numbers


def test_markup_rings_what_the_turn_says() -> None:
    """What is written for the carrier has one number in it, the turn's, and our own as the caller's."""
    scribe = make(BEFORE).scribe
    forwarding = [turn for caller in CALLERS for turn in turns_of(AS_IT_STANDS, *caller) if turn.forward]
    for turn in forwarding:
        markup = ET.fromstring(scribe.write(turn, Leg("CA1", OURS[0]), NOW))  # noqa: S314 - our own
        dials = [(dial.get("callerId"), [(each.tag, each.text) for each in dial]) for dial in markup.iter("Dial")]

        assert turn.forward is not None
        assert [(OURS[0], [("Number", turn.forward.dial)])] == dials
    assert len(forwarding) > len(CALLERS)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services with two numbers of ours."""
    return some_services(some_settings(tmp_path_factory.mktemp("var"), OURS, exchange_token=None))


NUMBERS = st.sampled_from([*OURS, CANARY, "+447700900123", "", "anonymous", f"{OURS[0]} ", OURS[0][1:], "sip:x@y"])


@given(st.dictionaries(st.sampled_from([name for name, _ in FIELDS] + ["Called", "Caller", "CallerId"]), NUMBERS))
def test_no_field_of_a_form_is_shown_to_a_helpline(services: Services, form: dict[str, str]) -> None:
    """Whatever number stands in whatever field, the helpline is shown one of ours."""
    request = Request(EnvironBuilder(method="POST", data=form).get_environ())
    read = read_voice(request, replace(services, calls=CallsUnderWay(services.settings.lines)))

    assert read.caller_id in OURS
    assert (read.caller_id == OURS[1]) == (form.get("To") == OURS[1])
    assert CANARY not in repr(replace(read, digits="", call=""))
