"""The settings: every fault named at once, each in a sentence, and no secret ever shown."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.sentinels import EXAMPLE as SENTINELS
from ivr.settings import PROVIDER_URL, SECRET_BYTES, Secret, Settings, SettingsError

TOKEN = "an auth token of a test"
KEY = "a secret key of a test that is long enough"
OLD_KEY = "an older secret key that is long enough too"
PASSWORD = "hunter2"
ENVIRON = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_NUMBER": "+442079460123",
    "PUBLIC_URL": "https://fanal.example.org",
    "SECRET_KEY": KEY,
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
"""What must be set, and nothing else."""


def faults_of(**changes: str) -> list[str]:
    """Return the sentences about an environment that is right but for these changes."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(ENVIRON | changes)
    return refused.value.faults


def test_what_must_be_set_is_enough() -> None:
    """With the six settings that have no default the rest is as the README says."""
    settings = Settings.from_env(ENVIRON)

    assert ("+442079460123",) == settings.numbers
    assert (PROVIDER_URL, "sqlite:///var/fanal.db") == (settings.provider_url, settings.database_url)
    assert (None, Path("var"), Path("var/spool")) == (settings.directory_path, settings.var_path, settings.spool_path)
    assert (None, None, False) == (settings.metrics_token, settings.exchange_token, settings.demo)


