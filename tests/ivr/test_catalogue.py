"""The catalogues: all of ours are whole, and what is wrong in one is said and keeps its language from being offered."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from ivr.catalogue import CATALOGUES, SOURCE, Catalogue, load_catalogues, placeholders, read_catalogue
from ivr.edition import offered_languages
from ivr.phrases import COUNTED, Phrase
from ivr.recordings import Recordings, name_of
from ivr.voices import Way, load_voices
from tests.recordings import everything

OF_THE_UNION = tuple(
    [
        "bg",
        "hr",
        "cs",
        "da",
        "nl",
        "en",
        "et",
        "fi",
        "fr",
        "de",
        "el",
        "hu",
        "ga",
        "it",
        "lv",
        "lt",
        "mt",
        "pl",
        "pt",
        "ro",
        "sk",
        "sl",
        "es",
        "sv",
    ]
)
"""The official languages of the European Union (Regulation No 1 of 1958, as it stands since 2013)."""
OF_THE_SEEDS = ("ar", "ru", "uk", "tr", "sq", "vi", "zh", "th")
"""Languages of people whom the seeds speak of."""
LANGUAGES = (*OF_THE_UNION, *OF_THE_SEEDS)
ENGLISH = (CATALOGUES / "en.po").read_text(encoding="utf-8")
FRENCH = (CATALOGUES / "fr.po").read_text(encoding="utf-8")
SHIPPED = load_catalogues()
HELLO = 'msgctxt "greeting"\nmsgid "Hello."\nmsgstr "Bonjour."\n'
BONJOUR = 'msgstr "Bonjour."'
DANGER = re.search(r'msgctxt "danger"\nmsgid ".*"\n(msgstr ".*")', FRENCH)


def changed(old: str, new: str) -> str:
    """Return the French catalogue with one passage replaced; it must stand there exactly once."""
    assert FRENCH.count(old) == 1, old
    return FRENCH.replace(old, new)


def danger(words: str) -> str:
    """Return the French catalogue with other words for the danger sentence, which must hold {number}."""
    assert DANGER is not None
    return changed(DANGER[1], f'msgstr "{words}"')


def french(folder: Path, text: str | bytes, english: str = ENGLISH) -> Catalogue:
    """Return the French catalogue as it is read from this text, beside an English one."""
    (folder / "en.po").write_text(english, encoding="utf-8")
    (folder / "fr.po").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_catalogues(folder)["fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_whole(language: str) -> None:
    """Each of the languages has every phrase, those that count in every plural form, and nothing else."""
    catalogue = SHIPPED[language]

    assert () == catalogue.faults
    assert set(Phrase) == {*catalogue.words, *catalogue.forms}
    assert COUNTED == set(catalogue.forms)
    assert language == catalogue.language


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """A number of things is worded in the form that the language's own rule names (Unicode's, by way of Babel)."""
    rule = Locale.parse(language).plural_form
    catalogue = SHIPPED[language]
    sorts = {rule(count): catalogue.plural(count) for count in range(200)}

    assert sorts == {rule(count): catalogue.plural(count) for count in range(1000)}
    assert get_plural(language).num_plurals == len(catalogue.forms[Phrase.SENT])


def test_all_files_are_of_these_languages() -> None:
    """No other language is there, and the source is among them."""
    assert (24, 32) == (len(OF_THE_UNION), len(set(LANGUAGES)))
    assert set(LANGUAGES) == set(SHIPPED)
    assert SOURCE in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_of_the_present_words(language: str) -> None:
    """Every catalogue shows its translators the English sentence as it is now: none translates an older one."""
    catalogue = read_po((CATALOGUES / f"{language}.po").read_text(encoding="utf-8").splitlines())
    english = SHIPPED[SOURCE].words

    assert [] == [
        entry.context
        for entry in catalogue
        if entry.id and entry.context not in COUNTED and entry.id != english[Phrase(str(entry.context))]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_composed(language: str) -> None:
    """Accents are one with their letters: apart from them they would double the segments of a text."""
    words = SHIPPED[language].words

    assert [] == [phrase for phrase, text in words.items() if text != unicodedata.normalize("NFC", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_are_drafts(language: str) -> None:
    """No catalogue claims a native speaker's eyes before there were any; whoever changes this names them in the log."""
    assert not SHIPPED[language].reviewed


