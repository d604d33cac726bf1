"""Conversations by text, on a real server: kept for half an hour, under a name that tells nothing."""

from __future__ import annotations

import datetime as dt
import re
import signal
import time
from collections.abc import Iterator

import pytest
import redis

from ivr.adapters.conversations import LIFE, AwayError, Conversations, Kept
from ivr.sealed import LIFE as TOKEN_LIFE
from ivr.sealed import Seal
from ivr.simulator.people import person
from ivr.state import Channel, State, Step
from tests.services import RestartableRedis

OLD, NEW = "the secret of last year that is long enough", "the secret of this year that is long enough"
SENDER, OTHER_SENDER = person("RO").mobile, person("BE").mobile
RECEIVER, OTHER_RECEIVER = "+442079460123", "+33199000001"
"""Our own numbers, reserved for fiction."""
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
BEFORE_MIDNIGHT = NOON.replace(hour=23, minute=50)
MINUTE = dt.timedelta(minutes=1)
KEPT = Kept(State(Step.REFERRAL, Channel.SMS, "ro", "trafficking", "RO", "ro-anitp"), "SM" + "1" * 32)
LATER = Kept(State(Step.EMERGENCY, Channel.SMS, "ro", back=Step.NEED), "SM" + "2" * 32)


def conversations_of(url: str, *secrets: str) -> Conversations:
    """Return the conversations of a process with these secrets."""
    return Conversations(url, secrets or (NEW,), Seal(secrets or (NEW,)))


@pytest.fixture
def conversations(redis_url: str) -> Conversations:
    """Conversations on an empty server."""
    return conversations_of(redis_url)


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    """The server itself, to look at what is there."""
    with redis.Redis.from_url(redis_url) as client:
        yield client


def key_in(server: redis.Redis) -> str:
    """Return the one key that is there."""
    keys = [key.decode() for key in server.scan_iter()]
    assert 1 == len(keys)
    return str(keys[0])


def test_what_is_kept_is_recalled(conversations: Conversations) -> None:
    """A conversation goes on where it stood, and knows the text that brought it there."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)

    assert KEPT == conversations.recall(SENDER, RECEIVER, NOON + MINUTE)


def test_first_text_finds_nothing(conversations: Conversations) -> None:
    """Who has not written before has no conversation."""
    assert conversations.recall(SENDER, RECEIVER, NOON) is None


@pytest.mark.parametrize(
    ("sender", "receiver"), [(OTHER_SENDER, RECEIVER), (SENDER, OTHER_RECEIVER), (RECEIVER, SENDER), ("", RECEIVER)]
)
def test_conversation_belongs_to_two_numbers(conversations: Conversations, sender: str, receiver: str) -> None:
    """Another caller, and the same one writing to another of our numbers, has another conversation."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)

    assert conversations.recall(sender, receiver, NOON) is None


def test_later_step_replaces_the_earlier_one(conversations: Conversations, server: redis.Redis) -> None:
    """There is one conversation between two numbers."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    conversations.keep(SENDER, RECEIVER, LATER, NOON + MINUTE)

    assert LATER == conversations.recall(SENDER, RECEIVER, NOON + 2 * MINUTE)
    assert key_in(server)


def test_all_processes_share_conversations(redis_url: str) -> None:
    """The next text may be answered by another process."""
    conversations_of(redis_url).keep(SENDER, RECEIVER, KEPT, NOON)

    assert KEPT == conversations_of(redis_url).recall(SENDER, RECEIVER, NOON)


def test_conversation_is_forgotten_after_half_an_hour(conversations: Conversations, server: redis.Redis) -> None:
    """The server itself forgets, and each step begins the half hour anew."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    server.expire(key_in(server), 5)
    conversations.keep(SENDER, RECEIVER, LATER, NOON)

    assert LIFE == dt.timedelta(minutes=30)
    assert 1790 < server.ttl(key_in(server)) <= 1800


def test_conversation_goes_on_over_midnight(conversations: Conversations) -> None:
    """The key changes at midnight, and a conversation that began before is still found for its half hour."""
    conversations.keep(SENDER, RECEIVER, KEPT, BEFORE_MIDNIGHT)

    assert KEPT == conversations.recall(SENDER, RECEIVER, BEFORE_MIDNIGHT + 15 * MINUTE)
    assert KEPT == conversations.recall(SENDER, RECEIVER, BEFORE_MIDNIGHT + 30 * MINUTE)


def test_step_after_midnight_is_the_one_that_counts(conversations: Conversations) -> None:
    """What was kept after midnight hides what was kept before."""
    conversations.keep(SENDER, RECEIVER, KEPT, BEFORE_MIDNIGHT)
    conversations.keep(SENDER, RECEIVER, LATER, BEFORE_MIDNIGHT + 15 * MINUTE)

    assert LATER == conversations.recall(SENDER, RECEIVER, BEFORE_MIDNIGHT + 16 * MINUTE)


def test_yesterday_is_not_looked_for_later(conversations: Conversations) -> None:
    """More than half an hour after midnight nobody asks for the day before, even if a server had kept it."""
    conversations.keep(SENDER, RECEIVER, KEPT, BEFORE_MIDNIGHT)

    assert conversations.recall(SENDER, RECEIVER, BEFORE_MIDNIGHT + 41 * MINUTE) is None


def test_midnight_is_that_of_universal_time(conversations: Conversations) -> None:
    """In whatever zone an instant is written, it has one key."""
    there = BEFORE_MIDNIGHT.astimezone(dt.timezone(dt.timedelta(hours=14)))
    conversations.keep(SENDER, RECEIVER, KEPT, there)

    assert KEPT == conversations.recall(SENDER, RECEIVER, BEFORE_MIDNIGHT)


