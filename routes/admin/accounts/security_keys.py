"""Security keys as a second factor (WebAuthn): what the browser is asked, and what is believed of its answer.

A key is bound to the host of `PUBLIC_URL`. A bare IP address can have none (WebAuthn, 5.1.2), so loopback is called
`localhost`. Each challenge is kept until it is answered and works once.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from routes.admin.accounts.factors import Factor, Kind
from routes.admin.accounts.register import Account
from routes.admin.accounts.tokens import CHALLENGE_LASTS, Purpose, forget, keep, new_token, use

LONGEST_ANSWER = 20_000
"""Characters of a browser's answer; real ones have a tenth."""
_UNREADABLE = (ValueError, KeyError, TypeError, RecursionError)
"""What reading an answer ends in that no browser would give."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where keys work: the host that they are bound to, and the address of the pages."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Place | None:
        """Return where keys of an installation work; None at a bare IP address that is not this machine's own."""
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        try:
            if not ipaddress.ip_address(host).is_loopback:
                return None
            host = "localhost"
        except ValueError:
            pass  # a name, as it should be
        return cls(host, f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else ""))


def near(public_url: str) -> str:
    """Return the address for people: loopback by its name, so that keys work there; any other as it is."""
    place = Place.of(public_url)
    return place.origin if place and place.host == "localhost" else public_url


def question_for_new(
    connection: sa.Connection, place: Place, account: Account, known: Sequence[Factor], now: dt.datetime
) -> str:
    """Return what a browser is asked to make a new key, as JSON."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="Fanal",
        user_name=account.address,
        user_display_name=account.name,
        user_id=f"account:{account.id}".encode(),
        challenge=_challenge(connection, account, Purpose.ADD_KEY, now),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.DISCOURAGED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return webauthn.options_to_json(options)


def question_for_known(
    connection: sa.Connection, place: Place, account: Account, known: Sequence[Factor], now: dt.datetime
) -> str | None:
    """Return what a browser is asked to use one of the keys, as JSON; None where there is none."""
    import webauthn
    from webauthn.helpers import structs

    keys = _descriptors(known)
    if not keys:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=_challenge(connection, account, Purpose.USE_KEY, now),
        allow_credentials=keys,
        user_verification=structs.UserVerificationRequirement.DISCOURAGED,
    )
    return webauthn.options_to_json(options)


def new_key(
    connection: sa.Connection, place: Place, account: Account, answer: str, name: str, now: dt.datetime
) -> Factor | None:
    """Return the factor that a browser has made, None if its answer is not what was asked for."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential = _read(answer)
    challenge = _answered(connection, account, credential, Purpose.ADD_KEY, now)
    if credential is None or challenge is None:
        return None
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except (WebAuthnException, *_UNREADABLE):
        return None
    public, id_ = (webauthn.helpers.bytes_to_base64url(raw) for raw in (made.credential_public_key, made.credential_id))
    return Factor(0, Kind.KEY, name, public, id_, made.sign_count, now, None)


def used_key(
    connection: sa.Connection, place: Place, account: Account, known: Sequence[Factor], answer: str, now: dt.datetime
) -> tuple[Factor, int] | None:
    """Return which of the keys a browser has used, and its counter; None if the answer is not what was asked for."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential = _read(answer)
    challenge = _answered(connection, account, credential, Purpose.USE_KEY, now)
    if credential is None or challenge is None:
        return None
    factor = next((each for each in known if each.credential and each.credential == credential.get("id")), None)
    if factor is None:
        return None
    try:
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=webauthn.base64url_to_bytes(factor.secret),
            credential_current_sign_count=factor.count,
        )
    except (WebAuthnException, *_UNREADABLE):
        return None
    return factor, used.new_sign_count


def _challenge(connection: sa.Connection, account: Account, purpose: Purpose, now: dt.datetime) -> bytes:
    forget(connection, now)
    token = new_token()
    keep(connection, token, account.id, purpose, now + CHALLENGE_LASTS)
    return token.encode()


def _answered(
    connection: sa.Connection, account: Account, credential: dict[str, Any] | None, purpose: Purpose, now: dt.datetime
) -> bytes | None:
    """Use up the challenge that an answer names; None where we have not asked this account, or not lately."""
    import webauthn

    try:
        told = webauthn.base64url_to_bytes((credential or {})["response"]["clientDataJSON"])
        challenge = webauthn.base64url_to_bytes(json.loads(told)["challenge"])
        known = use(connection, challenge.decode("ascii"), purpose, account.id, now)
    except _UNREADABLE:
        return None
    return challenge if known else None


def _descriptors(known: Sequence[Factor]) -> list[Any]:
    import webauthn
    from webauthn.helpers import structs

    return [
        structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(each.credential))
        for each in known
        if each.credential
    ]


def _read(answer: str) -> dict[str, Any] | None:
    if not 0 < len(answer) <= LONGEST_ANSWER:
        return None
    try:
        found = json.loads(answer)
    except _UNREADABLE:
        return None
    return found if isinstance(found, dict) else None
