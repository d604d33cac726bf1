"""An attacker with a solver: all that the released tables tell, as an integer program. Shares no code with the product.

`Attacker` reads released tables alone. `Insider` knows the rule besides, and more than anybody can: of every hidden
count whether it is below 10, and by how much counts differ that are nearly the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import highspy

from ivr.figures.tables import Key, Table

Count = tuple[int, str, Key]
"""Which release, which table, which row; no row for a total."""
MOST = 1_000_000
SAME_TOTAL = (
    ("calls_by_day", "calls_by_band"),
    ("calls_by_country", "calls_by_need"),
    ("calls_by_country", "needs_by_country"),
    ("coverage", "coverage_by_need"),
)
MARGINS = (
    ("calls_by_country", "needs_by_country", 0),
    ("calls_by_need", "needs_by_country", 1),
    ("coverage", "coverage_by_need", 1),
)
"""Coarse table, fine table, which column of the fine one is the coarse one's."""
WITHOUT_TOTAL = {"outcomes", "texts", "steps_entered", "steps_stayed"}


class Attacker:
    """Writes down what is known, and asks the solver for the smallest and the largest value of a count."""

    def __init__(self, *releases: Sequence[Table]) -> None:
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        self._number: dict[Count, int] = {}
        self.hidden: list[Count] = []
        self.tables: list[dict[str, Table]] = []
        for release in releases:
            self._read({table.name: table for table in release})

    def _read(self, tables: Mapping[str, Table]) -> None:
        which = len(self.tables)
        self.tables.append(dict(tables))
        for table in tables.values():
            for key, count in [*table.rows, ((), table.total)]:
                if key or table.name not in WITHOUT_TOTAL:
                    self._variable((which, table.name, key), count)
        for name in tables.keys() - WITHOUT_TOTAL:
            self.know([(which, name, ())], self.rows(name, which))
        self._tie(which, tables.keys())

    def _tie(self, which: int, tables: Set[str]) -> None:
        """Write down what one table tells of another."""
        for one, other in SAME_TOTAL:
            if {one, other} <= tables:
                self.know([(which, one, ())], [(which, other, ())])
        for coarse, fine, column in MARGINS:
            if {coarse, fine} <= tables:
                for count in self.rows(coarse, which):
                    parts = [each for each in self.rows(fine, which) if each[2][column] == count[2][0]]
                    self.know([count], parts)

    def rows(self, name: str, which: int = 0) -> list[Count]:
        """Return the rows of a table."""
        return [(which, name, key) for key, _ in self.tables[which][name].rows]

    def _variable(self, count: Count, shown: int | None) -> None:
        self._number[count] = self._solver.getNumCol()
        low, high = (0, MOST) if shown is None else (max(10, shown - 2), shown + 2)
        self._solver.addVar(low, high)
        if shown is None:
            self.hidden.append(count)

    def know(self, whole: Iterable[Count], parts: Iterable[Count], low: int = 0, high: int | None = None) -> None:
        """Write down that the one side less the other is `low`, or lies between `low` and `high`."""
        signs = [(self._number[each], 1.0) for each in whole] + [(self._number[each], -1.0) for each in parts]
        indices, values = zip(*signs, strict=True)
        self._solver.addRow(low, low if high is None else high, len(signs), list(indices), list(values))

    def bound(self, count: Count, low: int, high: int) -> None:
        """Write down between which values a count lies."""
        self._solver.changeColBounds(self._number[count], low, high)

    def range_of(self, count: Count) -> tuple[int, int]:
        """Return the smallest and the largest value that a count can have."""
        self._solver.changeColCost(self._number[count], 1.0)
        ends = [self._end(sense) for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize)]
        self._solver.changeColCost(self._number[count], 0.0)
        return ends[0], ends[1]

    def _end(self, sense: highspy.ObjSense) -> int:
        """Return the end of a range over whole numbers.

        First fractions are allowed, which is quicker: where the best that is found has none, it is the answer.
        """
        self._solver.changeObjectiveSense(sense)
        self._solver.run()
        if any(abs(value - round(value)) > 1e-6 for value in self._solver.getSolution().col_value):
            self._whole_numbers(highspy.HighsVarType.kInteger)
            self._solver.run()
            self._whole_numbers(highspy.HighsVarType.kContinuous)
        assert highspy.HighsModelStatus.kOptimal == self._solver.getModelStatus()
        return round(self._solver.getObjectiveValue())

    def _whole_numbers(self, kind: highspy.HighsVarType) -> None:
        for number in self._number.values():
            self._solver.changeColIntegrality(number, kind)

    def found(self) -> list[tuple[Count, tuple[int, int]]]:
        """Return the hidden counts for which fewer than five values are possible, with the ends of those."""
        ranges = [(count, self.range_of(count)) for count in self.hidden]
        return [(count, (low, high)) for count, (low, high) in ranges if high - low < 4]


def _value(table: Table, key: Key) -> int:
    found = table.cells[key] if key else table.total
    assert found is not None
    return found


class Insider(Attacker):
    """An attacker who knows the rule, and has been told what nobody tells."""

    def __init__(self, released: Sequence[Table], truth: Sequence[Table]) -> None:
        super().__init__(released)
        self._truth = {table.name: table for table in truth}
        for count in self.hidden:
            value = _value(self._truth[count[1]], count[2])
            self.bound(count, *((0, 9) if value < 10 else (10, MOST)))
        self._alike(self.rows("calls_by_day"), self.rows("steps_stayed"))
        for key, _ in self._truth["steps_entered"].rows:
            self.know([(0, "steps_entered", key)], [(0, "steps_stayed", key)], 0, MOST)
        for name, whole, *parts in (
            ("outcomes", "forwarding", "completed", "answered", "busy", "no_answer", "failed", "canceled"),
            ("texts", "asked", "sent", "dropped", "refused", "unknown", "repeated"),
            ("texts", "sent", "delivered", "undelivered", "failed"),
        ):
            self._alike([(0, name, (whole,))], [(0, name, (part,)) for part in parts])
        for step, counts in (
            ("need", [(0, "calls_by_language", ()), (0, "written_by_language", ())]),
            ("forward", [(0, "outcomes", ("forwarding",))]),
            ("sent", [(0, "texts", ("asked",))]),
        ):
            self._alike([(0, "steps_entered", (step,))], counts)
        for count in self.rows("calls_by_need"):
            self._alike([count], [each for each in self.rows("coverage_by_need") if each[2][0] == count[2][0]])

    def _alike(self, one: Sequence[Count], other: Sequence[Count]) -> None:
        """Write down how much two sums differ."""
        self.know(one, other, self._sum(one) - self._sum(other))

    def _sum(self, counts: Sequence[Count]) -> int:
        return sum(_value(self._truth[name], key) for _, name, key in counts)
