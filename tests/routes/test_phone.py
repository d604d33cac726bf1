"""The browser phone without JavaScript: every act is a form, as a browser sends it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from directory.load import PACKAGED
from ivr.events import SendText
from ivr.sealed import Seal
from ivr.services import Services
from ivr.simulator.client import ExchangeError
from ivr.simulator.people import person
from routes import create_app
from routes.phone import EXCHANGE, NOTES
from tests.application import FakeOutbox, some_services, some_settings
from tests.callers import exchange_of
from tests.fakes import FakeExchange
from tests.routes.phone_browser import Browser

OURS = "+442079460123"
"""Reserved for fiction by Ofcom."""
TUESDAY = "2026-11-24T10:00"
UNKNOWN = "/phone/calls/CA" + "0" * 32


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services with one number of our own, whose tables and catalogues are read once for all tests here."""
    return some_services(some_settings(tmp_path_factory.mktemp("var"), (OURS,)))


@pytest.fixture
def app(services: Services) -> Flask:
    """An application whose stand-in carrier is in the same process."""
    return _application(replace(services, outbox=FakeOutbox()))


def _application(services: Services) -> Flask:
    app = create_app(services)
    app.extensions[EXCHANGE] = FakeExchange(exchange_of(app))
    return app


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser at the page."""
    return Browser(app)


def _line(browser: Browser) -> FakeExchange:
    line = browser.app.extensions[EXCHANGE]
    assert isinstance(line, FakeExchange)
    return line


def test_whole_call(browser: Browser) -> None:
    """Without JavaScript a caller chooses language and need, hears the service, is forwarded, comes back, and ends."""
    browser.call(moment=TUESDAY)

    assert "In a call: waiting for a key" == browser.page.one(data_part="status").words

    browser.press("1").press("3")

    assert any("ANITP" in words for _, words in browser.spoken)
    assert ("ro-RO", "Deschis până la 16:00.") in browser.spoken

    browser.press("1")

    assert "Ringing at +40 21 313 3100" == browser.page.one(data_part="status").words

    browser.press("Answered, and finished").press("4")

    assert "The call is over" == browser.page.one(data_part="status").words
    assert [] == browser.page.all("button", inside=browser.page.one(id="keys"), disabled="no")
    assert 12 == len(browser.page.all("button", inside=browser.page.one(id="keys"), disabled=""))


def test_reloading_presses_nothing(browser: Browser) -> None:
    """Each act ends on a page that can be loaded again without acting again."""
    browser.call().press("1")
    before = len(browser.page.all("li"))
    browser.open(urlsplit(browser.addresses[-1]).path)

    assert before == len(browser.page.all("li"))


def test_act_ends_at_what_was_said_last(browser: Browser) -> None:
    """The address after an act names the newest passage, and only that one bears the name."""
    browser.call().press("1")

    assert "latest" == urlsplit(browser.addresses[-1]).fragment
    assert browser.page.all("li")[-1] is browser.page.one(id="latest")


def test_no_number_in_any_address(browser: Browser) -> None:
    """Addresses end up in histories and logs, so none holds the number that calls, whatever is done."""
    browser.call(moment=TUESDAY).press("1").press("3").press("2").press("2").press("Look").press("1").press("Busy")
    browser.press("Hang up")
    browser.press("New call")
    addresses = "\n".join([*browser.addresses, *(each.attributes.get("href", "") for each in browser.page.elements)])

    assert person("RO").mobile[1:] not in addresses
    assert not re.search(r"\d{9}", re.sub("CA[0-9a-f]{32}", "", addresses))


def test_sentences_name_their_language(browser: Browser) -> None:
    """Each sentence bears its own language and direction, so that a screen reader speaks it in its own voice."""
    browser.call()
    sentences = [each for each in browser.page.all("p") if "data-language" in each.attributes]
    english = next(each for each in sentences if "press" in each.words)

    assert {"ro-RO", "hu-HU", "en-GB", "fr-FR"} <= {lang for lang, _ in browser.spoken}
    assert ("en-GB", "ltr") == (english.attributes["lang"], english.attributes["dir"])
    assert {"ltr"} == {each.attributes["dir"] for each in sentences}
    assert "en" == browser.page.one("html").attributes["lang"]


def test_one_sentence_a_paragraph(browser: Browser) -> None:
    """What the line says in one breath is shown sentence by sentence."""
    browser.call().press("1").press("3")

    assert all(words.count(".") == 1 for _, words in browser.spoken)


def test_state_is_explained(browser: Browser) -> None:
    """Coordinators read where the call stands: step, service, language, need, country, what was left, silences."""
    browser.call(moment=TUESDAY)

    assert "Choosing the language" == browser.facts["Step"]
    assert browser.facts["Language"].startswith("Not chosen yet")

    browser.press("1").press("3").press("4").press("Stay")

    assert "Hearing about a service" == browser.facts["Step"]
    assert "Romanian (ro)" == browser.facts["Language"]
    assert "Forced to work, money or papers kept" == browser.facts["Need"]
    assert "Romania" == browser.facts["Country"]
    assert "ro-anitp" not in browser.facts["Service"]
    assert "National helpline against human trafficking" == browser.facts["Services left behind"]
    assert browser.facts["Silent turns"].startswith("1:")


def test_unchecked_service_is_seen(browser: Browser) -> None:
    """A service that nobody has ever checked is marked so, in words and in the colour of attention."""
    browser.call(moment=TUESDAY).press("1").press("3")
    mark = browser.page.one(class_="mark lantern", inside=browser.page.one(data_part="standing"))

    assert "never checked" == mark.words
    assert "Nobody has checked this service" in browser.facts["Service"]


def test_checked_service_is_not_marked(tmp_path: Path) -> None:
    """A service that somebody has checked shows the day, and no warning."""
    tables = tmp_path / "tables"
    tables.mkdir()
    for path in PACKAGED.glob("*.yaml"):
        (tables / path.name).write_text(path.read_text().replace("checked: null", "checked: 2026-10-01"))
    browser = (
        Browser(_application(some_services(some_settings(tmp_path, (OURS,), directory_path=tables))))
        .call(moment=TUESDAY)
        .press("1")
        .press("3")
    )

    assert "checked on 1 October 2026" in browser.facts["Service"]
    assert "Nobody has checked" not in browser.facts["Service"]


def test_text_arrives_later(browser: Browser) -> None:
    """A text that comes some seconds after the page is found by the button that looks for it."""
    browser.call().press("1").press("3").press("2").press("2")
    outbox = browser.app.extensions["fanal"].outbox
    assert isinstance(outbox, FakeOutbox)

    assert 1 == len(outbox.of(SendText))
    assert [] == browser.page.all("li", class_="text")

    exchange = _line(browser).exchange
    body = "ANITP: 0800 800 678"
    exchange.create_message({"To": person("RO").mobile, "From": OURS, "Body": body})
    browser.press("Look")
    bubble = browser.page.one("li", class_="text")

    assert "Text from +44 20 7946 0123 ANITP: 0800 800 678" == bubble.words
    assert "ro-RO" == browser.page.all("p", inside=bubble)[-1].attributes["lang"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("Busy", "The other side was busy."),
        ("No", "Nobody answered."),
        ("Cannot", "The other side could not be reached."),
    ],
)
def test_failed_forwarding(browser: Browser, outcome: str, words: str) -> None:
    """However a forwarding fails, it is told, and the line goes on."""
    browser.call(moment=TUESDAY).press("1").press("3").press("1").press(outcome)

    assert words in [each.words for each in browser.page.all("li", class_="event")]
    assert "waiting for a key" in browser.page.one(data_part="status").words


def test_silence(browser: Browser) -> None:
    """A caller who presses nothing is seen to be silent, for as long as the carrier waited."""
    browser.call().press("Stay")

    assert "Silence, 7 seconds" == browser.page.all("li", class_="caller")[-1].words


def test_key_while_it_rings(browser: Browser) -> None:
    """A key out of turn changes nothing, and the page says so."""
    browser.call(moment=TUESDAY).press("1").press("3").press("1").press("5")

    assert NOTES["early"] == browser.told
    assert "Ringing" in browser.page.one(data_part="status").words


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"telephone": "mobile"}, "From +40 712 034 567 (mobile, Romania) to"),
        ({"telephone": "landline"}, "From +40 21 123 4567 (landline, Romania) to"),
        ({"telephone": "withheld"}, "From a withheld number to"),
        ({"moment": TUESDAY}, "Tuesday 24 November 2026, 10:00 (Europe/Bucharest)."),
        ({"moment": ""}, "+44 20 7946 0123, now."),
    ],
)
def test_who_calls_and_when(browser: Browser, fields: dict[str, str], summary: str) -> None:
    """The page says who calls whom, and the time in the caller's own zone."""
    browser.call("RO", **fields)

    assert summary in browser.page.one(data_part="setup").words


