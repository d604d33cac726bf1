"""A claim is given once, and a job that begins again learns whether an earlier attempt of its own held it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest
import redis

from ivr.adapters.claims import REMEMBERED, Claims
from ivr.events import Form, SendText

TEXT = SendText("CA" + "0" * 32, "ro-anitp", "ro", Form.SHORT, dt.datetime(2026, 11, 24, 10, 2, tzinfo=dt.UTC))
SECRETS = ("new" * 12, "old" * 12)


def test_given_once(connection: redis.Redis) -> None:
    """The first job gets it; neither the same job again nor another one does."""
    claims = Claims(connection, SECRETS)

    assert [True, False, False] == [claims.take(TEXT, who) for who in ("one", "one", "two")]


def test_knows_its_holder(connection: redis.Redis) -> None:
    """A job learns that it held the claim before, which nobody else does, and nobody before it is taken."""
    claims = Claims(connection, SECRETS)
    before = claims.held(TEXT, "one")
    claims.take(TEXT, "one")

    assert (False, True, False) == (before, claims.held(TEXT, "one"), claims.held(TEXT, "two"))


@pytest.mark.parametrize(
    "other", [replace(TEXT, call="CA" + "1" * 32), replace(TEXT, helpline="ro-116111"), replace(TEXT, form=Form.NAMED)]
)
def test_other_texts_are_free(connection: redis.Redis, other: SendText) -> None:
    """Another call, another service and the other form are each a text of their own."""
    claims = Claims(connection, SECRETS)
    claims.take(TEXT, "one")

    assert claims.take(other, "two")


def test_same_text_asked_later_is_taken(connection: redis.Redis) -> None:
    """A replayed webhook, which differs in the instant only, gets no second text."""
    claims = Claims(connection, SECRETS)
    claims.take(TEXT, "one")

    assert not claims.take(replace(TEXT, before=TEXT.before + dt.timedelta(hours=1)), "two")


def test_released_by_its_holder_only(connection: redis.Redis) -> None:
    """A released claim can be taken again, and nobody releases another's."""
    claims = Claims(connection, SECRETS)
    claims.take(TEXT, "one")
    claims.release(TEXT, "two")
    kept = claims.take(TEXT, "two")
    claims.release(TEXT, "one")

    assert (False, True) == (kept, claims.take(TEXT, "two"))


def test_remembered_where_redis_forgets(connection: redis.Redis) -> None:
    """Whoever took a claim knows it although Redis has lost it; another process, or one that gave it back, not."""
    claims, other = Claims(connection, SECRETS), Claims(connection, SECRETS)
    claims.take(TEXT, "one")
    connection.flushall()
    kept = (claims.held(TEXT, "one"), claims.held(TEXT, "two"), claims.take(TEXT, "two"), other.held(TEXT, "one"))
    claims.release(TEXT, "one")

    assert ((True, False, False, False), False, True) == (kept, claims.held(TEXT, "one"), claims.take(TEXT, "two"))


def test_remembered_for_a_while_only(connection: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no job can ask for again is forgotten, so that memory does not grow with the texts of a week."""
    claims = Claims(connection, SECRETS)
    claims.take(TEXT, "one")
    connection.flushall()
    later = time.monotonic() + REMEMBERED.total_seconds()
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert (False, True) == (claims.held(TEXT, "one"), claims.take(TEXT, "two"))


def test_survives_rotation_of_secrets(connection: redis.Redis) -> None:
    """A claim made with the secret that has since become the older one still holds."""
    Claims(connection, SECRETS[1:]).take(TEXT, "one")
    rotated = Claims(connection, SECRETS)

    assert (True, False) == (rotated.held(TEXT, "one"), rotated.take(TEXT, "two"))


def test_names_no_call(connection: redis.Redis) -> None:
    """What Redis keeps of a claim shows neither call nor service, and ends by itself."""
    Claims(connection, SECRETS).take(TEXT, "one")
    (key,) = connection.keys()

    assert (False, False, True) == (b"CA0" in key, b"anitp" in key, 0 < connection.ttl(key) <= 6 * 3600)
