"""Who works at the desk, and what each role may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    VIEWER = "viewer"
    """Reads everything, changes nothing."""
    EDITOR = "editor"
    """Changes drafts, checks numbers, throws the emergency switch."""
    APPROVER = "approver"
    """An editor who may also put live what somebody else has changed."""
    ADMINISTRATOR = "administrator"
    """Looks after the accounts."""


_INCLUDES = {
    Role.VIEWER: {Role.VIEWER, Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR},
    Role.EDITOR: {Role.EDITOR, Role.APPROVER},
    Role.APPROVER: {Role.APPROVER},
    Role.ADMINISTRATOR: {Role.ADMINISTRATOR},
}
"""Role to the roles that may do the same."""


class DeskError(Exception):
    """Something at the desk is refused; the message is one English sentence, which pages translate."""


class NotAllowedError(DeskError):
    """The actor has no role for it, or it is their own work that another person must look at."""


class StageError(DeskError):
    """The draft, switch or revision is no longer where this can be done to it."""


class UnknownError(DeskError):
    """There is no such draft, revision, switch or helpline."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. Two people are two different ids; the name is for readers."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Tell whether one of the actor's roles includes this one."""
        return bool(self.roles & _INCLUDES[role])

    def must(self, role: Role) -> None:
        """Raise `NotAllowedError` unless the actor may."""
        if not self.may(role):
            raise NotAllowedError("Your account does not have the role that this needs.")


OPERATOR = Actor("operator", "the operator, from the command line", frozenset(Role))
"""Whoever has the machine and its database can do everything; the log says that it was done there."""
