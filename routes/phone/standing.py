"""Where a call stands: its sealed state, opened and explained in words for coordinators."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_date

from directory.model import Helpline
from ivr.edition import Edition, NoEditionError
from ivr.phrases import need_label
from ivr.services import Services
from ivr.simulator.views import CallView
from ivr.state import State, Step, UnreadableStateError
from routes.phone.chooser import country_name
from routes.phone.conversation import Translate

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
_NO_CALL = "No call yet. Once there is one, what travels with it is explained here."
_NOTHING_KEPT = "Nothing is kept: the state lived only in the address of the next step, and there is none."
_UNREADABLE = "The next step bears no state that can be read: at the next key the call begins again."
_NO_DIRECTORY = "No directory could be read, so the state cannot be explained."
_SEALED = (
    "It travels sealed, as {length} characters in the address of the next step. "
    "They say nothing about who calls, and fit no other call."
)
_ON_PAGE = "{step}, page {page}"
_NONE = "None"
_NO_NEED = "Not chosen yet"
_NO_LANGUAGE = "Not chosen yet: the likeliest is spoken"
_NO_COUNTRY = "Not known: it will be asked"
_NO_SERVICE = "None yet"
_GONE_SERVICE = "{service}, which is no longer in the directory"
_GONE = "gone"
_UNCHECKED = "never checked"
_CHECKED = "checked on {date}"
_ADVICE = (
    "Nobody has checked this service: its number and hours were copied from a document. "
    "Ring it, then write the day into the directory."
)
_FACTS = ("Step", "Service", "Language", "Need", "Country", "Services left behind", "Silent turns")
_BACK = "The star key leads to"
TEMPLATES = (
    *STEPS.values(),
    *_SILENCES,
    *(_NO_CALL, _NOTHING_KEPT, _UNREADABLE, _NO_DIRECTORY, _SEALED, _ON_PAGE, _NO_NEED, _NO_LANGUAGE, _NO_COUNTRY),
    *(_NO_SERVICE, _GONE_SERVICE, _GONE, _UNCHECKED, _CHECKED, _ADVICE, *_FACTS, _BACK),
)
"""Everything that may be said of where a call stands, for those who translate it."""


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


@dataclass(frozen=True, slots=True)
class _Teller:
    """Explains in one language: `say` translates a sentence of this module, `language` is for all names."""

    edition: Edition
    say: Translate
    language: str

    def facts(self, state: State) -> tuple[Fact, ...]:
        """Return what is known, in the order of the page."""
        say = self.say
        step = say(STEPS[state.step])
        seen = "; ".join(self._name(each) for each in state.seen)
        told = (
            say(_ON_PAGE).format(step=step, page=state.page + 1) if state.page else step,
            "",
            self._language(state.language),
            self._need(state.need),
            country_name(state.country, self.language) if state.country else say(_NO_COUNTRY),
            seen or say(_NONE),
            say(_SILENCES[min(state.misses, len(_SILENCES) - 1)]),
        )
        facts = [Fact(say(name), words) for name, words in zip(_FACTS, told, strict=True)]
        facts[1] = self._service(state)
        if state.back is not None:
            facts.append(Fact(say(_BACK), say(STEPS[state.back])))
        return tuple(facts)

    def _need(self, need: str | None) -> str:
        if need is None:
            return self.say(_NO_NEED)
        words = self.edition.speech.phrase(need_label(need), self.language)
        return words[0].upper() + words[1:]

    def _language(self, tag: str | None) -> str:
        if tag is None:
            return self.say(_NO_LANGUAGE)
        return f"{Locale.parse(self.language).languages.get(tag, tag)} ({tag})"

    def _service(self, state: State) -> Fact:
        name = self.say(_FACTS[1])
        helpline = self.edition.directory.helplines.get(state.helpline or "")
        if helpline is not None:
            advice = self.say(_ADVICE) if helpline.checked is None else ""
            return Fact(name, f"{self._name(helpline.id)} ({helpline.id})", self._checked(helpline), advice)
        if state.helpline:
            words = self.say(_GONE_SERVICE).format(service=state.helpline)
            return Fact(name, words, Mark(self.say(_GONE), Tone.LANTERN))
        return Fact(name, self.say(_NO_SERVICE))

    def _checked(self, helpline: Helpline) -> Mark:
        if helpline.checked is None:
            return Mark(self.say(_UNCHECKED), Tone.LANTERN)
        date = format_date(helpline.checked, "d MMMM y", locale=Locale.parse(self.language))
        return Mark(self.say(_CHECKED).format(date=date), Tone.FINE)

    def _name(self, helpline: str) -> str:
        row = self.edition.directory.helplines.get(helpline)
        return row.name.get(self.language, row.name["en"]) if row else helpline


def standing(view: CallView | None, services: Services, say: Translate = str, language: str = "en") -> Standing:
    """Explain the state that the call's next step will bear.

    `say` translates the sentences of this module into `language`, a language of the prompts.
    """
    if view is None:
        return Standing(say(_NO_CALL))
    if view.next is None:
        return Standing(say(_NOTHING_KEPT))
    token = urlsplit(view.next).path.rpartition("/")[2]
    try:
        state = services.seal.open(token, view.id, services.clock())
        edition = services.shelf.current
    except UnreadableStateError:
        return Standing(say(_UNREADABLE))
    except NoEditionError:
        return Standing(say(_NO_DIRECTORY))
    return Standing(say(_SEALED).format(length=len(token)), _Teller(edition, say, language).facts(state))
