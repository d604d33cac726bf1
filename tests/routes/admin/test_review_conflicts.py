"""Changes begun before the live revision: brought up to date, entry by entry where both have changed it."""

from __future__ import annotations

import pytest

from directory.desk.draft import Stage
from directory.desk.people import OPERATOR
from tests.desk import ANA, BEN, NOW, Office
from tests.reviewing import (
    CRIME,
    SUPPORT,
    approve,
    begun,
    forms,
    handed_over,
    live,
    page_of,
    publish,
    save,
)
from tests.sample_directory import FILES


def test_base_moved(office: Office) -> None:
    """A change begun before the live revision is not approved until it is up to date and has been read again."""
    draft = handed_over(office)
    publish(office, CRIME, "cost: standard", "cost: free")
    number = live(office)
    page = page_of(office.act_as(BEN).get(f"/changes/{draft.id}"))

    assert {"send-back"} == forms(page)
    assert "brought up to date" in page.one("section", aria_labelledby="act").words
    assert 409 == approve(office, draft).status_code

    office.desk.drafts.send_back(draft.id, BEN, NOW, "Please bring it up to date.")
    page = page_of(office.act_as(ANA).get(f"/changes/{draft.id}"))

    assert {"update", "withdraw"} == forms(page)
    assert 303 == office.post(f"/changes/{draft.id}/update").status_code
    assert (number, Stage.OPEN) == (office.desk.drafts.get(draft.id).base, office.desk.drafts.get(draft.id).stage)
    assert "cost: free" in office.desk.drafts.files(draft.id)["gb.yaml"]


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_changed_on_both_sides(office: Office, choice: str) -> None:
    """Entries that both have changed are shown in words from both sides; whoever brings it up to date chooses each."""
    draft = office.desk.drafts.begin(ANA, NOW, "Ours")
    save(office, draft, CRIME, "Line for crime", f"Ours {draft.id}")
    save(office, draft, SUPPORT, "en: Support", f"en: Ours {draft.id}")
    publish(office, CRIME, "Line for crime", f"Theirs {draft.id}")
    publish(office, SUPPORT, "en: Support", f"en: Theirs {draft.id}")
    page = page_of(office.act_as(ANA).post(f"/changes/{draft.id}/update"), 409)
    names = {each.attributes["name"] for each in page.all("input", type="radio")}
    one = {"piece:gb.yaml:gb-crime": choice}

    assert {"piece:gb.yaml:gb-crime", "piece:fr.yaml:fr-support"} == names
    assert f"Ours {draft.id}" in page.one("main").words
    assert f"Theirs {draft.id}" in page.one("main").words
    assert 409 == office.post(f"/changes/{draft.id}/settle", one).status_code
    assert 303 == office.post(f"/changes/{draft.id}/settle", {**one, "piece:fr.yaml:fr-support": choice}).status_code

    files = office.desk.drafts.files(draft.id)

    assert ("Ours" if choice == "mine" else "Theirs") in files["gb.yaml"]
    assert ("Theirs" if choice == "mine" else "Ours") not in files["gb.yaml"] + files["fr.yaml"]


def test_both_put_together(office: Office) -> None:
    """Where the two changed different fields of one entry, both can stand, and nothing of either is lost."""
    draft = office.desk.drafts.begin(ANA, NOW, "Ours")
    save(office, draft, CRIME, "cost: standard", "cost: free")
    publish(office, CRIME, "Mo-Fr 09:00-17:00", "Mo-Fr 09:00-18:00")
    page = page_of(office.act_as(ANA).post(f"/changes/{draft.id}/update"), 409)
    form = {"piece:gb.yaml:gb-crime": "both", "piece:nowhere.yaml:x": "mine", "piece:": "theirs"}

    assert ["both", "mine", "theirs"] == [each.attributes["value"] for each in page.all("input", type="radio")]
    assert 303 == office.post(f"/changes/{draft.id}/settle", form).status_code

    found = office.desk.drafts.directory(draft.id).helplines["gb-crime"]

    assert ("free", "Mo-Fr 09:00-18:00; PH off") == (found.cost.value, found.hours)


def test_both_cannot_be_put_together(office: Office) -> None:
    """Where both changed the same field it is not offered, and asking for it settles nothing."""
    draft = office.desk.drafts.begin(ANA, NOW, "Ours")
    save(office, draft, CRIME, "cost: standard", "cost: free")
    publish(office, CRIME, "cost: standard", "cost: unknown")
    page = page_of(office.act_as(ANA).post(f"/changes/{draft.id}/update"), 409)

    assert ["mine", "theirs"] == [each.attributes["value"] for each in page.all("input", type="radio")]
    assert 409 == office.post(f"/changes/{draft.id}/settle", {"piece:gb.yaml:gb-crime": "both"}).status_code
    assert "cost: free" in office.desk.drafts.files(draft.id)["gb.yaml"]


def test_country_that_is_gone(office: Office) -> None:
    """An entry whose country has been taken out meanwhile cannot be kept; it can be let go."""
    draft = begun(office)
    fewer = {name: text for name, text in FILES.items() if name != "fr.yaml"}
    fewer["harmonised.yaml"] = FILES["harmonised.yaml"].replace("      FR: {}\n", "      GB: {}\n", 1)
    office.desk.revisions.publish(
        fewer, OPERATOR, NOW, "No France.", accept_unchecked=True, standing=office.desk.standing()
    )
    office.act_as(ANA)
    field = "piece:fr.yaml:fr-support"

    assert 409 == office.post(f"/changes/{draft.id}/update").status_code
    assert 409 == office.post(f"/changes/{draft.id}/settle", {field: "mine"}).status_code
    assert 303 == office.post(f"/changes/{draft.id}/settle", {field: "theirs"}).status_code
    assert "fr.yaml" not in office.desk.drafts.files(draft.id)
