"""`fanal doctor`: says what is not right about this installation before a caller finds out."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.lifeline import lifeline
from ivr.settings import Places, Settings, SettingsError
from routes.cli.findings import Finding, Health, doubtful, fine, wrong

if TYPE_CHECKING:
    from ivr.catalogue import Catalogue
    from ivr.voices import Voice


@click.command(
    epilog="Example: fanal doctor --fallback > fallback.xml\n\n"
    "Paste that file into a document hosted by the carrier, and give the number that document as its fallback."
)
@click.option("--provider", is_flag=True, help="Ask the provider too: numbers, webhooks, recording, region.")
@click.option("--fallback", is_flag=True, help="Print the TwiML that the carrier should host as the number's fallback.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of findings.")
def command(provider: bool, fallback: bool, as_json: bool) -> None:
    """Check settings, Redis, database, directory and voices. Exit 0: all is well, 1: something is doubtful, 2: wrong.

    With --provider it also asks the provider's interface whether everything is set up there as it must be; nothing
    is changed by asking. Without, it asks nobody outside this installation.
    """
    if fallback:
        _print_fallback()
        return
    findings = list(_findings(provider))
    if as_json:
        rows = [{"health": each.health.name.lower(), "about": each.about, "says": each.sentence} for each in findings]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for each in findings:
            click.echo(f"{each.about:<12}{each.sentence}")
        count = Counter(each.health for each in findings)
        click.echo(f"{count[Health.WRONG]} wrong, {count[Health.DOUBTFUL]} doubtful")
    sys.exit(max(each.health for each in findings))


def _print_fallback() -> None:
    try:
        address = Settings.read_one("PUBLIC_URL")
    except SettingsError as fault:
        click.echo(str(fault), err=True)
        sys.exit(Health.WRONG)
    click.echo(lifeline(f"{address}/voice"))


def _findings(ask_provider: bool) -> Iterator[Finding]:
    settings: Settings | None = None
    try:
        settings = Settings.from_env(os.environ)
        yield fine("settings", "complete")
        yield from _about_region(settings)
        yield from _about_redis(settings)
        yield from _about_database(settings)
    except SettingsError as fault:
        yield from (wrong("settings", sentence) for sentence in fault.faults)
    yield from _about_directory(settings.directory_path if settings else None)
    yield from _about_languages()
    yield from _about_provider(settings, ask_provider)


def _about_region(settings: Settings) -> Iterator[Finding]:
    host, region = settings.provider_region, settings.region
    if host and region and host != region:
        yield wrong(
            "settings",
            f"TWILIO_REGION is {region} and TWILIO_API_URL a host of {host}: the worker would look for calls where"
            f" they are not, and no text would be sent and no record deleted. Set both to the same region"
            " (the host of ie1 is https://api.dublin.ie1.twilio.com).",
        )


def _about_redis(settings: Settings) -> Iterator[Finding]:
    from routes.cli.doctor_redis import examine

    yield from examine(settings)


def _about_database(settings: Settings) -> Iterator[Finding]:
    from directory.database import DatabaseError, open_database
    from ivr.adapters.schema import check

    try:
        engine = open_database(settings.database_url)
        check(engine)
        engine.dispose()
    except DatabaseError as fault:
        yield wrong("database", str(fault))
    else:
        yield fine("database", "it answers, and its tables are those of this program")


def _about_provider(settings: Settings | None, ask: bool) -> Iterator[Finding]:
    if not ask:
        yield fine(
            "provider", "not asked; `fanal doctor --provider` asks about numbers, webhooks, recording and region"
        )
    elif settings is None:
        yield wrong("provider", "not asked: the settings are not complete")
    else:
        from routes.cli.doctor_provider import examine

        yield from examine(settings)


def _about_directory(folder: Path | None) -> Iterator[Finding]:
    from directory.faults import Faults
    from routes.cli.sources import UNSPEAKABLE, NoTablesError, is_published, served, wordless

    try:
        directory = served(folder, None)
        published = folder is None and is_published()
    except NoTablesError as fault:
        yield wrong("directory", str(fault))
        return
    except Faults as faults:
        yield from (wrong("directory", str(fault)) for fault in faults.faults)
        return
    yield fine("directory", f"revision {directory.revision}, {len(directory.helplines)} services")
    if missing := wordless(directory):
        yield wrong("directory", UNSPEAKABLE.format(", ".join(missing)))
    never = sum(helpline.checked is None for helpline in directory.helplines.values())
    if never:
        yield doubtful("directory", f"{never} of them have never been checked by ringing")
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
        yield wrong("revisions", str(fault))
        return
    if waiting is not None:
        yield doubtful("revisions", f"no approver has read revision {waiting.number} yet")
    if standing:
        yield doubtful("revisions", f"numbers switched out of service, or read out only: {standing}")
    if another:
        words = "this program comes with other tables than any revision: `fanal directory diff live shipped`"
        yield doubtful("revisions", words)
    if not verdict.whole:
        yield wrong("audit", verdict.break_)


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
        yield from (wrong("voices", str(fault)) for fault in faults.faults)
        return
    yield from _about_words(catalogues, voices, places.audio)


def _about_words(catalogues: Mapping[str, Catalogue], voices: Mapping[str, Voice], audio: Path) -> Iterator[Finding]:
    from ivr.edition import offered_languages
    from ivr.recordings import Recordings

    spoken, _, faults = offered_languages(catalogues, voices, Recordings.read(audio))
    yield fine("languages", f"offered by voice: {', '.join(spoken)}")
    drafts = sorted(tag for tag, catalogue in catalogues.items() if not catalogue.reviewed)
    if drafts:
        yield doubtful("languages", f"drafts that no native speaker has read: {', '.join(drafts)}")
    broken = {fault for catalogue in catalogues.values() for fault in catalogue.faults}
    yield from ((wrong if fault in broken else doubtful)("languages", fault) for fault in faults)
    calls = sorted(voice.tag for voice in voices.values() if voice.doubt)
    if calls:
        yield doubtful("voices", f"to be heard in a test call before launch, and every month: {', '.join(calls)}")
    yield from (doubtful("voices", f"{voice.tag}: {voice.doubt}") for voice in voices.values() if voice.doubt)
