"""The live tables at the desk, and what stands above them: what switches and checks are about."""

from __future__ import annotations

import logging

from directory.desk.people import DeskError
from directory.desk.switches import Switch
from directory.faults import Faults
from directory.model import Directory
from directory.switched import Standing, Switched, overlaid
from directory.withdrawal import is_served
from ivr.edition import NoEditionError
from routes.admin.pages import desk, services

log = logging.getLogger(__name__)


class NoTablesError(DeskError):
    """There is no directory to work on."""


def live_tables() -> Directory:
    """Return the live tables without what stands above them. Raises `NoTablesError`.

    Where a folder rules (`DIRECTORY_PATH`), or the live revision is damaged, they are what this process serves: a
    number that callers hear can always be switched.
    """
    if rules():
        try:
            live = desk().revisions.live()
            if live is not None:
                return desk().revisions.directory(live.number)
        except (DeskError, Faults) as fault:
            log.warning("live_revision_unreadable", exc_info=fault)
    try:
        return services().shelf.current.directory
    except NoEditionError:
        raise NoTablesError("No directory is being served.") from None


def checked_tables() -> Directory:
    """Return the live tables with the days of the checks, and with every number in them, switched or not."""
    return overlaid(live_tables(), Standing((), desk().standing().ticks))


def switched_tables() -> Directory:
    """Return the live tables as callers are to be served them, switches included. Raises `NoTablesError`."""
    return overlaid(live_tables(), desk().standing()) if rules() else live_tables()


def rules() -> bool:
    """Tell whether callers are served what is decided at the desk; not where a folder rules (`DIRECTORY_PATH`)."""
    return services().settings.directory_path is None


def serves(switch: Switch) -> bool:
    """Tell whether the process that makes this page already serves callers a number as it was switched."""
    try:
        served = services().shelf.current.directory
    except NoEditionError:
        return False
    return is_served(served, Switched(switch.country, switch.number, switch.position))
