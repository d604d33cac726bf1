"""Requests that nobody in their right mind sends: webhooks of the carrier, made strange before and after their signing.

`Mutator` is a function that changes a `Draft` (what the carrier signs) or an `Attack` (what travels), by chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from random import Random
from urllib.parse import quote, quote_from_bytes

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

from ivr.sealed import LIFE, Seal
from ivr.state import State, Step
from routes.guard import HEADER

PUBLIC_URL = "https://fanal.example.org"
TOKEN, NEXT_TOKEN, FOREIGN_TOKEN = "an auth token of a test", "the next auth token", "somebody else's auth token"
SECRET, FOREIGN_SECRET = "s" * 40, "another secret, which nobody of ours knows"
SEAL, FOREIGN_SEAL = Seal([SECRET]), Seal([FOREIGN_SECRET])
OUR_NUMBER = "+40800123456"
CALL, OTHER_CALL = "CA" + "1" * 32, "CA" + "2" * 32
CANARY = "+33199001234"
"""A number reserved for fiction: it comes in wherever a field takes one, and must never go out."""
MARK = "hu"
"""The language that is chosen in the call whose token is attacked; an answer in another call knows nothing of it."""
NEED, HELPLINE = "trafficking", "ro-anitp"
PLACES = (Step.NEED, Step.REFERRAL, Step.CONSENT, Step.FORWARD, Step.PERSON)
FORM = "application/x-www-form-urlencoded"
VOICE = ("/voice", "/voice/fallback", "/voice/voiced", "/voice/nothing")
STEPS = ("/voice/key/", "/voice/silence/", "/voice/outcome/")
SILENT = ("/voice/status", "/sms/status")
TEXTS = ("/sms", "/sms/fallback")
KNOWN = (*VOICE, *SILENT, *TEXTS)
FIELDS = (
    ("CallSid", CALL), ("AccountSid", "AC" + "0" * 32), ("ApiVersion", "2010-04-01"), ("CallStatus", "in-progress"),
    ("Direction", "inbound"), ("From", "+40712034567"), ("To", OUR_NUMBER), ("FromCountry", "RO"), ("FromCity", ""),
    ("MessageSid", "SM" + "1" * 32), ("Body", "hi"), ("Digits", "1"), ("DialCallStatus", "busy"),
    ("MessageStatus", "delivered"), ("SpeechResult", "help"), ("Confidence", "0.9"),
    ("ErrorUrl", f"{PUBLIC_URL}/audio/en/x.wav"),
)  # fmt: skip
STRANGE = (
    "", "\0", "\r\n", "a\r\nX-Injected: 1", "\x1b[2J", "\ufeff", "\u202e", "\ufffd", "\U0010ffff", "’", "é", "１",
    " 1", "1 ", "#", "*", "0", "9" * 5000, "x" * 1601, "-1", "nan", "inf", "1e999", "true", "null", "[]", "{}",
    "'; DROP TABLE counters; --", "<Response><Dial>+33199001234</Dial></Response>", "]]>", "&lt;", "%00", "%s%n",
    "{{7*7}}", "${7*7}", "../../../etc/passwd", CANARY, CANARY * 50, "anonymous", "+266696687", "client:x", "sip:x@y",
    "completed", "answered", "busy", "no-answer", "failed", "canceled", "delivered", "STOP", "HELP", "START", "112",
)  # fmt: skip


@dataclass
class Draft:
    """What the carrier would sign: where to, and the fields. A value in bytes is one that is not UTF-8."""

    path: str
    token: str = ""
    fields: tuple[tuple[str, str | bytes], ...] = FIELDS
    query: str = ""
    good: tuple[tuple[str, str], ...] = ()

    @property
    def target(self) -> str:
        """The address behind PUBLIC_URL."""
        return self.path + self.token + self.query


@dataclass(frozen=True)
class Attack:
    """One request as it travels."""

    target: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    method: str = "POST"
    good: tuple[tuple[str, str], ...] = ()
    """The sealed states that have been made for it, each with the one call in which it may be read."""

    def header(self, name: str) -> str:
        """Return the value of a header, several joined as a server does it."""
        return ",".join(value for each, value in self.headers if each.lower() == name.lower())

    def with_header(self, name: str, *values: str) -> Attack:
        """Return it with other values of a header, or without it."""
        kept = tuple(each for each in self.headers if each[0].lower() != name.lower())
        return replace(self, headers=kept + tuple((name, value) for value in values))


DraftMutator = Callable[[Draft, Random], None]
AttackMutator = Callable[[Attack, Random], Attack]


def begin(random: Random) -> Draft:
    """Return a webhook as the carrier may well send it."""
    path = random.choice((*KNOWN, *STEPS * 3))
    if path not in STEPS:
        return Draft(path)
    sealed = token(CALL, at=random.choice(PLACES))
    return Draft(path, sealed, good=((sealed, CALL),))


def token(call: str, seal: Seal = SEAL, age: dt.timedelta = dt.timedelta(), at: Step = Step.NEED) -> str:
    """Return a sealed state of a call in which a language was chosen."""
    spoken_of = None if at is Step.NEED else HELPLINE
    state = State(step=at, language=MARK, country="RO", need=NEED, helpline=spoken_of)
    return seal.seal(state, call, dt.datetime.now(dt.UTC) - age)


def sign(draft: Draft, key: str = TOKEN) -> Attack:
    """Sign a draft as the carrier does, and put it into the form in which it travels."""
    pairs = [(name, value) for name, value in draft.fields]
    readable = MultiDict((name, _read(value)) for name, value in pairs)
    signature = RequestValidator(key).compute_signature(PUBLIC_URL + draft.target, readable)
    body = "&".join(f"{quote(name, safe='')}={_quoted(value)}" for name, value in pairs).encode()
    return Attack(draft.target, body, (("Content-Type", FORM), (HEADER, signature)), good=draft.good)


def _read(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")


def _quoted(value: str | bytes) -> str:
    return quote(value, safe="") if isinstance(value, str) else quote_from_bytes(value, safe="")


def _put(draft: Draft, random: Random, value: str | bytes) -> None:
    at = random.randrange(len(draft.fields)) if draft.fields else 0
    draft.fields = (*draft.fields[:at], (draft.fields[at][0] if draft.fields else "x", value), *draft.fields[at + 1 :])


def drop_a_field(draft: Draft, random: Random) -> None:
    """Leave one field out."""
    _put(draft, random, "")
    draft.fields = tuple(each for each in draft.fields if each[1] != "")


def drop_most_fields(draft: Draft, random: Random) -> None:
    """Leave nearly everything out."""
    draft.fields = tuple(each for each in draft.fields if random.random() < 0.2)


def put_something_strange(draft: Draft, random: Random) -> None:
    """Fill a field with what belongs nowhere."""
    _put(draft, random, random.choice(STRANGE))


def put_bytes(draft: Draft, random: Random) -> None:
    """Fill a field with bytes that are no UTF-8."""
    known = (b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\x80" * 99, "é".encode("latin-1"))
    _put(draft, random, random.choice((*known, random.randbytes(20))))


def double_a_field(draft: Draft, random: Random) -> None:
    """Send a field twice, with the same value or another."""
    if draft.fields:
        name, value = random.choice(draft.fields)
        draft.fields = (*draft.fields, (name, random.choice((value, *STRANGE))))


def swap_values(draft: Draft, random: Random) -> None:
    """Put values under each other's names."""
    names, values = [each[0] for each in draft.fields], [each[1] for each in draft.fields]
    random.shuffle(values)
    draft.fields = tuple(zip(names, values, strict=True))


