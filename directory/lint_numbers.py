"""Numbers that exist and yet may lead a caller astray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import phonenumbers

from directory.dialling import digits, e164
from directory.findings import Finding, LintCode
from directory.model import Cost, Helpline, Kind, Number, Reach

_DEAR = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})


def lint_numbers(helpline: Helpline) -> Iterator[Finding]:
    """Yield what is doubtful in the numbers of one helpline."""
    for index, number in enumerate(helpline.numbers):
        for code, detail in _findings(helpline, number):
            yield Finding(code, helpline.country, helpline.id, f"numbers[{index + 1}]", detail)
    if helpline.kind is not Kind.EMERGENCY and not any(map(_from_abroad, helpline.numbers)):
        yield Finding(LintCode.NOT_FROM_ABROAD, helpline.country, helpline.id, "numbers")


def lint_shared(helplines: Iterable[Helpline]) -> Iterator[Finding]:
    """Yield the numbers that stand in more than one row of a country: one of them may be misprinted."""
    owners: dict[tuple[str, str], list[str]] = {}
    for helpline in helplines:
        for line in {_line(number, helpline.country) for number in helpline.numbers}:
            owners.setdefault((helpline.country, line), []).append(helpline.id)
    for (country, _number), ids in owners.items():
        for other in ids[1:]:
            yield Finding(LintCode.NUMBER_SHARED, country, other, "numbers", ids[0])


def _findings(helpline: Helpline, number: Number) -> Iterator[tuple[LintCode, str]]:
    if number.dial is None:
        return
    if e164(number.say, helpline.country) != number.dial:
        yield LintCode.SAY_IS_NOT_DIAL, f"`{number.say}` and `{number.dial}`"
    kind = phonenumbers.number_type(phonenumbers.parse(number.dial))
    if kind in _DEAR and helpline.cost in (Cost.FREE, Cost.STANDARD):
        yield LintCode.NUMBER_COSTS, f"`{number.dial}`"
    if kind == phonenumbers.PhoneNumberType.TOLL_FREE and number.reach is not Reach.NATIONAL:
        yield LintCode.FREEPHONE_FROM_ABROAD, f"`{number.say}`"


def _line(number: Number, country: str) -> str:
    """Return the line that a number leads to, however it is written."""
    return number.dial or e164(number.say, country) or digits(number.say)


def _from_abroad(number: Number) -> bool:
    return number.dial is not None and number.reach is not Reach.NATIONAL
