"""Settling: where a draft and the live revision have changed the same, somebody says what it is to be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from directory.desk import Desk
from directory.desk.draft import Draft, MergeError
from directory.desk.people import OPERATOR
from directory.load import compile_files
from directory.pieces import HEAD, Place, piece, replaced
from tests.desk import ANA, NOW, a_desk
from tests.sample_directory import FILES

SUPPORT, FRANCE, NEW = Place("fr.yaml", "fr-support"), Place("fr.yaml", HEAD), Place("fr.yaml", "fr-new")
_SUPPORT = piece(FILES, SUPPORT) or ""
_112 = (
    _SUPPORT.replace("fr-support", "fr-112")
    .replace("en: Support", "en: Emergency services")
    .replace("kind: organisation", "kind: emergency")
    .replace("needs: [support]", "needs: [emergency]")
    .replace('say: "01 99 00 00 03", dial: "+33199000003"', 'say: "112", dial: null')
)
_ONE, _, _OTHER = FILES["harmonised.yaml"].partition('  - number: "116 111"')
FILES_HERE = {
    **replaced(FILES, Place("fr.yaml", "fr-112"), _112),
    "harmonised.yaml": 'harmonised:\n  - number: "116 111"' + _OTHER,
}
WITHOUT = {file: text for file, text in FILES_HERE.items() if file != "fr.yaml"}
THEIRS = {**FILES_HERE, "fr.yaml": FILES_HERE["fr.yaml"].replace("en: Support", "en: Their support")}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES_HERE)
    yield desk
    desk.engine.dispose()


def both_changed(desk: Desk, mine: dict[str, str], theirs: dict[str, str]) -> Draft:
    """Return a draft of Ana's, after another revision has gone live."""
    draft = desk.drafts.begin(ANA, NOW, "mine", mine)
    desk.revisions.publish(theirs, OPERATOR, NOW, "theirs", accept_unchecked=True, standing=desk.standing())
    return draft


def test_a_country_taken_out(desk: Desk) -> None:
    """A country that the draft takes out, and that has changed meanwhile, stays whole where theirs is chosen."""
    draft = both_changed(desk, WITHOUT, THEIRS)
    with pytest.raises(MergeError) as told:
        desk.drafts.bring_up_to_date(draft.id, ANA, NOW)
    assert (FRANCE, SUPPORT) == told.value.conflicts

    desk.drafts.settle(draft.id, ANA, NOW, {place: piece(THEIRS, place) for place in told.value.conflicts})

    assert THEIRS == desk.drafts.files(draft.id)


def test_a_country_taken_out_after_all(desk: Desk) -> None:
    """It is taken out whole where the draft's way is chosen for all of it; half of each cannot be."""
    draft = both_changed(desk, WITHOUT, THEIRS)
    with pytest.raises(MergeError):
        desk.drafts.settle(draft.id, ANA, NOW, {FRANCE: None, SUPPORT: piece(THEIRS, SUPPORT)})

    desk.drafts.settle(draft.id, ANA, NOW, {FRANCE: None, SUPPORT: None})

    assert WITHOUT == desk.drafts.files(draft.id)


def test_a_row_in_a_country_that_is_gone(desk: Desk) -> None:
    """A service that the draft adds to a country that was taken out meanwhile is asked for, and can be given up."""
    row = _SUPPORT.replace("fr-support", NEW.entry)
    draft = both_changed(desk, replaced(FILES_HERE, NEW, row), WITHOUT)
    with pytest.raises(MergeError) as told:
        desk.drafts.bring_up_to_date(draft.id, ANA, NOW)
    assert (NEW,) == told.value.conflicts

    desk.drafts.settle(draft.id, ANA, NOW, {NEW: None})

    assert compile_files(WITHOUT).revision == desk.drafts.directory(draft.id).revision


def test_settling_is_logged(desk: Desk) -> None:
    """Whoever chooses the live state everywhere changes nothing, and the log says that the draft has moved on."""
    mine = {**FILES_HERE, "fr.yaml": FILES_HERE["fr.yaml"].replace("en: Support", "en: My support")}
    draft = both_changed(desk, mine, THEIRS)

    found = desk.drafts.settle(draft.id, ANA, NOW, {SUPPORT: piece(THEIRS, SUPPORT)})

    assert ("draft brought up to date", 2) == (desk.entries()[0].action, desk.entries()[0].detail["base"])
    assert (2, found.hash) == (found.base, desk.entries()[0].detail["hash"])
