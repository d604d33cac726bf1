"""A helpline as a row of its country's file: the way back from the model to YAML."""

from __future__ import annotations

from typing import Any

import yaml

from directory.model import Helpline

RowValue = str | None | list[Any] | dict[str, Any]
WIDTH = 110


def row_of(helpline: Helpline, country_zone: str) -> dict[str, RowValue]:
    """Return the fields of a helpline's row in the order of the files; all values are text, as `strict_yaml` reads.

    `country_zone` is the IANA name of its country's zone: a row names its zone only where it is another.
    """
    row: dict[str, RowValue] = {
        "id": helpline.id,
        "kind": helpline.kind.value,
        "name": dict(helpline.name),
        "needs": list(helpline.needs),
        "audience": list(helpline.audience),
        **({"languages": list(helpline.languages)} if helpline.languages else {}),
        "hours": helpline.hours or "unknown",
    }
    if helpline.exceptions:
        row["exceptions"] = [
            {"date": each.date.isoformat(), "hours": each.hours, "reason": each.reason} for each in helpline.exceptions
        ]
    if helpline.timezone.key != country_zone:
        row["timezone"] = helpline.timezone.key
    row["numbers"] = [{"say": each.say, "dial": each.dial, "from": each.reach.value} for each in helpline.numbers]
    row["cost"] = helpline.cost.value
    row["anonymous"] = {True: "yes", False: "no", None: "unknown"}[helpline.anonymous]
    source = helpline.source
    row["source"] = {
        "file": source.file,
        "date": None if source.date is None else source.date.isoformat(),
        "quote": source.quote,
    }
    row["checked"] = None if helpline.checked is None else helpline.checked.isoformat()
    return {**row, **({"note": helpline.note} if helpline.note else {})}


def row_text(row: dict[str, RowValue]) -> str:
    """Return a row as one item of a YAML list, as `directory.pieces` puts it into a file."""
    return str(yaml.dump([row], Dumper=_Writer, allow_unicode=True, sort_keys=False, width=WIDTH, indent=2))


def table_text(fields: dict[str, Any]) -> str:
    """Return fields as the lines of a file, in the order given; all values are text, as `strict_yaml` reads."""
    return str(yaml.dump(fields, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=WIDTH, indent=2))


class _Writer(yaml.SafeDumper):
    """Writes texts that plain YAML would take for something else in quotes, and lists of words on one line."""

    def ignore_aliases(self, data: object) -> bool:
        """Write every value out."""
        del data
        return True

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        """Write lists of words on one line, lists of tables below each other."""
        words = all(isinstance(item, str) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=words if flow_style is None else flow_style)
