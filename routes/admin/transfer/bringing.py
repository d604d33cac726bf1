"""What a form brings in: a file, or one that a preview has carried along, and the draft that it is meant for.

A preview keeps nothing on the server: it carries the file, packed, in its form. So nothing is lost by a restart or a
day's pause, nobody's unfinished import lies about, and what is saved is worked out anew from what is sent.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any

from flask import request

from directory.desk.draft import Draft, Stage
from directory.desk.people import UnknownError
from directory.exchange.kinds import Kind, bring_in, kind_of
from directory.exchange.proposal import Proposal
from directory.exchange.upload import LARGEST_HSDS
from routes.admin.pages import desk
from routes.admin.words import _

NEW = "new"
"""The draft that is still to be begun."""


class BroughtError(Exception):
    """There is nothing that could be looked at; the message says so in the reader's language."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that was brought in, and what it would change."""

    kind: Kind
    packed: str
    target: str
    """The number of a draft, or `NEW`."""
    remove: bool
    hash: str
    """The hash of the tables it was held against."""
    seen: str
    """The hash that the form was made with; empty for a first look."""
    before: dict[str, str]
    proposal: Proposal


def brought() -> Brought:
    """Read the form. Raises `BroughtError`."""
    name, data = _data()
    target = request.form.get("target", NEW)
    before, hash_ = _base(target)
    remove = request.form.get("remove") == "yes"
    kind = _kind(name, data)
    proposal = bring_in(kind, data, before, remove)
    return Brought(kind, _packed(data), target, remove, hash_, request.form.get("seen", ""), before, proposal)


def open_drafts() -> tuple[Draft, ...]:
    """Return the drafts that something can be brought into."""
    return desk().drafts.listing((Stage.OPEN,))


def _data() -> tuple[str, bytes]:
    """Return the name and the bytes of the file that was chosen, or that a preview carries."""
    packed = request.form.get("packed", "")
    if packed:
        return "", _unpacked(packed)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise BroughtError(_("Choose a file first."))
    with upload.stream as stream:
        data = stream.read(LARGEST_HSDS + 1)
    if len(data) > LARGEST_HSDS:
        raise BroughtError(_("This file has more than 3 megabytes, and nothing of it was read: bring it in in parts."))
    return upload.filename, data


def _kind(name: str, data: bytes) -> Kind:
    try:
        return Kind(request.form.get("kind", ""))
    except ValueError:
        return kind_of(name, data)


def _base(target: str) -> tuple[dict[str, str], str]:
    """Return the files that something is brought into, and their hash."""
    if target == NEW:
        live = desk().revisions.live()
        if live is None:
            raise BroughtError(_("There is no revision yet to begin with."))
        return dict(desk().files(live.number)), live.hash
    try:
        draft = desk().drafts.get(int(target)) if target.isascii() and target.isdigit() and len(target) < 10 else None
    except UnknownError:
        draft = None
    if draft is None or draft.stage is not Stage.OPEN:
        raise BroughtError(_("This change can no longer be worked on. Choose another, or begin a new one."))
    return desk().drafts.files(draft.id), draft.hash


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode("ascii")


def _unpacked(packed: str) -> bytes:
    """Return what `_packed` has packed, never more than `LARGEST_HSDS`. Raises `BroughtError` for anything else."""
    unpacking: Any = zlib.decompressobj()
    try:
        data = unpacking.decompress(base64.b64decode(packed, altchars=b"-_", validate=True), LARGEST_HSDS + 1)
    except (binascii.Error, zlib.error, ValueError):
        data = b""
    if not data or not unpacking.eof:
        raise BroughtError(_("The file that this form carried is damaged. Choose it anew."))
    return bytes(data)
