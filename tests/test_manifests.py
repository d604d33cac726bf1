"""The manifests for Kubernetes: valid by its own schemas, release by release, and true to the program.

Not checked here: that a cluster runs them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import MISSING, fields
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from flask import Flask

import worker
from ivr.adapters.outbox import Outbox
from ivr.adapters.queue import Name
from ivr.adapters.sign import FOLDER
from ivr.settings import Settings
from routes.cli.serve import command as serve
from routes.health import bp as health
from routes.server import GRACE
from tests.documents import ROOT
from tests.ivr.adapters.test_sign import PROBE_SECONDS
from tests.manifests import (
    KUBERNETES,
    Manifest,
    containers,
    documents,
    found_at,
    kustomization,
    one,
    pod,
    resources,
    secret,
    selects,
    steps,
    targets,
    workloads,
)
from tests.summary import note

RELEASES = ("1.27", "1.32", kubernetes_validate.latest_version())
"""The oldest that the README names, one that many have, and the newest whose schemas we have."""
NEEDED = {each.metadata["name"] for each in fields(Settings) if each.default is MISSING}
KNOWN = {each.metadata["name"] for each in fields(Settings)}
PASSWORDS = {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SECRET_KEY", "REDIS_URL", "DATABASE_URL", "METRICS_TOKEN"}
"""Settings that are a secret, or hold one, or say whose account it is."""
VAR = "/var/lib/fanal"


def name(resource: Manifest) -> str:
    """Return what a resource is called, for messages."""
    return f"{resource['kind']} {resource['metadata']['name']}"


def every_workload() -> pytest.MarkDecorator:
    """Run a test once for everything that makes pods."""
    return pytest.mark.parametrize("workload", workloads(), ids=name)


def literals(folder: str) -> dict[str, str]:
    """Return the settings that a kustomization gives."""
    generated = kustomization(folder)["configMapGenerator"]
    return dict(literal.split("=", 1) for each in generated for literal in each["literals"])


def faults(resource: Manifest, release: str) -> list[str]:
    """Return what a release's schemas find wrong with a resource."""
    try:
        kubernetes_validate.validate(resource, release, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as fault:
        return [f"{name(resource)}: {fault.message}"]
    return []


@pytest.mark.parametrize("release", RELEASES)
def test_manifests_are_valid(release: str) -> None:
    """Each is what its kind's schema demands, and holds no field that the release does not know."""
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "s"}, "data": literals("example")}

    assert [] == [fault for each in [*resources(), secret(), settings] for fault in faults(each, release)]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/spec/maxReplica", 20), ("/spec/maxReplicas", "twenty"), ("/apiVersion", "autoscaling/v0")],
)
def test_what_is_not_valid_is_found(pointer: str, value: object) -> None:
    """The check of schemas itself knows a manifest from its neighbour."""
    wrong = yaml.safe_load(yaml.safe_dump(one("HorizontalPodAutoscaler", "fanal-web")))
    parent, _, key = pointer.rpartition("/")
    (found_at(wrong, parent) if parent else wrong)[key] = value

    assert 1 == len(faults(wrong, RELEASES[0]))


def test_every_file_is_listed() -> None:
    """A file that nobody lists would be applied by nobody, and missed in a cluster only."""
    files = {path.name for path in (KUBERNETES / "base").glob("*.yaml")} - {"kustomization.yaml"}

    assert files == set(kustomization("base")["resources"])


@pytest.mark.parametrize("folder", ["example", "recordings"])
def test_what_a_site_changes_is_there(folder: str) -> None:
    """Every patch finds what it is for, and the place in it."""
    for patch in kustomization(folder)["patches"]:
        assert targets(patch)
        for step in steps(patch):
            place = step["path"].rpartition("/")[0] if step["op"] == "add" else step["path"]
            assert [] != [found_at(each, place) for each in targets(patch)]


@pytest.mark.parametrize("folder", ["base", "example"])
def test_kustomize_puts_them_together(folder: str) -> None:
    """Where Kubernetes' own tool is there it makes valid resources of them, one name each."""
    if shutil.which("kubectl") is None:
        note("manifests: kubectl is not here, so kustomize did not put them together")
        return
    made = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES / folder], capture_output=True, text=True, check=True
    ).stdout
    built = list(yaml.safe_load_all(made))

    assert len(resources()) + 1 == len({name(each) for each in built})
    assert [] == [fault for each in built for fault in faults(each, RELEASES[-1])]
    assert {"fanal"} == {each["metadata"].get("namespace", "fanal") for each in built}


