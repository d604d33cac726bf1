"""Looks after what should have been done by now, with a clock that is put forward: `python -m tests.faults.later`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ivr.adapters.errands import TEXT_GRACE
from ivr.adapters.queue import Name
from ivr.jobs import begin, look_after
from ivr.settings import Settings
from worker import collaborators


def main() -> None:
    """Do once what a worker does every minute, as late as a text counts as lost; what comes of it is left to others."""
    begin(replace(collaborators(Settings.from_env(), Name.COUNTS), clock=_later))
    look_after()


def _later() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + 4 * TEXT_GRACE


if __name__ == "__main__":
    main()
