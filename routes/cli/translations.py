"""`fanal prompts export` and `fanal prompts import`: catalogues to translators and back, scripts to studios."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
from babel.messages.pofile import PoFileError

from directory.languages import has_names, is_language
from ivr.catalogue import SOURCE, Catalogue, read_catalogue
from ivr.interchange import Changes, Take, accepted, changes, language_of, merged, notes, outdated, script
from ivr.phrases import Phrase
from ivr.settings import Places, SettingsError
from ivr.speech import Speech
from ivr.turn import Line
from routes.cli.wording import AT, JSON, LANGUAGE, PATH, Wording, leave, now_or


@click.command()
@PATH
@AT
@LANGUAGE
@click.option(
    "--format",
    "form",
    type=click.Choice(["po", "csv"]),
    default="po",
    show_default=True,
    help="A catalogue for a translator, or the script for a recording studio.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(path: Path | None, at: dt.datetime | None, tag: str, form: str, file: Path | None) -> None:
    """Write a language to FILE, or print it: for a translator (po) or for a recording studio (csv).

    The po is the catalogue with today's English: what is new is empty, what was translated from other words is marked
    fuzzy, what is no longer said stands at its end. A language that has none yet begins empty. Lines that begin with
    "Heard:" show what placeholders become. `fanal prompts import` takes it back.

    The csv (for spreadsheets) names the file of each recording; they belong into VAR_PATH/recordings/<language>/.

    \b
    fanal prompts export --language ro ro.po
    fanal prompts export --language ga --format csv studio.csv
    """
    wording = Wording.read(path)
    if SOURCE not in wording.whole:
        leave(f"{SOURCE}.po is missing or has faults: `fanal prompts status` names them", 1)
    made = _po(wording, tag, now_or(at)).encode() if form == "po" else _csv(wording, tag, now_or(at))
    if file is None:
        click.echo(made, nl=False)
        return
    try:
        file.write_bytes(made)
    except OSError as fault:
        leave(f"{file} cannot be written: {fault.strerror}", 1)


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", "tag", help="The language, such as ro. [default: as the head of the file says]")
@click.option("--dry-run", is_flag=True, help="Only check the file and say what would change.")
@JSON
def import_(file: Path, tag: str | None, dry_run: bool, as_json: bool) -> None:
    """Take back a translator's catalogue: checked wholly, then put in place at once, or not at all.

    It goes to PROMPTS_PATH/catalogues, else to the folder of the program. Servers speak it after they are started
    anew. A file with a fault changes nothing, and the exit status is 1. It counts as read by a native speaker only if
    its head says so: X-Reviewed-By-Native-Speaker: yes.

    \b
    fanal prompts import ro.po --dry-run
    fanal prompts import ro.po
    """
    try:
        folder = Places.from_env().catalogues
    except SettingsError as fault:
        leave(str(fault), 2)
    language, theirs = _language(file, tag), _checked(file, folder)
    place = folder / f"{language}.po"
    current = _text(place) if place.exists() else None
    before = read_catalogue(place, None) if current is not None else None
    made = accepted(_text(file), _text(folder / f"{SOURCE}.po"), current, language, reviewed=theirs.reviewed)
    try:
        ours = _put(made, place, theirs, dry_run=dry_run)
    except OSError as fault:
        leave(f"{place} cannot be written: {fault.strerror}", 1)
    found = changes(before, ours)
    if as_json:
        done = {"language": language, "file": str(place), "written": not dry_run, **asdict(found)}
        click.echo(json.dumps(done, ensure_ascii=False, indent=2))
    else:
        _report(language, found, place, dry_run=dry_run)


def _po(wording: Wording, tag: str, at: dt.datetime) -> str:
    place = wording.places.catalogues / f"{tag}.po"
    if not place.exists() and not is_language(tag):
        raise click.BadParameter(f"{tag!r} is not a language tag; write one such as ro", param_hint="--language")
    _check_names(tag)
    current = _text(place) if place.exists() else None
    examples = _examples(wording, tag, at)
    try:
        return merged(current, _text(wording.places.catalogues / f"{SOURCE}.po"), tag, examples)
    except PoFileError:
        leave("\n".join(wording.catalogues[tag].faults), 1)


def _examples(wording: Wording, tag: str, at: dt.datetime) -> Mapping[Phrase, list[str]]:
    """Return sentences whose placeholders are filled, with the English words where the language's own have faults."""
    words = wording.catalogues[tag if tag in wording.whole else SOURCE]
    speech = Speech(wording.directory, {tag: words})
    filled = {phrase: values for phrase, values in wording.filled(at).items() if values and values[0]}
    return {
        phrase: [speech.spoken(Line(phrase, tag, each)) for each in dict.fromkeys((values[0], values[-1]))]
        for phrase, values in filled.items()
    }


