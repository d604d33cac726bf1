"""The helplines as Open Referral HSDS 3.1: a page of services, each with everything that belongs to it.

HSDS has no IANA time zone, no public holidays and no say about what a carrier can ring. So each service carries our own
fields word for word as attributes of the type `fanal` (label and value as in the table for spreadsheets), besides what
HSDS can say in its own way; the weekly schedules are in local time and say so. Ids are made from ours (UUID version 5),
so that the same helpline has the same id in every export.

The schema: https://github.com/openreferral/specification, 3.1, `service` with what is nested in it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from babel import Locale

from directory.exchange.columns import cells_of
from directory.exchange.hsds_schedule import schedules_of
from directory.exchange.troubles import readable
from directory.model import Cost, Helpline

NAMESPACE = uuid.UUID("6f0d1a52-3c4e-5b7a-9c1d-8e2f7a4b6c90")
"""What our ids are made in; never to be changed, or every service gets another id."""
OWN = "fanal"
"""The `link_type` of attributes that hold our own fields."""
_FEES = {
    Cost.FREE: "The call is free of charge inside the country.",
    Cost.STANDARD: "The call costs what an ordinary call costs.",
    Cost.CHARGED: "The call costs more than an ordinary call.",
    Cost.UNKNOWN: "What the call costs is not known.",
}
_UNCHECKED = "Nobody has rung to verify this entry."
_BODY = "The directory knows the service, not the body that runs it."


def to_hsds(helplines: Iterable[Helpline]) -> str:
    """Return the services as the JSON text of one page, as an HSDS API answers `/services`."""
    services = [service_of(helpline) for helpline in helplines]
    page = {
        "total_items": len(services),
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "contents": services,
    }
    return readable(json.dumps(page, ensure_ascii=False)) + "\n"


def service_of(helpline: Helpline) -> dict[str, Any]:
    """Return one helpline as an HSDS service."""
    id_ = _id("service", helpline.id)
    country = Locale.parse("en").territories.get(helpline.country, helpline.country)
    own = {language: name for language, name in helpline.name.items() if language != "en"}
    service: dict[str, Any] = {
        "id": id_,
        "organization_id": _id("organization", helpline.id),
        "name": helpline.name["en"],
        "alternate_name": "; ".join(own.values()),
        "description": f"{helpline.name['en']} ({country}). For: {_spaced(helpline.needs)}.",
        "status": "active",
        "eligibility_description": _spaced(helpline.audience),
        "fees_description": _FEES[helpline.cost],
        "organization": _organization(helpline),
        "phones": [_phone(helpline, place) for place in range(len(helpline.numbers))],
        "languages": [_language(helpline, tag) for tag in helpline.languages],
        "schedules": [
            {"id": _id("schedule", f"{helpline.id}:{place}"), "service_id": id_, **schedule}
            for place, schedule in enumerate(schedules_of(helpline))
        ],
        "service_areas": [_area(helpline, country)],
        "attributes": [*_terms(helpline), *_fields(helpline)],
    }
    if helpline.checked is None:
        return {**service, "alert": _UNCHECKED}
    return {**service, "assured_date": helpline.checked.isoformat()}


def number_of(say: str, dial: str) -> str:
    """Return the number that a phone of the service has: in international form where there is one."""
    return dial or say


def _organization(helpline: Helpline) -> dict[str, Any]:
    return {"id": _id("organization", helpline.id), "name": helpline.name["en"], "description": _BODY}


def _phone(helpline: Helpline, place: int) -> dict[str, Any]:
    number = helpline.numbers[place]
    return {
        "id": _id("phone", f"{helpline.id}:{place}"),
        "service_id": _id("service", helpline.id),
        "number": number_of(number.say, number.dial or ""),
        "type": "voice",
        "description": f"Dial {number.say}; works from: {number.reach.value}",
    }


def _language(helpline: Helpline, tag: str) -> dict[str, Any]:
    primary = tag.partition("-")[0]
    language = {
        "id": _id("language", f"{helpline.id}:{tag}"),
        "service_id": _id("service", helpline.id),
        "name": Locale.parse("en").languages.get(primary, primary),
        "code": primary,
    }
    return language if primary == tag else {**language, "note": tag}


def _area(helpline: Helpline, country: str) -> dict[str, Any]:
    return {
        "id": _id("service_area", helpline.id),
        "service_id": _id("service", helpline.id),
        "name": country,
        "extent": helpline.country,
        "extent_type": "text",
        "description": "The whole country; the extent is its code of ISO 3166-1.",
    }


def _terms(helpline: Helpline) -> Iterable[dict[str, Any]]:
    """Yield what the service is for, whom and of what kind, as terms of taxonomies of our own."""
    kinds = {"need": helpline.needs, "audience": helpline.audience, "kind": (helpline.kind.value,)}
    for kind, words in kinds.items():
        taxonomy = {
            "id": _id("taxonomy", kind),
            "name": f"Fanal: {kind}",
            "description": f"The {kind}s of the directory.",
        }
        for word in words:
            term = _id("taxonomy_term", f"{kind}:{word}")
            yield {
                **_attribute(helpline, f"{kind}:{word}"),
                "link_type": kind,
                "taxonomy_term_id": term,
                "taxonomy_term": {
                    "id": term,
                    "code": word,
                    "name": _spaced([word]),
                    "description": f"{kind.capitalize()}: {_spaced([word])}",
                    "taxonomy": taxonomy["name"],
                    "taxonomy_id": taxonomy["id"],
                },
            }


def _fields(helpline: Helpline) -> Iterable[dict[str, Any]]:
    """Yield our own fields, word for word."""
    for heading, text in cells_of(helpline).items():
        if text:
            yield {**_attribute(helpline, heading), "link_type": OWN, "label": heading, "value": text}


def _attribute(helpline: Helpline, name: str) -> dict[str, Any]:
    id_ = _id("attribute", f"{helpline.id}:{name}")
    return {"id": id_, "link_id": _id("service", helpline.id), "link_entity": "service"}


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


def _spaced(words: Iterable[str]) -> str:
    return ", ".join(words).replace("_", " ")
