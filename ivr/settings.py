"""Settings: one frozen, typed value, read once from the environment, with all faults named together.

No secret has a default. Only this module reads the environment of the servers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import phonenumbers

from ivr.catalogue import CATALOGUES
from ivr.numbers import country_of
from ivr.sentinels import Sentinels

PROVIDER_URL = "https://api.twilio.com"
PROVIDER_HOSTS = ".twilio.com"
"""The end of the names of the provider's own hosts; a compatible provider, or a test, has another."""
DEFAULT_REGION = "us1"
"""Where the provider takes requests to a host without a region, and calls to a number that nobody has routed."""
SECRET_BYTES = 32
"""A secret shorter than this many characters can be guessed."""


class SettingsError(Exception):
    """Settings are missing or wrong; `faults` holds one sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["The settings are not complete:", *(f"  {fault}" for fault in faults)]))
        self.faults = faults


class Secret(str):
    """A string that does not show itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')"


def _secret(text: str) -> Secret:
    if len(text) < SECRET_BYTES:
        raise ValueError(f"must have at least {SECRET_BYTES} characters; `openssl rand -hex 32` makes one")
    return Secret(text)


def _number(text: str) -> str:
    """Read one of our numbers. It need not be valid: new ranges are dialled before libphonenumber knows them."""
    wrong = "must be telephone numbers in E.164 form, such as +442079460123"
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise ValueError(wrong) from None
    whole = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not whole or not text.startswith("+"):
        raise ValueError(wrong)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


_REGION = re.compile(r"[a-z]{2}\d")


def _region(text: str) -> str:
    if not _REGION.fullmatch(text.lower()):
        raise ValueError("must be a region of the provider's, such as ie1 or us1")
    return text.lower()


