"""What countries, languages, needs and services are called in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from directory.findings import Finding, LintCode
from directory.model import Helpline
from directory.statement import Named, Things, called
from ivr.edition import NoEditionError
from ivr.phrases import general_name, need_label
from routes.admin.pages import services
from routes.admin.words import _, language


def country_name(code: str) -> str:
    """Return a country's name; its code where it has none."""
    return called(Named(Things.COUNTRY, code), language()) or code


def language_name(tag: str) -> str:
    """Return a language's name; its tag where it has none."""
    return called(Named(Things.LANGUAGE, tag), language()) or tag


def need_name(need: str) -> str:
    """Return what a need is called in the menus, with a capital; its id where no sentence names it."""
    try:
        speech = services().shelf.current.speech
        try:
            words = speech.phrase(need_label(need), language())
        except ValueError:
            words = speech.phrase(general_name(need), language())
    except (NoEditionError, ValueError, KeyError):
        return need
    return words[:1].upper() + words[1:]


def service_name(helpline: Helpline) -> str:
    """Return a service's name in the reader's language, else in English, else as it calls itself."""
    return helpline.name.get(language()) or helpline.name.get("en") or next(iter(helpline.name.values()), helpline.id)


def found_words(finding: Finding) -> str:
    """Return what the check has found in the reader's language, with names for the codes of languages and countries."""
    name = _NAMED.get(finding.code, str)
    return _(finding.template).format(detail=name(finding.detail))


def own_words(text: str) -> str:
    """Return a name or a note that the program itself wrote in the reader's language; what people wrote, as it is."""
    return {
        "the operator, from the command line": _("the operator, from the command line"),
        "The tables that come with the program.": _("The tables that come with the program."),
    }.get(text, text)


_NAMED: Mapping[LintCode, Callable[[str], str]] = {
    LintCode.NAME_LONG: language_name,
    LintCode.NAME_MISSING: language_name,
    LintCode.HOLIDAY_REGIONAL: country_name,
}
"""Findings whose detail is a code."""