def test_the_site_gives_what_the_base_lacks() -> None:
    """Settings and secret together are all that must be given, each known to the program, none twice, none empty."""
    settings, passwords = literals("base") | literals("example"), set(secret()["stringData"])

    assert PASSWORDS == passwords
    assert set() == settings.keys() & passwords
    assert settings.keys() | passwords <= KNOWN
    assert set() == NEEDED - settings.keys() - passwords
    assert [] == [setting for setting, value in settings.items() if not value]


def test_no_secret_has_a_value() -> None:
    """Nothing starts with a secret that somebody else has written into a file."""
    assert {""} == set(secret()["stringData"].values())
    assert secret() not in resources()


def test_the_base_knows_no_site() -> None:
    """Whoever applies the base alone learns that a number and an address are missing, and rings nobody's."""
    assert set() == literals("base").keys() & (NEEDED | {"TWILIO_API_URL", "TWILIO_REGION"})


def test_what_is_asked_of_the_secret_is_in_it() -> None:
    """A pod that asks for a key that is not there never starts."""
    asked = [
        each["valueFrom"]["secretKeyRef"]
        for workload in workloads()
        for container in containers(workload)
        for each in container.get("env", [])
    ]

    assert asked
    assert {secret()["metadata"]["name"]} == {each["name"] for each in asked}
    assert {each["key"] for each in asked} <= secret()["stringData"].keys()


@pytest.mark.parametrize("workload", ["fanal-web", "fanal-worker"])
def test_servers_get_all_settings(workload: str) -> None:
    """Web and worker must have the same."""
    given = containers(one("Deployment", workload))[-1]["envFrom"]

    assert [{"configMapRef": {"name": "fanal-settings"}}, {"secretRef": {"name": "fanal-secrets"}}] == given


def test_tables_get_no_secret_but_their_own() -> None:
    """What only makes tables cannot give away more than the database."""
    (container,) = containers(one("Job", "fanal-tables"))

    assert "envFrom" not in container
    assert ["DATABASE_URL"] == [each["name"] for each in container["env"]]


@every_workload()
def test_every_pod_is_locked(workload: Manifest) -> None:
    """What is broken into can write nothing but its own folders, gains no right, and is nobody, in the cluster too."""
    spec = pod(workload)["spec"]

    assert {"runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001} == {
        key: value for key, value in spec["securityContext"].items() if key != "seccompProfile"
    }
    assert {"type": "RuntimeDefault"} == spec["securityContext"]["seccompProfile"]
    assert spec["automountServiceAccountToken"] is False
    assert {"hostNetwork", "hostPID", "hostIPC"}.isdisjoint(spec)
    for each in containers(workload):
        assert {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        } == each["securityContext"]


def test_pods_run_as_the_images_user() -> None:
    """The folders in the image belong to the user that the pods have."""
    users = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert [("10001", "10001")] == users


@every_workload()
def test_nothing_of_ours_must_last(workload: Manifest) -> None:
    """A pod's folders are its own and end with it, so that any node may have it."""
    assert [] == [each for each in pod(workload)["spec"]["volumes"] if set(each) != {"name", "emptyDir"}]
    assert workload["kind"] in {"Deployment", "Job"}


@every_workload()
def test_every_container_says_what_it_takes(workload: Manifest) -> None:
    """The scheduler and the autoscaler reckon with it, and no container takes a node's whole memory."""
    for each in containers(workload):
        assert {"cpu", "memory"} == each["resources"]["requests"].keys() == each["resources"]["limits"].keys()


@every_workload()
def test_what_is_mounted_is_there(workload: Manifest) -> None:
    """A misspelt volume keeps a pod from starting; the program needs its own folder, and one for what is temporary."""
    volumes = {each["name"] for each in pod(workload)["spec"]["volumes"]}
    mounted = {mount["name"]: mount["mountPath"] for each in containers(workload) for mount in each["volumeMounts"]}

    assert volumes == mounted.keys()
    assert mounted.get("var", VAR) == VAR == literals("base")["VAR_PATH"]


def test_images_name_their_version() -> None:
    """The base names the image only; the site says which, and never whatever is newest."""
    images = {each["image"] for workload in workloads() for each in containers(workload)}
    (site,) = kustomization("example")["images"]

    assert {site["name"]} == images
    assert re.match(r"\d", site["newTag"])