def test_everything_missing_is_named_at_once() -> None:
    """An operator who has set nothing learns all of it from one message."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({})
    message = str(refused.value)

    assert list(ENVIRON) == [fault.partition(" is missing: ")[0] for fault in refused.value.faults]
    assert [] == [name for name in ENVIRON if name not in message]


def test_missing_and_wrong_are_named_together() -> None:
    """One message holds what is missing and what is wrong."""
    faults = faults_of(TWILIO_ACCOUNT_SID="", PUBLIC_URL="fanal.example.org", SECRET_KEY="short")

    assert ["TWILIO_ACCOUNT_SID", "PUBLIC_URL", "SECRET_KEY"] == [fault.split()[0] for fault in faults]


@pytest.mark.parametrize("name", sorted(ENVIRON))
@pytest.mark.parametrize("nothing", ["", " ", "\t"])
def test_nothing_is_missing(name: str, nothing: str) -> None:
    """A setting that is empty is as missing as one that is not there, and the only fault."""
    missing = faults_of(**{name: nothing})

    assert [name] == [fault.partition(" is missing: ")[0] for fault in missing]
    assert missing == _faults_without(name)


def _faults_without(name: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({key: value for key, value in ENVIRON.items() if key != name})
    return refused.value.faults


NUMBER = "TWILIO_NUMBER must be telephone numbers in E.164 form, such as +442079460123."
WEB = "{} must be an address such as https://fanal.example.org, without query."
SHORT = "{} must have at least 32 characters; `openssl rand -hex 32` makes one."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TWILIO_NUMBER", "020 7946 0123", NUMBER),
        ("TWILIO_NUMBER", "442079460123", NUMBER),
        ("TWILIO_NUMBER", "00442079460123", NUMBER),
        ("TWILIO_NUMBER", "+44207946", NUMBER),
        ("TWILIO_NUMBER", "+15550100", NUMBER),
        ("TWILIO_NUMBER", "+4420794601234567", NUMBER),
        ("TWILIO_NUMBER", "+112", NUMBER),
        ("TWILIO_NUMBER", "+116006", NUMBER),
        ("TWILIO_NUMBER", "anonymous", NUMBER),
        ("TWILIO_NUMBER", "+442079460123;+33199000001", NUMBER),
        ("TWILIO_NUMBER", "+442079460123,020 7946 0123", NUMBER),
        ("TWILIO_NUMBER", ",", "TWILIO_NUMBER holds nothing but commas."),
        ("TWILIO_AUTH_TOKEN", " , ,", "TWILIO_AUTH_TOKEN holds nothing but commas."),
        ("SECRET_KEY", ",,", "SECRET_KEY holds nothing but commas."),
        ("SECRET_KEY", "x" * (SECRET_BYTES - 1), SHORT.format("SECRET_KEY")),
        ("SECRET_KEY", f"{KEY},short", SHORT.format("SECRET_KEY")),
        ("METRICS_TOKEN", "short", SHORT.format("METRICS_TOKEN")),
        ("FANAL_EXCHANGE_TOKEN", "short", SHORT.format("FANAL_EXCHANGE_TOKEN")),
        ("PUBLIC_URL", "fanal.example.org", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "ftp://fanal.example.org", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://:8443", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://fanal.example.org:port", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://fanal.example.org:65536", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://[::1", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://fanal.example.org/?a=1", WEB.format("PUBLIC_URL")),
        ("PUBLIC_URL", "https://fanal.example.org/#rc=2", WEB.format("PUBLIC_URL")),
        ("TWILIO_API_URL", "api.example.org", WEB.format("TWILIO_API_URL")),
        ("TWILIO_REGION", "ireland", "TWILIO_REGION must be a region of the provider's, such as ie1 or us1."),
        ("TWILIO_REGION", "dublin.ie1", "TWILIO_REGION must be a region of the provider's, such as ie1 or us1."),
        ("RETENTION_MONTHS", "0", "RETENTION_MONTHS must be a number of months, 1 or more."),
        ("RETENTION_MONTHS", "two", "RETENTION_MONTHS must be a number of months, 1 or more."),
        ("REDIS_URL", "127.0.0.1:6379", "REDIS_URL must begin with redis://, rediss://, unix:// or redis+sentinel://."),
        (
            "REDIS_URL",
            "http://127.0.0.1",
            "REDIS_URL must begin with redis://, rediss://, unix:// or redis+sentinel://.",
        ),
        ("REDIS_URL", "redis+sentinel://10.0.0.1:26379", f"REDIS_URL must be an address such as {SENTINELS}."),
        ("REDIS_URL", "redis://127.0.0.1:port/0", "REDIS_URL must be an address such as redis://127.0.0.1:6379/0."),
    ],
)
def test_wrong_values_are_refused(name: str, value: str, sentence: str) -> None:
    """A value that cannot be meant has a sentence that says what would be right, and is the only fault."""
    assert [sentence] == faults_of(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("TWILIO_NUMBER", "+44 20 7946 0123", "numbers", ("+442079460123",)),
        ("TWILIO_NUMBER", "+442079460123, +33199000001,", "numbers", ("+442079460123", "+33199000001")),
        ("TWILIO_NUMBER", "+442079460123,+44 20 7946 0123", "numbers", ("+442079460123",)),
        ("TWILIO_NUMBER", "+447700900123", "numbers", ("+447700900123",)),
        ("TWILIO_AUTH_TOKEN", " one , two ", "auth_tokens", ("one", "two")),
        ("SECRET_KEY", f"{KEY},{OLD_KEY}", "secret_keys", (KEY, OLD_KEY)),
        ("SECRET_KEY", "x" * SECRET_BYTES, "secret_keys", ("x" * SECRET_BYTES,)),
        ("PUBLIC_URL", "https://fanal.example.org/", "public_url", "https://fanal.example.org"),
        ("PUBLIC_URL", "https://fanal.example.org/line/", "public_url", "https://fanal.example.org/line"),
        ("PUBLIC_URL", "http://[::1]:8000", "public_url", "http://[::1]:8000"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1", "redis_url", "unix:///run/redis.sock?db=1"),
        ("REDIS_URL", SENTINELS, "redis_url", SENTINELS),
        ("REDIS_URL", "rediss://redis.example.org", "redis_url", "rediss://redis.example.org"),
        ("DATABASE_URL", "postgresql://localhost/fanal", "database_url", "postgresql://localhost/fanal"),
        ("METRICS_TOKEN", KEY, "metrics_token", KEY),
        ("RETENTION_MONTHS", "1", "retention_months", 1),
        ("RETENTION_MONTHS", "", "retention_months", 24),
        ("VAR_PATH", "elsewhere", "var_path", Path("elsewhere")),
        ("TWILIO_REGION", "ie1", "region", "ie1"),
        ("TWILIO_REGION", "IE1", "region", "ie1"),
        ("TWILIO_REGION", "", "region", None),
    ],
)
def test_right_values_are_taken(name: str, value: str, field: str, expected: object) -> None:
    """What can be meant is read into its type, spaces and doubles left out."""
    assert expected == getattr(Settings.from_env(ENVIRON | {name: value}), field)


def test_directory_is_a_folder(tmp_path: Path) -> None:
    """The path of the tables names a folder; a file and nothing at all are refused by name."""
    file, nothing = tmp_path / "ro.yaml", tmp_path / "missing"
    file.touch()

    assert tmp_path == Settings.from_env(ENVIRON | {"DIRECTORY_PATH": str(tmp_path)}).directory_path
    for path in (file, nothing):
        assert [f"DIRECTORY_PATH names {path}, which is not a folder."] == faults_of(DIRECTORY_PATH=str(path))


def test_stand_in_carrier_makes_a_demonstration() -> None:
    """Only where the carrier is played by the program may callers pretend."""
    assert Settings.from_env(ENVIRON | {"FANAL_EXCHANGE_TOKEN": KEY}).demo


def test_one_number_belongs_to_no_country() -> None:
    """A single number is international and says nothing about who calls it."""
    assert {"+442079460123": None} == Settings.from_env(ENVIRON).lines


@pytest.mark.parametrize(
    ("numbers", "countries"),
    [
        ("+442079460123,+33199000001", ["GB", "FR"]),
        ("+442079460123,+442079460124,+33199000001", ["GB", "GB", "FR"]),
        ("+12025550100,+442079460123", ["US", "GB"]),
        ("+80012345678,+442079460123", [None, "GB"]),
    ],
)
def test_several_numbers_belong_to_countries(numbers: str, countries: list[str | None]) -> None:
    """Of several numbers each belongs to its prefix's country; two may share one, an international one has none."""
    lines = Settings.from_env(ENVIRON | {"TWILIO_NUMBER": numbers}).lines

    assert dict(zip(numbers.split(","), countries, strict=True)) == lines


