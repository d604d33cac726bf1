"""The checks: what is due, what is compared, who ticked off what, and that a tick does not hold for new numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.test import TestResponse

from directory.desk.checks import DUE_AFTER
from directory.desk.people import OPERATOR, Actor
from directory.desk.tables import checks, switches
from directory.switched import NOTHING, fingerprint
from tests.desk import ANA, BEN, CLEO, EDDA, EVERYBODY, NOW, VERA, Office, a_desk
from tests.pages import Page
from tests.sample_directory import FILES, changed

MAY = {ANA, EDDA, BEN, CLEO}
HOW = "Rang at 10:15, numbers and hours confirmed."
TODAY = NOW.date()


@dataclass
class Desk:
    """What a test works with."""

    office: Office

    def seen(self, helpline: str) -> str:
        """Return the fingerprint that a page shows."""
        return fingerprint(self.office.desk.revisions.directory(self.live()).helplines[helpline])

    def live(self) -> int:
        """Return the number of the live revision."""
        found = self.office.desk.revisions.live()
        return found.number if found else 0

    def tick(self, *helplines: str, **form: str) -> TestResponse:
        """Send the form of the list."""
        seen = {f"seen-{each}": self.seen(each) for each in helplines}
        fields = {"on": TODAY.isoformat(), "how": HOW, "helpline": list(helplines), **seen, **form}
        return self.office.post("/checks", fields)

    def names(self, **query: str) -> list[str]:
        """Return the ids of the services in the list."""
        page = Page(self.office.get("/checks", **query).text)
        return [each.attributes["aria-labelledby"].removeprefix("name-") for each in page.all("article")]


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here."""
    folder = tmp_path_factory.mktemp("office")
    return Office(folder, a_desk(f"sqlite:///{folder / 'desk.db'}", FILES))


@pytest.fixture
def desk(building: Office) -> Iterator[Desk]:
    """Return the desk without a check or a switch, with the sample directory live, and Ana at it."""
    with building.desk.turn() as connection:
        connection.execute(checks.delete())
        connection.execute(switches.delete())
    yield Desk(building.act_as(ANA))
    building.now = NOW
    live = building.desk.revisions.live()
    if live is not None and building.desk.files(live.number) != FILES:
        building.desk.revisions.roll_back(1, OPERATOR, NOW, "As it was.")


def words(answer: TestResponse, status: int = 200) -> str:
    """Return the words of a page, which must have this status."""
    assert status == answer.status_code, answer.text
    return Page(answer.text).one("main").words


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
def test_who_may_do_what(desk: Desk, person: Actor) -> None:
    """Everybody reads what is due; only editors and approvers tick off, and nobody else leaves a trace."""
    desk.office.act_as(person)
    pages = [desk.office.get(path) for path in ("/checks", "/checks/list", "/checks/fr-support")]
    ticked = desk.tick("fr-support")

    assert [200] * 3 == [each.status_code for each in pages]
    assert (303 if person in MAY else 403) == ticked.status_code
    assert [person.name] * (person in MAY) == [each.name for each in desk.office.desk.checks.of("fr-support")]


def test_strangers_see_and_do_nothing(desk: Desk) -> None:
    """Whoever is not signed in is led to where they can."""
    desk.office.act_as(None)
    answers = [desk.office.get("/checks"), desk.office.get("/checks/fr-support"), desk.tick("fr-support")]

    assert [303] * 3 == [each.status_code for each in answers]
    assert all(each.headers["Location"].startswith("/sign-in") for each in answers)
    assert () == desk.office.desk.checks.of("fr-support")


def test_form_without_its_token_does_nothing(desk: Desk) -> None:
    """A form from elsewhere is refused in words."""
    form = {"helpline": "fr-support", "seen-fr-support": desk.seen("fr-support"), "on": "2026-11-23", "how": HOW}

    assert 400 == desk.office.client.post("/checks", data=form).status_code
    assert () == desk.office.desk.checks.of("fr-support")


