"""The emergency switch: one person throws it, two settle it, everybody sees it, and no number is ever changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from directory.database import open_database
from directory.desk import Desk
from directory.desk.people import Actor, DeskError, Role
from directory.desk.switches import Outcome, Switch
from directory.desk.tables import switches, votes
from directory.model import Directory
from directory.pieces import Place, fingerprint, piece
from directory.switched import NOTHING, Position
from ivr.adapters.published import DeskSource
from ivr.edition import Edition, Shelf
from ivr.sealed import Seal
from ivr.services import edition_maker
from routes.admin.areas import NAVIGATION
from tests.desk import ANA, BEN, CLEO, EDDA, EVERYBODY, NOW, VERA, Office, a_desk
from tests.pages import Page
from tests.sample_directory import FILES

SAY = "020 7946 0001"
THROW = {"country": "GB", "say": SAY, "position": "out", "reason": "A stranger answers."}
MAY = {ANA, EDDA, BEN, CLEO}
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here."""
    folder = tmp_path_factory.mktemp("office")
    return Office(folder, a_desk(f"sqlite:///{folder / 'desk.db'}", FILES))


@pytest.fixture
def office(building: Office) -> Iterator[Office]:
    """Return the office without any switch, as its services were."""
    with building.desk.turn() as connection:
        connection.execute(votes.delete())
        connection.execute(switches.delete())
    yield building.act_as(ANA)
    building.app.extensions["fanal"] = building.services


@dataclass
class FakeShelf:
    """Serves one edition."""

    current: Edition
    stale: bool = False


def serve(office: Office, directory: Directory) -> None:
    """Let the process that makes the pages serve this directory."""
    shelf = FakeShelf(replace(office.services.shelf.current, directory=directory))
    office.app.extensions["fanal"] = replace(office.services, shelf=shelf)  # type: ignore[arg-type]  # a fake


def thrown(office: Office, person: Actor = ANA, **changes: str) -> Switch:
    """Throw a switch through the page."""
    answer = office.act_as(person).post("/switches/throw", {**THROW, **changes})
    assert 303 == answer.status_code, answer.text
    return office.desk.switches.working()[0]


def settle(office: Office, switch: Switch, person: Actor, outcome: str) -> TestResponse:
    """Say what should become of a switch."""
    return office.act_as(person).post(f"/switches/{switch.id}/settle", {"outcome": outcome})


def page_of(answer: TestResponse, status: int = 200) -> Page:
    """Return the page, which must have this status."""
    assert status == answer.status_code, answer.text
    return Page(answer.text)


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
def test_who_may_do_what(office: Office, person: Actor) -> None:
    """Everybody reads the list; only editors and approvers throw and settle, and nobody else leaves a trace."""
    switch = thrown(office, EDDA, say="020 7946 0004")
    office.act_as(person)
    asked = office.get("/switches/throw", country="GB", say=SAY, position="out")
    threw = office.post("/switches/throw", THROW)
    settled = settle(office, switch, person, "keep")

    assert 200 == office.get("/switches").status_code
    assert ([200, 303, 303] if person in MAY else [403] * 3) == [each.status_code for each in (asked, threw, settled)]
    assert (2 if person in MAY else 1) == len(office.desk.switches.working())
    assert (person in MAY) == bool(office.desk.switches.get(switch.id).votes)


def test_strangers_see_and_do_nothing(office: Office) -> None:
    """Whoever is not signed in is led to where they can, and is shown no number."""
    switch = thrown(office)
    office.act_as(None)
    answers = [
        office.get("/switches"),
        office.get("/switches/throw", country="GB", say=SAY, position="out"),
        office.post("/switches/throw", THROW | {"say": "020 7946 0004"}),
        settle(office, switch, None, "lift"),  # type: ignore[arg-type]  # nobody at all
    ]

    assert [303] * 4 == [each.status_code for each in answers]
    assert all(each.headers["Location"].startswith("/sign-in") for each in answers)
    assert all(SAY not in each.text for each in answers)
    assert [switch] == list(office.desk.switches.working())


