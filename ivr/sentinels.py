"""The address of a Redis that Sentinels look after: where they are asked, and for which service.

The form is the one that other programs know: `redis+sentinel://:password@host:26379,other:26379/service/0`, with
`rediss+sentinel` where Redis and Sentinels speak TLS. Name and password are those of Redis; `?sentinel_password=` is
what the Sentinels want to hear. What an address leaves out is 26379 and 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("redis+sentinel", "rediss+sentinel")
EXAMPLE = "redis+sentinel://10.0.0.11:26379,10.0.0.12:26379,10.0.0.13:26379/fanal/0"
PORT = 26379
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]@/]+)(?::(?P<port>\d{1,5}))?")
_PATH = re.compile(r"/(?P<service>[A-Za-z0-9._-]+)(?:/(?P<database>\d{1,3}))?/?")
_PASSWORD = "sentinel_password"  # noqa: S105 - the name under which one stands


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Where Sentinels are asked, what for, and how."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    """The name under which they look after our Redis."""
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    """Of Redis, not of the Sentinels."""
    own_password: str | None = field(default=None, repr=False)
    """Of the Sentinels."""
    tls: bool = False

    @classmethod
    def named_in(cls, url: str) -> bool:
        """Tell whether an address begins as one of Sentinels does."""
        return url.startswith(tuple(f"{scheme}://" for scheme in SCHEMES))

    @classmethod
    def read(cls, url: str) -> Self:
        """Read an address; raises ValueError, with the rest of a sentence, where anything in it is not understood."""
        parts = urlsplit(url)
        who, _, hosts = parts.netloc.rpartition("@")
        path, asked = _PATH.fullmatch(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if not path or parts.fragment or parts.scheme not in SCHEMES or set(asked) - {_PASSWORD}:
            raise ValueError(f"must be an address such as {EXAMPLE}")
        name, _, password = (unquote(each) for each in who.partition(":"))
        return cls(
            hosts=tuple(dict.fromkeys(_host(each) for each in hosts.split(","))),
            service=path["service"],
            database=int(path["database"] or 0),
            username=name or None,
            password=password or None,
            own_password=asked.get(_PASSWORD) or None,
            tls=parts.scheme == SCHEMES[1],
        )


def _host(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    if not found or not 0 < int(found["port"] or PORT) < 65536:
        raise ValueError(f"must name each Sentinel as host:port, such as {EXAMPLE}")
    return found["host"].strip("[]"), int(found["port"] or PORT)
