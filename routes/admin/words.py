"""The words of the pages in the reader's language: English as written, French from `routes/translations/fr/*.po`.

The reader's choice (`?lang=fr`, kept in a cookie) stands before what the browser asks for.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, request

LANGUAGES = {"en": "English", "fr": "Français"}
FOLDER = Path(__file__).parents[1] / "translations"
_COOKIE = "fanal-language"
_YEAR = 365 * 24 * 3600


def join(app: Flask) -> None:
    """Give the templates the words, and remember the reader's choice."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_, n_, newstyle=True)  # type: ignore[attr-defined]  # the extension's own
    app.jinja_env.globals.update(language=language, LANGUAGES=LANGUAGES, is_draft=is_draft)
    app.after_request(_remember)


def language() -> str:
    """Return the tag of the language of this page."""
    if "language" not in g:
        wanted = (
            request.args.get("lang"),
            request.cookies.get(_COOKIE),
            request.accept_languages.best_match(LANGUAGES),
        )
        g.language = next((tag for tag in wanted if tag in LANGUAGES), "en")
    return str(g.language)


def _(message: str) -> str:
    """Return a message in the reader's language."""
    return _translations(language()).gettext(message)


def n_(one: str, several: str, count: int) -> str:
    """Return the form of a message that fits a count."""
    return _translations(language()).ngettext(one, several, count)


def is_draft() -> bool:
    """Tell whether the words of this page are a translation that no native speaker has read."""
    return any(catalog.fuzzy for catalog in _catalogs(language()))


@cache
def _catalogs(tag: str) -> tuple[Catalog, ...]:
    found = []
    for path in sorted((FOLDER / tag).glob("*.po")):
        with path.open("rb") as file:
            found.append(read_po(file, locale=tag, abort_invalid=True))
    return tuple(found)


@cache
def _translations(tag: str) -> NullTranslations:
    if tag == "en":
        return NullTranslations()
    whole: Translations | None = None
    for catalog in _catalogs(tag):
        compiled = BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        part = Translations(compiled)
        whole = part if whole is None else whole.merge(part)
    return whole or NullTranslations()


def _remember(response: Response) -> Response:
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(_COOKIE, language(), max_age=_YEAR, path="/admin", httponly=True, samesite="Lax")
    return response