@pytest.mark.parametrize(
    ("header", "reviewed"),
    [
        ("X-Reviewed-By-Native-Speaker: yes", True),
        ("X-Reviewed-By-Native-Speaker: no", False),
        ("X-Reviewed-By-Native-Speaker: yes, mostly", False),
        ("X-Reviewed-By-Native-Speaker: ", False),
        ("X-Reviewed: yes", False),
    ],
)
def test_reviewed(header: str, reviewed: bool, tmp_path: Path) -> None:
    """A catalogue was read by a native speaker only where its header says so in one word."""
    assert reviewed == french(tmp_path, changed("X-Reviewed-By-Native-Speaker: no", header)).reviewed


FAULTS = [
    pytest.param(changed(HELLO, ""), "fr.po: greeting is not translated", id="a missing phrase"),
    pytest.param(changed(BONJOUR, 'msgstr ""'), "fr.po: greeting is not translated", id="no words"),
    pytest.param(changed(BONJOUR, 'msgstr "  "'), "fr.po: greeting is not translated", id="spaces for words"),
    pytest.param(changed(HELLO, f"#, fuzzy\n{HELLO}"), "fr.po: greeting is not translated", id="fuzzy words"),
    pytest.param(changed(HELLO, f"#~ {HELLO}".replace("\nm", "\n#~ m")), "fr.po: greeting is not translated", id="old"),
    pytest.param(
        changed(
            HELLO, HELLO.replace('msgid "Hello."', 'msgid "Hello."\nmsgid_plural "Hellos."').replace("r ", "r[0] ")
        ),
        "fr.po: greeting is not translated",
        id="a plural",
    ),
    pytest.param(
        FRENCH + '\nmsgctxt "salute"\nmsgid "Hi."\nmsgstr "Salut."\n',
        "fr.po: salute is no phrase of this program",
        id="an unknown phrase",
    ),
    pytest.param(
        FRENCH + '\nmsgid "Hi."\nmsgstr "Salut."\n',
        "fr.po: Hi. is no phrase of this program",
        id="a phrase without a name",
    ),
    pytest.param(FRENCH + f"\n{HELLO}", "fr.po: greeting stands here 2 times; keep one", id="the same twice"),
    pytest.param(
        FRENCH + '\nmsgctxt "greeting"\nmsgid "Hi."\nmsgstr "Salut."\n',
        "fr.po: greeting stands here 2 times; keep one",
        id="a name twice",
    ),
    pytest.param(danger("Faites le {numero}."), "fr.po: danger must hold {number}, and holds {numero}", id="foreign"),
    pytest.param(danger("Faites le."), "fr.po: danger must hold {number}, and holds no placeholder", id="none"),
    pytest.param(
        danger("{number} {key}"), "fr.po: danger must hold {number}, and holds {key}, {number}", id="too many"
    ),
    pytest.param(
        changed(BONJOUR, 'msgstr "Bonjour {name}."'),
        "fr.po: greeting must hold no placeholder, and holds {name}",
        id="one where there is none",
    ),
    *(
        pytest.param(
            danger(words), "fr.po: danger has a brace without its partner, or more than a name between braces", id=words
        )
        for words in (
            "{number",
            "number}",
            "{number}}",
            "{{number}",
            "{number!r}",
            "{number:d}",
            "{number.x}",
            "{}",
            "{0}",
        )
    ),
    *(
        pytest.param(
            re.sub(r"plural=[^;]*;", f"plural={rule};", FRENCH),
            "fr.po: Plural-Forms in the head names other forms than 0, 1",
            id=rule,
        )
        for rule in ("(n > 1) * 2", "n > 1 ? 2 : 0", "0 - (n > 1)", "10 % n")
    ),
    pytest.param(
        changed(BONJOUR, 'msgstr "Bonjour\x0b."'),
        "fr.po: greeting holds a character that cannot be spoken or written",
        id="a control character",
    ),
    pytest.param(
        changed(BONJOUR, f'msgstr "{"a" * 201}"'),
        "fr.po: greeting has 201 characters; 200 are the most that a caller can be asked to hear",
        id="more than anybody hears",
    ),
    pytest.param(
        changed(BONJOUR, 'msgstr "Bonjour !"'),
        "fr.po: greeting has an exclamation mark; nobody is shouted at",
        id="a shout",
    ),
    *(
        pytest.param(
            changed(BONJOUR, f'msgstr "Bonjour {number}."'),
            "fr.po: greeting holds a number; numbers come from the directory",
            id=name,
        )
        for number, name in (
            ("112", "a number"),
            ("1 1 2", "digit by digit"),
            ("\u0661\u0661\u0662", "in digits of Arabic"),
            ("+33 1 99 00 00 04", "with its country"),
        )
    ),
    pytest.param(
        changed(BONJOUR, 'msgstr "Bonjour\\n."'),
        "fr.po: greeting holds a character that cannot be spoken or written",
        id="a second line",
    ),
    pytest.param(
        changed(BONJOUR, 'msgstr "Bonjour.'), "fr.po: line 15 is not as gettext writes it", id="an open quote"
    ),
    pytest.param(changed(BONJOUR, "msgstr Bonjour."), "fr.po: line 15 is not as gettext writes it", id="no quotes"),
    pytest.param(changed(BONJOUR, BONJOUR[:-1] + '\\q"'), "fr.po: line 15 is not as gettext writes it", id="an escape"),
    pytest.param(changed(BONJOUR, BONJOUR + " x"), "fr.po: line 15 is not as gettext writes it", id="something after"),
]


