"""Catalogues to translators and back: nothing is lost, nothing old is taken for new, and the form stays ours."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ivr.catalogue import CATALOGUES, SOURCE, Catalogue, read_catalogue
from ivr.interchange import HEADINGS, Take, accepted, changes, language_of, merged, notes, outdated, script
from ivr.phrases import COUNTED, Phrase
from ivr.recordings import studio_name

ENGLISH = (CATALOGUES / "en.po").read_text(encoding="utf-8")
FRENCH = (CATALOGUES / "fr.po").read_text(encoding="utf-8")
SHIPPED = sorted(path.stem for path in CATALOGUES.glob("*.po"))
HELLO = 'msgctxt "greeting"\nmsgid "Hello."\nmsgstr "Bonjour."'
REVIEWED = '"X-Reviewed-By-Native-Speaker: yes\\n"'


def changed(text: str, old: str, new: str) -> str:
    """Return a text with one passage replaced; it must stand there exactly once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def entry(text: str, phrase: str) -> str:
    """Return the lines of one entry of a gettext file."""
    return next(block for block in text.split("\n\n") if f'msgctxt "{phrase}"' in block)


def catalogue(folder: Path, text: str, language: str = "fr") -> Catalogue:
    """Return the catalogue that a text makes, beside today's English one."""
    (folder / f"{language}.po").write_text(text, encoding="utf-8")
    return read_catalogue(folder / f"{language}.po", read_catalogue(CATALOGUES / "en.po", None))


@pytest.mark.parametrize("language", SHIPPED)
def test_there_and_back(language: str) -> None:
    """A catalogue that is whole leaves as it is and comes back as it was, to the byte."""
    text = (CATALOGUES / f"{language}.po").read_text(encoding="utf-8")
    out = merged(text, ENGLISH, language, {})

    assert text == out
    assert text == accepted(out, ENGLISH, text, language, reviewed=False)
    assert [] == list(outdated(out, ENGLISH))


def test_new_sentence_leaves_empty() -> None:
    """A phrase that the language lacks stands in its place, with its English and no words."""
    without = changed(FRENCH, f"{entry(FRENCH, 'greeting')}\n\n", "")

    assert FRENCH.replace('"Bonjour."', '""') == merged(without, ENGLISH, "fr", {})


def test_changed_sentence_leaves_fuzzy() -> None:
    """What was translated from other words keeps them, is marked, and shows the words of then and of now."""
    english = changed(ENGLISH, 'msgid "Hello."\nmsgstr "Hello."', 'msgid "Hello."\nmsgstr "Good day."')
    block = entry(merged(FRENCH, english, "fr", {}), "greeting")

    assert '#, fuzzy\n#| msgid "Hello."\nmsgctxt "greeting"\nmsgid "Good day."\nmsgstr "Bonjour."' in block
    assert ["greeting translates “Hello.”, which is now “Good day.”"] == list(outdated(FRENCH, english))


def test_marks_that_an_editor_left_do_not_come_back() -> None:
    """Where a translator has taken the mark off and let the words of then stand, only the new words come back."""
    english = changed(ENGLISH, 'msgid "Hello."\nmsgstr "Hello."', 'msgid "Good day."\nmsgstr "Good day."')
    theirs = merged(FRENCH, english, "fr", {}).replace("#, fuzzy\n", "").replace('"Bonjour."', '"Bonne journée."')
    block = entry(accepted(theirs, english, FRENCH, "fr", reviewed=False), "greeting")

    assert 'msgctxt "greeting"\nmsgid "Good day."\nmsgstr "Bonne journée."' == block.partition("\n")[2]
    assert block.startswith("#. Neutral")


def test_notes_of_translators_are_kept() -> None:
    """What a translator notes beside an entry leaves and comes back with it."""
    noted = changed(FRENCH, HELLO, HELLO.replace("msgctxt", "# Or: Salut.\nmsgctxt"))
    out = merged(noted, ENGLISH, "fr", {})

    assert "# Or: Salut.\n#. Neutral" in out
    assert out == accepted(out, ENGLISH, FRENCH, "fr", reviewed=False)


def test_changed_plural_leaves_fuzzy() -> None:
    """A phrase that counts is marked where its plural has changed."""
    english = ENGLISH.replace("within {count} minutes.", "in {count} minutes.")
    block = entry(merged(FRENCH, english, "fr", {}), "sent")

    assert "#, fuzzy, python-brace-format" in block
    assert '#| msgid_plural "The message comes within {count} minutes."' in block
    assert 1 == len(list(outdated(FRENCH, english)))


def test_gone_sentence_stands_at_the_end() -> None:
    """What is no longer said is kept out of use at the end, so that its words are not lost."""
    english = changed(ENGLISH, f"{entry(ENGLISH, 'greeting')}\n\n", "")
    out = merged(FRENCH, english, "fr", {})

    assert out.endswith('\n\n#~ msgctxt "greeting"\n#~ msgid "Hello."\n#~ msgstr "Bonjour."\n')
    assert "greeting" not in {each.context for each in read_po(out.split("\n"))}


@pytest.mark.parametrize(
    ("spoil", "claim"),
    [
        (lambda text: text, "yes"),
        (lambda text: text.replace('"Bonjour."', '""'), "no"),
        (lambda text: text.replace(HELLO, f"#, fuzzy\n{HELLO}"), "no"),
        (lambda text: text.replace('msgid "Hello."', 'msgid "Hi."'), "no"),
    ],
    ids=["whole", "empty", "fuzzy", "old"],
)
def test_review_ends_where_words_are_missing(spoil: object, claim: str) -> None:
    """A catalogue that leaves with gaps no longer says that a native speaker has read it."""
    assert callable(spoil)
    reviewed = FRENCH.replace("Native-Speaker: no", "Native-Speaker: yes")

    assert f"X-Reviewed-By-Native-Speaker: {claim}" in merged(spoil(reviewed), ENGLISH, "fr", {})


