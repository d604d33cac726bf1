"""One row judged by itself: the same as what the whole directory says of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

from directory.findings import LintCode
from directory.judgement import judged, read_row, with_row
from directory.lint import lint, lint_row
from directory.load import load
from directory.model import Directory
from directory.writing import RowValue, row_of

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@cache
def shipped() -> Directory:
    """Return the directory that comes with the program."""
    return load()


def row(id_: str, **changes: RowValue) -> dict[str, RowValue]:
    """Return the row of a helpline with other fields."""
    helpline = shipped().helplines[id_]
    return {**row_of(helpline, shipped().countries[helpline.country].timezone.key), **changes}


def test_every_row_read_alone_is_what_it_is_in_the_directory() -> None:
    """What a form would save is what was shown, for every row that comes with the program."""
    directory = shipped()
    found = {each.id: read_row(directory, each.country, row(each.id)) for each in directory.helplines.values()}

    assert {id_: (helpline, ()) for id_, helpline in directory.helplines.items()} == found


def test_check_of_one_row_is_that_of_the_whole() -> None:
    """The quick check finds for each row what the check of the directory finds."""
    directory = shipped()
    whole = lint(directory, NOW)
    expected = {id_: [each for each in whole if each.entry == id_] for id_ in directory.helplines}

    assert expected == {
        id_: [each for each in lint_row(directory, helpline, NOW) if each.entry == id_]
        for id_, helpline in directory.helplines.items()
    }


def test_number_of_another_service_is_found_on_both_sides() -> None:
    """Whichever of two services is edited, that they have one number is said."""
    numbers: RowValue = [{"say": "116 111", "dial": None, "from": "national"}]
    verdict = judged(shipped(), "RO", row("ro-violence-home", numbers=numbers), NOW)

    assert LintCode.NUMBER_SHARED in [each.code for each in verdict.findings]


def test_faults_are_collected() -> None:
    """Everything that is wrong is said at once, and nothing is judged that could not be read."""
    verdict = judged(shipped(), "RO", row("ro-anitp", hours="9-17", cost="cheap", needs=[]), NOW)

    assert (None, ()) == (verdict.helpline, verdict.findings)
    assert {"hours", "cost", "needs"} == {fault.field for fault in verdict.faults}


def test_row_put_in_for_looking_is_found_by_callers() -> None:
    """A directory with the row in it leads to it as if it were published, and the original is untouched."""
    helpline = replace(shipped().helplines["ro-anitp"], hours="24/7")
    looked = with_row(shipped(), helpline)
    services = [each for _need, step in looked.ladders["RO", "trafficking"] for each in step]

    assert helpline in services
    assert "24/7" != shipped().helplines["ro-anitp"].hours