def test_withheld_caller_means_the_time_of_the_country(browser: Browser) -> None:
    """Nobody can tell the zone of a withheld number, so the chosen country's is meant."""
    browser.call("RO", telephone="withheld", moment=TUESDAY)

    assert "10:00 (UTC+02:00)" in browser.page.one(data_part="setup").words


def test_number_of_the_country(services: Services) -> None:
    """With several numbers of our own the caller's country's is dialled unless another is chosen."""
    app = _application(replace(services, settings=replace(services.settings, numbers=(OURS, "+33199000000"))))

    assert "to +33 1 99 00 00 00" in Browser(app).call("FR").page.one(data_part="setup").words
    assert "to +44 20 7946 0123" in Browser(app).call("FR", number=OURS).page.one(data_part="setup").words


def test_next_call_begins_from_the_last(browser: Browser) -> None:
    """After a call the form holds what led to it."""
    browser.call("HU", telephone="landline", moment=TUESDAY).press("Hang up").press("New call")
    _, _, fields = browser.page.button("Call")

    assert {"country": "HU", "telephone": "landline", "moment": TUESDAY} == fields


@pytest.mark.parametrize("moment", ["tomorrow", "2026-11-31T10:00", "1970-01-01T00:00", "2100-01-01T00:00"])
def test_moment_that_cannot_be(browser: Browser, moment: str) -> None:
    """A time that cannot be meant is refused beside its field, in words, and the other fields are kept."""
    browser.call("HU", moment=moment)
    field = browser.page.one(id="moment")

    assert 400 == browser.answer.status_code
    assert "moment-fault" in field.attributes["aria-describedby"].split()
    assert "leave the field empty for now" in browser.page.one(id="moment-fault").words
    assert "HU" == browser.page.button("Call")[2]["country"]