def test_form_without_its_token_does_nothing(office: Office) -> None:
    """A form from elsewhere is refused in words."""
    answer = office.client.post("/switches/throw", data=THROW)

    assert 400 == answer.status_code
    assert () == office.desk.switches.working()


def test_fresh_sign_in_is_not_asked_for(office: Office) -> None:
    """Seconds count: a session of an hour ago is enough."""
    office.act_as(ANA, fresh=False)

    assert 303 == office.post("/switches/throw", THROW).status_code


def test_page_says_before_what_will_happen(office: Office) -> None:
    """The page names the service, what callers are offered instead, and that nothing has been done yet."""
    page = page_of(office.get("/switches/throw", country="GB", say=SAY, position="out"))
    words = page.one("main").words

    assert "Line for crime: callers do not hear of this service any more. It has no other number." in words
    assert "Line for children, 020 7946 0004; callers can be connected" in words
    assert () == office.desk.switches.working()


def test_hours_of_a_service_are_not_laid_at_the_door_of_the_switch(office: Office) -> None:
    """That a service is open now and closed later is one row, at all hours; the needs with the same fate share it."""
    page = page_of(office.get("/switches/throw", country="GB", say=SAY, position="read_out"))
    (row,) = page.all("tr")[1:]

    assert "Another crime" in row.words
    assert "At all hours" in row.words
    assert "Line for crime, 020 7946 0001; read out, nobody is connected" in row.words


def test_page_warns_of_a_need_left_without_anybody(office: Office) -> None:
    """Where only the emergency services would be left, the page says so by the need's name; else it does not."""
    address = {"country": "GB", "say": SAY, "position": "out"}
    warning = "nobody else is left in United Kingdom"
    before = page_of(office.get("/switches/throw", **address)).one("main").words
    thrown(office, say="020 7946 0004")
    thrown(office, say="+44 20 7946 0002")
    after = page_of(office.get("/switches/throw", **address)).one("main").words

    assert warning not in before
    assert warning in after
    assert "the emergency advice only" in after
    assert warning not in page_of(office.get("/switches/throw", **address | {"position": "read_out"})).one("main").words


def test_read_out_is_said_as_such(office: Office) -> None:
    """For read-out only, callers hear the number and are not connected."""
    page = page_of(office.get("/switches/throw", country="GB", say=SAY, position="read_out"))

    assert "callers hear the number and can have it as a text, but are not connected" in page.one("main").words


def test_switch_works_at_once(office: Office) -> None:
    """A thrown switch is in what callers are to be served, in the list, and in the log with the name."""
    switch = thrown(office)
    words = page_of(office.get("/switches")).one("article", id=f"switch-{switch.id}").words
    entry = office.desk.entries(limit=1)[0]

    assert "gb-crime" not in office.desk.served().helplines
    assert "A stranger answers." in words
    assert ("switch thrown", "GB 02079460001", ANA.id) == (entry.action, entry.subject, entry.who)


def test_page_says_when_it_is_served(office: Office) -> None:
    """The list says whether the process that made the page serves callers so: not before, then yes."""
    serve(office, office.desk.served())
    thrown(office)
    waiting = page_of(office.get("/switches")).one("main").words
    serve(office, office.desk.served())
    served = page_of(office.get("/switches")).one("main").words

    assert "will serve callers so within two seconds" in waiting
    assert "This server serves callers so." in served


