"""The address of Sentinels: what it may say, and that anything else is refused."""

from __future__ import annotations

import pytest

from ivr.sentinels import EXAMPLE, Sentinels

HOSTS = (("10.0.0.11", 26379), ("10.0.0.12", 26379), ("10.0.0.13", 26379))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (EXAMPLE, Sentinels(HOSTS, "fanal")),
        ("redis+sentinel://one/fanal", Sentinels((("one", 26379),), "fanal")),
        ("redis+sentinel://one:1,two:65535/a.b-c_d/15", Sentinels((("one", 1), ("two", 65535)), "a.b-c_d", 15)),
        ("redis+sentinel://one,one:26379/fanal/", Sentinels((("one", 26379),), "fanal")),
        ("redis+sentinel://[::1]:7000,[fe80::1]/fanal", Sentinels((("::1", 7000), ("fe80::1", 26379)), "fanal")),
        ("redis+sentinel://:p%40ss@one/fanal", Sentinels((("one", 26379),), "fanal", password="p@ss")),
        (
            "rediss+sentinel://fanal:secret@one/fanal/2?sentinel_password=other",
            Sentinels((("one", 26379),), "fanal", 2, "fanal", "secret", "other", tls=True),
        ),
    ],
)
def test_reads(url: str, expected: Sentinels) -> None:
    """Hosts, service, database, names and passwords are read as they stand; what is left out has its default."""
    assert Sentinels.named_in(url)
    assert expected == Sentinels.read(url)


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://",
        "redis+sentinel://one",
        "redis+sentinel:///fanal",
        "redis+sentinel://one/",
        "redis+sentinel://one//0",
        "redis+sentinel://one/fanal/zero",
        "redis+sentinel://one/fanal/0/1",
        "redis+sentinel://one,/fanal",
        "redis+sentinel://one:0/fanal",
        "redis+sentinel://one:65536/fanal",
        "redis+sentinel://one:port/fanal",
        "redis+sentinel://::1/fanal",
        "redis+sentinel://one/fanal#0",
        "redis+sentinel://one/fanal?db=1",
        "redis+sentinel://one two/fanal",
    ],
)
def test_refuses(url: str) -> None:
    """What cannot be meant is refused with an example of what can."""
    with pytest.raises(ValueError, match=EXAMPLE.replace("+", r"\+")):
        Sentinels.read(url)


@pytest.mark.parametrize("url", ["redis://one/0", "rediss://one", "unix:///run/redis.sock", "sentinel://one/fanal"])
def test_others_are_not_meant(url: str) -> None:
    """An address of Redis itself is none of Sentinels."""
    assert not Sentinels.named_in(url)


def test_shows_no_password() -> None:
    """What is written of it holds neither password."""
    shown = repr(Sentinels.read("redis+sentinel://:hunter2@one/fanal?sentinel_password=hunter3"))

    assert "hunter" not in shown