def test_nothing_of_the_caller_is_on_the_server(conversations: Conversations, server: redis.Redis) -> None:
    """Neither the name nor the value holds digits of a number, or what the conversation is about."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    key = key_in(server)
    value = server.get(key)

    assert re.fullmatch(r"fanal:text:[0-9a-f]{32}", key)
    assert isinstance(value, bytes)
    for number in (SENDER, RECEIVER):
        assert [] == [number[i : i + 5] for i in range(1, len(number) - 4) if number[i : i + 5] in key]
        assert number.encode()[1:] not in value
    assert [] == [word for word in (b"trafficking", b"anitp", b"|ro|", b"|RO|") if word in value]


def test_name_changes_every_day(server: redis.Redis) -> None:
    """Two days of one caller cannot be joined, and neither can two callers, two of our numbers or two installations."""
    names = set()
    for sender, receiver, now, secret in [
        (SENDER, RECEIVER, NOON, NEW),
        (SENDER, RECEIVER, NOON + dt.timedelta(days=1), NEW),
        (OTHER_SENDER, RECEIVER, NOON, NEW),
        (SENDER, OTHER_RECEIVER, NOON, NEW),
        (SENDER, RECEIVER, NOON, OLD),
    ]:
        url = f"unix://{server.connection_pool.connection_kwargs['path']}"
        conversations_of(url, secret).keep(sender, receiver, KEPT, now)
        names.add(key_in(server))
        server.flushall()

    assert 5 == len(names)


def test_conversations_go_on_while_keys_rotate(redis_url: str) -> None:
    """A new secret does not end the conversations of the old one, until that is forgotten."""
    conversations_of(redis_url, OLD).keep(SENDER, RECEIVER, KEPT, NOON)

    assert KEPT == conversations_of(redis_url, NEW, OLD).recall(SENDER, RECEIVER, NOON)
    assert conversations_of(redis_url, NEW).recall(SENDER, RECEIVER, NOON) is None


def test_new_secret_is_used_first(redis_url: str) -> None:
    """What is kept while keys rotate is found when the old secret is gone."""
    conversations_of(redis_url, NEW, OLD).keep(SENDER, RECEIVER, KEPT, NOON)

    assert KEPT == conversations_of(redis_url, NEW).recall(SENDER, RECEIVER, NOON)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"nonsense", id="a word"),
        pytest.param(b"nonsense SM1", id="two words"),
        pytest.param(b"\xff\xfe\x00", id="bytes that are no text"),
        pytest.param(b"A" * 100_000, id="endless"),
        pytest.param("é".encode() * 40, id="letters beyond ASCII"),
        pytest.param(Seal([NEW]).seal(KEPT.state, "fanal:text:other", NOON).encode() + b" SM1", id="another's"),
    ],
)
def test_unreadable_value_is_no_conversation(conversations: Conversations, server: redis.Redis, value: bytes) -> None:
    """Whatever stands where a conversation should, the caller begins anew."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    server.set(key_in(server), value)

    assert conversations.recall(SENDER, RECEIVER, NOON) is None


def test_value_of_another_type_is_no_conversation(conversations: Conversations, server: redis.Redis) -> None:
    """A list where a conversation should stand is not one."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    key = key_in(server)
    server.delete(key)
    server.rpush(key, "a", "b")

    assert conversations.recall(SENDER, RECEIVER, NOON) is None


def test_expired_seal_is_no_conversation(conversations: Conversations) -> None:
    """A server that forgets to forget does not bring back an old conversation."""
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)

    assert conversations.recall(SENDER, RECEIVER, NOON + TOKEN_LIFE + MINUTE) is None


@pytest.mark.parametrize("url", ["unix:///nowhere/redis.sock", "redis://127.0.0.1:1/0"])
def test_server_that_is_not_there_is_away(url: str) -> None:
    """Without a server both questions are answered by one exception, which quotes nothing."""
    conversations = conversations_of(url)

    with pytest.raises(AwayError) as recalling:
        conversations.recall(SENDER, RECEIVER, NOON)
    with pytest.raises(AwayError) as keeping:
        conversations.keep(SENDER, RECEIVER, KEPT, NOON)

    assert ("", "") == (str(recalling.value), str(keeping.value))


def test_server_that_hangs_is_away(restartable_redis: RestartableRedis) -> None:
    """A server that takes a connection and says nothing is given up soon, for the carrier waits for an answer."""
    assert restartable_redis.server is not None
    process = restartable_redis.server.process
    conversations = conversations_of(restartable_redis.url)
    began = time.monotonic()
    process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(AwayError):
            conversations.recall(SENDER, RECEIVER, NOON)
        with pytest.raises(AwayError):
            conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    finally:
        process.send_signal(signal.SIGCONT)

    assert time.monotonic() - began < 60  # left to itself the client would try for minutes


def test_server_that_comes_back_is_used_again(restartable_redis: RestartableRedis) -> None:
    """A process needs no restart when the server had one."""
    conversations = conversations_of(restartable_redis.url)
    conversations.keep(SENDER, RECEIVER, KEPT, NOON)
    restartable_redis.stop()
    with pytest.raises(AwayError):
        conversations.recall(SENDER, RECEIVER, NOON)
    restartable_redis.start()

    assert KEPT == conversations.recall(SENDER, RECEIVER, NOON)
