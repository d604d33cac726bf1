"""The pages of sentences: read, reworded, reviewed, listened to, recorded."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from directory.desk.people import Actor
from ivr.adapters.wordings import WordingStore
from ivr.phrases import Phrase
from ivr.wav import encode
from ivr.wordings import Wording
from routes.admin.prompts import sound
from routes.admin.prompts.troubles import trouble
from tests.desk import ADA, ANA, BEN, VERA, Office, an_office
from tests.editions import shipped_catalogues

RATE = 8000


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office for tests that only read."""
    return an_office(tmp_path_factory.mktemp("sentences"))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office of its own, where an editor is asking."""
    return an_office(tmp_path).act_as(ANA)


def test_every_language_stands_in_the_list(shared: Office) -> None:
    """Whoever looks after words finds all languages, and that each is a draft."""
    page = shared.act_as(VERA).get("/sentences").text

    assert set(shipped_catalogues()) == set(re.findall(r'href="/sentences/([a-z]+)"', page))


@pytest.mark.parametrize("tag", sorted(shipped_catalogues()))
def test_every_sentence_of_a_language_is_listed(shared: Office, tag: str) -> None:
    """A language's page has a row for each of its sentences, in the order of the conversation."""
    page = shared.act_as(VERA).get(f"/sentences/{tag}").text

    assert list(Phrase) == re.findall(rf'href="/sentences/{tag}/([a-z_.0-9]+)"', page)


@pytest.mark.parametrize("tag", ["ar", "ga"])
def test_every_sentence_has_a_page(shared: Office, tag: str) -> None:
    """Spoken from right to left, recorded or only written: each sentence can be opened."""
    shared.act_as(ANA)

    assert {200} == {shared.get(f"/sentences/{tag}/{phrase}").status_code for phrase in Phrase}


@pytest.mark.parametrize(
    "path", ["/sentences/xx", "/sentences/ro/nothing", "/sentences/..", "/sentences/ro/danger/listen/99"]
)
def test_unknown_sentences_are_not_found(shared: Office, path: str) -> None:
    """What does not exist is said to be gone, in words."""
    assert 404 == shared.act_as(ANA).get(path).status_code


def test_filters(shared: Office) -> None:
    """A search looks in both languages and in names; a filter with no result says so."""
    shared.act_as(VERA)

    assert "/sentences/ro/danger" in shared.get("/sentences/ro", q="DANGER").text
    assert "/sentences/ro/goodbye" not in shared.get("/sentences/ro", q="DANGER").text
    assert "No sentence is like that" in shared.get("/sentences/ro", show="waiting").text


@pytest.mark.parametrize("person", [VERA, ADA])
def test_viewers_get_no_form_and_no_way_around_it(shared: Office, person: Actor) -> None:
    """Who may only read sees no button, and is refused where they post all the same."""
    shared.act_as(person)

    assert "Propose these words" not in shared.get("/sentences/ro/greeting").text
    for action in ("", "/approve", "/refuse", "/mark", "/withdraw", "/recordings"):
        assert 403 == shared.post(f"/sentences/ro/greeting{action}", {"words": "x", "id": "1"}).status_code


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("", "Nothing is written here"),
        ("Bine!", "It has an exclamation mark"),
        ("Bine {x}", "It holds {x}"),
        ("Bine {", "A brace stands without"),
        ("Bine\u202e ai venit", "such as an invisible space"),
        ("Bine, 0800", "It holds a number"),
        ("a" * 201, "It has 201 characters; 200 are the most"),
    ],
)
def test_fault_stands_on_the_page_with_what_was_typed(office: Office, words: str, about: str) -> None:
    """A sentence that cannot be said is refused in words; what was typed is still there, and nothing is proposed."""
    answer = office.post("/sentences/ro/greeting", {"words": words})

    assert 400 == answer.status_code
    assert about in answer.text
    assert words in answer.text
    assert () == WordingStore(office.desk).proposed()


@pytest.mark.parametrize(
    ("words", "about"),
    [("La pericol.", "Il manque"), ("La {name}.", "{number}, et contient {name}"), ("", "Rien n’est écrit ici")],
)
def test_fault_is_said_in_french(office: Office, words: str, about: str) -> None:
    """Whoever reads French is told in French what is wrong, beside the field."""
    answer = office.post("/sentences/ro/danger?lang=fr", {"words": words})

    assert about.casefold() in answer.text.casefold()
    assert 'id="words-fault"' in answer.text


def test_forms_that_are_missing_are_counted(shared: Office) -> None:
    """A sentence that counts needs as many forms as its language has."""
    with shared.client.application.test_request_context():
        assert "Write all 3 forms" in trouble("ro: sent needs 3 forms, one for each kind, and has 1", _of("sent"))
        assert "as it is" == trouble("ro: sent as it is", _of("sent"))