def test_new_language_begins_empty(tmp_path: Path) -> None:
    """A language without a catalogue leaves with every phrase, its own plural forms, and no words."""
    out = merged(None, ENGLISH, "uk", {})
    words = read_po(out.split("\n"))

    assert ("uk", 'msgstr[2] ""' in out, 'msgstr[3] ""' in out) == (language_of(out), True, False)
    assert set(Phrase) == {each.context for each in words if each.id}
    assert all("is not translated" in fault for fault in catalogue(tmp_path, out, "uk").faults)


@pytest.mark.parametrize(("tag", "forms"), [("pt-BR", 2), ("zh-Hant", 1)])
def test_new_language_with_a_region_or_a_script(tag: str, forms: int) -> None:
    """A tag with a region or a script has the plural forms of its language."""
    out = merged(None, ENGLISH, tag, {})

    assert tag == language_of(out)
    assert [f"nplurals={forms};"] == re.findall(r"nplurals=\d;", out)


def test_examples_are_comments() -> None:
    """Sentences with filled placeholders are shown to translators, and do not come back."""
    out = merged(FRENCH, ENGLISH, "fr", {Phrase.REFERRAL: ["Roumanie : ligne.", "Suède : ligne."]})

    assert "#. Heard: Roumanie : ligne.\n#. Heard: Suède : ligne.\n#, python" in entry(out, "referral")
    assert FRENCH == accepted(out, ENGLISH, FRENCH, "fr", reviewed=False)


def test_accepted_keeps_our_form() -> None:
    """Whatever an editor makes of head, order, wrapping and accents, the catalogue comes back in our form."""
    blocks = FRENCH.rstrip("\n").split("\n\n")
    head = blocks[0] + '\n"Last-Translator: Somebody <somebody@example.org>\\n"'
    theirs = "\n\n".join([head, *reversed(blocks[1:])]).replace('"Bonjour."', '""\n"Bon"\n"jour."')
    theirs = re.sub(r"^#\..*\n", "", unicodedata.normalize("NFD", theirs), flags=re.MULTILINE)

    assert FRENCH == accepted(theirs, ENGLISH, FRENCH, "fr", reviewed=False)


def test_accepted_takes_words_and_review() -> None:
    """The words are the translator's; the review is what we were told of it."""
    theirs = FRENCH.replace('"Bonjour."', '"Bonjour et \\"bienvenue\\"."')
    out = accepted(theirs, ENGLISH, FRENCH, "fr", reviewed=True)

    assert theirs.replace("Native-Speaker: no", "Native-Speaker: yes") == out
    assert REVIEWED in out.split("\n\n")[0]


def test_english_is_its_own_source() -> None:
    """A new English wording becomes what all others translate, in the English file itself too."""
    theirs = changed(ENGLISH, 'msgid "Hello."\nmsgstr "Hello."', 'msgid "Hello."\nmsgstr "Good day."')
    out = accepted(theirs, ENGLISH, ENGLISH, SOURCE, reviewed=False)

    assert changed(ENGLISH, 'msgid "Hello."\nmsgstr "Hello."', 'msgid "Good day."\nmsgstr "Good day."') == out


def test_changes(tmp_path: Path) -> None:
    """New, changed and unchanged words are told apart, and so is a review that was lost."""
    before = catalogue(tmp_path, FRENCH.replace('"Bonjour."', '""').replace("Speaker: no", "Speaker: yes"))
    goodbye = before.words[Phrase.GOODBYE]
    after = catalogue(tmp_path, FRENCH.replace(f'msgstr "{goodbye}"', 'msgstr "Adieu."'))
    found = changes(before, after)

    assert ((Phrase.GREETING,), (Phrase.GOODBYE,)) == (found.new, found.changed)
    assert (True, False) == (found.was_reviewed, found.reviewed)
    assert (tuple(Phrase), ()) == (changes(None, after).new, changes(None, after).changed)
    assert ((), ()) == (changes(after, after).new, changes(after, after).changed)


@pytest.mark.parametrize(
    ("head", "language"),
    [
        ('"Language: fr\\n"', "fr"),
        ('"Language: pt_BR\\n"', "pt-BR"),
        ('"Language: \\n"', None),
        ('"Language-Team: fr\\n"', None),
        ("", None),
    ],
)
def test_language_of(head: str, language: str | None) -> None:
    """The head of a file says its language, or does not."""
    assert language == language_of(f'msgid ""\nmsgstr ""\n{head}\n')


def test_notes_are_the_source_s_comments() -> None:
    """Each phrase has what the source says about it; the phrases that count too."""
    about = notes(ENGLISH)

    assert set(Phrase) == set(about)
    assert about[Phrase.GREETING].startswith("Neutral first word.")
    assert all(about[phrase] for phrase in COUNTED)


def test_script_names_each_recording() -> None:
    """A studio is told the file of each text, where it is said, what it says, how long it may be, and what it means."""
    take = Take(Phrase.GREETING, 'Dia "duit", a chara.', ("language",), 1.25)
    rows = list(csv.reader(io.StringIO(script([take], "ga", {Phrase.GREETING: "Neutral."}))))

    name = studio_name("greeting", take.text, "ga")
    assert [list(HEADINGS), [name, "language", take.text, "1.2", "Neutral."]] == rows