def add_fields(draft: Draft, random: Random) -> None:
    """Add fields that nobody knows, few or very many."""
    count = random.choice((1, 2, 3, 5, 9, 200, 300 if random.random() < 0.9 else 3000))
    draft.fields += tuple((random.choice(STRANGE)[:20] + str(at), random.choice(STRANGE)[:9]) for at in range(count))


def make_it_huge(draft: Draft, random: Random) -> None:
    """Make a field as long as a body may be, and longer."""
    letter, size = random.choice((("x", 3000), ("€", 1600), ("\0", 3000), ("x", 64_000), ("x", 80_000)))
    _put(draft, random, letter * size)


def come_from_another_call(draft: Draft, random: Random) -> None:
    """Use the token in another call."""
    draft.fields = tuple((name, OTHER_CALL if name == "CallSid" else value) for name, value in draft.fields)


def take_another_token(draft: Draft, random: Random) -> None:
    """Use a state that is cut, swapped, altered, of another call, expired, sealed by others, or no state at all."""
    good, other = token(CALL), token(OTHER_CALL)
    draft.good += ((good, CALL), (other, OTHER_CALL))
    at = random.randrange(len(good))
    draft.token = random.choice(
        (
            other,
            good[:at],
            good[:at] + random.choice("AZ09-_.~") + good[at + 1 :],
            good + "A",
            good + "=",
            good[:at] + other[at:],
            good[::-1],
            good.swapcase(),
            good * 2,
            "x",
            "A" * 3000,
            "",
            "%00",
            "..",
            "a/b",
            token(CALL, FOREIGN_SEAL),
            token(CALL, age=LIFE + dt.timedelta(minutes=1)),
            quote(good[:at] + "é"),
        )
    )


