"""The first two accounts of a new installation, for `fanal run`: an approval needs two people.

As long as nobody has used a link, each run makes new ones; once somebody has, none is ever made here again.
"""

from __future__ import annotations

import datetime as dt

from directory.database import open_database
from directory.desk import Desk
from directory.desk.people import OPERATOR, Role
from routes.admin.accounts.register import Register, State

_FIRST = (
    ("approver@fanal.example", "Approver", (Role.APPROVER, Role.ADMINISTRATOR)),
    ("editor@fanal.example", "Editor", (Role.EDITOR,)),
)
"""Addresses in a domain that is reserved for examples (RFC 2606): nothing can be sent there, and nothing is."""


def first_links(database_url: str, pages: str, now: dt.datetime) -> tuple[tuple[str, str], ...]:
    """Return whom to hand a one-time link, and the link; none where somebody has an account of their own."""
    engine = open_database(database_url)
    register = Register(Desk(engine))
    try:
        everybody = register.listing()
        if not {each.address for each in everybody} <= {address for address, _, _ in _FIRST} or any(
            each.state is not State.INVITED for each in everybody
        ):
            return ()
        made = []
        for address, name, roles in _FIRST:
            account = register.find(address)
            link = (
                register.recover(OPERATOR, account.id, now)
                if account
                else register.add(OPERATOR, address, name, roles, now)[1]
            )
            made.append((f"{', '.join(roles)} ({address})", f"{pages}{link.path}"))
        return tuple(made)
    finally:
        engine.dispose()