def test_server_takes_it_over_from_the_desk(office: Office, tmp_path: Path) -> None:
    """What the server looks at all the time: the thrown switch is served, and the page says so; settled, it is back."""
    settings = office.services.settings
    shelf = Shelf(DeskSource(office.desk.engine, tmp_path), edition_maker(settings, Seal(settings.secret_keys)))
    office.app.extensions["fanal"] = replace(office.services, shelf=shelf)
    shelf.refresh()
    before = "gb-crime" in shelf.current.directory.helplines
    switch = thrown(office)
    shelf.refresh()
    during = "gb-crime" in shelf.current.directory.helplines
    said = page_of(office.get("/switches")).one("main").words
    for person in (ANA, BEN):
        settle(office, switch, person, "lift")
    shelf.refresh()

    assert "This server serves callers so." in said
    assert [True, False, True] == [before, during, "gb-crime" in shelf.current.directory.helplines]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " \u200b "}, "Say why, in a few words"),
        ({"say": "020 7946 0009"}, "No service of this country has this number."),
        ({"say": ""}, "No service of this country has this number."),
        ({"country": "FR"}, "No service of this country has this number."),
        ({"country": "XX"}, "No service of this country has this number."),
        ({"say": "999"}, "Emergency numbers cannot be switched"),
        ({"country": "FR", "say": "112"}, "Emergency numbers cannot be switched"),
        ({"position": "changed"}, "Say whether the number is to be out of service"),
        ({"position": ""}, "Say whether the number is to be out of service"),
    ],
)
def test_refused_in_words(office: Office, changes: dict[str, str], words: str) -> None:
    """What cannot be switched is refused with a sentence, and nothing happens to callers."""
    answer = office.post("/switches/throw", {**THROW, **changes})

    assert words in page_of(answer, 409).one("main").words
    assert () == office.desk.switches.working()


def test_reason_is_kept_when_refused(office: Office) -> None:
    """A number that is switched so already is refused, and the reason typed is still there."""
    thrown(office)
    page = page_of(office.post("/switches/throw", THROW | {"reason": "Again."}), 409)

    assert "This number is switched so already." in page.one("main").words
    assert "Again." == page.one("textarea", id="reason").words


def test_read_out_may_become_out_but_not_the_other_way(office: Office) -> None:
    """A number that is read out only may be taken out as well; one that is out is not read out again."""
    thrown(office, position="read_out")
    thrown(office, position="out")

    assert 409 == office.post("/switches/throw", THROW | {"position": "read_out"}).status_code
    assert "gb-crime" not in office.desk.served().helplines


@pytest.mark.parametrize(("outcome", "works"), [("lift", False), ("keep", True)])
def test_two_people_settle_it(office: Office, outcome: str, works: bool) -> None:
    """It takes two different people who say the same; only then does it leave the first page."""
    switch = thrown(office)
    settle(office, switch, ANA, outcome)
    alone = office.desk.switches.get(switch.id)
    settle(office, switch, ANA, outcome)
    twice = office.desk.switches.get(switch.id)
    settle(office, switch, BEN, outcome)
    settled = office.desk.switches.get(switch.id)

    assert [None, None, Outcome(outcome)] == [each.outcome for each in (alone, twice, settled)]
    assert works == settled.works
    assert works == ("gb-crime" not in office.desk.served().helplines)
    assert () == office.desk.switches.unsettled()


def test_two_people_who_disagree_settle_nothing(office: Office) -> None:
    """One who wants it back and one who does not are shown with their names, and the number stays out."""
    switch = thrown(office)
    settle(office, switch, ANA, "keep")
    settle(office, switch, BEN, "lift")
    words = page_of(office.get("/switches")).one("article").words

    assert "Ana says: leave it so" in words
    assert "Ben says: back in service" in words
    assert [switch.id] == [each.id for each in office.desk.switches.unsettled()]
    assert "gb-crime" not in office.desk.served().helplines


def test_settled_number_comes_back_by_two_people(office: Office) -> None:
    """A number that was left out stands apart in the list, and two people bring it back."""
    switch = thrown(office)
    for person, outcome in ((ANA, "keep"), (BEN, "keep"), (CLEO, "lift")):
        settle(office, switch, person, outcome)
    kept = page_of(office.get("/switches")).one("main").words
    settle(office, switch, BEN, "lift")
    back = page_of(office.get("/switches")).one("main").words

    assert "Settled: they stay so" in kept
    assert "Numbers that are in service again" in back
    assert "gb-crime" in office.desk.served().helplines


@pytest.mark.parametrize("outcome", ["", "out", "changed"])
def test_other_outcomes_are_refused(office: Office, outcome: str) -> None:
    """A switch is settled in one of two ways; anything else is refused in words."""
    switch = thrown(office)
    page = page_of(settle(office, switch, BEN, outcome), 409)

    assert "back in service" in page.one("main").words
    assert () == office.desk.switches.get(switch.id).votes