def _csv(wording: Wording, tag: str, at: dt.datetime) -> bytes:
    """Return the script with the mark by which spreadsheets know UTF-8."""
    wording.chosen([tag])
    if tag not in wording.voices:
        leave(f"{tag} is in no line of voices.yaml, so nobody knows how long its sentences take", 1)
    takes: dict[str, Take] = {}
    for sentence, text in wording.spoken(tag, wording.filled(at)):
        phrase = sentence.line.phrase
        seconds = len(text) / wording.voices[tag].rate
        takes.setdefault(text, Take(phrase, text, sentence.turns, seconds))
    return script(takes.values(), tag, notes(_text(wording.places.catalogues / f"{SOURCE}.po"))).encode("utf-8-sig")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        leave(f"{path} cannot be read: {fault}", 1)


def _language(file: Path, tag: str | None) -> str:
    """Return the language of a file, as the command or its own head says; they must not differ."""
    named = language_of(_text(file))
    if tag is not None and named not in (None, tag):
        raise click.BadParameter(f"{file.name} says of itself that it is in {named!r}", param_hint="--language")
    language = tag or named
    if language is None or not is_language(language):
        message = "the head of the file names no language that can be written so; give one, such as ro"
        raise click.BadParameter(message, param_hint="--language")
    _check_names(language)
    return language


def _check_names(tag: str) -> None:
    """Leave where no catalogue can be made: many sentences name a country, a day or a language."""
    if not has_names(tag):
        message = f"CLDR does not know what countries, days and languages are called in {tag!r}"
        raise click.BadParameter(message, param_hint="--language")


def _checked(file: Path, folder: Path) -> Catalogue:
    """Return the translator's catalogue, or leave with everything that is wrong in it."""
    source = read_catalogue(folder / f"{SOURCE}.po", None)
    if source.faults:
        leave("\n".join(source.faults), 1)
    theirs = read_catalogue(file, source)
    old = outdated(_text(file), _text(folder / f"{SOURCE}.po")) if theirs.words else ()
    if faults := [*theirs.faults, *(f"{file.name}: {fault}" for fault in old)]:
        _refuse(faults)
    return theirs


def _refuse(faults: Iterable[str]) -> NoReturn:
    listed = list(faults)
    listed.append(f"\n{len(listed)} fault{'s' if listed[1:] else ''}: nothing was written.")
    leave("\n".join(listed), 1)


def _put(made: str, place: Path, theirs: Catalogue, *, dry_run: bool) -> Catalogue:
    """Write the catalogue beside its place, read it once more there, and rename it; raises OSError."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".import-") as own:
        path = Path(own) / place.name
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        ours = read_catalogue(path, None)
        if ours.faults:
            _refuse(ours.faults)
        if any(ours.plural(count) != theirs.plural(count) for count in range(1000)):
            _refuse([f"{place.name}: Plural-Forms in the head must stay as the export writes it"])
        if not dry_run:
            path.chmod(place.stat().st_mode if place.exists() else 0o644)
            path.replace(place)
    return ours


def _report(language: str, found: Changes, place: Path, *, dry_run: bool) -> None:
    """Say what is different now, or would be."""
    kind = "read by a native speaker" if found.reviewed else "a draft"
    sums = f"{len(found.new)} sentences new, {len(found.changed)} changed; {kind}"
    click.echo(f"{language}: {sums}. {'Nothing was written.' if dry_run else f'{place} is in place.'}")
    if found.was_reviewed and not found.reviewed:
        click.echo(f"{language} was read by a native speaker before; this file does not say so.", err=True)
    if language == SOURCE and found.changed:
        click.echo("Other languages translate the old words of these; their export marks them fuzzy.", err=True)
    if not dry_run and (found.new or found.changed):
        click.echo("Servers that run speak the new words after they are started anew.", err=True)
