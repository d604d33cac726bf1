"""A scripted application for the carrier to call: it answers what it was told to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ivr.simulator.faults import CarrierError
from ivr.simulator.people import person
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import Response
from ivr.wav import encode

PUBLIC_URL = "https://fanal.example.org"
OURS = "+442079460123"
"""Reserved for fiction by Ofcom."""
CALLER = person("GB").mobile
"""libphonenumber's example. (It holds the mobiles that Ofcom reserves for fiction to be invalid.)"""
HELPLINE = "+442079460999"
"""Reserved for fiction by Ofcom."""
SUBSCRIPTION = Subscription("AC" + "0" * 32, "token of a test", (OURS,), PUBLIC_URL)

Answer = str | Response | CarrierError


@dataclass(frozen=True)
class Posted:
    """One request of the carrier."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Application:
    """Answers by path; a list of answers is used up one by one, the last for ever. Callbacks are answered with 204."""

    answers: Mapping[str, Answer | list[Answer]]
    posted: list[Posted] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    """Addresses of what was fetched to be played."""

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Answer one request."""
        self.posted.append(Posted(url, form, headers))
        path = urlsplit(url).path
        answer = self.answers.get(path, Response(204, {}, b"") if path.endswith("/status") else missing())
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, CarrierError):
            raise answer
        return twiml(answer) if isinstance(answer, str) else answer

    def get(self, url: str) -> Response:
        """Answer a plain request."""
        self.fetched.append(url)
        answer = self.answers.get(urlsplit(url).path, missing())
        if isinstance(answer, CarrierError):
            raise answer
        assert isinstance(answer, Response), "what is played is told as a whole answer"
        return answer

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [urlsplit(each.url).path for each in self.posted]

    def last(self, path: str) -> Mapping[str, str]:
        """Return the form that was last posted to a path."""
        return next(each.form for each in reversed(self.posted) if urlsplit(each.url).path == path)


def twiml(verbs: str, **headers: str) -> Response:
    """Return a well-formed answer with these verbs; keyword arguments replace headers (content_type)."""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'.encode()
    usual = {"content-type": "text/xml; charset=utf-8", "content-length": str(len(body))}
    return Response(200, {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}, body)


def recording(text: str | None, seconds: float = 1.0, content_type: str = "audio/wav") -> Response:
    """Return a file of telephone audio, silent, that says what it speaks."""
    body = encode(bytes(2 * round(8000 * seconds)), 8000, text=text)
    return Response(200, {"content-type": content_type, "content-length": str(len(body))}, body)


def missing() -> Response:
    """Return what a web server says where there is nothing."""
    return Response(404, {"content-type": "text/html", "content-length": "9"}, b"Not Found")
