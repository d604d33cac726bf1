"""Rehearsals on the tables that somebody looks at, made once for each."""

from __future__ import annotations

from functools import lru_cache

from directory.model import Directory
from ivr.edition import Edition, NoEditionError
from ivr.services import edition_maker
from ivr.settings import Settings
from ivr.wordings import NO_WORDINGS, Wordings
from routes.admin.pages import services
from routes.rehearsal import Rehearsal, rehearsed


def rehearsal(directory: Directory) -> Rehearsal:
    """Return a rehearsal on these tables, with the installation's words, voices and numbers.

    Raises `ivr.speech.WordlessError` for tables that callers could not be told of.
    """
    shelf = services().shelf
    try:
        served, wordings = shelf.current, shelf.found.wordings
    except NoEditionError:
        served, wordings = None, NO_WORDINGS
    return _rehearsal(directory, services().settings, wordings, served)


@lru_cache(maxsize=8)
def _rehearsal(directory: Directory, settings: Settings, wordings: Wordings, served: Edition | None) -> Rehearsal:
    """Make a rehearsal anew when the edition that is served changes: with it words and recordings may have."""
    del served
    return rehearsed(settings, lambda own, seal: edition_maker(own, seal)(directory, wordings))
