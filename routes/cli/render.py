"""`fanal prompts render`: makes audio of every sentence of the languages that no provider's voice speaks well.

Exit status: 0 everything is there, 1 something could not be made or used, 2 the command or a setting is wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from babel import Locale
from babel.lists import format_list

from ivr.adapters.engine import Espeak, Sox
from ivr.edition import offered_languages
from ivr.recordings import Recordings
from ivr.render import Folders, Rendered, Renderer, Script, scripts
from ivr.speech import WordlessError
from ivr.voices import Way
from routes.cli.columns import columns
from routes.cli.wording import JSON, PATH, Wording, leave

SHOWN = 10
"""Sentences about failures that are printed for each language; with `--json` all are."""


@click.command(
    epilog="Examples: fanal prompts render\n\n"
    "fanal prompts render ga mt --prune\n\n"
    "Recordings by people lie in VAR_PATH/recordings/<language>/, named as `fanal prompts export --format csv` names "
    "them. They are heard in place of the engine's, and refused in words where they no longer say what is said."
)
@click.argument("tags", nargs=-1)
@PATH
@click.option("--jobs", type=click.IntRange(1), help="Sentences made at once. [default: one for each processor]")
@click.option("--prune", is_flag=True, help="Remove files that are no longer spoken. Calls in progress may miss them.")
@JSON
def render(tags: tuple[str, ...], path: Path | None, jobs: int | None, prune: bool, as_json: bool) -> None:
    """Make audio of every sentence of the languages TAGS: all whose way in voices.yaml is `recording` by default.

    Files go to VAR_PATH/audio, where the web server finds them. What is there is not made again. Servers that run offer
    a language within seconds of its last sentence.
    """
    here = Wording.read(path)
    chosen = _chosen(tags, here)
    engine = Espeak()
    renderer = Renderer(Folders(here.places.audio, here.places.recordings), engine, Sox(), jobs or os.cpu_count() or 1)
    done = [_render(renderer, script, prune=prune) for script in chosen]
    if as_json:
        click.echo(json.dumps({"languages": [asdict(each) for each in done]}, ensure_ascii=False, indent=2))
    else:
        click.echo(_table(done))
        _complain(done)
    _say_what_lacks(done, here, engine.missing())
    if any(each.missing or each.stale or each.refused or each.failed for each in done):
        sys.exit(1)


def _chosen(tags: tuple[str, ...], here: Wording) -> list[Script]:
    """Return what the languages of the command line have to say; leave where there is no such language."""
    recorded = [tag for tag, voice in here.voices.items() if voice.way is Way.RECORDING]
    for tag in tags:
        if tag not in here.voices:
            raise click.BadParameter(f"{tag!r} has no line in voices.yaml", param_hint="TAGS")
        if tag not in recorded:
            rest = f"recorded are {', '.join(recorded) or 'none'}"
            way = here.voices[tag].way
            raise click.BadParameter(
                f"in voices.yaml the way of {tag} is {way}, not recording; {rest}", param_hint="TAGS"
            )
    chosen = tuple(dict.fromkeys(tags)) or tuple(recorded)
    if broken := [fault for tag in chosen for fault in here.catalogues[tag].faults]:
        leave("\n".join(broken), 1)
    try:
        known = scripts(here.directory, here.catalogues, here.voices, here.places.audio, dt.datetime.now(dt.UTC))
    except WordlessError as fault:
        leave(str(fault), 1)
    return [known[tag] for tag in chosen]


def _render(renderer: Renderer, script: Script, *, prune: bool) -> Rendered:
    """Render one language and show how far it is, on the side of the errors: the output is for the result."""
    name = _name(script.voice.tag)
    with click.progressbar(length=len(script.texts), label=f"{name:<12}", file=sys.stderr) as bar:
        try:
            return renderer.render(script, lambda: bar.update(1), prune=prune)
        except OSError as fault:
            leave(f"\n{name}: {fault.filename or 'the audio'} cannot be written: {fault.strerror}", 1)


def _table(done: Iterable[Rendered]) -> str:
    headings = ("language", "sentences", "made", "kept", "by people", "missing", "unspoken", "pruned", "minutes", "MB")
    rows = [
        (
            each.language,
            *map(str, (each.sentences, each.made, each.kept, each.persons, each.missing, each.unspoken, each.pruned)),
            f"{each.seconds / 60:.1f}",
            f"{each.size / 1e6:.1f}",
        )
        for each in done
    ]
    return columns(headings, rows)


def _complain(done: Iterable[Rendered]) -> None:
    """Print what could not be used or made, some sentences of each kind."""
    for each in done:
        for faults in (each.stale, each.refused, each.failed):
            for fault in faults[:SHOWN]:
                click.echo(f"{each.language}: {fault}", err=True)
            if faults[SHOWN:]:
                click.echo(f"{each.language}: and {len(faults) - SHOWN} more like it", err=True)


def _say_what_lacks(done: Iterable[Rendered], here: Wording, missing: str | None) -> None:
    """Say which languages cannot be spoken, or not wholly, and why."""
    lacking = [each for each in done if each.missing]
    spoken, _, _ = offered_languages(here.catalogues, here.voices, Recordings.read(here.places.audio))
    silent = [_name(each.language) for each in lacking if each.language not in spoken]
    if silent:
        verb = "is" if len(silent) == 1 else "are"
        reason = f"{missing}; until then" if missing else "While sentences that never change are missing,"
        click.echo(f"{reason} {format_list(silent, locale='en')} {verb} offered in texts only.", err=True)
    for each in lacking:
        if each.language in spoken:
            instead = _name(here.voices[each.language].instead or each.language)
            reason = f" ({missing})" if missing else ""
            said = f"{each.missing} of {each.sentences} sentences have no recording and are said in {instead}"
            click.echo(f"{_name(each.language)}: {said}{reason}.", err=True)


def _name(tag: str) -> str:
    return str(Locale("en").languages.get(tag, tag))
