"""What watches Fanal says what the program and the documents say: Prometheus' configuration, alerts, the dashboard.

The alerts themselves are tested by Prometheus' own tool (`ops/prometheus/*_test.yml`), once firing and once just not.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.metrics import MEANINGS, OFTEN, Metrics
from tests.documents import OPERATIONS, ROOT, cells, section, spans, table
from tests.test_docs import anchors

PROMETHEUS, GRAFANA = ROOT / "ops/prometheus", ROOT / "ops/grafana"
BOARD = GRAFANA / "dashboard.json"
OF_PROMETHEUS = {"up", "ALERTS"}
"""Figures that Prometheus makes itself."""
WITHOUT_AN_ALERT = {
    "The disk refuses": "a process that cannot write is known by its log (`spool_unwritable`)",
    "A machine is lost with its disk": "the server on it does not answer, which has an alert",
    "The books do not agree": "they are compared once a day by a command, whose exit status wakes",
    "Somebody asks whether a number has called": "somebody asks",
    "The machine, a disk or a secret was stolen": "somebody finds out",
}
"""Sections of "What to do when" that no figure leads to, and why."""


@cache
def rules() -> tuple[Mapping[str, Any], ...]:
    """Return the alerts."""
    read = yaml.safe_load((PROMETHEUS / "rules.yml").read_text(encoding="utf-8"))
    return tuple(rule for group in read["groups"] for rule in group["rules"])


@cache
def jobs() -> Mapping[str, Mapping[str, Any]]:
    """Return what Prometheus asks, by name."""
    read = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    return {job["job_name"]: job for job in read["scrape_configs"]}


def figures() -> set[str]:
    """Return the names of all figures at `/metrics`."""
    return {*(metric.name for metric in Metrics().registry.collect()), *MEANINGS}


def panels() -> Iterator[Mapping[str, Any]]:
    """Yield the panels of the dashboard."""
    yield from json.loads(BOARD.read_text(encoding="utf-8"))["panels"]


def shown() -> list[str]:
    """Return what the dashboard asks Prometheus."""
    return [target["expr"] for panel in panels() for target in panel.get("targets", ())]


def named(expression: str) -> set[str]:
    """Return the figures that an expression names, without what the library adds to their names."""
    words = re.findall(r"[A-Za-z_]\w*(?=[{\[ )]|$)", re.sub(r'"[^"]*"', "", expression))
    ours = {re.sub(r"_(total|bucket|count|sum)$", "", word) for word in words if word.startswith("fanal_")}
    return ours | ({*words} & OF_PROMETHEUS)


def promtool(*arguments: str | Path, given: bytes = b"") -> str:
    """Return what Prometheus' own tool finds wrong; empty if nothing is."""
    done = subprocess.run(["promtool", *arguments], input=given, capture_output=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode()


@pytest.mark.promtool
def test_prometheus_takes_the_configuration(tmp_path: Path) -> None:
    """Configuration and alerts are valid, once the token lies beside them."""
    folder = shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    (folder / "metrics-token").touch()

    assert "" == promtool("check", "config", folder / "prometheus.yml")


@pytest.mark.promtool
@pytest.mark.parametrize("path", sorted(PROMETHEUS.glob("*_test.yml")), ids=lambda path: str(path.name))
def test_alerts_fire_when_they_should(path: Path) -> None:
    """Each alert fires in the case that it is for, and in no other that is tried."""
    assert "" == promtool("test", "rules", path)


def test_every_alert_is_tried() -> None:
    """There is no alert that nobody has seen fire."""
    tried = "".join(path.read_text(encoding="utf-8") for path in PROMETHEUS.glob("*_test.yml"))

    assert {rule["alert"] for rule in rules()} == set(re.findall(r'alertname="(\w+)"', tried))


@pytest.mark.promtool
def test_the_page_is_as_prometheus_wants_it() -> None:
    """Names, units and explanations at `/metrics` are those that Prometheus asks for."""
    assert "" == promtool("check", "metrics", given=Metrics().page())


@pytest.mark.promtool
def test_the_dashboard_asks_what_can_be_asked(tmp_path: Path) -> None:
    """Every expression of the dashboard can be parsed by Prometheus."""
    asked = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(shown())]
    path = tmp_path / "asked.yml"
    path.write_text(json.dumps({"groups": [{"name": "asked", "rules": asked}]}), encoding="utf-8")

    assert asked
    assert "" == promtool("check", "rules", path)


def test_only_figures_that_exist_are_asked_for() -> None:
    """Alerts and dashboard name no figure that the program does not have, and show or watch each that it has."""
    on_the_board = set().union(*map(named, shown()))
    watched = set().union(*(named(rule["expr"]) for rule in rules()))

    assert set() == (on_the_board | watched) - figures() - OF_PROMETHEUS
    assert figures() == on_the_board - OF_PROMETHEUS