def go_elsewhere(draft: Draft, random: Random) -> None:
    """Call an address that is written in another way, or is none."""
    draft.path = random.choice(
        (
            draft.path + "/",
            "/" + draft.path,
            draft.path.upper(),
            draft.path + "%00",
            draft.path + ";a=b",
            "/voice/%73tatus",
            "/voice//status",
            "/voice/./status",
            "/voice/../sms",
            "/sms/..%2fvoice",
            "/voice%2Fkey",
            "/voice/key",
            "/voice/\\..",
            "/voice/%C3%A9",
            "/voice/%ff",
            "/sms/status/",
            "/voice?",
            "/voice/*",
        )
    )


def ask_a_query(draft: Draft, random: Random) -> None:
    """Add a query, as an address of a webhook may have one."""
    draft.query = random.choice(("?", "?a=1", "?Digits=9", "?a=%7E&b=%2C", "?bodySHA256=00", f"?From={CANARY}", "?%00"))


DRAFT_MUTATORS: Sequence[DraftMutator] = (
    drop_a_field, drop_most_fields, put_something_strange, put_something_strange, put_bytes, double_a_field,
    swap_values, add_fields, make_it_huge, come_from_another_call, take_another_token, take_another_token,
    go_elsewhere, ask_a_query,
)  # fmt: skip


def forge_the_signature(attack: Attack, random: Random) -> Attack:
    """Sign wrongly, in another alphabet, twice, or not at all."""
    right = attack.header(HEADER)
    wrong = ("", "forged", "A" * 27 + "=", right[:-1], right + "=", right.lower(), f" {right} ", "é" * 28, "A" * 9000)
    values = random.choice((*((each,) for each in wrong), (right, right), (wrong[2], right), ()))
    return attack.with_header(HEADER, *values)


def sign_with_another_token(attack: Attack, random: Random) -> Attack:
    """Sign the same fields with another token: our next one, or somebody else's."""
    form = MultiDict(readable_form(attack))
    key = random.choice((NEXT_TOKEN, FOREIGN_TOKEN))
    return attack.with_header(HEADER, RequestValidator(key).compute_signature(PUBLIC_URL + attack.target, form))


def change_the_method(attack: Attack, random: Random) -> Attack:
    """Use another verb, or hide one behind POST."""
    if random.random() < 0.3:
        return attack.with_header("X-HTTP-Method-Override", random.choice(("GET", "DELETE")))
    verbs = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post", "POSTT")
    return replace(attack, method=random.choice(verbs))


def change_the_kind(attack: Attack, random: Random) -> Attack:
    """Say that the body is something else."""
    kinds = (
        "application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "", "nonsense",
        f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense", f"{FORM}; charset=latin-1", FORM.upper(), "a/b;" * 99,
    )  # fmt: skip
    return attack.with_header("Content-Type", random.choice(kinds))