def test_never_checked_stand_first(desk: Desk) -> None:
    """The list begins with what nobody ever checked; what was checked lately is not in it."""
    assert "gb-crime" not in desk.names()
    assert "gb-crime" == desk.names(state="all")[-1]
    assert ["gb-crime"] == desk.names(state="done")


@pytest.mark.parametrize(("late", "state"), [(-1, "done"), (0, "overdue")])
def test_due_to_the_day(desk: Desk, late: int, state: str) -> None:
    """A check holds until the day before it is due; on that day it is overdue."""
    due = dt.date(2026, 10, 1) + DUE_AFTER + dt.timedelta(days=late)
    desk.office.now = dt.datetime.combine(due, dt.time(12), tzinfo=dt.UTC)

    assert "gb-crime" in desk.names(state=state)
    assert ("gb-crime" in desk.names()) == (state == "overdue")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"country": "FR"}, {"fr-support", "fr-112"}),
        ({"country": "XX"}, set()),
        ({"need": "support", "country": "GB"}, {"gb-children"}),
        ({"speaks": "pl", "state": "all"}, {"gb-crime"}),
        ({"speaks": "ro", "state": "all"}, set()),
        ({"state": "nonsense", "country": "FR"}, {"fr-support", "fr-112"}),
        ({"page": "99"}, set()),
        ({"page": "-1", "country": "FR"}, {"fr-support", "fr-112"}),
    ],
)
def test_filters(desk: Desk, query: dict[str, str], found: set[str]) -> None:
    """The list is narrowed by country, need and language; what cannot be meant falls away."""
    assert found == set(desk.names(**query))


def test_page_shows_what_is_compared(desk: Desk) -> None:
    """Number as heard, hours in words with exceptions, languages and cost stand there to be compared."""
    said = words(desk.office.get("/checks/gb-crime"))

    for part in (
        "020 7946 0001, works from everywhere",
        "Monday to Friday: open 09:00 to 17:00",
        "Thursday 24 December 2026: 09:00-12:00 (Christmas Eve)",
        "English, Polish",
        "as an ordinary call",
    ):
        assert part in said


def test_emergency_numbers_are_not_rung(desk: Desk) -> None:
    """Beside an emergency number stands that nobody rings it to check it; beside others it does not."""
    warning = "Never ring an emergency number to check it"

    assert warning in words(desk.office.get("/checks/gb-999"))
    assert warning not in words(desk.office.get("/checks/gb-crime"))


def test_several_are_ticked_off_at_once(desk: Desk) -> None:
    """Each chosen service is ticked off with day, way and the person who is signed in; the others are not."""
    assert 303 == desk.tick("fr-support", "gb-children").status_code
    assert [(TODAY, HOW, ANA.id)] == [(c.on, c.how, c.who) for c in desk.office.desk.checks.of("gb-children")]
    assert not {"fr-support", "gb-children"} & set(desk.names())
    assert "gb-116111" in desk.names()
    assert TODAY == desk.office.desk.served().helplines["fr-support"].checked


def test_history_of_checks(desk: Desk) -> None:
    """Who has checked a service when and how stands on its page, the last first."""
    desk.tick("fr-support", on="2026-11-01", how="Asked by letter.")
    desk.office.act_as(BEN)
    desk.tick("fr-support")
    page = Page(desk.office.get("/checks/fr-support").text)
    rows = [each.words for each in page.all("tr")[1:]]

    assert ["Monday 23 November 2026 Ben", "Sunday 1 November 2026 Ana"] == [" ".join(row.split()[:5]) for row in rows]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"on": "2026-11-24"}, "This day is still to come."),
        ({"on": "yesterday"}, "Say on which day it was checked"),
        ({"on": ""}, "Say on which day it was checked"),
        ({"how": "  "}, "Say how it was checked"),
        ({"seen-fr-support": "0" * 16}, "have changed since you looked"),
        ({"helpline": "fr-nowhere"}, "There is no such helpline."),
        ({"helpline": ""}, "There is no such helpline."),
    ],
)
def test_refused_in_words(desk: Desk, form: dict[str, str], fault: str) -> None:
    """What cannot be ticked off is refused with a sentence, and what was typed is kept."""
    answer = desk.tick("fr-support", **form)
    page = Page(answer.text)

    assert fault in words(answer, 409)
    assert form.get("on", TODAY.isoformat()) == page.one("input", id="on").attributes["value"]
    assert form.get("how", HOW).strip() == page.one("input", id="how").attributes["value"]
    assert () == desk.office.desk.checks.of("fr-support")