@pytest.mark.parametrize("moment", ["2000-01-01T00:00", "2099-12-31T23:59", "2026-03-29T03:30", "2026-11-24T10:00:30"])
def test_moment_at_the_edge(browser: Browser, moment: str) -> None:
    """The first and the last year, an hour that the clocks skip, and a browser that sends seconds are understood."""
    browser.call(moment=moment)

    assert 200 == browser.answer.status_code
    assert "waiting for a key" in browser.page.one(data_part="status").words


@pytest.mark.parametrize(("name", "value"), [("country", "XX"), ("country", ""), ("number", "+442079460124")])
def test_choice_that_is_not_in_the_list(browser: Browser, name: str, value: str) -> None:
    """What the form does not offer is refused beside its field."""
    browser.press("Call", **{name: value})

    assert 400 == browser.answer.status_code
    assert browser.page.one(id=f"{name}-fault").words.startswith("Choose")


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (ExchangeError(None, "no answer"), 503, "does not answer"),
        (ExchangeError(401, "the control token is missing or wrong"), 503, "were started apart"),
        (ExchangeError(404, "there is no such call"), 404, "is not known"),
        (ExchangeError(500, "it broke"), 503, "failed: it broke"),
    ],
)
def test_trouble_in_words(browser: Browser, fault: ExchangeError, status: int, words: str) -> None:
    """Whatever the carrier refuses or fails at is said in words, on a page from which one can go on."""
    browser.call()
    here = browser.addresses[-1]
    _line(browser).fault = fault
    browser.press("1")

    assert (status, True) == (browser.answer.status_code, words in browser.told)

    browser.open(here)

    assert (status, True) == (browser.answer.status_code, words in browser.told)

    browser.call()

    assert (status, True) == (browser.answer.status_code, words in browser.told)


