"""The sealed state: it opens for its own call while it is fresh, and shows nothing to anybody else."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import re
import string
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.load import load
from ivr.sealed import BLOCK, LIFE, LONGEST, Seal, derive
from ivr.state import Channel, State, Step, UnreadableStateError
from ivr.voices import load_voices
from tests.ivr.test_state import STATES

OLD, NEW = "the secret of last year, long enough", "the secret of this year, long enough"
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
CALL = "CA" + "0" * 31 + "1"
OTHER_CALL = "CA" + "0" * 31 + "2"
STATE = State(Step.REFERRAL, Channel.VOICE, "ro", "trafficking", "RO", "ro-anitp", ("ro-one", "ro-two"), 1, 2)
SEAL = Seal([NEW])


def bytes_of(token: str) -> bytes:
    """Return what a token is made of."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def token_of(content: bytes) -> str:
    """Write bytes as tokens are written."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def refuses(token: str, call: str = CALL, now: dt.datetime = NOW, seal: Seal = SEAL) -> bool:
    """Tell whether a token is refused by name; any other exception is the test's failure."""
    try:
        seal.open(token, call, now)
    except UnreadableStateError:
        return True
    return False


@given(STATES, st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_comes_back(state: State, call: str) -> None:
    """Any state opens again for its own call."""
    assert state == SEAL.open(SEAL.seal(state, call, NOW), call, NOW)


def test_every_flipped_bit_is_refused() -> None:
    """A token of which one bit was changed opens nothing."""
    sealed = bytes_of(SEAL.seal(STATE, CALL, NOW))
    flipped = [
        sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :]
        for place in range(len(sealed))
        for bit in range(8)
    ]

    assert [] == [place for place, content in enumerate(flipped) if not refuses(token_of(content))]