WITH_PASSWORDS = ENVIRON | {
    "TWILIO_AUTH_TOKEN": f"{TOKEN},{TOKEN} of old",
    "SECRET_KEY": f"{KEY},{OLD_KEY}",
    "REDIS_URL": f"redis://:{PASSWORD}@127.0.0.1:6379/0",
    "DATABASE_URL": f"postgresql://fanal:{PASSWORD}@127.0.0.1/fanal",
    "PUBLIC_URL": f"https://carrier:{PASSWORD}@fanal.example.org",
    "TWILIO_API_URL": f"https://fanal:{PASSWORD}@api.example.org",
    "METRICS_TOKEN": f"{KEY} for figures",
    "FANAL_EXCHANGE_TOKEN": f"{KEY} for the exchange",
}
SECRETS = (TOKEN, KEY, OLD_KEY, PASSWORD)


def test_settings_show_no_secret() -> None:
    """Printed settings hold neither a token nor a key nor the password of an address."""
    settings = Settings.from_env(WITH_PASSWORDS)
    shown = f"{settings!r} {settings} {[settings]} {dataclasses.replace(settings)}"

    assert "+442079460123" in shown
    assert [] == [secret for secret in SECRETS if secret in shown]


def test_settings_made_by_hand_show_no_secret() -> None:
    """Addresses hide themselves by their field, not by how they were read."""
    settings = dataclasses.replace(Settings.from_env(ENVIRON), redis_url=f"redis://:{PASSWORD}@127.0.0.1")

    assert PASSWORD not in repr(settings)


def test_secrets_show_nothing_in_collections() -> None:
    """A secret among other values, or in a traceback with local values, stays one."""
    secret = Secret(KEY)

    assert "Secret('…')" == repr(secret)
    assert KEY not in repr({"keys": (secret, [secret])})


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda name: {name: WITH_PASSWORDS[name] + " ?#[", "PUBLIC_URL": ""}, id="something added"),
        pytest.param(lambda name: {name: "," + PASSWORD}, id="too short"),
        pytest.param(lambda name: {name: f"//:{PASSWORD}@host:port"}, id="an address that is none"),
        pytest.param(lambda name: {name: f"redis://:{PASSWORD}@host:port"}, id="a port that is none"),
        pytest.param(lambda name: {name: f"https://:{PASSWORD}@[::1"}, id="a host that is none"),
        pytest.param(lambda name: {name: f"https://:{PASSWORD}@host:{PASSWORD}"}, id="a password for a port"),
    ],
)
@pytest.mark.parametrize("name", sorted(set(WITH_PASSWORDS) - {"TWILIO_NUMBER", "TWILIO_ACCOUNT_SID"}))
def test_errors_show_no_secret(name: str, spoil: Callable[[str], dict[str, str]]) -> None:
    """What is said about a wrong setting does not hold it, and neither does the exception's traceback."""
    try:
        said = repr(Settings.from_env(WITH_PASSWORDS | spoil(name)))
    except SettingsError as fault:
        said = f"{fault} {fault!r} {''.join(traceback.format_exception(fault))}"

    assert [] == [secret for secret in SECRETS if secret in said]


def test_settings_cannot_be_changed() -> None:
    """What was read at the start holds until the end."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.from_env(ENVIRON).account = "another"  # type: ignore[misc]  # this is what is refused


def test_one_setting_can_be_read_alone() -> None:
    """A command that needs the database only needs no other setting."""
    assert "sqlite:///var/fanal.db" == Settings.read_one("DATABASE_URL", {})
    assert "sqlite:///other.db" == Settings.read_one("DATABASE_URL", {"DATABASE_URL": " sqlite:///other.db "})


def test_database_stands_in_our_own_folder() -> None:
    """Every command finds the database that `fanal run` makes in VAR_PATH, unless DATABASE_URL names another."""
    elsewhere = {"VAR_PATH": "/srv/fanal"}

    assert "sqlite:////srv/fanal/fanal.db" == Settings.read_one("DATABASE_URL", elsewhere)
    assert "sqlite:////srv/fanal/fanal.db" == Settings.from_env({**ENVIRON, **elsewhere}).database_url
    assert "sqlite://" == Settings.read_one("DATABASE_URL", {**elsewhere, "DATABASE_URL": "sqlite://"})


@pytest.mark.parametrize("value", ["", "127.0.0.1"])
def test_one_setting_is_refused_alone(value: str) -> None:
    """A setting that is read alone has its fault named like any other."""
    with pytest.raises(SettingsError) as refused:
        Settings.read_one("REDIS_URL", {"REDIS_URL": value})

    assert faults_of(REDIS_URL=value) == refused.value.faults


def test_every_setting_has_a_name_and_a_meaning() -> None:
    """Each field knows its variable and can say in a few words what it is for."""
    metadata = [field.metadata for field in dataclasses.fields(Settings)]

    assert len(metadata) == len({each["name"] for each in metadata})
    assert [] == [each["name"] for each in metadata if not each["meaning"] or not each["name"].isupper()]
