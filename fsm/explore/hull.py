"""Backward through a graph: what can reach a set, and where a run can stay for ever, fairly."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial, reduce
from itertools import compress, cycle
from operator import or_

from fsm.explore.graph import Constraint, Graph, Set, components, less
from fsm.explore.space import Arc


class Backward:
    """The arcs of a graph, from target to source, and what can be asked with them."""

    def __init__(self, graph: Graph) -> None:
        """Where a run ends and stutters, the graph has an arc for that."""
        self.graph = graph

    @cached_property
    def into(self) -> list[list[Arc]]:
        """For each node the arcs that lead there, each with its source. O(arcs)."""
        found: list[list[Arc]] = [[] for _ in self.graph.reach]
        for node, reach in enumerate(self.graph.reach):
            for step, target, mask in self.graph.out(node, reach):
                found[target].append((step, node, mask))
        return found

    def can_reach(self, goal: Set, inside: Set) -> Set:
        """E[inside U goal], in rounds of steps. O(arcs * groups of variants)."""
        return _can_reach(self.into, goal, inside)

    def fair_hull(self, region: Set, fairness: Iterable[Constraint]) -> Set:
        """Nodes of `region` on cycles from which a run can stay in the hull for ever, fairly; those
        that only lead there are not among them (`can_reach` adds them).

        Every node of the hull starts a fair run inside `region`, and every fair cycle inside
        `region` lies in the hull. A cycle of some variant is a cycle of the whole family's arcs: so
        the fixpoint is looked for inside strongly connected components of these alone.
        Source: Kesten, Pnueli & Raviv, "Algorithmic verification of linear temporal logic
        specifications", ICALP 1998, algorithm FEASIBLE, for many variants at once.
        Complexity: O(nodes + arcs of the region), and the arcs on cycles times the constraints
        times the rounds until nothing changes.
        """
        return self.knots(region).hull(fairness)

    def knots(self, region: Set) -> "Knots":
        """The members of a region that are on cycles of it: what a fair hull is made of, for those
        who ask for several."""
        inside = [r & reach for r, reach in zip(region, self.graph.reach, strict=True)]
        arcs: dict[int, list[Arc]] = {}
        for node, here in enumerate(inside):
            if here:
                leaving = self.graph.out(node, here)
                arcs[node] = [(s, t, both) for s, t, m in leaving if (both := m & inside[t])]
        component = components(arcs, lambda node: (t for _, t, _ in arcs[node]))
        round_trips: dict[int, list[Arc]] = {}
        for node, mine in arcs.items():
            part = component[node]
            staying = [arc for arc in mine if component[arc[1]] == part]
            if staying:
                round_trips[node] = staying
        return Knots(self, round_trips, inside, component)


class Knots:
    """Parts of a graph that hang together, with their nodes numbered anew."""

    def __init__(
        self, backward: Backward, arcs_of: Mapping[int, Sequence[Arc]], inside: Set,
        component: Mapping[int, int],
    ) -> None:  # fmt: skip
        self.members = list(arcs_of)
        self.inside = [inside[node] for node in self.members]
        self._graph = backward.graph
        self.into: list[list[Arc]] = [[] for _ in self.members]
        self.out: list[list[Arc]] = [[] for _ in self.members]
        number = {node: k for k, node in enumerate(self.members)}
        for k, arcs in enumerate(arcs_of.values()):
            for step, target, mask in arcs:
                there = number[target]
                self.out[k].append((step, there, mask))
                self.into[there].append((step, k, mask))
        self._part = [component[node] for node in self.members]
        self._alone = reduce(or_, self.inside, 0).bit_count() == 1  # one variant
        self._offering: dict[frozenset[int], Set] = {}
        self._met: dict[Constraint, set[int]] = {}

    def hull(self, fairness: Iterable[Constraint]) -> Set:
        """See `Backward.fair_hull`."""
        found = [0] * len(self._graph.reach)
        for node, mask in zip(self.members, self.fair(fairness), strict=True):
            found[node] = mask
        return found

    def fair(self, fairness: Iterable[Constraint]) -> Set:
        """The hull, member by member."""
        asked = list(fairness)
        left = set(self._part).intersection(*(self._meeting(c) for c in asked if not c.strong))
        hull = [i if part in left else 0 for i, part in zip(self.inside, self._part, strict=True)]
        if self._alone and not any(c.strong for c in asked):
            return hull  # to go all round a component is to do all that can be done there
        narrowings: list[Callable[[Set], Set]] = [self.staying]
        narrowings += [partial(self._serving, c) for c in asked]
        unchanged = 0
        for narrowed in cycle(narrowings):
            before, hull = hull, narrowed(hull)
            unchanged = unchanged + 1 if hull == before else 0
            if unchanged == len(narrowings) or not any(hull):
                return hull
        raise AssertionError("there is always something to narrow by")

    def _meeting(self, constraint: Constraint) -> set[int]:
        """The components in which something is done, somewhere, that a constraint asks."""
        if constraint not in self._met:
            done = self.taking(constraint.steps, self.inside)
            if constraint.unless_disabled:
                enabled = self._enabled(constraint.offered)
                done = [*map(or_, done, less(self.inside, enabled))]
            self._met[constraint] = {*compress(self._part, done)}
        return self._met[constraint]

    def _serving(self, constraint: Constraint, hull: Set) -> Set:
        """Where a run in the hull can come to do what a constraint asks, or is not asked."""
        goal = self.taking(constraint.steps, hull)
        if not (constraint.unless_disabled or constraint.strong):
            return _can_reach(self.into, goal, hull)
        enabled = self._enabled(constraint.offered)
        idle = less(hull, enabled)
        if constraint.unless_disabled:
            goal = [*map(or_, goal, idle)]
        reaching = _can_reach(self.into, goal, hull)
        return [*map(or_, reaching, idle)] if constraint.strong else reaching

    def _enabled(self, steps: frozenset[int]) -> Set:
        """Where the system has one of the steps, inside the region or out of it."""
        if steps not in self._offering:
            found = self._offering[steps] = [0] * len(self.members)
            for step in steps & self._offers.keys():
                for k, mask in self._offers[step]:
                    found[k] |= mask
        return self._offering[steps]

    @cached_property
    def _offers(self) -> dict[int, list[tuple[int, int]]]:
        """By step of the system, the members that have it, and in which variants."""
        found: dict[int, list[tuple[int, int]]] = {}
        for k, node in enumerate(self.members):
            for step, _, mask in self._graph.offers(node):
                found.setdefault(step, []).append((k, mask))
        return found

    def taking(self, steps: frozenset[int], inside: Set) -> Set:
        """Nodes with one of the steps into the set."""
        found = [0] * len(inside)
        for step in steps & self._taken.keys():
            for source, target, mask in self._taken[step]:
                found[source] |= mask & inside[target] & inside[source]
        return found

    @cached_property
    def _taken(self) -> dict[int, list[tuple[int, int, int]]]:
        """By step the arcs: source, target, and in which variants."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        for k, arcs in enumerate(self.out):
            for step, target, mask in arcs:
                found.setdefault(step, []).append((k, target, mask))
        return found

    def staying(self, inside: Set) -> Set:
        """The largest subset whose nodes all have a step into it."""
        alive = list(inside)
        waiting = set(range(len(alive)))
        while waiting:
            node = waiting.pop()
            here = alive[node]
            if not here:
                continue
            keep = 0
            for _, target, mask in self.out[node]:
                keep |= mask & alive[target]
                if here & keep == here:
                    break
            else:
                alive[node] = here & keep
                waiting.update(source for _, source, _ in self.into[node])
        return alive


def _can_reach(into: Sequence[Sequence[Arc]], goal: Set, inside: Set) -> Set:
    # Invariant: `left` is where it is not yet found.
    left = less(inside, goal)
    level = {node: mask for node, mask in enumerate(goal) if mask} if any(left) else {}
    while level:
        before: dict[int, int] = {}
        for node, new in level.items():
            for _, source, mask in into[node]:
                rest = left[source]
                if rest and (fresh := rest & new & mask):
                    left[source] = rest ^ fresh
                    before[source] = before.get(source, 0) | fresh
        level = before
    return [g | i ^ r for g, i, r in zip(goal, inside, left, strict=True)]
