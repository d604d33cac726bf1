"""The Kubernetes manifests, as the tests read them: without a cluster and without its tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.documents import ROOT

KUBERNETES = ROOT / "ops/kubernetes"
Manifest = dict[str, Any]


@cache
def documents(path: Path) -> list[Manifest]:
    """Return the YAML documents of a file."""
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


@cache
def kustomization(folder: str) -> Manifest:
    """Return the kustomization of one of our folders."""
    return documents(KUBERNETES / folder / "kustomization.yaml")[0]


@cache
def resources() -> list[Manifest]:
    """Return everything that the base lists, as it is written there."""
    return [each for name in kustomization("base")["resources"] for each in documents(KUBERNETES / "base" / name)]


def secret() -> Manifest:
    """Return the template of the secret."""
    return documents(KUBERNETES / "secret.template.yaml")[0]


def one(kind: str, name: str) -> Manifest:
    """Return the one resource of this kind and name."""
    found = [each for each in resources() if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    assert 1 == len(found), f"{kind} {name}"
    return found[0]


def pod(resource: Manifest) -> Manifest:
    """Return the pod that a Deployment or Job makes: its labels, annotations and specification."""
    template: Manifest = resource["spec"]["template"]
    return template


def workloads() -> list[Manifest]:
    """Return what makes pods."""
    return [each for each in resources() if "template" in each.get("spec", {})]


def containers(resource: Manifest) -> list[Manifest]:
    """Return the containers of the pod that a workload makes, those that run before the others included."""
    spec = pod(resource)["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Tell whether a selector of labels chooses something with these labels."""
    for each in selector.get("matchExpressions", []):
        assert each["operator"] == "In"
        if labels.get(each["key"]) not in each["values"]:
            return False
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def targets(patch: Manifest) -> list[Manifest]:
    """Return the resources of the base that a patch of a site changes."""
    kind, name = patch["target"]["kind"], patch["target"]["name"]
    return [each for each in resources() if each["kind"] == kind and re.fullmatch(name, each["metadata"]["name"])]


def steps(patch: Manifest) -> Iterator[Manifest]:
    """Yield the steps of a patch (RFC 6902)."""
    yield from yaml.safe_load(patch["patch"])


def found_at(resource: Any, pointer: str) -> Any:
    """Return what a pointer (RFC 6901) points to; `LookupError` where there is nothing."""
    for part in pointer.strip("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        resource = resource[int(key)] if isinstance(resource, list) else resource[key]
    return resource