@pytest.mark.parametrize(("text", "sentence"), FAULTS)
def test_fault_is_said_and_keeps_the_language_from_being_offered(text: str, sentence: str, tmp_path: Path) -> None:
    """One fault is one sentence with file and phrase, and the language is offered neither by voice nor by text."""
    catalogue = french(tmp_path, text)
    spoken, written, faults = offered_languages(load_catalogues(tmp_path), load_voices())

    assert (sentence,) == catalogue.faults
    assert (("en",), ("en",), (sentence,)) == (spoken, written, faults[:1])


UNREADABLE: list[Callable[[str], bytes]] = [
    lambda text: text.replace("à", "a", 1).encode("latin-1", "replace").replace(b"?", b"\xe9"),
    lambda text: text.encode("utf-16"),
    lambda text: text.encode() + b"\xff",
    lambda text: text.replace(BONJOUR, f"<<<<<<< ours\n{BONJOUR}\n=======").encode(),
    lambda text: text.replace("Language: fr", "Plural-Forms: nplurals=x; plural=n;").encode(),
    lambda text: bytes(range(256)) + text.encode(),
]


@pytest.mark.parametrize("spoil", UNREADABLE)
def test_file_that_cannot_be_read_has_that_as_its_fault(spoil: Callable[[str], bytes], tmp_path: Path) -> None:
    """A file in another encoding, with marks of a merge or with anything at all in it says that it cannot be read."""
    catalogue = french(tmp_path, spoil(FRENCH))

    assert 1 == len(catalogue.faults)
    assert catalogue.faults[0].startswith("fr.po: cannot be read (")
    assert ({}, False) == (catalogue.words, catalogue.reviewed)


def test_language_that_cldr_does_not_know_is_not_offered(tmp_path: Path) -> None:
    """A whole catalogue is of no use where nobody knows what countries are called: it is a fault, not one in a call."""
    (tmp_path / "en.po").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "rmn.po").write_text(FRENCH, encoding="utf-8")

    expected = ("rmn.po: CLDR does not know what countries, days and languages are called in it",)

    assert expected == load_catalogues(tmp_path)["rmn"].faults


def test_path_that_cannot_be_read_has_that_as_its_fault(tmp_path: Path) -> None:
    """A folder in place of a file, and no file at all, are said like any other fault."""
    (tmp_path / "fr.po").mkdir()

    for name in ("fr.po", "ro.po"):
        assert read_catalogue(tmp_path / name, None).faults[0].startswith(f"{name}: cannot be read (")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(FRENCH.replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param("\ufeff" + FRENCH, id="a byte order mark"),
        pytest.param(f'{FRENCH}\n#~ msgctxt "greeting"\n#~ msgid "Hello."\n#~ msgstr "Salut."\n', id="old words"),
        pytest.param(f"#, fuzzy\n{FRENCH}", id="a fuzzy header"),
        pytest.param(changed("charset=UTF-8", "charset=nonsense"), id="nonsense in the header"),
        pytest.param(changed(BONJOUR, 'msgstr ""\n"Bon"\n"jour."'), id="words in pieces"),
    ],
)
def test_harmless_differences_are_harmless(text: str, tmp_path: Path) -> None:
    """What other editors leave in a file changes nothing of its words."""
    catalogue = french(tmp_path, text)

    assert SHIPPED["fr"].words == catalogue.words
    assert () == catalogue.faults


def test_hours_of_the_day_are_no_number(tmp_path: Path) -> None:
    """A sentence may say 24 hours: what nobody can dial is no number."""
    assert () == french(tmp_path, changed(BONJOUR, 'msgstr "Bonjour 24."')).faults


