"""Accounts: who may sign in to the coordinators' pages, and how they prove who they are."""

from __future__ import annotations

from flask import Flask

from directory.desk import Desk
from directory.desk.people import Actor


class AccountsGate:
    """Lets in whoever has an account; until there are accounts, nobody."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def join(self, app: Flask) -> None:
        """Add the pages of the accounts."""

    def who(self) -> Actor | None:
        """Return who is signed in."""
        return None

    def is_fresh(self) -> bool:
        """Tell whether they have signed in a short while ago."""
        return False

    def sign_in_url(self, then: str) -> str:
        """Return where to sign in."""
        del then
        return "/"

    def fresh_url(self, then: str) -> str:
        """Return where to sign in again."""
        del then
        return "/"
