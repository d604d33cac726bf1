"""What changes in the telephone numbers of one service. All of it is grave but the groups in which a number is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from directory.changes import FIGURES, RUNG, SAID, About, Change, ChangeCode, change
from directory.dialling import digits
from directory.model import Helpline, Number
from directory.statement import Listed, Value, state


def number_changes(before: Helpline, after: Helpline) -> Iterator[Change]:
    """Yield the changes of the numbers: those that only moved together, the others one by one."""
    old = [each for each in before.numbers if each not in after.numbers]
    new = [each for each in after.numbers if each not in before.numbers]
    for was, will in _pairs(old, new):
        yield _changed(before.id, was, will)
    kept = [each for each in before.numbers if each in after.numbers]
    moved = [each for each in after.numbers if each in before.numbers]
    if kept != moved:
        orders = {"was": number_words(before.numbers), "will": number_words(after.numbers)}
        yield change(About.SERVICE, ChangeCode.NUMBERS_REORDERED, before.id, "numbers", orders, grave=True)


def number_words(numbers: Iterable[Number]) -> Value:
    """Return numbers in words: what a caller dials, from where it works, what a forward rings."""
    return Listed(tuple(_words(each) for each in numbers))


def _words(number: Number) -> Value:
    reach = state(FIGURES[number.reach.value])
    if number.dial is None:
        return state(SAID, say=number.say, reach=reach)
    return state(RUNG, say=number.say, reach=reach, dial=number.dial)


def _pairs(old: list[Number], new: list[Number]) -> Iterator[tuple[Number | None, Number | None]]:
    """Put together what is one number before and after: the same line, else the same reach, else the same place."""
    ways = (
        lambda one, other: digits(one.say) == digits(other.say),
        lambda one, other: one.dial is not None and one.dial == other.dial,
        lambda one, other: one.reach is other.reach,
        lambda _one, _other: True,
    )
    left = list(new)
    partners: dict[Number, Number] = {}
    for same in ways:
        for was in old:
            found = next((will for will in left if was not in partners and same(was, will)), None)
            if found is not None:
                partners[was] = found
                left.remove(found)
    yield from ((was, partners.get(was)) for was in old)
    yield from ((None, will) for will in left)


def _changed(entry: str, was: Number | None, will: Number | None) -> Change:
    words: dict[str, Value] = {name: _words(each) for name, each in (("was", was), ("will", will)) if each is not None}
    if was is None:
        return change(About.SERVICE, ChangeCode.NUMBER_ADDED, entry, "numbers", words, grave=True)
    if will is None:
        return change(About.SERVICE, ChangeCode.NUMBER_REMOVED, entry, "numbers", words, grave=True)
    alike = (digits(was.say), was.dial, was.reach) == (digits(will.say), will.dial, will.reach)
    code = ChangeCode.NUMBER_REGROUPED if alike else ChangeCode.NUMBER_CHANGED
    return change(About.SERVICE, code, entry, "numbers", words, grave=not alike)