def test_faults_of_one_language_are_its_own(tmp_path: Path) -> None:
    """A broken English file takes English away, and nothing else."""
    english = ENGLISH.replace('msgstr "In danger now: hang up and dial {number}."', 'msgstr "Dial {number."')
    catalogue = french(tmp_path, FRENCH, english)

    assert () == catalogue.faults
    assert 1 == len(load_catalogues(tmp_path)["en"].faults)


def test_unreadable_source_takes_no_other_language_away(tmp_path: Path) -> None:
    """Where the English file is gone the other languages are still spoken."""
    (tmp_path / "fr.po").write_text(FRENCH, encoding="utf-8")
    catalogues = load_catalogues(tmp_path)

    assert ((), set(Phrase) - COUNTED) == (catalogues["fr"].faults, set(catalogues["fr"].words))
    assert (("fr",), ("fr",)) == offered_languages(catalogues, load_voices())[:2]


@given(
    st.integers(0, 3000),
    st.integers(0, 60),
    st.binary(max_size=20) | st.sampled_from([b'"', b"\\", b"\n", b"#, fuzzy\n", b"{", b"msgid", b"msgstr"]),
)
def test_any_damage_is_read_or_refused(start: int, length: int, noise: bytes) -> None:
    """Whatever is cut out of a file or written into it, it is read or refused: nothing is raised."""
    whole = FRENCH.encode()[:3000]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fr.po"
        path.write_bytes(whole[:start] + noise + whole[start + length :])
        catalogue = read_catalogue(path, SHIPPED["en"])

    assert catalogue.faults
    assert all(fault.startswith("fr.po: ") for fault in catalogue.faults)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set()),
        ("nothing", set()),
        ("{key}", {"key"}),
        ("{key} {name} {key}", {"key", "name"}),
        ("{{key}}", set()),
    ],
)
def test_placeholders(text: str, names: set[str]) -> None:
    """The names in braces are found, each once; doubled braces are braces."""
    assert names == placeholders(text)


def test_language_without_a_voice_is_written_only() -> None:
    """A whole language that no voice speaks is offered in texts, and it is said why not by voice."""
    voices = {tag: voice for tag, voice in load_voices().items() if tag != "hu"}
    spoken, written, faults = offered_languages(SHIPPED, voices, everything(SHIPPED))

    assert ("hu" in spoken, "hu" in written) == (False, True)
    assert ("hu: no voice is configured, so it is offered in texts only",) == faults


def test_languages_are_offered_in_the_stated_order() -> None:
    """The order of the voices' table is the order of the languages."""
    order = tuple(load_voices())

    assert (order, order, ()) == offered_languages(SHIPPED, load_voices(), everything(SHIPPED))


def test_a_language_whose_stand_in_is_broken_is_not_spoken() -> None:
    """Where English is not whole, nothing could be said in place of a missing recording: texts only, and it is said."""
    broken = {**SHIPPED, "en": replace(SHIPPED["en"], faults=("en.po: greeting is not translated",))}
    spoken, written, faults = offered_languages(broken, load_voices(), everything(SHIPPED))

    assert ("ga" in spoken, "ga" in written) == (False, True)
    assert any(fault.startswith("ga: en, which would stand in") for fault in faults)


@pytest.mark.parametrize("key", ["1", "6"])
def test_a_language_that_cannot_offer_itself_is_not_offered(key: str) -> None:
    """Without its own words on every key a language is left out: another's words would offer that other one."""
    whole = everything(SHIPPED)
    offer = SHIPPED["ga"].words[Phrase.LANGUAGE_CHOOSE].format(key=key)
    spoken = offered_languages(SHIPPED, load_voices(), Recordings(whole.names - {name_of(offer, "ga", "ga")}))[0]

    assert "ga" not in spoken


@pytest.mark.parametrize("tag", [tag for tag, voice in load_voices().items() if voice.way is Way.RECORDING])
def test_language_without_its_recordings_is_written_only(tag: str) -> None:
    """One sentence without a recording keeps a language that no voice speaks to texts, and it is said what to do."""
    whole = everything(SHIPPED)
    goodbye = name_of(SHIPPED[tag].words[Phrase.GOODBYE], tag, load_voices()[tag].engine or "")
    spoken, written, faults = offered_languages(SHIPPED, load_voices(), Recordings(whole.names - {goodbye}))

    assert (False, True) == (tag in spoken, tag in written)
    assert 1 == len(faults)
    assert faults[0].startswith(f"{tag}: 1 of ")
    assert f"`fanal prompts render {tag}` makes them" in faults[0]
