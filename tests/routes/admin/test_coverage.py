"""The page that shows who answers when."""

from __future__ import annotations

import pytest

from directory.coverage import WEEK, coverage
from tests.desk import ANA, NOW, VERA, Office, an_office
from tests.pages import Page

WORDS = {"open": "somebody answers", "perhaps": "perhaps somebody", "nobody": "nobody answers"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return one office for all tests here: they only read, but for one draft."""
    return an_office(tmp_path_factory.mktemp("office")).act_as(VERA)


def look(office: Office, status: int = 200, /, **query: str) -> Page:
    """Open the page."""
    answer = office.get("/coverage", **query)
    assert status == answer.status_code
    return Page(answer.text)


def test_every_country_and_need_has_a_cell(office: Office) -> None:
    """The overview has a row for each country and in it a cell for each need, with a word and a pattern."""
    directory = office.services.shelf.current.directory
    rows = look(office).all("tr")[1:]
    page = look(office)
    cells = [each for each in page.all("td") if each.attributes["class"].startswith("shade ")]

    assert len(directory.countries) == len(rows)
    assert len(directory.countries) * len(directory.needs) == len(cells)
    for cell in cells:
        shade = cell.attributes["class"].removeprefix("shade ")

        assert f"url(#week-{shade})" == page.one("rect", inside=cell).attributes["fill"]
        assert cell.words.split()[0] in {"always", "partly", "perhaps", "nobody"}


def test_overview_says_what_the_hours_say(office: Office) -> None:
    """A cell's word is that of the country's week."""
    whole = {(each.country, each.need): each for each in coverage(office.services.shelf.current.directory, NOW)}
    found = {
        each.attributes["href"]: each.words for each in look(office).all("a") if "need=" in each.attributes["href"]
    }
    always = [f"/coverage?country={c}&need={n}" for (c, n), each in whole.items() if each.open_hours == WEEK]
    nobody = [f"/coverage?country={c}&need={n}" for (c, n), each in whole.items() if each.nobody_hours == WEEK]

    assert {"always"} == {found[each] for each in always}
    assert {"nobody"} == {found[each] for each in nobody}


@pytest.mark.parametrize(
    "query", [{"country": "RO"}, {"need": "trafficking"}, {"country": "BE", "need": "children", "speaks": "fr"}]
)
def test_picture_and_tables_agree(office: Office, query: dict[str, str]) -> None:
    """Each stretch of the picture is a row of its table, of the same length and with the same words."""
    page = look(office, **query)
    pictures = page.all("svg", class_="week-picture")
    tables = page.all("table")

    assert len(pictures) == len(tables) > 0
    for picture, table in zip(pictures, tables, strict=True):
        stretches = page.all("a", inside=picture)
        rows = [each for each in page.all("tr", inside=table) if "id" in each.attributes]

        assert [each.attributes["href"] for each in stretches] == [f"#{row.attributes['id']}" for row in rows]
        for stretch, row in zip(stretches, rows, strict=True):
            rect, (hours, finding, _who) = page.one("rect", inside=stretch), page.all("td", inside=row)
            shade = rect.attributes["class"].removeprefix("week ")

            assert int(hours.words) * 6 == int(rect.attributes["width"])
            assert WORDS[shade] == finding.words
            assert stretch.attributes["aria-label"].startswith(page.one("th", inside=row).words)
        assert WEEK == sum(int(page.all("td", inside=row)[0].words) for row in rows)


def test_picture_names_itself(office: Office) -> None:
    """Each picture has a title and a sentence, and one stop for the keyboard."""
    page = look(office, country="RO")

    for picture in page.all("svg", class_="week-picture"):
        named = picture.attributes["aria-labelledby"].split()

        assert all(page.one(id_=each).words for each in named)
        assert 1 == sum("tabindex" not in each.attributes for each in page.all("a", inside=picture))


def test_nobody_is_said_where_only_emergency_services_answer(office: Office) -> None:
    """A need that no service serves is a hole, although the emergency number answers."""
    page = look(office, country="AT", need="sexual_violence")

    assert ["nobody answers"] == [each.words for each in page.all("td", class_="shade nobody")]


def test_draft_is_looked_at_before_it_is_live(office: Office) -> None:
    """A draft's own hours are shown for the draft, and the live ones for the rest."""
    files = office.desk.revisions.files(1)
    files["ro.yaml"] = files["ro.yaml"].replace("Mo-Fr 08:00-16:00", "24/7")
    assert files != office.desk.revisions.files(1)
    draft = office.desk.drafts.begin(ANA, NOW, "Longer hours")
    office.desk.drafts.save_files(draft.id, ANA, NOW, files, draft.hash)
    live, changed = look(office, country="RO"), look(office, country="RO", source=f"draft:{draft.id}")

    assert len(live.all("rect", class_="week nobody")) > len(changed.all("rect", class_="week nobody"))
    assert f"draft:{draft.id}" in {each.attributes["value"] for each in changed.all("option")}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"country": "XX"}, "This country is not in the directory"),
        ({"country": "ro"}, "This country is not in the directory"),
        ({"need": "<b>"}, "This need is not in the directory"),
        ({"speaks": "tlh"}, "No service is stated to speak this language"),
        ({"source": "draft:99999"}, "There is no such draft"),
        ({"source": "99999"}, "There is no such revision"),
        ({"source": "draft:0"}, "There are no such tables"),
        ({"source": "999999999999999999999"}, "There are no such tables"),
        ({"source": "../1"}, "There are no such tables"),
    ],
)
def test_what_cannot_be_meant(office: Office, query: dict[str, str], words: str) -> None:
    """A wrong address is answered in words, with the rest of the page."""
    page = look(office, 400, **query)

    assert words in page.one(class_="notice faults").words
    assert page.all("select")


def test_languages_count(office: Office) -> None:
    """For a language that few services speak, more hours are left without anybody."""

    def nobody(page: Page) -> int:
        return int(page.one("li", class_="shade nobody").words.rpartition(" ")[2])

    assert nobody(look(office)) < nobody(look(office, speaks="hu"))


def test_filters_stay(office: Office) -> None:
    """What was chosen stays chosen in the form and in the links onward."""
    page = look(office, speaks="fr", source="1")
    onward = [each.attributes["href"] for each in page.all("a", inside=page.one("table"))]

    assert ["fr", "1"] == [each.attributes["value"] for each in page.all("option") if "selected" in each.attributes]
    assert all("speaks=fr" in each and "source=1" in each for each in onward)


def test_signed_in_only(office: Office) -> None:
    """Nobody sees the page without signing in."""
    office.act_as(None)
    try:
        answer = office.get("/coverage")
    finally:
        office.act_as(VERA)

    assert 303 == answer.status_code
