"""Somebody who signs in at the coordinators' pages of a running installation over HTTP, and opens every one of them."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from routes.admin.accounts import codes

PASSWORD = "three lanterns on the quay"
EACH = 4
"""Pages of one kind that are opened: of a thousand sentences, the first four."""
_HREF = re.compile(r'(?:href|src)="([^"#]+)')
_LINK = re.compile(r"^  [a-z, ]+ \(\S+\):\n +(?P<link>http\S+)$", re.MULTILINE)


def first_links(log: str) -> list[str]:
    """Return the one-time links that `fanal run` has printed."""
    return [found["link"] for found in _LINK.finditer(log)]


class Reader:
    """A person with an account. `endpoints` tells which kind of page an address below `/admin` is."""

    def __init__(self, pages: str, endpoints: MapAdapter) -> None:
        self.pages, self._endpoints = pages, endpoints
        self.seen: dict[str, bytes] = {}
        """Every answer by its address, headers included."""
        self.kinds: Counter[str] = Counter()
        self._session = requests.Session()
        self._session.trust_env = False

    def enrol(self, link: str) -> None:
        """Follow a one-time link: a password, an app, its first code."""
        self._post(link, {"password": PASSWORD, "again": PASSWORD})
        page = self.open(f"{link}/second")
        secret = codes.from_readable(_found(page, r'<code class="secret">([A-Z2-7 ]+)</code>'))
        code = codes.code_at(secret, int(dt.datetime.now(dt.UTC).timestamp()) // codes.STEP)
        sealed = _found(page, r'name="sealed" value="([^"]*)"')
        assert 200 == self._post(f"{link}/second", {"kind": "app", "sealed": sealed, "code": code})

    def crawl(self) -> None:
        """Follow every link within the pages, from the first page on."""
        waiting = [f"{self.pages}/", f"{self.pages}/statistics/counters"]
        while waiting:
            address = waiting.pop(0)
            if address in self.seen or not self._is_wanted(address):
                continue
            links = (urljoin(address, unescape(each)) for each in _HREF.findall(self.open(address)))
            waiting += [each for each in dict.fromkeys(links) if each.startswith(f"{self.pages}/")]

    def open(self, address: str) -> str:
        """Open a page."""
        answer = self._session.get(address, timeout=30)
        self.seen[address] = f"{answer.status_code} {dict(answer.headers)}".encode() + answer.content
        return answer.text

    def _post(self, address: str, form: dict[str, str]) -> int:
        token = _found(self.open(address), r'name="csrf_token" value="([^"]*)"')
        answer = self._session.post(address, data={"csrf_token": token, **form}, timeout=30)
        self.seen[f"POST {address}"] = f"{answer.status_code} {dict(answer.headers)}".encode() + answer.content
        return answer.status_code

    def _is_wanted(self, address: str) -> bool:
        try:
            endpoint, _ = self._endpoints.match(urlsplit(address).path.removeprefix("/admin"), method="GET")
        except HTTPException:
            return False
        self.kinds[endpoint] += 1
        return self.kinds[endpoint] <= EACH and endpoint != "sign_in.show"


def _found(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, f"{pattern} is not on the page: {page}"
    return unescape(found[1])
