"""`fanal doctor`: says what is not right about this installation before a caller finds out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.lifeline import lifeline
from ivr.settings import Places, Settings, SettingsError

if TYPE_CHECKING:
    from ivr.catalogue import Catalogue
    from ivr.voices import Voice

FINE, DOUBTFUL, WRONG = 0, 1, 2
Finding = tuple[int, str, str]
"""How bad it is, what it is about, and a sentence."""


@click.command(
    epilog="Example: fanal doctor --fallback > fallback.xml\n\n"
    "Paste that file into a document hosted by the carrier, and give the number that document as its fallback."
)
@click.option("--fallback", is_flag=True, help="Print the TwiML that the carrier should host as the number's fallback.")
def command(fallback: bool) -> None:
    """Check settings, directory, catalogues and voices. Exit 0 if all is well, 1 if something is doubtful, 2 if not."""
    if fallback:
        _print_fallback()
        return
    findings = list(_findings())
    for _, about, sentence in findings:
        click.echo(f"{about:<12}{sentence}")
    sys.exit(max(worst for worst, _, _ in findings))


def _print_fallback() -> None:
    try:
        address = Settings.read_one("PUBLIC_URL")
    except SettingsError as fault:
        click.echo(str(fault), err=True)
        sys.exit(WRONG)
    click.echo(lifeline(f"{address}/voice"))


def _findings() -> Iterator[Finding]:
    folder: Path | None = None
    try:
        settings = Settings.from_env(os.environ)
        folder = settings.directory_path
        yield FINE, "settings", "complete"
    except SettingsError as fault:
        yield from ((WRONG, "settings", sentence) for sentence in fault.faults)
    yield from _about_directory(folder)
    yield from _about_languages()


def _about_directory(folder: Path | None) -> Iterator[Finding]:
    from directory.faults import Faults
    from routes.cli.sources import NoTablesError, is_published, served

    try:
        directory = served(folder, None)
        published = folder is None and is_published()
    except NoTablesError as fault:
        yield WRONG, "directory", str(fault)
        return
    except Faults as faults:
        yield from ((WRONG, "directory", str(fault)) for fault in faults.faults)
        return
    yield FINE, "directory", f"revision {directory.revision}, {len(directory.helplines)} services"
    never = sum(helpline.checked is None for helpline in directory.helplines.values())
    if never:
        yield DOUBTFUL, "directory", f"{never} of them have never been checked by ringing"
    if published:
        yield from _about_revisions()


def _about_revisions() -> Iterator[Finding]:
    from directory.load import read_files
    from routes.cli.shipped import is_another
    from routes.cli.sources import NoTablesError, the_desk

    try:
        with the_desk() as desk:
            standing, waiting = len(desk.standing().switches), desk.revisions.unconfirmed()
            another, verdict = is_another(desk, read_files()), desk.verify()
    except NoTablesError as fault:
        yield WRONG, "revisions", str(fault)
        return
    if waiting is not None:
        yield DOUBTFUL, "revisions", f"no approver has read revision {waiting.number} yet"
    if standing:
        yield DOUBTFUL, "revisions", f"numbers switched out of service, or read out only: {standing}"
    if another:
        words = "this program comes with other tables than any revision: `fanal directory diff live shipped`"
        yield DOUBTFUL, "revisions", words
    if not verdict.whole:
        yield WRONG, "audit", verdict.break_


def _about_languages() -> Iterator[Finding]:
    from directory.faults import Faults
    from ivr.catalogue import load_catalogues
    from ivr.voices import load_voices

    try:
        places = Places.from_env(os.environ)
        catalogues = load_catalogues(places.catalogues)
        voices = load_voices(places.voices, places.catalogues)
    except SettingsError:
        return  # named among the settings
    except Faults as faults:
        yield from ((WRONG, "voices", str(fault)) for fault in faults.faults)
        return
    yield from _about_words(catalogues, voices, places.audio)


def _about_words(catalogues: Mapping[str, Catalogue], voices: Mapping[str, Voice], audio: Path) -> Iterator[Finding]:
    from ivr.edition import offered_languages
    from ivr.recordings import Recordings

    spoken, _, faults = offered_languages(catalogues, voices, Recordings.read(audio))
    yield FINE, "languages", f"offered by voice: {', '.join(spoken)}"
    drafts = sorted(tag for tag, catalogue in catalogues.items() if not catalogue.reviewed)
    if drafts:
        yield DOUBTFUL, "languages", f"drafts that no native speaker has read: {', '.join(drafts)}"
    broken = {fault for catalogue in catalogues.values() for fault in catalogue.faults}
    yield from ((WRONG if fault in broken else DOUBTFUL, "languages", fault) for fault in faults)
    calls = sorted(voice.tag for voice in voices.values() if voice.doubt)
    if calls:
        yield DOUBTFUL, "voices", f"to be heard in a test call before launch, and every month: {', '.join(calls)}"
    yield from ((DOUBTFUL, "voices", f"{voice.tag}: {voice.doubt}") for voice in voices.values() if voice.doubt)