def test_labels_that_are_asked_for_exist() -> None:
    """What an alert or a panel picks by a label is one of the values that the label can have."""
    page = Metrics(lambda: {}).page().decode()
    values = set(re.findall(r'(\w+)="(\w+)"', page)) | {("queue", name) for name in ("texts", "counts", "purges")}
    values |= {("fate", fate) for row in table(OPERATIONS, "Metrics").values() for fate in spans(cells(row)[1])}
    kept = {("job", "fanal"), ("severity", "page"), ("alertstate", "firing"), ("le", "0.05")}
    asked = {
        (label, value)
        for expression in [*shown(), *(rule["expr"] for rule in rules())]
        for label, choice in re.findall(r'(\w+)=~?"([^"]+)"', expression)
        for value in choice.split("|")
        if label != "alertname"
    }

    assert set() == asked - values - kept


def test_what_shows_single_calls_is_asked_for_rarely() -> None:
    """What a single call changes is collected every four minutes, all else every half minute, from the same servers."""
    often, rarely = jobs()["fanal"], jobs()["fanal-calls"]
    kept, dropped = often["metric_relabel_configs"][0], rarely["metric_relabel_configs"][0]

    assert ("keep", "drop", kept["regex"]) == (kept["action"], dropped["action"], dropped["regex"])
    assert {name for name in figures() if re.fullmatch(kept["regex"], name)} == OFTEN
    assert ("30s", "4m") == (often["scrape_interval"], rarely["scrape_interval"])
    assert [often[key] for key in ("authorization", "dns_sd_configs")] == [
        rarely[key] for key in ("authorization", "dns_sd_configs")
    ]


def told() -> dict[str, set[str]]:
    """Return the alerts that each section of "What to do when" is shown by, by its anchor."""
    parts = re.split(r"^### ", section(OPERATIONS, "What to do when"), flags=re.MULTILINE)[1:]
    found = {}
    for heading, _, words in (part.partition("\n") for part in parts):
        first = next((line for line in words.splitlines() if line.startswith("Shown by ")), "")
        found[heading] = {span for span in spans(first) if span.startswith("Fanal")}
    return found


def anchor(heading: str) -> str:
    """Return the name by which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_to_do(rule: Mapping[str, Any]) -> None:
    """An alert says in a sentence what is wrong, whether somebody is to be woken, and where it says what to do."""
    path, _, fragment = rule["annotations"]["runbook"].partition("#")
    sections = {anchor(heading): alerts for heading, alerts in told().items()}

    assert {"page", "day"} >= {rule["labels"]["severity"]}
    assert rule["annotations"]["summary"].endswith(".")
    assert ROOT / path == OPERATIONS
    assert fragment in anchors(OPERATIONS)
    assert rule["alert"] in sections[fragment]


def test_every_section_has_its_alert() -> None:
    """What there is to do something about wakes somebody, or there is a reason why no figure can."""
    alerts = {rule["alert"] for rule in rules()}

    assert alerts == set().union(*told().values())
    assert {heading for heading, shown in told().items() if not shown} <= set(WITHOUT_AN_ALERT)
    assert set(WITHOUT_AN_ALERT) <= set(told())


def test_every_alarm_of_the_table_has_its_alert() -> None:
    """The table of metrics names the alert of each alarm, and each alert that looks at a figure stands in its row."""
    rows = {row.partition("{")[0].removesuffix("_total"): cell for row, cell in table(OPERATIONS, "Metrics").items()}
    in_table = {name: {span for span in spans(cells(row)[2]) if span.startswith("Fanal")} for name, row in rows.items()}
    looked_at = {rule["alert"]: named(rule["expr"]) - OF_PROMETHEUS for rule in rules()}

    assert [] == [name for name, row in rows.items() if not in_table[name] and not cells(row)[2].startswith("None of")]
    assert {alert for alert, names in looked_at.items() if names} == set().union(*in_table.values())
    assert [] == [
        (name, alert) for name, alerts in in_table.items() for alert in alerts if name not in looked_at[alert]
    ]


def test_the_dashboard_begins_with_what_matters() -> None:
    """The first row says whether callers are served; no panel lies over another, and each has a number of its own."""
    first, *_ = board = list(panels())
    places = [
        (x, y)
        for at in (panel["gridPos"] for panel in board)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]

    assert ("row", "Are callers served?") == (first["type"], first["title"])
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in board}) == len(board)
    assert max(x for x, _ in places) < 24


def test_grafana_finds_prometheus_and_the_dashboard() -> None:
    """What Grafana is given names one source, which is Prometheus, and one folder of dashboards."""
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/fanal.yml").read_text(encoding="utf-8"))
    boards = yaml.safe_load((GRAFANA / "provisioning/dashboards/fanal.yml").read_text(encoding="utf-8"))

    assert ["prometheus"] == [each["type"] for each in source["datasources"]]
    assert ["file"] == [each["type"] for each in boards["providers"]]
    assert {"prometheus"} == {panel["datasource"]["type"] for panel in panels() if "datasource" in panel}
