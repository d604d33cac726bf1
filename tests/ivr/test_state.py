"""The state of a call: what is packed comes back, and nothing else is taken for a state."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.state import Channel, State, Step, UnreadableStateError, pack, unpack

WORDS = st.text(st.characters(exclude_characters="|,", exclude_categories=["Cs"]), min_size=1, max_size=40)
"""Ids and tags are far plainer; whatever does not hold a separator must travel."""
STATES = st.builds(
    State,
    step=st.sampled_from(Step),
    channel=st.sampled_from(Channel),
    language=st.none() | WORDS,
    need=st.none() | WORDS,
    country=st.none() | WORDS,
    helpline=st.none() | WORDS,
    seen=st.lists(WORDS, max_size=6).map(tuple),
    page=st.integers(0, 99),
    misses=st.integers(0, 99),
    back=st.none() | st.sampled_from(Step),
    voiced=st.booleans(),
    offered=st.just("") | WORDS,
    told=st.just("") | WORDS,
)
REFERRAL = "r|v|ro|trafficking|RO|ro-one|ro-three,ro-two|1|2|n||"


@given(STATES)
def test_what_is_packed_comes_back(state: State) -> None:
    """Any state survives being written and read."""
    assert state == unpack(pack(state))


def test_what_was_told_travels_only_where_there_is_something() -> None:
    """A state of the version before, which knew no such field, is read as one in which nothing was told yet."""
    assert "a" == unpack(REFERRAL + "|a").told
    assert "" == unpack(REFERRAL).told


def test_packed_state_is_short() -> None:
    """The line holds the facts and their separators, and no names of fields."""
    state = State(
        Step.REFERRAL,
        Channel.VOICE,
        "ro",
        "trafficking",
        "RO",
        "ro-one",
        ("ro-three", "ro-two"),
        1,
        2,
        Step.NEED,
    )

    assert REFERRAL == pack(state)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("l", id="one field"),
        pytest.param(REFERRAL.removesuffix("|"), id="a field less"),
        pytest.param(REFERRAL + "|", id="a field more"),
        pytest.param(REFERRAL + "|a|b", id="two fields more"),
        pytest.param(REFERRAL.removesuffix("|") + "yes|", id="a mark in other words"),
        pytest.param(REFERRAL.replace("r|", "x|", 1), id="a step that is none"),
        pytest.param(REFERRAL.replace("r|", "REFERRAL|", 1), id="a step by its name"),
        pytest.param(REFERRAL.replace("|v|", "|w|"), id="a channel that is none"),
        pytest.param(REFERRAL.replace("|n|", "|x|"), id="a way back that is none"),
        pytest.param(REFERRAL.replace("|1|", "||"), id="no page"),
        pytest.param(REFERRAL.replace("|1|", "|one|"), id="a page in words"),
        pytest.param(REFERRAL.replace("|1|", "|+1|"), id="a page with a sign"),
        pytest.param(REFERRAL.replace("|1|", "| 1|"), id="a page with a space"),
        pytest.param(REFERRAL.replace("|1|", "|01|"), id="a page with a zero"),
        pytest.param(REFERRAL.replace("|1|", "|1_0|"), id="a page with an underscore"),
        pytest.param(REFERRAL.replace("|1|", "|１|"), id="a page in full-width digits"),
        pytest.param(REFERRAL.replace("|2|", "|2.0|"), id="half misses"),
        pytest.param(REFERRAL.replace("|2|", f"|{'9' * 5000}|"), id="more misses than can be read"),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """What differs from a packed state in one place is no state."""
    with pytest.raises(UnreadableStateError):
        unpack(text)


@given(st.text() | st.lists(st.text(max_size=3), min_size=10, max_size=10).map("|".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in a text, it is the one way to write a state, or it is refused by name."""
    try:
        state = unpack(text)
    except UnreadableStateError:
        return

    assert text == pack(state)


def test_first_state() -> None:
    """A call begins with the language, and with nothing known."""
    assert State() == unpack("l|v||||||0|0|||")


def test_state_knows_nothing_of_the_caller() -> None:
    """No field of the state could hold a number, a name or a call's id: a new field has to be thought about here."""
    known = [
        "step",
        "channel",
        "language",
        "need",
        "country",
        "helpline",
        "seen",
        "page",
        "misses",
        "back",
        "voiced",
        "offered",
        "told",
    ]

    assert known == [field.name for field in fields(State)]
