"""The fair lasso with the fewest steps in all: those of its stem and of its loop.

To find one is NP-complete in the number of constraints (Clarke, Grumberg, McMillan & Zhao,
"Efficient generation of counterexamples and witnesses in symbolic model checking", DAC 1995), so
there is a bound: beyond it the lasso is one with a shortest stem.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec.structs import replace

from fsm.explore.graph import Constraint, Graph, Path, Set, joined, offering
from fsm.explore.lasso import shortest_lasso

LOOKED = 50_000  # arcs that are followed to find a shorter one
Kept = tuple[int, int]  # constraints that a walk has met, and those that it owes: sets of bits


class Ground(Protocol):
    """Where lassos are looked for: the nodes and steps of one variant, and what is fair there, as
    bits for the constraints."""

    @property
    def starts(self) -> Sequence[int]:
        """Where runs start."""
        ...

    def out(self, node: int) -> Iterator[tuple[int, int]]:
        """The steps out of a node, each with its label and target."""
        ...

    def inside(self, node: int) -> bool:
        """Is it in a part of the graph in which all fair cycles lie?"""
        ...

    def at(self, node: int) -> Kept:
        """What being at a node meets, and owes: weak fairness where there is no such step; strong
        fairness where there is one."""
        ...

    def by(self, label: int) -> int:
        """What a step with this label meets."""
        ...

    def is_fair(self, kept: Kept) -> bool:
        """Is a loop fair that keeps this?"""
        ...


def least_lasso(graph: Graph, hull: Set, fairness: list[Constraint], variant: int) -> Path | None:
    """The lasso with the fewest steps; of several the one with the shortest stem.

    `hull` is a fair hull: all fair cycles lie in it. None where there is none.
    Complexity: O(nodes * arcs * 2^constraints), within `LOOKED`.
    """
    best = shortest_lasso(graph, hull, fairness, variant)
    if best is None:
        return None
    return shortened(best, _Stored(graph, hull, fairness, 1 << variant))


def shortened(best: Path, ground: Ground) -> Path:
    """A lasso with fewer steps than the one that is known, where one is found within `LOOKED`."""
    search = _Search(ground)
    for depth, knot in search.knots():
        room = _length(best) - depth
        if room <= 1:
            break
        loop = search.loop(knot, room - 1)
        if loop is not None:
            best = joined(search.stem(knot), loop)
    return best


def _length(path: Path) -> int:
    """An end that repeats for ever counts as a step."""
    return len(path.steps) + (path.loop == len(path.steps))


class _Search:
    """Shortest fair loops through nodes; `left` is what may still be spent on them."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.left = LOOKED
        self._links: dict[int, tuple[int, int] | None] = {}  # the node and step that led there

    def knots(self) -> Iterator[tuple[int, int]]:
        """The nodes of the hull with their distance from the start, the nearest first."""
        level = list(self.ground.starts)
        self._links = dict.fromkeys(level)
        depth = 0
        while level and self.left > 0:
            yield from ((depth, node) for node in level if self.ground.inside(node))
            following = []
            for node in level:
                for step, target in self.ground.out(node):
                    self.left -= 1
                    if target not in self._links:
                        self._links[target] = node, step
                        following.append(target)
            level, depth = following, depth + 1

    def stem(self, knot: int) -> Path:
        """A shortest path to a knot that was given."""
        nodes, steps = [knot], list[int]()
        while (link := self._links[nodes[-1]]) is not None:
            nodes.append(link[0])
            steps.append(link[1])
        return Path(tuple(reversed(nodes)), tuple(reversed(steps)))

    def loop(self, knot: int, most: int) -> Path | None:
        """A shortest one with at most so many steps, breadth-first over what it has met so far."""
        ground = self.ground
        start = knot, ground.at(knot)
        seen = {start}
        level = [(start, Path((knot,), ()))]
        for _ in range(most):
            following = []
            for (node, (met, owed)), path in level:
                for step, target in ground.out(node):
                    self.left -= 1
                    if not ground.inside(target):
                        continue
                    more, owes = ground.at(target)
                    kept = met | more | ground.by(step), owed | owes
                    longer = Path((*path.nodes, target), (*path.steps, step))
                    if target == knot and ground.is_fair(kept):
                        return replace(longer, loop=0)
                    if (target, kept) not in seen:
                        seen.add((target, kept))
                        following.append(((target, kept), longer))
                if self.left <= 0:
                    return None
            level = following
        return None


class _Stored:
    """A stored graph in one variant."""

    def __init__(
        self, graph: Graph, hull: Set, fairness: list[Constraint], bit: int
    ) -> None:  # fmt: skip
        self.graph, self.hull = graph, hull
        self.fairness, self.bit = fairness, bit
        self._places: dict[int, Kept] = {}

    @property
    def starts(self) -> Sequence[int]:
        """See `Ground`."""
        return [node for node, mask in self.graph.initial if mask & self.bit]

    def out(self, node: int) -> Iterator[tuple[int, int]]:
        """See `Ground`."""
        return ((step, target) for step, target, _ in self.graph.out(node, self.bit))

    def inside(self, node: int) -> bool:
        """See `Ground`."""
        return bool(self.hull[node] & self.bit)

    def at(self, node: int) -> Kept:
        """See `Ground`."""
        if node not in self._places:
            met = owed = 0
            for k, c in enumerate(self.fairness):
                if c.strong or c.unless_disabled:
                    offers = bool(offering(self.graph, node, c.offered) & self.bit)
                    met |= 1 << k if c.unless_disabled and not offers else 0
                    owed |= 1 << k if c.strong and offers else 0
            self._places[node] = met, owed
        return self._places[node]

    def by(self, label: int) -> int:
        """See `Ground`."""
        return sum(1 << k for k, c in enumerate(self.fairness) if label in c.steps)

    def is_fair(self, kept: Kept) -> bool:
        """See `Ground`."""
        met, owed = kept
        return all(
            met >> k & 1 or (c.strong and not owed >> k & 1) for k, c in enumerate(self.fairness)
        )
