"""`fanal doctor`: says what is not right about this installation before a caller finds out."""

from __future__ import annotations

import os
import sys

import click

from ivr.lifeline import lifeline
from ivr.settings import Settings, SettingsError


@click.command(
    epilog="Example: fanal doctor --fallback > fallback.xml\n\n"
    "Paste that file into a document hosted by the carrier, and give the number that document as its fallback."
)
@click.option("--fallback", is_flag=True, help="Print the TwiML that the carrier should host as the number's fallback.")
def command(fallback: bool) -> None:
    """Check settings, directory, catalogues and voices. Exit 0 if all is well, 1 if something is doubtful, 2 if not."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as fault:
        if fallback and os.environ.get("PUBLIC_URL"):
            click.echo(lifeline(os.environ["PUBLIC_URL"].rstrip("/") + "/voice"))
            return
        click.echo(str(fault), err=True)
        sys.exit(2)
    if fallback:
        click.echo(lifeline(f"{settings.public_url}/voice"))
        return
    sys.exit(_examine(settings))


def _examine(settings: Settings) -> int:
    from directory.faults import Faults
    from directory.load import load
    from ivr.catalogue import load_catalogues
    from ivr.edition import offered_languages
    from ivr.voices import load_voices

    click.echo("settings    complete")
    try:
        directory = load(settings.directory_path)
    except Faults as faults:
        click.echo(f"directory   refused; the last good one is served\n{faults}", err=True)
        return 2
    never = sum(helpline.checked is None for helpline in directory.helplines.values())
    click.echo(f"directory   revision {directory.revision}, {len(directory.helplines)} services, {never} never checked")
    catalogues, voices = load_catalogues(), load_voices()
    spoken, _, faults_of_languages = offered_languages(catalogues, voices)
    click.echo(f"languages   spoken: {', '.join(spoken)}")
    drafts = [tag for tag, catalogue in catalogues.items() if not catalogue.reviewed]
    click.echo(f"            drafts that no native speaker has read: {', '.join(sorted(drafts)) or 'none'}")
    for fault in faults_of_languages:
        click.echo(f"            {fault}")
    for voice in voices.values():
        if voice.doubt:
            click.echo(f"voice       {voice.tag}: {voice.doubt}")
    return 1 if never or drafts or faults_of_languages else 0
