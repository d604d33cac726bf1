"""Numbers that are known to every test of privacy, and the search for what is left of them anywhere.

A trace is a number whole, in any way of writing it; its last six digits; a usual hash of it, keyed with our secrets
or not, in hexadecimal, base64 or bytes; the number itself in base64, in hexadecimal or as bytes of an integer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import phonenumbers
from phonenumbers import PhoneNumberFormat

MOBILE = "+12025550173"
"""A mobile one to libphonenumber, so that texts can be asked for."""
NUMBERS = (MOBILE, "+447700900471", "+33639984172", "+442079460479")
"""All reserved for fiction: the plan of North America (555-01XX), Ofcom's and ARCEP's numbers for drama."""
PART = 6
"""So many digits at the end tell who called."""
_HASHES = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")
_KEYED = ("md5", "sha1", "sha256", "sha512")
_ENOUGH = 12
"""Characters of a hash that count as the hash: many programs keep its beginning."""
_WORD = re.compile(rb"[0-9A-Za-z+/_-]{12,}")
_TOKEN = re.compile(rb"[0-9A-Za-z_=-]{20,}")
"""Identifiers and sealed states: six digits in a row stand in one of them by chance, once in a while."""
_CLOCK = re.compile(
    rb"(?<!\d)(?P<ms>1\d{12})(?!\d)|(?<!\d)(?P<s>1\d{9})(?:\.\d{3,7})?(?!\d)"
    rb"|(?<=\d\d:\d\d:\d\d)\.\d{6}(?!\d)|(?<![\d.:])\d{1,2}\.\d{5,}(?![\d.])"
)
"""What a clock said: milliseconds or seconds since 1970, the fraction of a time of day, and how many seconds something
took. Six of their digits in a row are anybody's number, once in a while."""
_PAST, _COMING = 2 * 86_400, 100 * 86_400
"""Seconds before now to which tests set their clocks, and after now until which anything is kept."""


def written(number: str) -> tuple[str, ...]:
    """Return the ways in which a number is written."""
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return (number, number[1:], str(parsed.national_number), national)


@dataclass
class Search:
    """Looks for the marked numbers in one place after another. `secrets` are what a keyed hash may have used."""

    secrets: Iterable[str] = ()
    places: dict[str, list[str]] = field(default_factory=dict)
    """Every place searched, with the traces found in it."""
    _needles: dict[bytes, str] = field(default_factory=dict)
    _hashes: dict[bytes, str] = field(default_factory=dict)
    """The beginnings of hashes as text, all of one length."""

    def __post_init__(self) -> None:
        for number in NUMBERS:
            self._needles |= _disguises(number)
            for form in written(number)[:3]:
                for name, digest in _digests(form.encode(), tuple(self.secrets)):
                    self._needles[digest[:_ENOUGH]] = f"{name} of {form}"
                    self._hashes |= dict.fromkeys(_in_letters(digest), f"{name} of {form}")

    def look(self, name: str, content: str | bytes) -> None:
        """Search a place; one of the same name is another place only if the name says so."""
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self.places.setdefault(name, []).extend(sorted({*self._plain(data), *self._disguised(data)}))

    def look_through(self, kind: str, contents: Mapping[str, str | bytes]) -> None:
        """Search places of one kind, by name."""
        for name, content in contents.items():
            self.look(f"{kind} {name}", content)

    @property
    def found(self) -> dict[str, list[str]]:
        """Where something was found, and what."""
        return {name: traces for name, traces in self.places.items() if traces}

    def _plain(self, data: bytes) -> Iterator[str]:
        """Find numbers whole, seven digits of their end anywhere, and six outside of what is random."""
        data = _CLOCK.sub(_without_clock, data)
        for number in NUMBERS:
            if _digits(number[-PART - 1 :]).search(data):
                yield f"the end of {number}"
            elif _digits(number[-PART:]).search(_TOKEN.sub(_short_enough, data)):
                yield f"the last {PART} digits of {number}"

    def _disguised(self, data: bytes) -> Iterator[str]:
        yield from (name for needle, name in self._needles.items() if needle in data)
        for word in _WORD.findall(data):
            for text in {word, word.lower()}:
                windows = (text[place : place + _ENOUGH] for place in range(len(text) - _ENOUGH + 1))
                yield from (self._hashes[window] for window in windows if window in self._hashes)


def _short_enough(found: re.Match[bytes]) -> bytes:
    """Keep a long word of digits alone: that is no identifier."""
    return found[0] if found[0].isdigit() else b" "


def _without_clock(found: re.Match[bytes]) -> bytes:
    """Take out a time if it is one of these days; another long number may be anything."""
    seconds = int(found["ms"]) / 1000 if found["ms"] else int(found["s"] or time.time())
    return b" " if -_PAST < seconds - time.time() < _COMING else found[0]


def _digits(digits: str) -> re.Pattern[bytes]:
    return re.compile(rb"[ .()/-]{0,2}".join(digit.encode() for digit in digits))


def _disguises(number: str) -> dict[bytes, str]:
    found = dict.fromkeys(
        (int(number[1:]).to_bytes(5, order) for order in ("big", "little")), f"{number} as an integer"
    )
    for form in written(number)[:3]:
        found |= dict.fromkeys(_in_base64(form.encode()), f"base64 of {form}")
        found[form.encode().hex().encode()] = f"{form} in hexadecimal"
    return found


def _digests(data: bytes, secrets: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for name in _HASHES:
        yield name, hashlib.new(name, data, usedforsecurity=False).digest()
    for name in _KEYED:
        for secret in secrets:
            yield f"keyed {name}", hmac.digest(secret.encode(), data, name)
            yield f"salted {name}", hashlib.new(name, secret.encode() + data, usedforsecurity=False).digest()
            yield f"salted {name}", hashlib.new(name, data + secret.encode(), usedforsecurity=False).digest()


def _in_letters(digest: bytes) -> Iterator[bytes]:
    yield digest.hex()[:_ENOUGH].encode()
    yield base64.b64encode(digest)[:_ENOUGH]
    yield base64.urlsafe_b64encode(digest)[:_ENOUGH]


def _in_base64(data: bytes) -> Iterator[bytes]:
    """Yield what stands in base64 wherever the data begins in the text that was encoded."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + data)
        yield coded[4 if before else 0 : len(coded) // 4 * 4 - 4]
