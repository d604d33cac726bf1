"""What somebody can do with a change, and why they cannot approve it: what the pages offer. The desk decides."""

from __future__ import annotations

from dataclasses import dataclass

from directory.desk.draft import Draft, Stage
from directory.desk.people import Actor, Role
from routes.admin.words import _

FROM_FOLDER = "Callers are served the tables of a folder here, so nothing can be published from these pages."


@dataclass(frozen=True, slots=True)
class Ways:
    """What somebody can do with a change, and in a sentence why they cannot approve it."""

    submit: bool
    update: bool
    send_back: bool
    take_back: bool
    withdraw: bool
    approve: bool
    why_not: str


def ways(draft: Draft, person: Actor, moved: bool, from_folder: bool, in_one_hand: bool = False) -> Ways:
    """Say what `person` can do; `moved` says that another revision has gone live since the change began.

    `in_one_hand` says that the accounts of `person` and of an author may be.
    """
    own = person.id in draft.authors
    waiting, begun = draft.stage is Stage.WAITING, draft.stage is Stage.OPEN
    why_not = _why_not(draft, person, moved, from_folder)
    if not why_not and in_one_hand:
        why_not = _(
            "An account that was made or changed less than a day ago may be in the hands of whoever did that: "
            "let somebody else do this, or wait."
        )
    return Ways(
        submit=begun and person.may(Role.EDITOR) and not moved,
        update=begun and person.may(Role.EDITOR) and moved,
        send_back=waiting and person.may(Role.APPROVER) and not own,
        take_back=waiting and own,
        withdraw=(begun or waiting) and (own or person.id == draft.opened_by),
        approve=waiting and not why_not,
        why_not=why_not if waiting else "",
    )


def _why_not(draft: Draft, person: Actor, moved: bool, from_folder: bool) -> str:
    if from_folder:
        return _(FROM_FOLDER)
    if person.id in draft.authors:
        return _("This is your own work: another person has to read and approve it.")
    if not person.may(Role.APPROVER):
        return _("Somebody with the role of an approver has to read and answer it.")
    if moved:
        return _(
            "Another revision has gone live since it was begun: send it back, so that it can be brought up to date."
        )
    return ""
