"""The image and the compose file, as far as they can be judged without a container engine: by reading them.

Not checked here: that the image builds, that the volumes get the owners they should, that the containers start.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ivr.adapters.queue import Name
from ivr.adapters.sign import FOLDER
from ivr.settings import Settings
from tests.ivr.adapters.test_sign import PROBE_SECONDS
from tests.summary import note

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
OTHERS = ("proxy", "postgres", "redis", "prometheus", "grafana")
ASKED_FOR = re.compile(r"\$\{(\w+):\?[^}]+\}")
"""A setting without which nothing starts."""
SCHEMA = Path(__file__).parent / "compose_spec.json"
"""The schema of the Compose Specification, as docker-compose 1.29.2 has it (Docker Inc., Apache License 2.0)."""


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


def faults(document: object) -> list[str]:
    """Return what the specification finds wrong with a compose file."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [fault.message for fault in jsonschema.Draft201909Validator(schema).iter_errors(document)]


def test_the_file_is_what_the_specification_says() -> None:
    """No key is misspelt, and none has a value of another kind."""
    assert [] == faults(compose())


def test_what_the_specification_does_not_say_is_found() -> None:
    """The check itself knows a key from its neighbour."""
    web = compose()["services"]["web"]

    assert 1 == len(faults({"services": {"web": {**web, "read_olny": True}}}))
    assert 1 == len(faults({"services": {"web": {**web, "init": "yes, please"}}}))


@pytest.mark.compose
def test_the_engines_own_tool_takes_it(tmp_path: Path) -> None:
    """The engine's own tool reads the file, and refuses it while a setting is missing."""
    asked = set(ASKED_FOR.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    whole, lacking = tmp_path / "whole", tmp_path / "lacking"
    whole.write_text("".join(f"{name}=/x\n" for name in sorted(asked)), encoding="utf-8")
    lacking.write_text("".join(f"{name}=/x\n" for name in sorted(asked)[1:]), encoding="utf-8")
    command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "--env-file"]
    ends = [
        subprocess.run([*command, str(path), "config", "--quiet"], capture_output=True, check=False).returncode
        for path in (whole, lacking)
    ]

    assert 0 == ends[0] != ends[1]


def test_services_are_those_that_the_contract_names() -> None:
    """Web and worker, what they need, what stands before them and what watches them; one makes the tables and ends."""
    assert {*OURS, *OTHERS} == set(compose()["services"])
    assert compose()["services"]["tables"]["restart"] == "no"


@pytest.mark.parametrize("service", [*OURS, *OTHERS])
def test_every_service_is_locked(service: str) -> None:
    """What is broken into can write nothing but its volume, gains no right, and is nobody."""
    each = compose()["services"][service]
    user, group = (int(part) for part in each["user"].split(":"))

    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert "cap_add" not in each
    assert "privileged" not in each
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert each["pids_limit"] <= 200
    assert min(user, group) > 0


def test_only_the_proxy_is_published() -> None:
    """TLS stands before everything that callers reach; the pictures for the operator are for the machine itself."""
    published = {name: each["ports"] for name, each in compose()["services"].items() if "ports" in each}

    assert published == {"proxy": ["443:443"], "grafana": ["127.0.0.1:3000:3000"]}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("proxy", {"front", "outside"}),
        ("web", {"front", "data", "watch"}),
        ("worker", {"data", "outside"}),
        ("tables", {"data"}),
        ("postgres", {"data"}),
        ("redis", {"data"}),
        ("prometheus", {"watch"}),
        ("grafana", {"watch", "outside"}),
    ],
)
def test_each_service_meets_only_whom_it_needs(service: str, expected: set[str]) -> None:
    """What callers reach has no way out, what has one is reached by nobody, and the proxy cannot ask a store."""
    internal = {name for name, each in compose()["networks"].items() if each.get("internal")}

    assert expected == set(compose()["services"][service]["networks"])
    assert {"front", "data", "watch"} == internal


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
        assert [name] == ASKED_FOR.findall(value)


@pytest.mark.parametrize(
    ("service", "setting"),
    [
        ("postgres", "POSTGRES_PASSWORD"),
        ("web", "DATABASE_URL"),
        ("web", "METRICS_TOKEN"),
        ("prometheus", "METRICS_TOKEN"),
        ("grafana", "GF_SECURITY_ADMIN_PASSWORD"),
    ],
)
def test_no_password_has_a_default(service: str, setting: str) -> None:
    """The database, the figures and the pictures are opened by nothing that stands in this file."""
    value = compose()["services"][service]["environment"][setting]

    assert ASKED_FOR.search(value)
    assert ":-" not in value