@every_workload()
def test_labels_are_found(workload: Manifest) -> None:
    """A Deployment finds its own pods, and nobody else's."""
    if workload["kind"] == "Job":
        return
    chosen = [each for each in workloads() if selects(workload["spec"]["selector"], pod(each)["metadata"]["labels"])]

    assert [workload] == chosen
    for each in pod(workload)["spec"]["topologySpreadConstraints"]:
        assert selects(each["labelSelector"], pod(workload)["metadata"]["labels"])


def test_the_service_leads_to_the_web_servers() -> None:
    """From the name in the certificate to the port on which a process listens, all say the same."""
    web, service, ingress = one("Deployment", "fanal-web"), one("Service", "fanal-web"), one("Ingress", "fanal")
    container = containers(web)[-1]
    (port,), (served,) = container["ports"], service["spec"]["ports"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]

    assert [web] == [
        each
        for each in workloads()
        if selects({"matchLabels": service["spec"]["selector"]}, pod(each)["metadata"]["labels"])
    ]
    assert str(port["containerPort"]) == container["args"][container["args"].index("--port") + 1]
    assert port["name"] == served["targetPort"]
    assert (service["metadata"]["name"], served["name"]) == (backend["name"], backend["port"]["name"])


def test_nobody_collects_figures_unasked() -> None:
    """What collects everything every few seconds would show when single calls were: pods do not offer themselves."""
    figures, web = one("Service", "fanal-figures")["spec"], one("Deployment", "fanal-web")

    assert [] == [name(each) for each in workloads() if "annotations" in pod(each)["metadata"]]
    assert "None" == figures["clusterIP"]
    assert selects({"matchLabels": figures["selector"]}, pod(web)["metadata"]["labels"])
    assert containers(web)[-1]["ports"][0]["containerPort"] == figures["ports"][0]["port"]


@pytest.mark.parametrize("workload", ["fanal-web", "fanal-worker", "fanal-tables"])
def test_containers_run_commands_that_exist(workload: str) -> None:
    """The words after the image's own `fanal` are a command of the program, with its options."""
    words = {"fanal-web": ["serve"], "fanal-worker": ["worker"], "fanal-tables": ["db", "upgrade"]}[workload]
    kind = "Job" if workload == "fanal-tables" else "Deployment"
    given = containers(one(kind, workload))[-1]["args"]

    assert words == given[: len(words)]
    known = {option for parameter in serve.params for option in parameter.opts} if words == ["serve"] else set()
    assert {each for each in given if each.startswith("--")} <= known


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_probes_ask_what_is_there(probe: str) -> None:
    """Life and readiness are two questions, and both addresses exist; what restarts a pod asks for life alone."""
    app = Flask("probes")
    app.register_blueprint(health)
    container = containers(one("Deployment", "fanal-web"))[-1]
    asked = container[probe]["httpGet"]

    assert asked["path"] in {rule.rule for rule in app.url_map.iter_rules()}
    assert ("/health/ready" if probe == "readinessProbe" else "/health/live") == asked["path"]
    assert container["ports"][0]["name"] == asked["port"]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe"])
def test_a_worker_is_asked_for_its_signs(probe: str) -> None:
    """The probe counts one young file for each process, where the processes put them."""
    command = containers(one("Deployment", "fanal-worker"))[-1][probe]["exec"]["command"][-1]

    assert f"find {VAR}/{FOLDER} " in command
    assert f"-mmin -{PROBE_SECONDS // 60} " in command
    assert command.endswith(f"-eq {len(Name)}")


def test_a_pod_without_a_directory_waits_for_one() -> None:
    """What is made while the database is away must not serve a number that was switched off meanwhile."""
    first, server = containers(one("Deployment", "fanal-web"))

    assert "until fanal directory show --revision live " in first["args"][0]
    assert ["DATABASE_URL"] == [each["name"] for each in first["env"]]
    assert "published" == first["name"] != server["name"]


def test_pods_get_the_time_to_end() -> None:
    """Nothing is killed that would have ended by itself: the pause, what is in hand, what waits to be handed over."""
    handing_over = (Outbox.close.__defaults__ or (0.0,))[0]
    web, queue = one("Deployment", "fanal-web"), one("Deployment", "fanal-worker")
    pause = int(containers(web)[-1]["lifecycle"]["preStop"]["exec"]["command"][-1])

    assert pause + GRACE + handing_over + 10 <= pod(web)["spec"]["terminationGracePeriodSeconds"]
    assert worker.STOP_SECONDS + handing_over + 10 <= pod(queue)["spec"]["terminationGracePeriodSeconds"]


