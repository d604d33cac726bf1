"""Every sentence that a caller can hear or read, by name. The words are in `ivr/prompts/catalogues/<tag>.po`.

One phrase is one whole sentence; none is glued from pieces. `en.po` is the source: it carries the English
words and, for translators, what each placeholder holds and where the sentence stands.
"""

from __future__ import annotations

from enum import StrEnum


class Phrase(StrEnum):
    """The names of the phrases, as `msgctxt` in the catalogues."""

    GREETING = "greeting"
    DANGER = "danger"
    LANGUAGE_CHOOSE = "language.choose"
    LANGUAGE_MORE = "language.more"
    LANGUAGE_NAME = "language.name"
    MORE_LABEL = "more.label"

    NEED_SAY = "need.say"
    NEED_MORE = "need.more"
    NEED_APART = "need.apart"
    NEED_APART_LABEL = "need.apart.label"
    COUNTRY_ASK = "country.ask"
    COUNTRY_CHOOSE = "country.choose"
    COUNTRY_LABEL = "country.label"
    COUNTRY_MORE = "country.more"

    REFERRAL = "referral"
    OPEN_UNTIL = "open.until"
    OPEN_ALWAYS = "open.always"
    OPEN_NOW = "open.now"
    OPEN_UNKNOWN = "open.unknown"
    CLOSED_UNKNOWN = "closed.unknown"
    OPENS_TODAY = "opens.today"
    OPENS_TOMORROW = "opens.tomorrow"
    OPENS_MONDAY = "opens.monday"
    OPENS_TUESDAY = "opens.tuesday"
    OPENS_WEDNESDAY = "opens.wednesday"
    OPENS_THURSDAY = "opens.thursday"
    OPENS_FRIDAY = "opens.friday"
    OPENS_SATURDAY = "opens.saturday"
    OPENS_SUNDAY = "opens.sunday"
    OPENS_DATE = "opens.date"
    TIMES_ELSEWHERE = "times.elsewhere"
    COST_FREE = "cost.free"
    COST_STANDARD = "cost.standard"
    COST_CHARGED = "cost.charged"
    COST_UNKNOWN = "cost.unknown"
    COST_ABROAD = "cost.abroad"
    SPEAKS = "speaks"
    SPEAKS_MANY = "speaks.many"
    SPEAKS_UNKNOWN = "speaks.unknown"
    FOR_CHILDREN = "for.children"
    FOR_WOMEN = "for.women"
    FOR_MEN = "for.men"
    FOR_MIGRANTS = "for.migrants"
    FOR_PROFESSIONALS = "for.professionals"
    FOR_PEOPLE_WHO_USE_VIOLENCE = "for.people_who_use_violence"
    TAKES_REPORTS = "takes.reports"

    CONNECT = "connect"
    CONNECT_OTHER = "connect.other"
    CONNECT_OTHER_UNKNOWN = "connect.other.unknown"
    TEXT_ASK = "text.ask"
    NUMBER_SLOWLY = "number.slowly"
    NEXT = "next"
    NEXT_LABEL = "next.label"
    COUNTRY_OTHER = "country.other"
    COUNTRY_OTHER_LABEL = "country.other.label"
    NUMBER = "number"
    NUMBER_AGAIN = "number.again"
    NUMBER_ABROAD = "number.abroad"
    NUMBER_DIAL_YOURSELF = "number.dial_yourself"

    CONNECTING = "connecting"
    DELETE_CALL = "delete.call"
    FAILED_BUSY = "failed.busy"
    FAILED_NO_ANSWER = "failed.no_answer"
    FAILED_UNREACHABLE = "failed.unreachable"
    AFTER_ASK = "after.ask"
    AFTER_NEED = "after.need"
    AFTER_DONE = "after.done"
    GOODBYE = "goodbye"

    CONSENT = "consent"
    CONSENT_SHORT = "consent.short"
    CONSENT_NAMED = "consent.named"
    CONSENT_NO = "consent.no"
    SENT = "sent"
    SENT_DELETE = "sent.delete"

    EMERGENCY_NUMBER = "emergency.number"
    EMERGENCY_PERSON = "emergency.person"
    EMERGENCY_LABEL = "emergency.label"
    PERSON = "person"
    PERSON_CHOOSE = "person.choose"
    PERSON_NONE = "person.none"

    WRONG_KEY = "wrong_key"
    NOT_HEARD = "not_heard"
    NO_OTHER = "no_other"
    RESTART = "restart"
    RESERVED = "reserved"
    RESERVED_TEXT = "reserved.text"

    PLUS = "digits.plus"
    SMS_SHORT = "sms.short"
    SMS_NAMED = "sms.named"
    SMS_SHORT_NO_HOURS = "sms.short.no_hours"
    SMS_NAMED_NO_HOURS = "sms.named.no_hours"
    SMS_ALWAYS = "sms.always"
    HOURS_DAYS = "hours.days"
    HOURS_TIMES = "hours.times"
    SMS_PRIVACY = "sms.privacy"
    SMS_HELP = "sms.help"
    SMS_ALONE = "sms.alone"

    NEED_VIOLENCE_HOME = "need.violence_home"
    NEED_SEXUAL_VIOLENCE = "need.sexual_violence"
    NEED_TRAFFICKING = "need.trafficking"
    NEED_CHILDREN = "need.children"
    NEED_CRIME = "need.crime"
    NEED_MISSING_CHILD = "need.missing_child"
    NEED_SUPPORT = "need.support"
    NEED_REPORT = "need.report"
    NEED_MEDICAL = "need.medical"
    NEED_PROFESSIONAL = "need.professional"
    NEED_OWN_VIOLENCE = "need.own_violence"
    LABEL_VIOLENCE_HOME = "need.violence_home.label"
    LABEL_SEXUAL_VIOLENCE = "need.sexual_violence.label"
    LABEL_TRAFFICKING = "need.trafficking.label"
    LABEL_CHILDREN = "need.children.label"
    LABEL_CRIME = "need.crime.label"
    LABEL_MISSING_CHILD = "need.missing_child.label"
    LABEL_SUPPORT = "need.support.label"
    LABEL_REPORT = "need.report.label"
    LABEL_MEDICAL = "need.medical.label"
    LABEL_PROFESSIONAL = "need.professional.label"
    LABEL_OWN_VIOLENCE = "need.own_violence.label"
    HEARD_VIOLENCE_HOME = "need.violence_home.heard"
    HEARD_SEXUAL_VIOLENCE = "need.sexual_violence.heard"
    HEARD_TRAFFICKING = "need.trafficking.heard"
    HEARD_CHILDREN = "need.children.heard"
    HEARD_CRIME = "need.crime.heard"
    HEARD_MISSING_CHILD = "need.missing_child.heard"
    HEARD_SUPPORT = "need.support.heard"
    HEARD_REPORT = "need.report.heard"
    HEARD_MEDICAL = "need.medical.heard"
    HEARD_PROFESSIONAL = "need.professional.heard"
    HEARD_OWN_VIOLENCE = "need.own_violence.heard"
    NAME_VIOLENCE_HOME = "name.violence_home"
    NAME_SEXUAL_VIOLENCE = "name.sexual_violence"
    NAME_TRAFFICKING = "name.trafficking"
    NAME_CHILDREN = "name.children"
    NAME_CRIME = "name.crime"
    NAME_MISSING_CHILD = "name.missing_child"
    NAME_SUPPORT = "name.support"
    NAME_REPORT = "name.report"
    NAME_MEDICAL = "name.medical"
    NAME_PROFESSIONAL = "name.professional"
    NAME_OWN_VIOLENCE = "name.own_violence"
    NAME_EMERGENCY = "name.emergency"


