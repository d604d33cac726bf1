"""What a call is told: where a key goes, where silence goes, whether somebody is rung, whether the call ends."""

from __future__ import annotations

from dataclasses import dataclass


class UnexpectedError(Exception):
    """An answer that no call can go on with; the message says what it was."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One document, as far as a caller acts on it. Paths are below PUBLIC_URL; empty where there is none."""

    key: bytes = b""
    silence: bytes = b""
    outcome: bytes = b""
    ends: bool = False
    document: bytes = b""


def read(document: bytes, public_url: bytes) -> Answer:
    """Read a document of ours; raises `UnexpectedError` for one that leads nowhere."""
    gather, dial = document.find(b"<Gather "), document.find(b"<Dial ")
    if gather >= 0:
        key = _attribute(document, b'action="', gather, b'"')
        silence = _attribute(document, b"<Redirect", document.rfind(b"</Gather>"), b"</Redirect>")
        return Answer(_path(key, public_url), _path(silence.partition(b">")[2], public_url), document=document)
    if dial >= 0:
        return Answer(outcome=_path(_attribute(document, b'action="', dial, b'"'), public_url), document=document)
    if b"<Hangup/>" in document:
        return Answer(ends=True, document=document)
    raise UnexpectedError("an answer leads nowhere")


def _attribute(document: bytes, opening: bytes, start: int, closing: bytes) -> bytes:
    begin = document.find(opening, max(start, 0))
    end = document.find(closing, begin + len(opening))
    if min(begin, end, start) < 0:
        raise UnexpectedError("an answer is not as we write it")
    return document[begin + len(opening) : end]


def _path(address: bytes, public_url: bytes) -> bytes:
    if not address.startswith(public_url):
        raise UnexpectedError("an answer leads elsewhere")
    return address[len(public_url) :]
