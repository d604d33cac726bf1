"""The files of the tables that a page takes out: as they were published, without what is switched off above them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from directory.desk.people import DeskError
from routes.admin.pages import desk, services
from routes.admin.sources import LIVE, SourceError
from routes.admin.words import _

_WORD = re.compile(r"(?P<draft>draft:)?(?P<number>[1-9]\d{0,8})")


def files_of(source: str) -> Mapping[str, str]:
    """Return the files of `live`, a revision's number or `draft:7`. Raises `SourceError`, with a sentence."""
    folder = services().settings.directory_path
    if source == LIVE and folder is not None:
        return _folder(folder)
    if source == LIVE:
        live = desk().revisions.live()
        source = str(live.number) if live else ""
    found = _WORD.fullmatch(source)
    if found is None:
        raise SourceError(_("There are no such tables. Choose from the list."))
    number = int(found["number"])
    try:
        return desk().drafts.files(number) if found["draft"] else desk().files(number)
    except DeskError as fault:
        raise SourceError(_(str(fault))) from fault


def _folder(folder: Path) -> Mapping[str, str]:
    try:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    except (OSError, UnicodeDecodeError) as fault:
        raise SourceError(_("The folder of the tables cannot be read.")) from fault
