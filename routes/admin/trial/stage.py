"""Rehearsals on the tables that somebody looks at, made once for each."""

from __future__ import annotations

from functools import lru_cache

from directory.model import Directory
from ivr.edition import Edition, NoEditionError
from ivr.services import edition_maker
from ivr.settings import Settings
from routes.admin.pages import services
from routes.rehearsal import Rehearsal, rehearsed


def rehearsal(directory: Directory) -> Rehearsal:
    """Return a rehearsal on these tables, with the installation's words, voices and numbers.

    Raises `ivr.speech.WordlessError` for tables that callers could not be told of.
    """
    try:
        served: Edition | None = services().shelf.current
    except NoEditionError:
        served = None
    return _rehearsal(directory, services().settings, served)


@lru_cache(maxsize=8)
def _rehearsal(directory: Directory, settings: Settings, served: Edition | None) -> Rehearsal:
    """Make a rehearsal anew when the edition that is served changes: with it words and recordings may have."""
    del served
    return rehearsed(settings, lambda own, seal: edition_maker(own, seal)(directory))