def change_the_body(attack: Attack, random: Random) -> Attack:
    """Flip, cut, add to or replace what was signed."""
    body, at = attack.body, random.randrange(len(attack.body) + 1)
    others = (
        body[:at], body + b"&Digits=9", body + b"&", b"&" + body, body[:at] + b"\0" + body[at:], b"", b"\xff\xfe",
        body[:at] + bytes([random.randrange(256)]) + body[at + 1 :], b"{}", b"=" * 99,
        body.decode("latin-1").encode("utf-16"),
        body[at:] + body[:at], b'--x\r\nContent-Disposition: form-data; name="CallSid"\r\n\r\nCA1\r\n--x--\r\n',
    )  # fmt: skip
    return replace(attack, body=random.choice(others))


def change_the_address(attack: Attack, random: Random) -> Attack:
    """Send what was signed for one address to another."""
    target, foreign = attack.target, token(OTHER_CALL)
    others = (
        *KNOWN, target + "/", target + "?a=1", "/" + target, target.replace("voice", "sms"), target + "%20",
        target.replace("key", "outcome"), target.replace("key", "silence"), STEPS[0] + foreign,
        target.partition("?")[0], target.swapcase(), target + "#x",
    )  # fmt: skip
    return replace(attack, target=random.choice(others), good=(*attack.good, (foreign, OTHER_CALL)))


def add_headers(attack: Attack, random: Random) -> Attack:
    """Add headers that proxies, frameworks and demonstrations believe."""
    known = (
        ("X-Forwarded-Host", "elsewhere.example.org"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Port", "1"),
        ("X-Forwarded-Prefix", "/admin"), ("X-Forwarded-For", CANARY), ("Forwarded", "host=x;proto=http"),
        ("X-Original-URL", "/health/live"), ("X-Rewrite-URL", "/voice/status"), ("X-Fanal-Demo-Now", "0001-01-01"),
        ("Cookie", "session=x; " * 50), ("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip"),
        ("Authorization", "Basic eDp4"), ("Range", "bytes=0-"), ("If-None-Match", "*"), ("Accept", "application/json"),
        ("X-Script-Name", "/voice"), ("Upgrade", "websocket"), ("Origin", "null"), ("X-Twilio-Signature2", "x"),
        ("I-Twilio-Idempotency-Token", "x" * 500), ("User-Agent", "() { :;}; echo"), ("X-Strange", "é"),
    )  # fmt: skip
    return replace(attack, headers=attack.headers + tuple(random.sample(known, random.randrange(1, 6))))


ATTACK_MUTATORS: Sequence[AttackMutator] = (
    forge_the_signature, sign_with_another_token, change_the_method, change_the_kind, change_the_body,
    change_the_address, add_headers, add_headers,
)  # fmt: skip


def readable_form(attack: Attack) -> list[tuple[str, str]]:
    """Return the form that the library reads in an attack, one field after the other."""
    if attack.header("Content-Type").partition(";")[0].strip().lower() != FORM:
        return []
    try:
        attack.body.decode()
    except UnicodeDecodeError:
        return []
    _, form, _ = FormDataParser().parse(BytesIO(attack.body), FORM, len(attack.body))
    return list(form.items(multi=True))


def make(
    random: Random, before: Sequence[DraftMutator] | None = None, after: Sequence[AttackMutator] | None = None
) -> Attack:
    """Make a request, of chosen changes or of some that chance chooses; one in six is left as the carrier signs it."""
    draft = begin(random)
    if before is None:
        before = random.choices(DRAFT_MUTATORS, k=random.choice((0, 1, 1, 2, 3)))
    if after is None:
        after = random.choices(ATTACK_MUTATORS, k=random.choice((0, 0, 1, 1, 2)))
    for change in before:
        change(draft, random)
    attack = sign(draft)
    for alter in after:
        attack = alter(attack, random)
    return attack
