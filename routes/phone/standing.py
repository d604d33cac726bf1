"""Where a call stands: its sealed state, opened and explained in words for coordinators."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from babel import Locale

from directory.model import Helpline
from ivr.edition import Edition, NoEditionError
from ivr.phrases import need_label
from ivr.services import Services
from ivr.simulator.views import CallView
from ivr.state import State, Step, UnreadableStateError
from routes.phone.chooser import country_name

STEPS = {
    Step.LANGUAGE: "Choosing the language",
    Step.NEED: "Choosing what it is about",
    Step.APART: "Choosing among the lines that are kept apart",
    Step.COUNTRY: "Choosing the country",
    Step.REFERRAL: "Hearing about a service",
    Step.NUMBER: "Hearing a number slowly",
    Step.CONSENT: "Asked before a text is sent",
    Step.SENT: "A text is on its way",
    Step.FORWARD: "Being connected",
    Step.AFTER: "Back from a service that was reached",
    Step.EMERGENCY: "Hearing the emergency advice",
    Step.PERSON: "About to be connected to a person",
    Step.GOODBYE: "Saying goodbye",
}
_SILENCES = (
    "None",
    "1: what was said is repeated",
    "2: the simplest choice was made for the caller",
    "3: the caller is led to a person",
)


class Tone(StrEnum):
    """What a mark stands for; its word says it, its colour only repeats it."""

    FINE = "fine"
    LANTERN = "lantern"


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled mark beside a fact."""

    words: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known about the call."""

    name: str
    words: str
    mark: Mark | None = None
    advice: str = ""
    """What a coordinator should do about it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call stands: a sentence about the whole, and what is known."""

    summary: str
    facts: tuple[Fact, ...] = ()


def standing(view: CallView | None, services: Services) -> Standing:
    """Explain the state that the call's next step will bear."""
    if view is None:
        return Standing("No call yet. Once there is one, what travels with it is explained here.")
    if view.next is None:
        return Standing("Nothing is kept: the state lived only in the address of the next step, and there is none.")
    token = urlsplit(view.next).path.rpartition("/")[2]
    try:
        state = services.seal.open(token, view.id, services.clock())
        edition = services.shelf.current
    except UnreadableStateError:
        return Standing("The next step bears no state that can be read: at the next key the call begins again.")
    except NoEditionError:
        return Standing("No directory could be read, so the state cannot be explained.")
    sealed = (
        f"It travels sealed, as {len(token)} characters in the address of the next step. "
        "They say nothing about who calls, and fit no other call."
    )
    helpline = edition.directory.helplines.get(state.helpline or "")
    return Standing(sealed, _facts(state, edition, helpline))


def _facts(state: State, edition: Edition, helpline: Helpline | None) -> tuple[Fact, ...]:
    page = f", page {state.page + 1}" if state.page else ""
    facts = [
        Fact("Step", STEPS[state.step] + page),
        _service(state, helpline),
        Fact("Language", _language(state.language)),
        Fact("Need", _need(state.need, edition)),
        Fact("Country", country_name(state.country) if state.country else "Not known: it will be asked"),
        Fact("Services left behind", "; ".join(_name(each, edition) for each in state.seen) or "None"),
        Fact("Silent turns", _SILENCES[min(state.misses, len(_SILENCES) - 1)]),
    ]
    if state.back is not None:
        facts.append(Fact("The star key leads to", STEPS[state.back]))
    return tuple(facts)


def _need(need: str | None, edition: Edition) -> str:
    if need is None:
        return "Not chosen yet"
    words = edition.speech.phrase(need_label(need), "en")
    return words[0].upper() + words[1:]


def _language(tag: str | None) -> str:
    if tag is None:
        return "Not chosen yet: the likeliest is spoken"
    return f"{Locale.parse('en').languages.get(tag, tag)} ({tag})"


def _service(state: State, helpline: Helpline | None) -> Fact:
    if helpline is not None:
        return Fact("Service", f"{helpline.name['en']} ({helpline.id})", _checked(helpline), _advice(helpline))
    if state.helpline:
        return Fact("Service", f"{state.helpline}, which is no longer in the directory", Mark("gone", Tone.LANTERN))
    return Fact("Service", "None yet")


def _checked(helpline: Helpline) -> Mark:
    if helpline.checked is None:
        return Mark("never checked", Tone.LANTERN)
    return Mark(f"checked on {helpline.checked.day} {helpline.checked:%B %Y}", Tone.FINE)


def _advice(helpline: Helpline) -> str:
    if helpline.checked is not None:
        return ""
    return (
        "Nobody has checked this service: its number and hours were copied from a document. "
        "Ring it, then write the day into the directory."
    )


def _name(helpline: str, edition: Edition) -> str:
    row = edition.directory.helplines.get(helpline)
    return row.name["en"] if row else helpline
