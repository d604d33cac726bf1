"""The provider's REST interface as a small program of its own: `python -m bench.year.provider`, settings on its input.

It knows who is on a call by the call's id, takes texts and says a second later that they have been delivered (a signed
request to the address that it was given), and deletes records. It keeps no record: every one exists. A forwarded leg
has none of its own. What it was asked is counted, and told below `/told`.

Input: one line of JSON, {"account", "token", "public_url"}; output: one line with its port.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote_plus, urlsplit

from bench.year.people import Telephone, telephones

DELIVERY_SECONDS = 1.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_WORDS = {200: "OK", 201: "Created", 204: "No Content", 401: "Unauthorized", 404: "Not Found"}
Told = tuple[int, object]


@dataclass
class Provider:
    """What the provider knows, and what it was asked."""

    account: str
    token: str
    telephones: tuple[Telephone, ...]
    deliver: Callable[[str, str, str], None]
    """Called with the id of a text, its receiver, and the address that is to be told of its delivery."""
    asked: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    """Texts taken, by the number they went to."""

    def answer(self, method: str, path: str, query: str, body: bytes) -> Told:
        """Answer one request with a status and what is written as JSON."""
        if path == "/told":
            return 200, {"asked": dict(self.asked), "texts": dict(self.texts) if query else self.texts.total()}
        what, _, sid = path.removesuffix(".json").removeprefix(self._root).partition("/")
        match method, what:
            case "GET", "Calls" if sid:
                return self._call(sid)
            case "GET", "Calls":
                self.asked["legs"] += 1
                return 200, {"calls": [], "uri": path, "page": 0, "page_size": 100, "start": 0, "end": 0}
            case "POST", "Messages":
                return self._message(parse_qs(body.decode()))
            case "DELETE", "Calls" | "Messages":
                self.asked[f"{what} deleted"] += 1
                return 204, None
        return 404, {"code": 20404, "message": "not found", "status": 404}

    @property
    def _root(self) -> str:
        return f"/2010-04-01/Accounts/{self.account}/"

    def _call(self, sid: str) -> Told:
        self.asked["calls"] += 1
        telephone = self.telephones[int(sid[-8:])]
        record = {"sid": sid, "account_sid": self.account, "from": telephone.number, "to": telephone.called}
        return 200, {**record, "status": "in-progress", "direction": "inbound"}

    def _message(self, form: Mapping[str, list[str]]) -> Told:
        number = form["To"][0]
        self.texts[number] += 1
        sid = f"SM{self.texts.total():032d}"
        self.deliver(sid, number, form["StatusCallback"][0])
        return 201, {"sid": sid, "account_sid": self.account, "to": number, "status": "queued"}


class Protocol(asyncio.Protocol):
    """One connection of the product's."""

    def __init__(self, provider: Provider) -> None:
        self._provider, self._received = provider, b""
        self._transport: asyncio.Transport | None = None
        self._pass = b"Basic " + base64.b64encode(f"{provider.account}:{provider.token}".encode())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where answers go."""
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            request, self._received = self._received[:whole], self._received[whole:]
            if self._transport:
                self._transport.write(self._answer(request[:end], request[end + 4 :]))

    def _answer(self, head: bytes, body: bytes) -> bytes:
        method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
        address = urlsplit(target)
        status, told = 401, None
        if address.path == "/told" or self._pass in head:
            status, told = self._provider.answer(method, address.path, address.query, body)
        written = b"" if told is None else json.dumps(told).encode()
        line = f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: application/json\r\n"
        return f"{line}Content-Length: {len(written)}\r\n\r\n".encode() + written


class Deliveries:
    """Tells the product of deliveries, one after another on one connection."""

    def __init__(self, account: str, token: str, port: int) -> None:
        self._account, self._token, self._port = account, token.encode(), port
        self._waiting: asyncio.Queue[tuple[float, str, str, str]] = asyncio.Queue()
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def note(self, sid: str, number: str, address: str) -> None:
        """Note that a text will have been delivered in a second."""
        self._waiting.put_nowait((asyncio.get_running_loop().time() + DELIVERY_SECONDS, sid, number, address))

    async def run(self) -> None:
        """Tell, for ever; what was not answered is told again a second later."""
        while True:
            due, sid, number, address = await self._waiting.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            try:
                await self._tell(self._request(sid, number, address))
            except (OSError, asyncio.IncompleteReadError):
                self._connection = None
                self.note(sid, number, address)

    async def _tell(self, request: bytes) -> None:
        if self._connection is None:
            self._connection = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._connection
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)

    def _request(self, sid: str, number: str, address: str) -> bytes:
        form = {"AccountSid": self._account, "MessageSid": sid, "MessageStatus": "delivered", "To": number}
        content = address + "".join(name + value for name, value in sorted(form.items()))
        signature = base64.b64encode(hmac.digest(self._token, content.encode(), "sha1")).decode()
        body = "&".join(f"{name}={quote_plus(value)}" for name, value in form.items())
        place = urlsplit(address)
        return (
            f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


async def serve(settings: Mapping[str, str]) -> None:
    """Answer until ended."""
    account, token, url = settings["account"], settings["token"], settings["public_url"]
    deliveries = Deliveries(account, token, urlsplit(url).port or 80)
    provider = Provider(account, token, telephones(account, url), deliveries.note)
    server = await asyncio.get_running_loop().create_server(lambda: Protocol(provider), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await deliveries.run()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.stdin.readline())))