def test_unknown_switch(office: Office) -> None:
    """A switch that never was cannot be settled; the page says so."""
    page = page_of(office.act_as(BEN).post("/switches/999/settle", {"outcome": "lift"}), 409)

    assert "There is no such switch." in page.one("main").words


def test_everybody_is_told_on_every_page(office: Office) -> None:
    """Until it is settled, the number stands above every page for everybody, the page of a fault too."""
    switch = thrown(office)
    with office.app.test_request_context():
        pages = [office.app.url_for(endpoint) for endpoint, _name in NAVIGATION]
    seen = [(VERA, address) for address in (*pages, "/nowhere")] + [(person, "/checks") for person in EVERYBODY]
    for person, address in seen:
        (banner,) = Page(office.act_as(person).get(address).text).all("section", class_="alarm")

        assert f"{SAY} (United Kingdom) is out of service since Ana switched it." in banner.words, address
    for person in (BEN, CLEO):
        settle(office, switch, person, "keep")

    assert [] == Page(office.get("/checks").text).all("section", class_="alarm")


def test_banner_is_not_for_strangers(office: Office) -> None:
    """Whoever is not signed in sees no number, on the page of a fault either."""
    thrown(office)
    office.act_as(None)

    assert SAY not in office.app.test_client().get("/nowhere").text


def test_script_in_a_reason_is_shown_as_written(office: Office) -> None:
    """A reason is words: what looks like a script stands on every page as it was typed, and runs on none."""
    thrown(office, reason=SCRIPT)
    office.act_as(BEN)
    for address in ("/", "/switches", "/history/log"):
        text = office.get(address).text

        assert SCRIPT not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_viewers_are_offered_nothing(office: Office) -> None:
    """A viewer reads why and by whom, and is told who can act; there is no button but those that lead elsewhere."""
    thrown(office)
    page = page_of(office.act_as(VERA).get("/switches"))

    assert [] == [each for each in page.all("form") if "settle" in each.attributes["action"]]
    assert "An editor or an approver can switch a number." in page.one("main").words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "020 7946 0001"}, {"Line for crime"}),
        ({"q": "+44 (0)20-7946-0002"}, set()),
        ({"q": "+44 20 7946 0002"}, {"Line for children"}),
        ({"q": "00000003"}, {"Support"}),
        ({"q": "CHILDREN"}, {"Line for children", "Children's line"}),
        ({"q": "gb-crime"}, {"Line for crime"}),
        ({"q": "Enfants", "country": "FR"}, set()),
        ({"country": "FR"}, {"Support", "Emergency services"}),
        ({"q": "nothing such"}, set()),
        ({}, set()),
    ],
)
def test_search(office: Office, query: dict[str, str], found: set[str]) -> None:
    """A service is found by its country, a part of its name in any language, its id, or a number in any grouping."""
    page = page_of(office.get("/switches", **query))

    assert found == {each.words for each in page.all("th", scope="row")}


def test_emergency_numbers_are_not_offered(office: Office) -> None:
    """An emergency number stands in the list without a way to switch it; its neighbour has two."""
    links = [each.attributes["href"] for each in page_of(office.get("/switches", country="GB")).all("a")]
    throws = [each for each in links if "/throw" in each]

    assert [] == [each for each in throws if "999" in each]
    assert 2 == sum("0001" in each for each in throws)


def test_number_that_is_only_said_can_only_be_taken_out(office: Office) -> None:
    """A short code that nobody is connected to anyway is offered out of service only."""
    links = [each.attributes["href"] for each in page_of(office.get("/switches", q="116 111")).all("a")]

    assert ["out"] == [each.rpartition("=")[2] for each in links if "/throw" in each]


def test_folder_rules(office: Office, tmp_path: Path) -> None:
    """Where callers are served the tables of a folder, a switch would do nothing: the page says so and throws none."""
    settings = replace(office.services.settings, directory_path=tmp_path)
    office.app.extensions["fanal"] = replace(office.services, settings=settings)

    assert "a switch would do nothing" in page_of(office.get("/switches")).one("main").words
    assert "a switch would do nothing" in page_of(office.post("/switches/throw", THROW), 409).one("main").words
    assert () == office.desk.switches.working()