def test_chosen_twice(desk: Desk) -> None:
    """A service that is sent twice is ticked off once."""
    desk.office.act_as(ANA)
    before = len(desk.office.desk.checks.of("gb-crime"))
    desk.tick("gb-crime", "gb-crime")

    assert before + 1 == len(desk.office.desk.checks.of("gb-crime"))


def test_nothing_chosen(desk: Desk) -> None:
    """A form without a service is refused in words."""
    assert "Choose at least one service." in words(desk.tick(), 409)


def test_good_ones_are_ticked_off_beside_bad_ones(desk: Desk) -> None:
    """One service that has changed meanwhile does not cost the work on the others."""
    answer = desk.tick("fr-support", "gb-children", **{"seen-fr-support": "0" * 16})

    assert "fr-support: The numbers or hours have changed since you looked" in words(answer, 409)
    assert 1 == len(desk.office.desk.checks.of("gb-children"))
    assert () == desk.office.desk.checks.of("fr-support")


def test_refused_on_the_page_of_one_service(desk: Desk) -> None:
    """A form of a service's own page comes back to that page."""
    answer = desk.tick("fr-support", how="", alone="fr-support")

    assert "Compare, word by word" in words(answer, 409)


def test_changed_number_is_unchecked_again(desk: Desk) -> None:
    """A tick holds for the numbers and hours that were found; after a change it is said to hold no longer."""
    desk.tick("fr-support")
    files = changed("fr.yaml", '"01 99 00 00 03", dial: "+33199000003"', '"01 99 00 00 04", dial: "+33199000004"')
    desk.office.desk.revisions.publish(files, OPERATOR, NOW, "New.", accept_unchecked=True, standing=NOTHING)

    assert "fr-support" in desk.names(state="never")
    assert "no longer: numbers or hours have changed since" in words(desk.office.get("/checks/fr-support"))


def test_switched_number_is_still_shown(desk: Desk) -> None:
    """A number that was taken out of service is what has to be rung: it stands in the list all the same."""
    desk.office.post(
        "/switches/throw", {"country": "FR", "say": "01 99 00 00 03", "position": "out", "reason": "Wrong."}
    )

    assert "fr-support" in desk.names()
    assert "01 99 00 00 03" in words(desk.office.get("/checks/fr-support"))


def test_script_in_a_remark_is_shown_as_written(desk: Desk) -> None:
    """A remark is words, on the page of the service and in the log."""
    desk.tick("fr-support", how="<script>alert(1)</script>")
    desk.office.act_as(BEN)
    for address in ("/checks/fr-support", "/history/log"):
        text = desk.office.get(address).text

        assert "<script>alert(1)</script>" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_list_on_paper_has_everything(desk: Desk) -> None:
    """The list to ring from holds all that was asked for on one page, with room to write."""
    said = words(desk.office.get("/checks/list", country="GB", state="all"))

    for name in ("Line for crime", "Line for children", "Children's line", "Emergency services"):
        assert name in said
    assert "Soutien" not in said
    assert "wrong: ____" in said


def test_unknown_service(desk: Desk) -> None:
    """A service that is not live has no page."""
    assert 404 == desk.office.get("/checks/fr-nowhere").status_code


def test_viewers_are_offered_no_tick(desk: Desk) -> None:
    """A viewer sees what is due and who can tick it off."""
    desk.office.act_as(VERA)
    page = Page(desk.office.get("/checks").text)

    assert [] == page.all("input", type="checkbox")
    assert "An editor or an approver can tick services off." in page.one("main").words