def test_call_can_be_gone_back_to(browser: Browser) -> None:
    """After a passing failure one link leads back to the call."""
    browser.call()
    _line(browser).fault = ExchangeError(None, "no answer")
    browser.press("1")
    _line(browser).fault = None
    browser.open(browser.page.one("a", inside=browser.page.one(data_part="notice")).attributes["href"])

    assert "waiting for a key" in browser.page.one(data_part="status").words


@pytest.mark.parametrize("sid", ["CA" + "0" * 31, "CA" + "g" * 32, "CA" + "0" * 33, "AC" + "0" * 32, "CA%3Fx=1"])
def test_id_of_another_form(browser: Browser, sid: str) -> None:
    """An id that no carrier gives is never sent on; the page says that the call is not known."""
    browser.open(f"/phone/calls/{sid}")

    assert (404, True) == (browser.answer.status_code, "is not known" in browser.told)


def test_unknown_call(browser: Browser) -> None:
    """A call that the carrier has forgotten is said to be so, for looking and for acting."""
    browser.open(UNKNOWN)

    assert (404, True) == (browser.answer.status_code, "is not known" in browser.told)
    assert 404 == browser.client.post(f"{UNKNOWN}/press", data={"key": "1"}).status_code


def test_outcome_that_is_none(browser: Browser) -> None:
    """An outcome that is not on the page's buttons is refused in words."""
    answer = browser.client.post(f"{UNKNOWN}/leg", data={"outcome": "won"})

    assert (400, True) == (answer.status_code, "choose one of the buttons" in answer.text)


@pytest.mark.parametrize("key", ["", "A", "+"])
def test_key_that_is_none(browser: Browser, key: str) -> None:
    """A key that no telephone has is refused in words."""
    browser.call()
    _, address, _ = browser.page.button("1")
    answer = browser.client.post(address, data={"key": key})

    assert (400, True) == (answer.status_code, "could not do that" in answer.text)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_forms_of_other_sites(app: Flask, headers: dict[str, str], status: int) -> None:
    """A form that another site sends makes no call."""
    answer = app.test_client().post("/phone/calls", data={"country": "RO"}, headers=headers)

    assert status == answer.status_code
    assert (status == 303) == bool(app.extensions[EXCHANGE].exchange.ledger.call_records())


def test_page_may_load_nothing_of_others(browser: Browser) -> None:
    """Every file of the page is our own, and no script or style stands in it."""
    browser.call()
    addresses = [
        each.attributes[name] for each in browser.page.elements for name in ("src", "href") if name in each.attributes
    ]

    assert all(address.startswith(("/", "#")) for address in addresses)
    assert [] == [each for each in browser.page.elements if "style" in each.attributes or each.tag == "style"]
    assert [""] == [each.words for each in browser.page.all("script")]
    assert "same-origin" == browser.answer.headers["Referrer-Policy"]
    assert "default-src 'self'" in browser.answer.headers["Content-Security-Policy"]
    for address in (address for address in addresses if address.startswith("/static/")):
        with browser.client.get(address) as answer:
            assert 200 == answer.status_code


def test_revision_and_drafts(browser: Browser) -> None:
    """The foot of the page names the revision served, and the languages whose sentences are drafts."""
    foot = browser.page.one("footer").words

    assert browser.app.extensions["fanal"].shelf.current.directory.revision in foot
    assert re.search(r"The sentences in .*Romanian.* are drafts: no native speaker has read them yet\.", foot)


def test_without_directory(tmp_path: Path) -> None:
    """Where no directory can be read, the page says what callers hear then, and a call still leads somewhere."""
    empty = tmp_path / "tables"
    empty.mkdir()
    browser = Browser(_application(some_services(some_settings(tmp_path, (OURS,), directory_path=empty))))

    assert "no directory" in browser.page.one("footer").words

    browser.call()

    assert 200 == browser.answer.status_code
    assert any("112" in words or "1 1 2" in words for _, words in browser.spoken)


def test_state_of_another_key(browser: Browser) -> None:
    """A state sealed with a key that is forgotten is not explained, and the page says what will happen."""
    browser.call()
    browser.app.extensions["fanal"] = replace(browser.app.extensions["fanal"], seal=Seal(["another secret"]))
    browser.open(browser.addresses[-1])

    assert {} == browser.facts
    assert "the call begins again" in browser.page.one(data_part="standing").words