def _of(phrase: str) -> Wording:
    return Wording("ro", Phrase(phrase), ("x",), "")


def test_script_in_words_is_shown_as_words(office: Office) -> None:
    """Markup in a sentence is text on every page that shows it."""
    office.post("/sentences/ro/greeting", {"words": "<script>alert(1)</script>"})
    page = office.get("/sentences/ro/greeting").text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_two_people_reword_a_sentence(office: Office) -> None:
    """An editor proposes, sees no button to approve it, and is refused; another person signs in again and approves."""
    office.post("/sentences/ro/greeting", {"words": "Bine ați sunat."})
    found = re.search(r'name="id" value="(\d+)"', office.get("/sentences/ro/greeting").text)
    proposal = WordingStore(office.desk).proposed()[0]
    answer = {"id": found[1] if found else "", "hash": proposal.hash}

    assert "You wrote it" in office.get("/sentences/ro/greeting").text

    office.post("/sentences/ro/greeting/approve", answer)

    assert () == WordingStore(office.desk).live().live

    page = office.act_as(BEN, fresh=False).get("/sentences/ro/greeting")
    back = re.search(r'name="back" value="([^"]*)"', page.text)
    led = office.post("/sentences/ro/greeting/approve", {**answer, "back": back[1] if back else ""})

    assert office.gate.fresh_url("/sentences/ro/greeting") == led.location
    assert () == WordingStore(office.desk).live().live

    office.act_as(BEN).post("/sentences/ro/greeting/approve", answer)

    assert "Bine ați sunat." == WordingStore(office.desk).live().live[0].words[0]
    assert "Bine ați sunat." in office.get("/sentences/ro").text


def test_mark_is_bound_to_the_words_on_the_page(office: Office) -> None:
    """A review counts for the words that were read, not for others."""
    office.post("/sentences/ro/greeting/mark", {"hash": "0" * 16})

    assert () == WordingStore(office.desk).reviews("ro")

    found = re.search(r'name="hash" value="(\w+)"', office.get("/sentences/ro/greeting").text)
    office.post("/sentences/ro/greeting/mark", {"hash": found[1] if found else ""})

    assert ["Ana"] == [each.name for each in WordingStore(office.desk).reviews("ro")]


@pytest.mark.engine
def test_recording_goes_from_one_person_to_the_next(office: Office, tmp_path: Path) -> None:
    """An uploaded recording waits until another person has heard it; then it lies where callers are played it."""
    answer = _upload(office, _spoken(0.6), "../../etc/passwd.wav")
    page = office.get("/sentences/ga/greeting").text
    found = re.search(r"/recordings/(\d+)/take", office.act_as(BEN).get("/sentences/ga/greeting").text)
    hash_ = re.search(r'name="hash" value="(\w{64})"', office.get("/sentences/ga/greeting").text)

    assert 303 == answer.status_code
    assert "/take" not in page  # the uploader has no button
    assert found
    assert hash_
    assert 200 == office.get(f"/sentences/ga/recordings/{found[1]}").status_code

    office.act_as(ANA).post(f"/sentences/ga/greeting/recordings/{found[1]}/take", {"hash": hash_[1]})

    assert [] == list(tmp_path.glob("recordings/**/*.wav"))

    office.act_as(BEN).post(f"/sentences/ga/greeting/recordings/{found[1]}/take", {"hash": hash_[1]})

    assert ["ga"] == [path.parent.name for path in tmp_path.glob("recordings/**/*.wav")]
    assert 1 == len([*tmp_path.glob("audio/ga/*.wav")])
    assert office.desk.verify().whole


@pytest.mark.engine
@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b"ID3\x04" + bytes(2000), "no WAV file"),
        (b"", "Choose the sentence"),
        (encode(bytes(2 * RATE * 3), RATE), "nothing is heard"),
        (encode(bytes(2 * RATE * 10), RATE), "megabytes"),
    ],
    ids=["an MP3", "nothing", "silence", "too long"],
)
def test_what_is_no_recording_is_refused_in_words(
    office: Office, data: bytes, about: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that callers could not hear is refused with the reason, and nothing waits."""
    monkeypatch.setattr(sound, "LARGEST", 100_000)  # a larger body would take the test's own client a file on disk
    answer = _upload(office, data, "x.wav")

    assert 400 == answer.status_code
    assert about in answer.text


def _upload(office: Office, data: bytes, filename: str) -> TestResponse:
    file = FileStorage(io.BytesIO(data), filename=filename) if data else None
    return office.post("/sentences/ga/greeting/recordings", {"place": "0", **({"sound": file} if file else {})})


def _spoken(seconds: float) -> bytes:
    """Return a sound as long as a sentence: a plain tone."""
    wave = bytes((0, 0x20)) * 20 + bytes((0, 0xE0)) * 20
    return encode((wave * (round(RATE * seconds) // 40 + 1))[: 2 * round(RATE * seconds)], RATE)
