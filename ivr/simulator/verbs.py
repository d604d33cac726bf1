"""The verbs of TwiML that this product uses, as values. Units are seconds, texts as they are spoken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a text. `language` is a BCP 47 tag, or None for the provider's default (en-US)."""

    text: str
    language: str | None = None
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """Play a recording; `url` is relative or absolute."""

    url: str


@dataclass(frozen=True, slots=True)
class Listening:
    """How words are listened to."""

    language: str
    """BCP 47 tag of the language that is recognised."""
    hints: tuple[str, ...] = ()
    """Words and phrases that are likely."""
    pause: int | None = None
    """Seconds of silence that end the words; None leaves it to the recogniser."""


@dataclass(frozen=True, slots=True)
class Gather:
    """Listen for keys, during the prompts and for `timeout` seconds after the last prompt or key."""

    prompts: tuple[Say | Play, ...] = ()
    action: str | None = None
    """Where the keys go; None means the document's own address."""
    digits: int | None = None
    """How many keys end the listening; None for any number."""
    timeout: int = 5
    finish: str = "#"
    """The key that ends the listening and is not passed on; empty for none."""
    on_empty: bool = False
    """Ask `action` also when no key came; otherwise the next verb follows."""
    words: Listening | None = None
    """Listen for words as well; None for keys only."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring one number and join it to the call. `caller_id` is what the other side sees."""

    number: str
    caller_id: str
    action: str | None = None
    """Where the outcome goes; None means that the next verb follows."""
    timeout: int = 30
    time_limit: int = 14400


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document at another address."""

    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the call; before any other verb it is never answered. `reason` is "rejected" or "busy"."""

    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class Message:
    """Answer a text with a text, and tell `report` what becomes of it."""

    body: str
    report: str | None = None


VoiceVerb = Say | Play | Gather | Dial | Redirect | Hangup | Reject
TextVerb = Message | Redirect
Verb = VoiceVerb | Message