def test_damaged_revision_stops_no_switch(tmp_path: Path) -> None:
    """Where the live revision cannot be read, the numbers that callers are still served can be switched."""
    office = Office(tmp_path, a_desk(f"sqlite:///{tmp_path / 'desk.db'}")).act_as(ANA)
    with office.desk.engine.begin() as connection:
        for name in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.text("UPDATE revisions SET files = replace(files, '116', '117')"))
    pages = [office.get(address).status_code for address in ("/", "/switches", "/checks", "/history")]
    answer = office.post("/switches/throw", THROW | {"country": "FR", "say": "116 006"})
    office.desk.engine.dispose()

    assert [200] * 4 == pages
    assert 303 == answer.status_code


def test_database_that_is_away_is_said_once(office: Office, tmp_path: Path) -> None:
    """While the database is away, every page says so in words; the banner does not bring the page of the fault down."""
    office.app.extensions["desk"] = Desk(open_database(f"sqlite:///{tmp_path / 'nowhere' / 'desk.db'}"))
    answers = [office.get(address) for address in ("/", "/switches", "/checks", "/history")]
    office.app.extensions["desk"] = office.desk

    assert [503] * 4 == [each.status_code for each in answers]
    assert all("The database does not answer." in each.text for each in answers)


@pytest.mark.parametrize("new", ["020 7946 0005", SAY])
def test_publish_and_switch_at_the_same_moment(tables_url: str, new: str) -> None:
    """Whichever comes first, the number is not rung: it is switched, or the new revision has it no more."""
    desk = a_desk(tables_url, FILES)
    for number in range(3):
        old, wanted = (SAY, new) if number % 2 == 0 else (new, SAY)
        draft = _changed(desk, old, wanted, f"Round {number}.")
        together = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            approved = pool.submit(_approve, desk, draft, together)
            switched = pool.submit(_throw, desk, old, together)
            results = approved.result(), switched.result()
        rung = {line.dial for row in desk.served().helplines.values() for line in row.numbers}

        assert results[0] is None, "a publication is never stopped by a switch"
        assert results[1] in {None, "UnknownError"}
        assert f"+44{old.replace(' ', '')[1:]}" not in rung
        assert desk.verify().whole
        for person in (BEN, CLEO):
            for each in desk.switches.working():
                desk.switches.settle(each.id, person, NOW, Outcome.LIFT)
    desk.engine.dispose()


def _changed(desk: Desk, old: str, new: str, note: str) -> int:
    """Hand a change over that gives the line for crime another number, or only another source."""
    place = Place("gb.yaml", "gb-crime")
    draft = desk.drafts.begin(ANA, NOW, note)
    text = piece(desk.drafts.files(draft.id), place) or ""
    lines = text.replace(f'say: "{old}", dial: "{_dial(old)}"', f'say: "{new}", dial: "{_dial(new)}"')
    lines = lines.replace("file: a letter", f"file: a letter of {draft.id}")
    desk.drafts.save(draft.id, ANA, NOW, place, lines, fingerprint(text))
    desk.drafts.submit(draft.id, ANA, NOW, note)
    return draft.id


def _dial(say: str) -> str:
    return f"+44{say.replace(' ', '')[1:]}"


def _approve(desk: Desk, draft: int, together: threading.Barrier) -> str | None:
    together.wait(10)
    found = desk.drafts.get(draft)
    try:
        desk.drafts.approve(draft, BEN, NOW, found.hash, accept_unchecked=True, standing=NOTHING)
    except DeskError as fault:
        return type(fault).__name__
    return None


def _throw(desk: Desk, say: str, together: threading.Barrier) -> str | None:
    together.wait(10)
    try:
        desk.switches.throw(EDDA, NOW, desk.served(), "GB", say, Position.OUT, "At once.")
    except DeskError as fault:
        return type(fault).__name__
    rung = {line.dial for row in desk.served().helplines.values() for line in row.numbers}
    return "rung" if _dial(say) in rung else None


def test_roles_are_as_stated() -> None:
    """Who may throw a switch is everybody whose role includes an editor's."""
    assert {person for person in EVERYBODY if person.may(Role.EDITOR)} == MAY
