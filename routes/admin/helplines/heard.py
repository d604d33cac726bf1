"""What a caller hears of a helpline: the sentences of the telephone, with today's tables and words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from directory.find import connected_by, number_to_say
from directory.model import Directory, Helpline, Kind, Reach
from ivr.edition import NoEditionError
from ivr.flow.referral import referral
from ivr.phrases import Phrase
from ivr.speech import WordlessError
from ivr.state import State, Step
from ivr.turn import Caller, Digits, Line, Name, World
from routes.admin.names import language_name
from routes.admin.pages import services
from routes.admin.words import _, language


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said in one language, sentence by sentence."""

    tag: str
    name: str
    sentences: tuple[str, ...]


def heard(helpline: Helpline, directory: Directory, now: dt.datetime) -> tuple[Heard, ...]:
    """Return what a caller hears now (aware): in the page's language, and in the first language of the country."""
    try:
        edition = services().shelf.current
        speech = edition.speech.about(directory)
    except (NoEditionError, WordlessError):
        return ()
    own = next((tag for tag in directory.countries[helpline.country].languages if tag in edition.written_languages), "")
    tags = [tag for tag in dict.fromkeys((language(), own)) if tag in edition.written_languages]
    return tuple(
        Heard(tag, language_name(tag), tuple(speech.spoken(line) for line in _lines(helpline, directory, tag, now)))
        for tag in tags
    )


def consequence(helpline: Helpline) -> str:
    """Return what happens when a caller asks to be connected: it may depend on which of our numbers they dialled."""
    if helpline.kind is Kind.EMERGENCY:
        return _("Emergency services are said, never rung.")
    match connected_by(helpline):
        case Reach.ANYWHERE:
            return _("A caller can be connected, or have the number as a text.")
        case Reach.ABROAD:
            return _("Whoever dials our international number can be connected; all can have the number as a text.")
        case Reach.NATIONAL:
            return _("Whoever dials our number in the country can be connected; all can have the number as a text.")
    return _("A caller cannot be connected: the number is read out, and offered as a text.")


def _lines(helpline: Helpline, directory: Directory, tag: str, now: dt.datetime) -> list[Line]:
    said = number_to_say(helpline).say
    if helpline.kind is Kind.EMERGENCY:
        return [Line(Phrase.EMERGENCY_NUMBER, tag, (("name", Name(helpline.id)), ("number", Digits(said))))]
    world = World(directory, (tag,), now, Caller(helpline.country, False, None))
    state = State(
        step=Step.REFERRAL, language=tag, need=helpline.needs[0], country=helpline.country, helpline=helpline.id
    )
    turn = referral(state, world)
    return [*turn.lines, *turn.coda, Line(Phrase.NUMBER, tag, (("number", Digits(said, slowly=True)),))]