def test_every_changed_character_is_refused() -> None:
    """No token can be written in two ways: not even the bits that the last character has to spare may differ."""
    token = SEAL.seal(STATE, CALL, NOW)
    alphabet = string.ascii_letters + string.digits + "-_+/="
    opened = [
        (place, character)
        for place in (0, 1, len(token) // 2, len(token) - 2, len(token) - 1)
        for character in alphabet
        if character != token[place] and not refuses(token[:place] + character + token[place + 1 :])
    ]

    assert [] == opened


def test_plain_base64_is_refused() -> None:
    """The plain alphabet of base64 is not ours."""
    token = next(t for t in (SEAL.seal(STATE, CALL, NOW) for _ in range(1000)) if "-" in t or "_" in t)

    assert not refuses(token)
    assert refuses(token.replace("-", "+").replace("_", "/"))


def test_cut_and_lengthened_tokens_are_refused() -> None:
    """A token of which something is missing, or to which something was added, opens nothing."""
    token = SEAL.seal(STATE, CALL, NOW)
    cut = [token[:length] for length in range(len(token))]
    lengthened = [token + more for more in ("=", "A", "AA", "AAAA", "\n", " ", "\0", "." * LONGEST)]

    assert [] == [each for each in (*cut, *lengthened) if not refuses(each)]


@pytest.mark.parametrize("call", [OTHER_CALL, "", CALL.lower(), CALL + " ", CALL[:-1]])
def test_token_of_another_call_is_refused(call: str) -> None:
    """Who learns a token can do nothing with it in a call of their own."""
    assert refuses(SEAL.seal(STATE, CALL, NOW), call)


@pytest.mark.parametrize(
    ("age", "refused"),
    [
        (dt.timedelta(0), False),
        (LIFE - SECOND, False),
        (LIFE, False),
        (LIFE + SECOND, True),
        (dt.timedelta(days=365), True),
    ],
)
def test_tokens_expire(age: dt.timedelta, refused: bool) -> None:
    """A token opens as long as a call can last, and not a second longer."""
    assert refused == refuses(SEAL.seal(STATE, CALL, NOW), now=NOW + age)


def test_token_outlives_the_longest_forwarded_call() -> None:
    """Who comes back after four hours with a helpline, the most that the carrier allows, is still known."""
    assert dt.timedelta(hours=4) + dt.timedelta(minutes=30) < LIFE


@pytest.mark.parametrize("back", [SECOND, dt.timedelta(hours=2), dt.timedelta(days=400)])
def test_token_of_the_future_opens(back: dt.timedelta) -> None:
    """A clock that was set back in mid-call ends no call."""
    assert STATE == SEAL.open(SEAL.seal(STATE, CALL, NOW), CALL, NOW - back)


def test_age_does_not_depend_on_the_zone() -> None:
    """The same instant is the same, in whatever zone it is written."""
    there = NOW.astimezone(dt.timezone(dt.timedelta(hours=14)))

    assert STATE == SEAL.open(SEAL.seal(STATE, CALL, there), CALL, NOW + LIFE)


def test_old_key_opens_while_rotating() -> None:
    """A call that began before the keys were rotated goes on."""
    token = Seal([OLD]).seal(STATE, CALL, NOW)

    assert STATE == Seal([NEW, OLD]).open(token, CALL, NOW)


def test_first_key_seals() -> None:
    """New states are sealed with the new key, so that the old one can be forgotten."""
    token = Seal([NEW, OLD]).seal(STATE, CALL, NOW)

    assert (False, True) == (refuses(token, seal=Seal([NEW])), refuses(token, seal=Seal([OLD])))


def test_forgotten_key_opens_nothing() -> None:
    """When an old key is taken away, what it sealed is refused."""
    assert refuses(Seal([OLD]).seal(STATE, CALL, NOW), seal=Seal([NEW]))


def test_seal_needs_a_secret() -> None:
    """There is no seal without a secret."""
    with pytest.raises(ValueError):
        Seal([])


def test_keys_of_two_purposes_differ() -> None:
    """One secret gives each purpose a key of its own, of 256 bits."""
    one, other = derive(NEW, b"one purpose"), derive(NEW, b"another")

    assert (32, 32, False) == (len(one), len(other), one == other)


def test_same_state_is_sealed_differently_each_time() -> None:
    """Two tokens of one state cannot be recognised as such."""
    assert 200 == len({SEAL.seal(STATE, CALL, NOW) for _ in range(200)})


@given(STATES)
def test_tokens_need_no_escaping(state: State) -> None:
    """A token stands in an address, in XML and in a signature as it is."""
    assert re.fullmatch(r"[A-Za-z0-9_-]+", SEAL.seal(state, CALL, NOW))


def test_nothing_of_the_state_shows() -> None:
    """Neither need nor language, country, service or time can be read from a token."""
    sealed = bytes_of(SEAL.seal(STATE, CALL, NOW))
    facts = [b"trafficking", b"ro-anitp", b"ro-one", b"|ro|", b"|RO|", int(NOW.timestamp()).to_bytes(4), CALL.encode()]

    assert [] == [fact for fact in facts if fact in sealed]


def test_length_tells_nothing() -> None:
    """Whatever the shipped directory lets a caller ask, choose, leave and ring, all tokens are equally long."""
    directory = load()
    lengths = set()
    for (country, need), ladder in directory.ladders.items():
        services = sorted(service.id for _, found in ladder for service in found)
        longest = State(Step.REFERRAL, Channel.VOICE, "ro", need, country, max(services, key=len), page=9, misses=3)
        for seen in ((), services[:1], services):
            lengths.add(len(SEAL.seal(replace(longest, seen=tuple(seen), back=Step.NEED), CALL, NOW)))
    for language in (None, *load_voices()):
        lengths.add(len(SEAL.seal(State(language=language), CALL, NOW)))

    assert 1 == len(lengths)
    assert LONGEST // 2 > lengths.pop()


def test_length_grows_by_blocks_only() -> None:
    """Where a directory is so large that its states need more room, lengths tell the number of blocks alone."""
    lengths = {len(bytes_of(SEAL.seal(State(helpline="x" * size), CALL, NOW))) for size in range(3 * BLOCK)}

    assert {BLOCK} == {b - a for a, b in zip(sorted(lengths), sorted(lengths)[1:], strict=False)}


@given(st.binary(max_size=400).map(token_of) | st.text(max_size=400) | st.text("ABab01-_+/=", max_size=400))
def test_anything_else_is_refused(token: str) -> None:
    """Whatever stands in an address where a token should, it is refused by name and by nothing else."""
    assert refuses(token)


@pytest.mark.parametrize(
    "token", ["é" * 60, "Ａ" * 60, "\ud800" * 60, "🔑" * 60, "A" * (LONGEST + 1), "A" * 10**6, "%41" * 40]
)
def test_strange_tokens_are_refused(token: str) -> None:
    """Letters beyond ASCII, halves of characters, escapes and endless tokens are refused like all others."""
    assert refuses(token)


def test_nonces_of_forked_processes_differ_by_what_is_sealed() -> None:
    """Two seals that stand at the same number, as after a fork, never use one nonce for two different messages."""
    seal = Seal([NEW])
    twins = [copy.copy(seal) for _ in range(4)]
    for twin in twins:
        twin._number = count()
    messages = [(State(), "CA1"), (State(page=1), "CA1"), (State(), "CA2"), (State(), "CA1")]

    nonces = [bytes_of(twin.seal(*message, NOW))[:12] for twin, message in zip(twins, messages, strict=True)]

    assert 3 == len(set(nonces))
    assert nonces[0] == nonces[3]
