"""The log in words: what each kind of entry says, and where what it is about can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from directory.desk.audit import Entry
from routes.admin.words import _

_DEEDS: Mapping[str, str] = {
    "account disabled": "closed the account {subject}",
    "account enabled": "opened the account {subject} again",
    "account enrolled": "set up the account {subject}: password and second factor",
    "account link renewed": "made a new one-time link for the account {subject}",
    "account made": "made the account {subject} for {name}",
    "account reset": "reset the account {subject} and ended its sessions",
    "account roles": "changed the roles of the account {subject}",
    "draft begun": "began the change “{title}” ({subject})",
    "draft brought up to date": "put the change {subject} onto revision {base}",
    "draft changed": "saved into the change {subject}: {pieces}",
    "draft sent back": "sent the change {subject} back: “{answer}”",
    "draft submitted": "handed the change {subject} over for approval: “{reason}”",
    "draft withdrawn": "gave the change {subject} up",
    "helpline checked": "found {subject} right on {on}: “{how}”",
    "password changed": "changed the password of the account {subject}",
    "raw counters read": "looked at the true counters, {subject}",
    "recording live": "approved the recording {subject}, offered by {by}",
    "recording offered": "offered the recording {subject}",
    "recording refused": "refused the recording {subject}",
    "recording removed": "removed the recording {subject}",
    "recording withdrawn": "took the recording {subject} back",
    "revision confirmed": "confirmed having read revision {subject}",
    "revision published": "published revision {subject}: “{note}”",
    "second factor added": "added a second factor: {name}",
    "second factor removed": "removed a second factor: {name}",
    "sign-in failed": "a sign-in failed",
    "signed in": "signed in",
    "signed out": "signed out",
    "signed out elsewhere": "signed out everywhere else",
    "switch settled": "settled the switch of {subject}: {outcome}",
    "switch thrown": "switched {subject} ({say}): {position}, “{reason}”",
    "switch vote": "said what should become of the switch of {subject}: {outcome}",
    "wording live": "approved the wording {subject}, proposed by {by}",
    "wording proposed": "proposed a wording: {subject}",
    "wording refused": "refused the wording {subject}",
    "wording reviewed": "marked the sentence {subject} as reviewed",
    "wording withdrawn": "took the wording {subject} back",
}
_VALUES: Mapping[str, str] = {
    "keep": "stays as it is",
    "lift": "back in service",
    "out": "out of service",
    "read_out": "read out only",
}
"""Values of details that are words of the program."""
TEMPLATES = (*_DEEDS.values(), *_VALUES.values())
"""All sentences and words of this module, for translators."""


def deed(entry: Entry, names: Mapping[str, str]) -> str:
    """Return what somebody did ("signed in"); the bare action where it has no sentence. `names` are those of people."""
    template = _DEEDS.get(entry.action)
    if template is None:
        return f"{entry.action}: {entry.subject}"
    known = {name: _told(value) for name, value in entry.detail.items()}
    return _(template).format_map(_Lenient({**known, "subject": names.get(entry.subject, entry.subject)}))


def place(entry: Entry) -> str:
    """Return where what an entry is about can be looked at; empty where there is no such page."""
    kind, _colon, number = entry.subject.partition(":")
    if kind == "draft" and number.isdecimal():
        return url_for("review.show", number=int(number))
    if entry.action.startswith("revision ") and entry.subject.isdecimal():
        return url_for("history.show", number=int(entry.subject))
    if entry.action == "helpline checked":
        return url_for("checks.show", helpline=entry.subject)
    return url_for("switches.listing") if entry.action.startswith("switch ") else ""


def details(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Return what else stands in an entry, as it stands there."""
    return tuple((name, _plain(value)) for name, value in sorted(entry.detail.items()))


def _told(value: Any) -> str:
    text = _plain(value)
    return _(_VALUES[text]) if text in _VALUES else text


def _plain(value: Any) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


class _Lenient(dict[str, str]):
    """Fills a place that an older entry did not tell."""

    def __missing__(self, key: str) -> str:
        return "…"
