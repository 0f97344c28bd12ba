"""The fair lasso with the fewest steps in all: those of its stem and of its loop.

To find one is NP-complete in the number of constraints (Clarke, Grumberg, McMillan & Zhao,
"Efficient generation of counterexamples and witnesses in symbolic model checking", DAC 1995), so
there is a bound: beyond it the lasso is one with a shortest stem.
"""

from collections.abc import Iterator
from dataclasses import replace

from fsm.explore.graph import Constraint, Graph, Path, Set, joined
from fsm.explore.hull import Backward
from fsm.explore.lasso import shortest_lasso

LOOKED = 50_000  # arcs that are followed to find a shorter one
Kept = tuple[int, int]  # constraints that a walk has met, and those that it owes: sets of bits


def least_lasso(
    graph: Graph, backward: Backward, hull: Set, fairness: list[Constraint], variant: int
) -> Path | None:
    """The lasso with the fewest steps; of several the one with the shortest stem.

    `hull` is a fair hull: all fair cycles lie in it. None where there is none.
    Complexity: O(nodes * arcs * 2^constraints), within `LOOKED`.
    """
    best = shortest_lasso(graph, backward, hull, fairness, variant)
    if best is None:
        return None
    search = _Search(graph, 1 << variant, hull, fairness)
    for depth, knot in search.knots():
        room = _length(best) - depth
        if room <= 1:
            break
        if backward.ends[knot] & search.bit:
            return joined(search.stem(knot), Path((knot,), (), 0))
        loop = search.loop(knot, room - 1)
        if loop is not None:
            best = joined(search.stem(knot), loop)
    return best


def _length(path: Path) -> int:
    """An end that repeats for ever counts as a step."""
    return len(path.steps) + (path.loop == len(path.steps))


class _Search:
    """Shortest fair loops through nodes; `left` is what may still be spent on them."""

    def __init__(self, graph: Graph, bit: int, hull: Set, fairness: list[Constraint]) -> None:
        self.graph, self.bit, self.hull, self.fairness = graph, bit, hull, fairness
        self.left = LOOKED
        self._places: dict[int, Kept] = {}
        self._links: dict[int, tuple[int, int] | None] = {}  # the node and step that led there

    def knots(self) -> Iterator[tuple[int, int]]:
        """The nodes of the hull with their distance from the start, the nearest first."""
        level = [node for node, mask in self.graph.initial if mask & self.bit]
        self._links = dict.fromkeys(level)
        depth = 0
        while level and self.left > 0:
            yield from ((depth, node) for node in level if self.hull[node] & self.bit)
            following = []
            for node in level:
                for step, target, _ in self.graph.out(node, self.bit):
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
        start = knot, self._at(knot)
        seen = {start}
        level = [(start, Path((knot,), ()))]
        for _ in range(most):
            following = []
            for (node, (met, owed)), path in level:
                for step, target, _ in self.graph.out(node, self.bit):
                    self.left -= 1
                    if not self.hull[target] & self.bit:
                        continue
                    more, owes = self._at(target)
                    kept = met | more | self._by(step), owed | owes
                    longer = Path((*path.nodes, target), (*path.steps, step))
                    if target == knot and self._is_fair(kept):
                        return replace(longer, loop=0)
                    if (target, kept) not in seen:
                        seen.add((target, kept))
                        following.append(((target, kept), longer))
                if self.left <= 0:
                    return None
            level = following
        return None

    def _at(self, node: int) -> Kept:
        """What being at a node meets, and owes: weak fairness where there is no such step; strong
        fairness where there is one."""
        if node not in self._places:
            met = owed = 0
            for k, c in enumerate(self.fairness):
                if c.strong or c.unless_disabled:
                    offers = bool(self.graph.offering(node, c.offered) & self.bit)
                    met |= 1 << k if c.unless_disabled and not offers else 0
                    owed |= 1 << k if c.strong and offers else 0
            self._places[node] = met, owed
        return self._places[node]

    def _by(self, step: int) -> int:
        return sum(1 << k for k, c in enumerate(self.fairness) if step in c.steps)

    def _is_fair(self, kept: Kept) -> bool:
        met, owed = kept
        return all(
            met >> k & 1 or (c.strong and not owed >> k & 1) for k, c in enumerate(self.fairness)
        )
