"""Accounts that may be in one hand: for a day after an account was made or changed, whoever did that may hold it.

A server sees accounts, not people. Whoever looks after accounts could make two and be two people at once; a day later
everybody who approves has had the time to see it on the first page. The operator is no such hand: whoever has the
machine needs no account. Wherever a second person has to say yes, `must_be_another` is asked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from directory.desk import audit
from directory.desk.people import OPERATOR, Actor, NotAllowedError

LATELY = dt.timedelta(days=1)
LET_IN = ("account enabled", "account link renewed", "account made", "account reset", "account roles")
"""The actions of entries after which an account may be used by whoever did that; the subject is its id."""


def let_in(connection: sa.Connection, now: dt.datetime) -> tuple[audit.Entry, ...]:
    """Return what people in the pages have done to accounts in the last day, the newest first."""
    return tuple(each for each in audit.since(connection, LET_IN, now - LATELY) if each.who != OPERATOR.id)


def must_be_another(connection: sa.Connection, actor: Actor, others: Collection[str], now: dt.datetime) -> None:
    """Raise `NotAllowedError` where the actor is one of the others, by ids, or where their accounts may be in one hand.

    Whatever needs two people asks this in the transaction in which it is done.
    """
    if actor.id in others:
        raise NotAllowedError("This is your own work: another person has to approve it.")
    if in_one_hand(connection, actor.id, others, now):
        raise NotAllowedError(
            "An account that was made or changed less than a day ago may be in the hands of whoever did that: "
            "let somebody else do this, or wait."
        )


def in_one_hand(connection: sa.Connection, person: str, others: Iterable[str], now: dt.datetime) -> bool:
    """Tell whether the account of `person` and one of the others may be in one hand, by ids; one's own work is not it.

    A hand that was let in by another hand counts as that one.
    """
    known = defaultdict(set)
    for entry in let_in(connection, now):
        known[entry.subject].add(entry.who)
    hands = _hands(person, known)
    return any(hands & _hands(each, known) for each in others if each != person)


def _hands(person: str, known: dict[str, set[str]]) -> set[str]:
    """Return everybody who may hold an account, its owner first of all."""
    found, open_ = {person}, [person]
    while open_:
        new = known.get(open_.pop(), set()) - found
        found |= new
        open_ += new
    return found
