"""The image and the compose file, as far as they can be judged without a container engine: by reading them.

Not checked here: that the image builds, that the volumes get the owners they should, that the containers start.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = {each.metadata["name"]: each.default is MISSING for each in fields(Settings)}
"""Name of each setting to whether the servers refuse to start without it."""
NOT_PASSED_ON = {
    "DIRECTORY_PATH": "the image holds the directory; a folder of one's own needs a volume of one's own",
    "PROMPTS_PATH": "the image holds the words and voices; a folder of one's own needs a volume of one's own",
    "FANAL_EXCHANGE_TOKEN": "the stand-in carrier belongs to `fanal run`",
}
GIVEN_BY_THE_FILE = {"REDIS_URL", "VAR_PATH"}
OURS = ("web", "worker", "tables")


@cache
def compose() -> dict[str, Any]:
    """Return the compose file with its shared parts in place."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, each with its words on one line."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ").splitlines()
    return [(line.partition(" ")[0], " ".join(line.split()[1:])) for line in lines if line.strip()]


def copied() -> list[str]:
    """Return every path that the image takes from the checkout."""
    words = [words.split() for name, words in instructions() if name == "COPY" and "--from=" not in words]
    return [source for each in words for source in each[:-1]]


def test_services_are_those_that_the_contract_names() -> None:
    """Web, worker and Redis run; a fourth makes the tables and ends."""
    assert {"web", "worker", "redis", "tables"} == set(compose()["services"])
    assert compose()["services"]["tables"]["restart"] == "no"


@pytest.mark.parametrize("service", ["web", "worker", "tables", "redis"])
def test_every_service_is_locked(service: str) -> None:
    """What is broken into can write nothing but its volume, gains no right, and is nobody."""
    each = compose()["services"][service]
    user, group = (int(part) for part in each["user"].split(":"))

    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert "cap_add" not in each
    assert "privileged" not in each
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert min(user, group) > 0


def test_only_the_web_server_is_published_and_only_on_loopback() -> None:
    """Redis, which holds what waits, is reached from inside alone; a proxy with TLS stands before the web server."""
    published = {name: each["ports"] for name, each in compose()["services"].items() if "ports" in each}

    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}
    assert compose()["services"]["redis"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("service", OURS)
def test_every_setting_given_is_one_that_the_program_knows(service: str) -> None:
    """A setting that was renamed must not be given under its old name to nobody."""
    given = set(compose()["services"][service]["environment"])

    assert given <= set(SETTINGS)
    assert set(SETTINGS) - given == set(NOT_PASSED_ON)


@pytest.mark.parametrize("name", sorted(name for name, needed in SETTINGS.items() if needed))
def test_no_setting_that_must_be_given_has_a_default(name: str) -> None:
    """Nothing starts with a secret, a number or an address that somebody else has written into a file."""
    value = compose()["services"]["web"]["environment"][name]

    if name not in GIVEN_BY_THE_FILE:
        assert re.fullmatch(rf"\$\{{{name}:\?[^}}]+\}}", value)


def test_secrets_stay_out_of_image_and_history() -> None:
    """The file with the settings is neither sent to the engine that builds nor committed."""
    allowed = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"]

    assert "*" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [] == [line for line in allowed if "env" in line]
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_redis_writes_down_what_it_holds_and_refuses_rather_than_forgets() -> None:
    """A text that waits, and a record that is to be deleted, outlive a restart."""
    command = compose()["services"]["redis"]["command"]

    assert "yes" == command[command.index("--appendonly") + 1]
    assert "noeviction" == command[command.index("--maxmemory-policy") + 1]
    assert compose()["services"]["redis"]["volumes"] == ["redis:/data"]


@pytest.mark.parametrize("service", ["web", "worker"])
def test_servers_wait_for_the_tables(service: str) -> None:
    """The worker refuses a database of another version, so the tables come first."""
    waits = compose()["services"][service]["depends_on"]

    assert waits["tables"] == {"condition": "service_completed_successfully"}
    assert compose()["services"]["tables"]["command"] == ["db", "upgrade"]


def test_web_server_is_asked_whether_it_can_lead_callers() -> None:
    """A process that lives without a directory is not well."""
    assert "/health/ready" in compose()["services"]["web"]["healthcheck"]["test"][-1]


def test_volumes_and_networks_that_are_used_are_declared() -> None:
    """A misspelt name would become a new, empty volume."""
    for each in compose()["services"].values():
        assert set(each.get("networks", [])) <= set(compose()["networks"])
        assert {volume.partition(":")[0] for volume in each.get("volumes", [])} <= set(compose()["volumes"])


@pytest.mark.parametrize("source", copied())
def test_image_copies_what_exists_and_is_let_through(source: str) -> None:
    """A file that was moved, or that .dockerignore holds back, would stop the build on somebody else's machine."""
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert (ROOT / source).exists()
    assert f"!{source}" in allowed


def test_image_runs_as_nobody_from_the_lock() -> None:
    """The last user is a number above nought, and packages come by hash."""
    users = [words for name, words in instructions() if name == "USER"]
    runs = " ".join(words for name, words in instructions() if name == "RUN")

    assert users[-1] == compose()["services"]["web"]["user"]
    assert "--require-hashes -r requirements/runtime.lock" in runs
    assert [words for name, words in instructions() if name == "ENTRYPOINT"] == ['["fanal"]']


def test_images_name_their_version() -> None:
    """What is run tomorrow is of the same line as what is run today."""
    images = [words.split()[0] for name, words in instructions() if name == "FROM"]
    images.append(compose()["services"]["redis"]["image"])

    assert [] == [image for image in images if not re.search(r":\d", image)]
