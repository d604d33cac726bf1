"""The banner of every page: numbers that somebody has taken out of service, until two people have settled it."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from directory.desk.switches import Switch
from routes.admin.gate import gate
from routes.admin.names import country_name
from routes.admin.pages import desk

log = logging.getLogger(__name__)


def alarms() -> tuple[tuple[Switch, str], ...]:
    """Return the unsettled switches, each with its country's name; none for strangers, none with the database away.

    The page that says that the database is away carries the banner too, so nothing is raised here.
    """
    try:
        found = desk().switches.unsettled() if gate().who() is not None else ()
    except SQLAlchemyError as fault:
        log.warning("alarms_unknown", exc_info=fault)
        return ()
    return tuple((each, country_name(each.country)) for each in found)
