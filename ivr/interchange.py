"""Catalogues on their way to translators and back, and the script for a recording studio: texts in, texts out.

A catalogue leaves merged with today's English sentences: what is new is empty, what was translated from other words is
marked fuzzy, what is no longer said stands at the end. It comes back into exactly our form: our head, our order, our
comments, and the translator's words. What a translator's editor adds to the head (names, addresses) stays outside.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from babel.messages.catalog import Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import escape, read_po

from ivr.catalogue import SOURCE, Catalogue
from ivr.phrases import Phrase
from ivr.recordings import studio_name

Forms = str | Sequence[str] | None
"""The words of an entry, or its plural forms, as the library holds them."""
HEADINGS = ("file", "turn", "text", "seconds", "notes")
"""Columns of a recording studio's script."""
_REVIEWED = re.compile(r'^"X-Reviewed-By-Native-Speaker: .*\n', re.MULTILINE)
_LANGUAGE = re.compile(r'^"Language: ([A-Za-z_-]+)\\n"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Changes:
    """How a catalogue that has come back differs from the one that was there."""

    new: tuple[Phrase, ...]
    """Sentences that had no words."""
    changed: tuple[Phrase, ...]
    reviewed: bool
    was_reviewed: bool


@dataclass(frozen=True, slots=True)
class Take:
    """One text that a person is to record."""

    phrase: Phrase
    text: str
    turns: tuple[str, ...]
    seconds: float


def language_of(text: str) -> str | None:
    """Return the language that the head of a gettext file names; None where it names none."""
    found = _LANGUAGE.search(text)
    return found[1].replace("_", "-") if found else None


def merged(text: str | None, source: str, language: str, examples: Mapping[Phrase, Iterable[str]]) -> str:
    """Return the catalogue `text` for a translator, merged with today's `source`; None begins a new language.

    `examples` are sentences as they are heard today, to be shown as comments. A catalogue that lacks something is no
    longer marked as read by a native speaker.
    """
    own = _entries(text) if text else {}
    order = _entries(source)
    blocks = [
        _block(entry, own.get(context), language, [f"Heard: {each}" for each in examples.get(Phrase(context), ())])
        for context, entry in order.items()
    ]
    whole = all(_is_current(own.get(context), entry) for context, entry in order.items())
    obsolete = [_obsolete(entry) for context, entry in own.items() if context not in order]
    return _file(_head(text, language, None if whole else False), [*blocks, *obsolete])


def accepted(text: str, source: str, current: str | None, language: str, *, reviewed: bool) -> str:
    """Return a translator's file as our catalogue: its words, composed (NFC), in our form.

    `current` is our catalogue of the language, whose head is kept; None where the language is new. A new wording of the
    English catalogue is the English that its own entries are translated from.
    """
    own = _entries(text)
    order = _entries(source)
    blocks = [_block(entry, own.get(context), language, settled=True) for context, entry in order.items()]
    file = _file(_head(current, language, reviewed), blocks)
    if language != SOURCE or file == source:
        return file
    return accepted(file, file, current, language, reviewed=reviewed)


def outdated(text: str, source: str) -> Iterator[str]:
    """Yield a sentence for each entry that was translated from other words than today's; name what they are now."""
    own = _entries(text)
    for context, entry in _entries(source).items():
        theirs = own.get(context)
        if theirs is not None and _words(theirs.string) and _pair(theirs.id) != _english(entry):
            yield f"{context} translates “{_pair(theirs.id)[-1]}”, which is now “{_english(entry)[-1]}”"


def changes(before: Catalogue | None, after: Catalogue) -> Changes:
    """Return which sentences are new or have other words, in the order of the phrases."""
    old = {**before.words, **before.forms} if before else {}
    now = {**after.words, **after.forms}
    return Changes(
        new=tuple(phrase for phrase in Phrase if phrase in now and phrase not in old),
        changed=tuple(phrase for phrase in Phrase if phrase in now and now[phrase] != old.get(phrase, now[phrase])),
        reviewed=after.reviewed,
        was_reviewed=before is not None and before.reviewed,
    )


def notes(source: str) -> Mapping[Phrase, str]:
    """Return what the source says about each phrase to translators."""
    return {Phrase(context): " ".join(entry.auto_comments) for context, entry in _entries(source).items()}


def script(takes: Iterable[Take], language: str, about: Mapping[Phrase, str]) -> str:
    """Return the script for a recording studio as CSV: for each text the name of its file, and how long it may be."""
    paper = _Paper()
    writer = csv.writer(paper)
    writer.writerow(HEADINGS)
    for take in takes:
        name = studio_name(take.phrase, take.text, language)
        writer.writerow((name, ", ".join(take.turns), take.text, f"{take.seconds:.1f}", about.get(take.phrase, "")))
    return "".join(paper)


class _Paper(list[str]):
    """What the writer of CSV writes on."""

    def write(self, text: str) -> None:
        """Add a line."""
        self.append(text)


def _entries(text: str) -> dict[str, Message]:
    """Return the entries by the names of their phrases, in their order; raises what Babel raises for other files."""
    return {str(entry.context): entry for entry in read_po(text.split("\n"), abort_invalid=True) if entry.id}


def _english(entry: Message) -> tuple[str, ...]:
    """Return today's English of an entry of the source: singular and plural, or one sentence."""
    return _pair(entry.string) if _words(entry.string) else _pair(entry.id)


def _pair(words: Forms) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def _words(words: Forms) -> bool:
    """Tell whether an entry has words, in every form."""
    return bool(words) and all(_pair(words))


def _is_current(own: Message | None, entry: Message) -> bool:
    return own is not None and not own.fuzzy and _words(own.string) and _pair(own.id) == _english(entry)


def _block(
    entry: Message, own: Message | None, language: str, extra: Iterable[str] = (), *, settled: bool = False
) -> str:
    """Write one entry: the source's comments and English, the words that `own` has for it.

    `settled` words are known to translate today's, and are not marked.
    """
    english = _english(entry)
    string = own.string if own is not None and any(_pair(own.string)) else _empty(entry, language)
    fuzzy = own is not None and _words(own.string) and not settled and not _is_current(own, entry)
    comments = own.user_comments if own is not None else ()
    flags = [*(["fuzzy"] if fuzzy else []), *sorted(entry.flags - {"fuzzy"})]
    previous = _pair(own.id) if own is not None and fuzzy and _pair(own.id) != english else ()
    return "\n".join(
        (
            *(f"# {comment}" for comment in comments if not comment.startswith("|")),  # the library's view of #|
            *(f"#. {comment}" for comment in (*entry.auto_comments, *extra)),
            *([f"#, {', '.join(flags)}"] if flags else []),
            *(f"#| {line}" for line in _ids(previous)),
            f"msgctxt {escape(str(entry.context))}",
            *_ids(english),
            *_strings(string, plural=len(english) > 1),
        )
    )


def _empty(entry: Message, language: str) -> Forms:
    """Return no words, in as many forms as the language has for a number of things."""
    return [""] * _plural_forms(language)[0] if len(_pair(entry.id)) > 1 else ""


def _plural_forms(language: str) -> tuple[int, str]:
    """Return how many forms a number of things has in a language by CLDR, and the field that says so.

    Raises `babel.UnknownLocaleError` where CLDR does not know the language.
    """
    found = get_plural(Locale.parse(language, sep="-"))
    return found.num_plurals, found.plural_forms


def _obsolete(entry: Message) -> str:
    """Write an entry that no phrase has any more, so that its words are not lost."""
    lines = (
        f"msgctxt {escape(str(entry.context))}",
        *_ids(_pair(entry.id)),
        *_strings(entry.string, plural=len(_pair(entry.id)) > 1),
    )
    return "\n".join(f"#~ {line}" for line in lines)


def _ids(words: tuple[str, ...]) -> list[str]:
    return [f"{name} {escape(each)}" for name, each in zip(("msgid", "msgid_plural"), words, strict=False)]


def _strings(words: Forms, *, plural: bool) -> list[str]:
    forms = [escape(unicodedata.normalize("NFC", each)) for each in _pair(words)]
    if not plural:
        return [f"msgstr {forms[0]}"]
    return [f"msgstr[{place}] {form}" for place, form in enumerate(forms)]


def _head(current: str | None, language: str, reviewed: bool | None) -> str:
    """Return the head of the present catalogue, or a new one; `reviewed` None leaves what it says about that."""
    head = current.replace("\r\n", "\n").partition("\n\n")[0] if current else _new_head(language)
    if reviewed is None:
        return head
    fields = _REVIEWED.sub("", f"{head}\n")
    return f'{fields}"X-Reviewed-By-Native-Speaker: {"yes" if reviewed else "no"}\\n"'


def _new_head(language: str) -> str:
    fields = (
        "Project-Id-Version: fanal",
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {_plural_forms(language)[1]}",
        "X-Reviewed-By-Native-Speaker: no",
    )
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{field}\\n"' for field in fields)])


def _file(head: str, blocks: Iterable[str]) -> str:
    return "\n\n".join((head, *blocks)) + "\n"
