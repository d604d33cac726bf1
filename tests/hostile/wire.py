"""Strange requests as bytes on a connection, among them such as no HTTP library would send."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from random import Random

from tests.hostile.attacks import Attack
from tests.hostile.judge import Reply

PATIENCE = 10
"""Seconds after which an answer is missing."""
Headers = list[tuple[str, str]]
Framing = Callable[[Attack, Headers, Random], bytes]
"""Puts a request into bytes, with more headers than it came with."""


def plain(attack: Attack, more: Headers, random: Random) -> bytes:
    """Frame it as it should be."""
    return _head(attack, [*more, ("Content-Length", str(len(attack.body)))]) + attack.body


def in_pieces(attack: Attack, more: Headers, random: Random) -> bytes:
    """Send the body in pieces, without saying how long it is."""
    size = random.choice((1, 7, 100, 65_536)) if len(attack.body) < 2000 else 4096
    pieces = [attack.body[at : at + size] for at in range(0, len(attack.body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return _head(attack, [*more, ("Transfer-Encoding", "chunked")]) + chunks + b"0\r\n\r\n"


def in_broken_pieces(attack: Attack, more: Headers, random: Random) -> bytes:
    """Say wrongly how long the pieces are, or end before the end."""
    body = attack.body
    broken = (
        b"zz\r\n",
        b"-1\r\n",
        b"ffffffffffffffff\r\n",
        b"5\r\n",
        b"\0",
        b"",
        b"1;" + b"x" * 9000,
        b"0\r\nX: y\r\n",
    )
    kind = random.choice(("chunked", "Chunked", "gzip, chunked", "identity", "chunked, chunked", "x", "\x0bchunked"))
    return _head(attack, [*more, ("Transfer-Encoding", kind)]) + random.choice(broken) + body


def of_two_lengths(attack: Attack, more: Headers, random: Random) -> bytes:
    """Say twice how long the body is, differently: what one server takes for the body is another's next request."""
    length = str(len(attack.body))
    both: tuple[Headers, ...] = (
        [("Content-Length", length), ("Transfer-Encoding", "chunked")],
        [("Content-Length", length), ("Content-Length", "0")],
        [("Content-Length", "0"), ("Content-Length", length)],
        [("Content-Length", f"{length}, 0")],
        [("Content-Length", f"+{length}")],
        [("Content-Length", f"-{length}")],
        [("Content-Length", "1" * 30)],
        [("Content-Length", "x")],
        [("Content-Length", str(len(attack.body) + 50))],
        [("Content-Length", "0"), ("Content_Length", length)],
        [("Transfer_Encoding", "chunked"), ("Content-Length", length)],
        [],
    )
    return _head(attack, [*more, *random.choice(both)]) + attack.body


def with_a_broken_head(attack: Attack, more: Headers, random: Random) -> bytes:
    """Spoil the lines before the body."""
    whole = plain(attack, more, random)
    head, _, body = whole.partition(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    heads = (
        line.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n" + rest,
        line.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n" + rest,
        line.replace(b" HTTP/1.1", b"") + b"\r\n" + rest,
        line.replace(b" /", b" http://elsewhere.example.org/") + b"\r\n" + rest,
        line.replace(b" /", b"  /") + b"\r\n" + rest,
        line + b"\n" + rest,
        line + b"\r\n folded: x\r\n" + rest,
        line + b"\r\nX : y\r\n" + rest,
        line + b"\r\nX\0: y\r\n" + rest,
        line + b"\r\nX: \0\r\n" + rest,
        line + b"\r\nX: \x7f\r\n" + rest,
        line + b"\r\nExpect: x\r\n" + rest,
        line + b"\r\nno colon\r\n" + rest,
        line + b"\r\nX: " + b"y" * 20_000 + b"\r\n" + rest,
        line + b"".join(b"\r\nX%d: y" % at for at in range(300)) + b"\r\n" + rest,
        line.replace(b" /", b" /" + b"x" * 9000) + b"\r\n" + rest,
        line + b"\r\nHost: [::1\r\nHost: h:99999\r\n" + rest,
        line + b"\r\n" + rest.replace(b"\r\nHost: ", b"\r\nX-Host: "),
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + head,
        b"PRI * HTTP/2.0\r\n\r\nSM",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(64),
        random.randbytes(200),
        b"\r\n" * 50 + head,
    )
    return random.choice(heads) + b"\r\n\r\n" + body


BROKEN: Sequence[Framing] = (in_broken_pieces, of_two_lengths, with_a_broken_head)


def _head(attack: Attack, more: Headers) -> bytes:
    lines = [f"{attack.method} {attack.target} HTTP/1.1", *(f"{name}: {value}" for name, value in attack.headers)]
    lines += [f"{name}: {value}" for name, value in more]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def exchange(port: int, content: bytes) -> Reply | None:
    """Send bytes on a connection of their own and read the first answer; None where it was closed without one."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it was refused before its end
        answered = _read(connection)
    return _reply(answered) if answered else None


def _read(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass  # what was sent beyond the refusal was thrown away
    return b"".join(parts)


def _reply(answered: bytes) -> Reply:
    head, _, body = answered.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    length = int(headers.get("content-length", len(body)))
    return Reply(int(line.split()[1]), headers, body[:length])
