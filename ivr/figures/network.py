"""How far an attacker can narrow down a hidden count: counts as flows in a network, whose true values are known here.

Each count is an edge, each equation between counts (rows sum to a total) a node where what flows in flows out. What is
shown bounds the flow of its edge; what is hidden is 0 or more. The values that an attacker must think possible for an
edge then are all from the smallest to the largest flow that it can have in any circulation within the bounds. As the
true values are one such circulation, both ends are found from there by looking for paths along which flow can be
moved (Ford and Fulkerson), and as all bounds are whole, so are they: no solver for linear programs is needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_Count = TypeVar("_Count", bound=Hashable)
INFINITE = 1 << 62
"""More than anybody can count."""
_OUTSIDE = 0
"""The node of all edges that stand in one equation only. That it balances follows from all the others."""


@dataclass(frozen=True, slots=True)
class Equation(Generic[_Count]):
    """The counts of `whole` add up to those of `parts`, but for a difference that anybody may know."""

    whole: tuple[_Count, ...]
    parts: tuple[_Count, ...]

    def signs(self) -> Iterator[tuple[_Count, int]]:
        """Yield each count with 1 where it is whole, -1 where it is a part."""
        yield from ((count, 1) for count in self.whole)
        yield from ((count, -1) for count in self.parts)


@dataclass(frozen=True, slots=True)
class Edge:
    """A count between two nodes, and what can be known of it from outside."""

    tail: int
    head: int
    value: int
    low: int
    high: int

    def room(self, forward: bool) -> int:
        """Return by how much the flow may grow, or shrink, within what is known."""
        return self.high - self.value if forward else self.value - self.low


class Network(Generic[_Count]):
    """The counts and equations of one release. Bounds can be widened, never narrowed."""

    def __init__(self, values: Mapping[_Count, int], equations: Sequence[Equation[_Count]]) -> None:
        """Lay out the counts `values`, each unbounded. Raises ValueError where they are no network.

        They are one where every count stands in at most two equations, and the equations can be turned so that it is
        a part of one and the whole of the other.
        """
        places: dict[_Count, list[tuple[int, int]]] = {count: [] for count in values}
        for node, equation in enumerate(equations, start=1):
            for count, sign in equation.signs():
                places[count].append((node, sign))
        turns = _turns(len(equations), list(places.values()))
        self.edges = {count: _edge(place, turns, values[count]) for count, place in places.items()}
        self._around: dict[int, list[_Count]] = {node: [] for node in range(len(equations) + 1)}
        for count, edge in self.edges.items():
            self._around[edge.tail].append(count)
            self._around[edge.head].append(count)

    def bound(self, count: _Count, low: int, high: int) -> None:
        """Say what is known of a count from outside."""
        edge = self.edges[count]
        self.edges[count] = Edge(edge.tail, edge.head, edge.value, low, high)

    def moves(self, count: _Count, up: bool, enough: int) -> tuple[int, tuple[_Count, ...]]:
        """Return by how much a count could be larger (or smaller) than it is, `enough` at most, all else fitting.

        Where that is less, return also the counts that prevent more: the edges of a smallest cut. The bounds of the
        count itself are not asked.
        """
        edge = self.edges[count]
        start, goal = (edge.head, edge.tail) if up else (edge.tail, edge.head)
        moved: dict[_Count, int] = {count: 0}
        total = 0
        while total < enough and start != goal:
            reached = self._reached(start, goal, count, moved)
            if goal not in reached:
                return total, self._cut(reached, count)
            total += self._push(reached, start, goal, enough - total, moved)
        return enough if start == goal else total, ()

    def _reached(
        self, start: int, goal: int, without: _Count, moved: Mapping[_Count, int]
    ) -> dict[int, tuple[_Count, bool] | None]:
        """Return the nodes that flow can be moved to, each with the edge that it comes by, until the goal is one."""
        reached: dict[int, tuple[_Count, bool] | None] = {start: None}
        waiting = deque([start])
        while waiting and goal not in reached:
            node = waiting.popleft()
            for count in self._around[node]:
                edge = self.edges[count]
                forward = edge.tail == node
                other = edge.head if forward else edge.tail
                if other not in reached and count != without and self._room(count, forward, moved) > 0:
                    reached[other] = (count, forward)
                    waiting.append(other)
        return reached

    def _room(self, count: _Count, forward: bool, moved: Mapping[_Count, int]) -> int:
        by = moved.get(count, 0)
        return self.edges[count].room(forward) - (by if forward else -by)

    def _push(
        self,
        reached: Mapping[int, tuple[_Count, bool] | None],
        start: int,
        goal: int,
        most: int,
        moved: dict[_Count, int],
    ) -> int:
        """Move as much as goes along the path to the goal, and return how much that is."""
        path: list[tuple[_Count, bool]] = []
        node = goal
        while node != start:
            step = reached[node]
            assert step is not None  # noqa: S101 - only the start is reached by no edge
            path.append(step)
            edge = self.edges[step[0]]
            node = edge.tail if step[1] else edge.head
        amount = min(most, *(self._room(count, forward, moved) for count, forward in path))
        for count, forward in path:
            moved[count] = moved.get(count, 0) + (amount if forward else -amount)
        return amount

    def _cut(self, reached: Mapping[int, object], without: _Count) -> tuple[_Count, ...]:
        crossing = {
            count: None
            for node in reached
            for count in self._around[node]
            if count != without and (self.edges[count].tail in reached) != (self.edges[count].head in reached)
        }
        return tuple(crossing)


def _turns(nodes: int, places: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    """Return for each node whether its equation is turned round (-1), so that every edge leaves one and enters one."""
    neighbours: dict[int, list[tuple[int, int]]] = {node: [] for node in range(1, nodes + 1)}
    for place in places:
        if len(place) > 2:
            raise ValueError("a count stands in more than two equations")
        if len(place) == 2:
            (one, sign), (other, other_sign) = place
            neighbours[one].append((other, -sign * other_sign))
            neighbours[other].append((one, -sign * other_sign))
    turns = [1] + [0] * nodes
    for first in neighbours:
        if not turns[first]:
            _spread(first, neighbours, turns)
    return turns


def _spread(first: int, neighbours: Mapping[int, Sequence[tuple[int, int]]], turns: list[int]) -> None:
    turns[first] = 1
    waiting = [first]
    while waiting:
        node = waiting.pop()
        for other, same in neighbours[node]:
            if not turns[other]:
                turns[other] = turns[node] * same
                waiting.append(other)
            elif turns[other] != turns[node] * same:
                raise ValueError("the equations cannot be turned into a network")


def _edge(place: Sequence[tuple[int, int]], turns: Sequence[int], value: int) -> Edge:
    """Make a count's edge: from the node where it flows out to the one where it flows in."""
    ends = {sign * turns[node]: node for node, sign in place}
    return Edge(ends.get(-1, _OUTSIDE), ends.get(1, _OUTSIDE), value, -INFINITE, INFINITE)