COUNTED = frozenset({Phrase.SENT})
"""Phrases that speak of a number of things: each catalogue has one form for each of its language's plural forms."""

OPENS_ON = (
    Phrase.OPENS_MONDAY,
    Phrase.OPENS_TUESDAY,
    Phrase.OPENS_WEDNESDAY,
    Phrase.OPENS_THURSDAY,
    Phrase.OPENS_FRIDAY,
    Phrase.OPENS_SATURDAY,
    Phrase.OPENS_SUNDAY,
)
"""By `datetime.weekday()`."""


def need_option(need: str) -> Phrase:
    """Return the sentence that offers a need by voice; ValueError for a need that has none."""
    return Phrase(f"need.{need}")


def need_label(need: str) -> Phrase:
    """Return the words that offer a need in a text; ValueError for a need that has none."""
    return Phrase(f"need.{need}.label")


def need_heard(need: str) -> Phrase:
    """Return the words that a caller may say for a need, separated by commas; ValueError for a need that has none."""
    return Phrase(f"need.{need}.heard")


def general_name(need: str) -> Phrase:
    """Return what a service for this need is called in a language that its own name is not known in."""
    return Phrase(f"name.{need}")


def audience_sentence(audience: str) -> Phrase:
    """Return the sentence that says whom a service is for; ValueError for `anyone`, who needs none."""
    return Phrase(f"for.{audience}")