def test_the_head_names_all_that_is_asked_for() -> None:
    """Whoever writes `.env` has the list before their eyes."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    assert set(ASKED_FOR.findall(text)) == set(re.findall(r"^#   (\w+)=", text, re.MULTILINE))


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


def test_a_worker_is_asked_for_its_signs() -> None:
    """The check counts one young file for each process, where the processes put them."""
    test = compose()["services"]["worker"]["healthcheck"]["test"][-1]

    assert f"find {compose()['services']['worker']['environment']['VAR_PATH']}/{FOLDER} " in test
    assert f"-mmin -{PROBE_SECONDS // 60} " in test
    assert test.endswith(f"-eq {len(Name)}")


def test_the_database_is_there_before_its_tables() -> None:
    """The tables are made once PostgreSQL takes orders, and the servers wait for them in turn."""
    services = compose()["services"]

    assert {"condition": "service_healthy"} == services["tables"]["depends_on"]["postgres"]
    assert "@postgres:5432/" in services["tables"]["environment"]["DATABASE_URL"]


def mounted() -> list[tuple[str, str]]:
    """Return what is mounted from beside the file: where it is, and how."""
    lists = [each.get("volumes", []) for each in compose()["services"].values()]
    return [(volume.split(":")[0], volume.rpartition(":")[2]) for each in lists for volume in each if volume[0] == "."]


def test_what_is_mounted_from_the_checkout_cannot_be_changed() -> None:
    """Rules and pages are read; whoever breaks in changes none of them on the host."""
    assert mounted()
    assert {"ro"} == {how for _, how in mounted()}
    assert [] == [path for path, _ in mounted() if not (ROOT / path).exists()]


def test_what_watches_finds_its_pages() -> None:
    """The places that Prometheus' and Grafana's own files name are those at which things are mounted."""
    services = compose()["services"]
    collector = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    (source,) = yaml.safe_load((ROOT / "ops/grafana/provisioning/datasources/fanal.yml").read_text("utf-8"))[
        "datasources"
    ]
    (pages,) = yaml.safe_load((ROOT / "ops/grafana/provisioning/dashboards/fanal.yml").read_text("utf-8"))["providers"]
    asked = {name for job in collector["scrape_configs"] for way in job["dns_sd_configs"] for name in way["names"]}
    (token,) = {job["authorization"]["credentials_file"] for job in collector["scrape_configs"]}

    assert asked <= set(services)
    assert f"/{token} " in services["prometheus"]["command"][0]
    assert source["url"] == "http://prometheus:9090"
    assert any(f":{pages['options']['path']}/" in volume for volume in services["grafana"]["volumes"])


def test_rules_are_copied_with_the_settings() -> None:
    """Every file that Prometheus' settings name lies beside them, and ends as what is copied does."""
    collector = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text(encoding="utf-8"))

    assert "cp /etc/fanal/*.yml /tmp " in compose()["services"]["prometheus"]["command"][0]
    for name in collector["rule_files"]:
        assert name.endswith(".yml")
        assert (ROOT / "ops/prometheus" / name).exists()


def test_nginx_takes_the_proxys_rules(tmp_path: Path) -> None:
    """What the proxy makes of the rules of several machines, in the frame that it has here, is whole.

    Without certificates, and without the engine's names, which nginx would ask for.
    """
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        note("compose file: nginx is not here, so it was not asked about the proxy's rules")
        return
    edits = [words for words in shlex.split(compose()["services"]["proxy"]["command"][0]) if words[:1] in "/s"]
    edits = [words for words in edits if words.endswith(("/d", "|"))]
    sed = ["sed", *(f"--expression={each}" for each in [*edits, "/ssl_certificate/d", "s/443 ssl/127.0.0.1:4433/"])]
    rules = subprocess.run([*sed, ROOT / "ops/nginx/fanal.conf"], capture_output=True, text=True, check=True).stdout
    frame = (ROOT / "ops/nginx/compose.conf").read_text(encoding="utf-8")
    frame = re.sub(r"(?<=[ ])/tmp/", f"{tmp_path}/", frame)
    (tmp_path / "fanal.conf").write_text(rules, encoding="utf-8")
    (tmp_path / "frame.conf").write_text(frame.replace("web:8000 resolve", "127.0.0.1:8000"), encoding="utf-8")
    tried = subprocess.run(
        [nginx, "-t", "-q", "-e", "stderr", "-c", tmp_path / "frame.conf"], capture_output=True, text=True, check=False
    )

    assert 3 <= len(edits)
    assert "10.0.0." not in rules
    assert (0, "") == (tried.returncode, tried.stderr)


def test_volumes_and_networks_that_are_used_are_declared() -> None:
    """A misspelt name would become a new, empty volume."""
    for each in compose()["services"].values():
        assert set(each.get("networks", [])) <= set(compose()["networks"])
        named = [volume.partition(":")[0] for volume in each.get("volumes", []) if volume[0] not in ".$"]
        assert set(named) <= set(compose()["volumes"])


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
    images += [compose()["services"][name]["image"] for name in OTHERS]

    assert [] == [image for image in images if not re.search(r":v?\d", image)]
