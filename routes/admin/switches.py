"""The emergency switch: a number out of service, or read out only, at once; two people settle what becomes of it.

Who may do what is decided at the desk (`directory.desk.switches`); these pages say before what callers will hear.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import Actor, DeskError, Role, StageError, UnknownError
from directory.desk.switches import Outcome, Switch
from directory.dialling import digits
from directory.model import Directory, Helpline, Kind, Number
from directory.switched import Position, Switched
from directory.withdrawal import withdrawal
from routes.admin.consequences import Consequences, consequences
from routes.admin.gate import actor, needs, signed_in
from routes.admin.names import country_name, service_name
from routes.admin.pages import desk, now, page
from routes.admin.reader import moment
from routes.admin.standing import live_tables, rules, serves
from routes.admin.typed import typed
from routes.admin.words import _

SHOWN = 40
"""Services offered for choosing at once; whoever looks for another types a little more."""
LIFTED = 20
"""Switches of the past on the page."""

bp = Blueprint("switches", __name__, url_prefix="/switches")
bp.before_request(signed_in)


@dataclass(frozen=True, slots=True)
class Standing:
    """One working switch, for the list."""

    switch: Switch
    served: bool
    """This process serves callers so already."""
    mine: Outcome | None
    """What the reader has said about it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with numbers that can be switched."""

    helpline: Helpline
    name: str
    numbers: tuple[Number, ...]
    emergency: bool


@bp.get("")
def listing() -> ResponseReturnValue:
    """Show the switches that work, and a search for a number to switch."""
    return _listing()


@bp.get("/throw")
@needs(Role.EDITOR)
def ask() -> ResponseReturnValue:
    """Say what a switch would do, before it is thrown."""
    return _asked(request.args.get("country", ""), request.args.get("say", ""), request.args.get("position", ""))


@bp.post("/throw")
@needs(Role.EDITOR)
def throw() -> ResponseReturnValue:
    """Throw a switch."""
    country, say, position, reason = (typed(name) for name in ("country", "say", "position", "reason"))
    try:
        _must_rule()
        thrown = desk().switches.throw(actor(), now(), live_tables(), country, say, _position(position), reason)
    except DeskError as fault:
        return _asked(country, say, position, fault, reason)
    flash(_("Done. Callers are served so within two seconds: {number}.").format(number=thrown.say))
    return redirect(url_for("switches.listing", _anchor=f"switch-{thrown.id}"), 303)


@bp.post("/<int(max=2147483647):number>/settle")
@needs(Role.EDITOR)
def settle(number: int) -> ResponseReturnValue:
    """Say what should become of a switch."""
    try:
        found = desk().switches.settle(number, actor(), now(), _outcome(request.form.get("outcome", "")))
    except DeskError as fault:
        return _listing(fault)
    flash(_settled(found))
    return redirect(url_for("switches.listing"), 303)


def words_of(position: Position) -> str:
    """Return in words what a switch does to a number."""
    return {Position.OUT: _("out of service"), Position.READ_OUT: _("read out only")}[position]


def meaning_of(position: Position) -> str:
    """Return in a sentence what callers notice of a switch."""
    return {
        Position.OUT: _("Callers do not hear this number any more."),
        Position.READ_OUT: _("Callers hear this number and can have it as a text, but nobody is connected to it."),
    }[position]


def _listing(fault: DeskError | None = None) -> ResponseReturnValue:
    working = desk().switches.working()
    person = actor()
    country, sought = request.args.get("country", ""), request.args.get("q", "").strip()
    tables = _tables()
    found = _found(tables, country, sought) if tables else []
    words = page(
        "switches/listing.html",
        faults=[_(str(fault))] if fault else [],
        unsettled=[_standing(each, person) for each in working if each.outcome is None],
        kept=[_standing(each, person) for each in working if each.outcome is not None],
        lifted=[each for each in desk().switches.history() if not each.works][:LIFTED],
        countries=sorted(((code, country_name(code)) for code in tables.countries), key=_second) if tables else [],
        country=country,
        sought=sought,
        offers=found[:SHOWN],
        more=max(0, len(found) - SHOWN),
        may_switch=person.may(Role.EDITOR),
        rules=rules(),
        positions=tuple(Position),
        **_words(),
    )
    return words, 409 if fault else 200


def _asked(
    country: str, say: str, position: str, fault: DeskError | None = None, reason: str = ""
) -> ResponseReturnValue:
    """Show what a switch would do, with a place for the reason; with a fault, keep what was typed."""
    try:
        _must_rule()
        found = _consequences(country, say, position)
    except DeskError as unknown:
        return _listing(fault or unknown)
    words = page(
        "switches/throw.html",
        faults=[_(str(fault))] if fault else [],
        country=country,
        say=say,
        position=Position(position),
        other=next(each for each in Position if each != position),
        found=found,
        reason=reason,
        **_words(),
    )
    return words, 409 if fault else 200


def _consequences(country: str, say: str, position: str) -> Consequences:
    """Work out what a switch would do. Raises `DeskError` for one that cannot be thrown."""
    number = digits(say)
    tables = live_tables()
    rows = [row for row in tables.helplines.values() if row.country == country and _has(row, number)]
    if not number or not rows:
        raise UnknownError("No service of this country has this number.")
    if any(row.kind is Kind.EMERGENCY for row in rows):
        raise StageError(
            "Emergency numbers cannot be switched: they are said, never rung, and every country needs one."
        )
    switch = Switched(country, number, _position(position))
    return consequences(withdrawal(tables, desk().standing(), switch, now()), switch, now())


def _found(tables: Directory, country: str, sought: str) -> list[Offer]:
    """Return the services of a country, or those with the words or digits that are sought; none for no question."""
    if not country and not sought:
        return []
    rows = [row for row in tables.helplines.values() if country in {"", row.country} and _fits(row, sought)]
    offers = [Offer(row, service_name(row), row.numbers, row.kind is Kind.EMERGENCY) for row in rows]
    return sorted(offers, key=lambda each: (each.emergency, country_name(each.helpline.country), each.name))


def _fits(row: Helpline, sought: str) -> bool:
    number = digits(sought)
    if number and not any(letter.isalpha() for letter in sought):
        national = number.lstrip("0")
        dialled = [digits(each.dial or "") for each in row.numbers]
        return _has_part(row, number) or any(number in each or (national and national in each) for each in dialled)
    words = sought.casefold()
    return any(words in each.casefold() for each in (row.id, *row.name.values()))


def _has(row: Helpline, number: str) -> bool:
    return any(digits(each.say) == number for each in row.numbers)


def _has_part(row: Helpline, number: str) -> bool:
    return any(number in digits(each.say) for each in row.numbers)


def _standing(switch: Switch, person: Actor) -> Standing:
    mine = next((vote.outcome for vote in switch.votes if vote.who == person.id), None)
    return Standing(switch, serves(switch), mine)


def _settled(switch: Switch) -> str:
    match switch.outcome:
        case Outcome.LIFT:
            words = _("Settled by two people: {number} is in service again within two seconds.")
        case Outcome.KEEP:
            words = _("Settled by two people: {number} stays as it is.")
        case _:
            words = _("Noted. A second person has to say the same of {number}.")
    return words.format(number=switch.say)


def _position(word: str) -> Position:
    if word not in {each.value for each in Position}:
        raise StageError("Say whether the number is to be out of service, or read out only.")
    return Position(word)


def _outcome(word: str) -> Outcome:
    if word not in {each.value for each in Outcome}:
        raise StageError("Say whether the number is to be in service again, or to stay as it is.")
    return Outcome(word)


def _must_rule() -> None:
    if not rules():
        raise StageError(
            "Callers are served the tables of a folder here: a switch would do nothing. Change the folder's files."
        )


def _tables() -> Directory | None:
    try:
        return live_tables()
    except DeskError:
        return None


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def _words() -> dict[str, object]:
    return {"words_of": words_of, "meaning_of": meaning_of, "country_name": country_name, "moment": moment}