def test_a_new_pod_answers_before_an_old_one_goes() -> None:
    """A rollout takes no place away."""
    for each in (one("Deployment", "fanal-web"), one("Deployment", "fanal-worker")):
        assert 0 == each["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"]


def test_the_autoscaler_rules_the_web_servers() -> None:
    """It finds them, can reckon, and is not contradicted by a number in the Deployment."""
    scaler, web = one("HorizontalPodAutoscaler", "fanal-web"), one("Deployment", "fanal-web")
    target = scaler["spec"]["scaleTargetRef"]

    assert (web["apiVersion"], web["kind"], web["metadata"]["name"]) == (
        target["apiVersion"],
        target["kind"],
        target["name"],
    )
    assert "replicas" not in web["spec"]
    assert scaler["spec"]["minReplicas"] < scaler["spec"]["maxReplicas"]
    assert ["cpu"] == [each["resource"]["name"] for each in scaler["spec"]["metrics"]]


@pytest.mark.parametrize("workload", ["fanal-web", "fanal-worker"])
def test_moving_pods_leaves_one(workload: str) -> None:
    """Whoever empties a node waits until others serve; and can go on at some time, since one may always be moved."""
    deployment, budget = one("Deployment", workload), one("PodDisruptionBudget", workload)
    scalers = [each for each in resources() if each["kind"] == "HorizontalPodAutoscaler"]
    least = {each["spec"]["scaleTargetRef"]["name"]: each["spec"]["minReplicas"] for each in scalers}
    pods = least.get(workload, deployment["spec"].get("replicas", 1))

    assert selects(budget["spec"]["selector"], pod(deployment)["metadata"]["labels"])
    assert 1 <= budget["spec"]["minAvailable"] < pods


def test_nobody_talks_to_anybody_but_for_what_is_said() -> None:
    """Without a rule of its own a pod is reached by nobody, and reaches nobody."""
    closed = one("NetworkPolicy", "nobody")["spec"]

    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} == closed


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("web", {"fanal-web"}),
        ("names", {"fanal-web", "fanal-worker", "fanal-tables"}),
        ("database", {"fanal-web", "fanal-worker", "fanal-tables"}),
        ("redis", {"fanal-web", "fanal-worker"}),
        ("provider", {"fanal-worker"}),
    ],
)
def test_each_rule_is_for_those_who_need_it(policy: str, expected: set[str]) -> None:
    """Only the worker speaks to the provider; what makes the tables has no business with Redis."""
    chosen = one("NetworkPolicy", policy)["spec"]["podSelector"]

    assert expected == {
        each["metadata"]["name"] for each in workloads() if selects(chosen, pod(each)["metadata"]["labels"])
    }


def test_nothing_inside_is_reached_as_if_it_were_the_provider() -> None:
    """The way out leads to public addresses only: not to the cluster, the node, or the cloud's own service."""
    blocks = [each["ipBlock"] for each in one("NetworkPolicy", "provider")["spec"]["egress"][0]["to"]]
    left_out = {network for each in blocks for network in each["except"]}

    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"} <= left_out


def test_the_ports_of_the_rules_are_those_that_are_used() -> None:
    """PostgreSQL, Redis and its Sentinels, the provider, names: nothing else is let through."""

    def ports(policy: str) -> set[Any]:
        rule = one("NetworkPolicy", policy)["spec"]
        return {port["port"] for way in ("ingress", "egress") for each in rule.get(way, []) for port in each["ports"]}

    found = {name: ports(name) for name in ("web", "names", "database", "redis", "provider")}

    assert {"web": {"http"}, "names": {53}, "database": {5432}, "redis": {6379, 26379}, "provider": {443}} == found


def test_the_example_names_one_host() -> None:
    """Signatures are checked against the address that the certificate and the way in are for."""
    host = urlsplit(literals("example")["PUBLIC_URL"]).hostname
    patch = next(each for each in kustomization("example")["patches"] if each["target"]["kind"] == "Ingress")
    hosts = [step["value"] for step in steps(patch) if "host" in step["path"]]

    assert {host} == set(hosts)
    assert 2 == len(hosts)


def test_the_readme_names_every_secret_and_folder() -> None:
    """Whoever puts it up for the first time has one page to read."""
    readme = (KUBERNETES / "README.md").read_text(encoding="utf-8")

    assert all(f"`{path.name}`" in readme for path in KUBERNETES.iterdir() if path.name != "README.md")
    assert "six secrets" in readme
    assert 6 == len(secret()["stringData"])
    assert [] == [each for each in documents(KUBERNETES / "secret.template.yaml") if each["kind"] != "Secret"]
