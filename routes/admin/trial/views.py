"""The page: who calls on which tables, and the call as far as its address goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.model import Directory
from ivr.simulator.client import ExchangeError
from ivr.simulator.reading import Sentence
from ivr.simulator.transcript import Awaiting
from ivr.simulator.transport import path_below
from ivr.simulator.views import CallView
from ivr.speech import WordlessError
from routes.admin import sources
from routes.admin.gate import signed_in
from routes.admin.names import country_name, language_name
from routes.admin.pages import now, page, services
from routes.admin.trial import address, keys
from routes.admin.trial.address import Asked
from routes.admin.trial.changes import changes
from routes.admin.trial.keys import Played
from routes.admin.trial.stage import rehearsal
from routes.admin.words import _, language
from routes.phone import chooser
from routes.phone.chooser import Choice, Telephone, in_groups
from routes.phone.conversation import OUTCOMES, Passage, conversation, status
from routes.phone.page import KEYS, LATEST
from routes.phone.standing import Standing, standing

bp = Blueprint("trial", __name__, url_prefix="/try")
bp.before_request(signed_in)


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the form, and the call that the address tells; a call without a time gets the present one."""
    asked = address.read(request.args, now())
    if asked.wanted and not request.args.get("moment"):
        return redirect(url_for("trial.show", **asked.query(asked.acts)), 302)
    faults, call, stands = list(asked.faults), None, None
    if asked.wanted and asked.directory is not None:
        try:
            call, stands = _play(asked, asked.directory)
        except (WordlessError, ExchangeError) as fault:
            faults.append(_("No call can be made on these tables: {reason}.").format(reason=fault))
    changed = changes(asked.source, asked.directory, now()) if asked.directory and call is None else None
    status_code = 400 if faults or (asked.choice.faults and asked.acts is not None) else 200
    return page("trial/show.html", **_form(asked, faults), **_call(asked, call, stands), changed=changed), status_code


def _play(asked: Asked, directory: Directory) -> tuple[Played, Standing]:
    """Make the whole call, and explain where it stands."""
    stage, choice = rehearsal(directory), asked.choice
    with stage.telephone() as telephone:
        view = telephone.dial(choice.caller, choice.number or None, choice.at, choice.landline)
        played = keys.play(telephone, view, asked.acts or ())
    return played, standing(played.view, stage.services, _, language())


def _form(asked: Asked, faults: list[str]) -> dict[str, Any]:
    """Return what the form shows."""
    lines = services().settings.lines
    return {
        "asked": asked,
        "choice": asked.choice,
        "faults": [*faults, *asked.choice.faults.values()] if asked.acts is not None or faults else [],
        "sources": sources.choices(asked.source),
        "source_name": sources.named(asked.source),
        "countries": _countries(asked.directory),
        "telephones": [(each.value, words) for each, words in _telephones().items()],
        "numbers": [(number, _line(number, country)) for number, country in lines.items()],
        "years": chooser.YEARS,
    }


def _call(asked: Asked, call: Played | None, stands: Standing | None) -> dict[str, Any]:
    """Return what is shown of the call; nothing of one before it is made."""
    if call is None:
        return {"call": None, "status": status(None, _)}
    done, view = call.done, call.view

    def then(*acts: str) -> str:
        return keys.written(*done, *acts)

    return {
        "call": view,
        "status": status(view, _),
        "awaits": view.awaiting.value,
        "lost": len(asked.acts or ()) - len(done),
        "summary": _summary(view, asked.choice),
        "passages": _passages(view),
        "latest": LATEST,
        "pad": [
            (key, letters, _(meaning) if meaning else "", then(keys.PRESSED[key])) for key, letters, meaning in KEYS
        ],
        "silence": then(keys.SILENCE),
        "hang_up": then(keys.HANG_UP),
        "endings": [(then(keys.ENDED[each]), _(words)) for each, words in OUTCOMES.items()],
        "before": keys.written(*done[:-1]) if done else None,
        "same": keys.written(*done),
        "rings": view.awaiting is Awaiting.LEG,
        "given": asked.query(None),
        "standing": stands,
        "audio": _audio,
        "long": len(done) >= keys.MOST,
    }


def _passages(view: CallView) -> list[Passage]:
    """Return the conversation, its languages named in the reader's."""
    return [
        replace(passage, sentences=tuple(_named(each) for each in passage.sentences))
        for passage in conversation(view.transcript, _)
    ]


def _named(sentence: Sentence) -> Sentence:
    return replace(sentence, language=language_name(sentence.lang.partition("-")[0]))


def _summary(view: CallView, choice: Choice) -> str:
    """Say who calls, whom and when."""
    words = {
        Telephone.MOBILE: _("From a mobile in {country} to {line}, {when}."),
        Telephone.LANDLINE: _("From a landline in {country} to {line}, {when}."),
        Telephone.WITHHELD: _("From a withheld number to {line}, {when}."),
    }[choice.telephone]
    return words.format(country=country_name(choice.country), line=in_groups(view.number), when=_when(view.at, choice))


def _when(at: dt.datetime | None, choice: Choice) -> str:
    if at is None:
        return ""
    zone = chooser.zone_for(choice.country, chooser.directory_of(services()))
    written = format_datetime(at.astimezone(zone), "EEEE d MMMM y, HH:mm", tzinfo=zone, locale=Locale.parse(language()))
    return f"{written} ({zone.key})"


def _telephones() -> dict[Telephone, str]:
    return {
        Telephone.MOBILE: _("Mobile"),
        Telephone.LANDLINE: _("Landline"),
        Telephone.WITHHELD: _("Withheld"),
    }


def _countries(directory: Directory | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the countries with entries and all others, each group by its title."""
    groups = zip((_("In the tables"), _("Without entries")), chooser.countries(directory), strict=True)
    return [
        (title, sorted(((each.code, country_name(each.code)) for each in group), key=lambda named: named[1]))
        for title, group in groups
    ]


def _line(number: str, country: str | None) -> str:
    return f"{in_groups(number)} ({country_name(country)})" if country else in_groups(number)


def _audio(url: str) -> str:
    """Return a recording's address on the host that serves this page, beside these pages and not below them."""
    root = request.script_root.removesuffix("/admin")
    return root + path_below(services().settings.public_url, url)