def _months(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError("must be a number of months, 1 or more")
    return int(text)


def _web_address(text: str) -> str:
    parts = _parts(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://fanal.example.org, without query")
    return text.rstrip("/")


def _redis_address(text: str) -> str:
    if Sentinels.named_in(text):
        Sentinels.read(text)
        return text
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss://, unix:// or redis+sentinel://")
    if _parts(text) is None:
        raise ValueError("must be an address such as redis://127.0.0.1:6379/0")
    return text


def _parts(text: str) -> SplitResult | None:
    """Take an address apart; None where its host or port cannot be one."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise ValueError(f"names {text}, which is not a folder")
    return path


def _several(one: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """Return what reads values separated by commas, each once; ValueError where there are commas only."""

    def read(text: str) -> tuple[Any, ...]:
        values = tuple(dict.fromkeys(one(part.strip()) for part in text.split(",") if part.strip()))
        if not values:
            raise ValueError("holds nothing but commas")
        return values

    return read


def _read(setting: Field[Any], environ: Mapping[str, str]) -> Any:
    """Read one setting, or return its default; ValueError, with the rest of a sentence, if it is missing or wrong."""
    text = environ.get(setting.metadata["name"], "").strip()
    if text:
        return setting.metadata["read"](text)
    if setting.default is MISSING:
        raise ValueError(f"is missing: {setting.metadata['meaning']}")
    otherwise = setting.metadata["otherwise"]
    return setting.default if otherwise is None else otherwise(environ)


def _setting(
    name: str,
    read: Callable[[str], Any],
    meaning: str,
    otherwise: Callable[[Mapping[str, str]], Any] | None = None,
    **options: Any,
) -> Any:
    """`otherwise` makes the value from other settings where this one is not given and a default would do."""
    return field(metadata={"name": name, "read": read, "meaning": meaning, "otherwise": otherwise}, **options)


def _own_database(environ: Mapping[str, str]) -> str:
    """Return the address of the database in our own folder: every command finds the one that `fanal run` has made."""
    return f"sqlite:///{Settings.read_one('VAR_PATH', environ) / 'fanal.db'}"


def _address(name: str, read: Callable[[str], Any], meaning: str, **options: Any) -> Any:
    """An address may hold a password, so none shows itself."""
    return _setting(name, read, meaning, repr=False, **options)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the words, the voices and the recordings of an installation are."""

    prompts: Path | None
    """None for the words and voices that come with the program."""
    var: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Places:
        """Find them for commands that need no other setting. Raises `SettingsError`."""
        return cls(Settings.read_one("PROMPTS_PATH", environ), Settings.read_one("VAR_PATH", environ))

    @property
    def catalogues(self) -> Path:
        """The folder of the words."""
        return self.prompts / "catalogues" if self.prompts else CATALOGUES

    @property
    def voices(self) -> Path | None:
        """The table of voices; None for the shipped one."""
        return self.prompts / "voices.yaml" if self.prompts else None

    @property
    def audio(self) -> Path:
        """The folder that recordings are played from, one folder a language inside it."""
        return self.var / "audio"

    @property
    def recordings(self) -> Path:
        """The folder of what people have recorded, as they delivered it, one folder a language inside it."""
        return self.var / "recordings"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `fanal serve` and `fanal worker` must be told; names are the contract's environment variables."""

    account: str = _setting("TWILIO_ACCOUNT_SID", str, "the provider's account id")
    auth_tokens: tuple[Secret, ...] = _setting(
        "TWILIO_AUTH_TOKEN", _several(Secret), "the account's token; several, comma-separated, while rotating"
    )
    numbers: tuple[str, ...] = _setting(
        "TWILIO_NUMBER",
        _several(_number),
        "the number callers dial; several, comma-separated, one per country",
    )
    public_url: str = _address("PUBLIC_URL", _web_address, "the address at which the carrier calls us")
    secret_keys: tuple[Secret, ...] = _setting(
        "SECRET_KEY",
        _several(_secret),
        "seals the state of calls; the newest first, older ones while rotating",
    )
    redis_url: str = _address("REDIS_URL", _redis_address, "the queue and the event stream")
    database_url: str = _address(
        "DATABASE_URL",
        str,
        "the counters and the published directory",
        otherwise=_own_database,
        default="sqlite:///var/fanal.db",
    )
    provider_url: str = _address(
        "TWILIO_API_URL", _web_address, "another host of the REST interface", default=PROVIDER_URL
    )
    region: str | None = _setting(
        "TWILIO_REGION",
        _region,
        "the region in which the provider is to process calls; `fanal doctor --provider` says whether it does",
        default=None,
    )
    directory_path: Path | None = _setting(
        "DIRECTORY_PATH",
        _folder,
        "a folder of the directory's tables, in place of the revisions that coordinators publish",
        default=None,
    )
    prompts_path: Path | None = _setting(
        "PROMPTS_PATH",
        _folder,
        "a folder with voices.yaml and catalogues/; else the shipped ones",
        default=None,
    )
    var_path: Path = _setting(
        "VAR_PATH", Path, "a folder of our own, for what waits and for the last good directory", default=Path("var")
    )
    retention_months: int = _setting(
        "RETENTION_MONTHS",
        _months,
        "how many months raw counters are kept; what has been released stays",
        default=24,
    )
    metrics_token: Secret | None = _setting(
        "METRICS_TOKEN",
        _secret,
        "opens /metrics to whoever sends it as a bearer token; closed without",
        default=None,
    )
    exchange_token: Secret | None = _setting(
        "FANAL_EXCHANGE_TOKEN",
        _secret,
        "the carrier is played by the program, and this opens its control interface (`fanal run` sets it)",
        default=None,
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read every setting, or raise `SettingsError` naming all that is missing or wrong at once."""
        values: dict[str, Any] = {}
        faults: list[str] = []
        for each in fields(cls):
            try:
                values[each.name] = _read(each, environ)
            except ValueError as fault:
                faults.append(f"{each.metadata['name']} {fault}.")
        if faults:
            raise SettingsError(faults)
        return cls(**values)

    @classmethod
    def read_one(cls, name: str, environ: Mapping[str, str] = os.environ) -> Any:
        """Read the setting of one environment variable, or its default, for commands that need no other.

        Raises `SettingsError`; and KeyError where no setting has the name.
        """
        each = {each.metadata["name"]: each for each in fields(cls)}[name]
        try:
            return _read(each, environ)
        except ValueError as fault:
            raise SettingsError([f"{name} {fault}."]) from None

    @property
    def demo(self) -> bool:
        """The carrier is a stand-in: callers may pretend another time, and /phone is open."""
        return self.exchange_token is not None

    @property
    def provider_region(self) -> str | None:
        """The provider's region that takes our requests, such as "ie1"; None where the host is not the provider's own.

        Its hosts are called api.twilio.com, api.ie1.twilio.com or api.dublin.ie1.twilio.com (its guide to regions).
        """
        host = urlsplit(self.provider_url).hostname or ""
        if not host.endswith(PROVIDER_HOSTS):
            return None
        last = host.removesuffix(PROVIDER_HOSTS).rpartition(".")[2]
        return last if _REGION.fullmatch(last) else DEFAULT_REGION

    @cached_property
    def places(self) -> Places:
        """Where the words, the voices and the recordings are."""
        return Places(self.prompts_path, self.var_path)

    @property
    def spool_path(self) -> Path:
        """Where events wait while Redis is away."""
        return self.var_path / "spool"

    @property
    def kept_path(self) -> Path:
        """Where the last good directory is kept."""
        return self.var_path / "directory"

    @cached_property
    def lines(self) -> Mapping[str, str | None]:
        """Our own numbers, each with the country it belongs to; a single number belongs to none."""
        if len(self.numbers) == 1:
            return {self.numbers[0]: None}
        return {number: country_of(phonenumbers.parse(number)) for number in self.numbers}
