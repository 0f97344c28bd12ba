"""Backward through a graph: what can reach a set, and where a run can stay for ever, fairly."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial, reduce
from itertools import compress, cycle, groupby
from operator import and_, itemgetter, or_

from fsm.explore.graph import Constraint, Graph, Set, components, less
from fsm.explore.space import Arc

_TARGET = itemgetter(1)


class Backward:
    """A graph from its ends to its starts, and what can be asked with that."""

    def __init__(self, graph: Graph) -> None:
        """Where a run ends and stutters, the graph has an arc for that."""
        self.graph = graph
        self._leading: dict[frozenset[int], Set] = {}

    @cached_property
    def arcs(self) -> list[Sequence[Arc]]:
        """For each node the arcs that leave it."""
        return [*map(self.graph.out, range(len(self.graph.reach)), self.graph.reach)]

    @cached_property
    def _part(self) -> dict[int, int]:
        """The strongly connected component, as a number, of each node that an arc leaves or leads
        to; nodes of one come together, and after all that they lead to."""
        leaving = compress(range(len(self.arcs)), self.arcs)
        return components(leaving, lambda node: map(_TARGET, self.arcs[node]))

    @cached_property
    def parts(self) -> list[int]:
        """The component of each node, as a number."""
        return [self._part.get(node, ~node) for node in range(len(self.arcs))]

    @cached_property
    def _order(self) -> list[list[int]]:
        """The same nodes in this order; those that lead to each other are a list of their own."""
        found: list[list[int]] = [[]]
        for _, nodes in groupby(self._part, self._part.__getitem__):
            members = [*nodes]
            if len(members) > 1:
                found += [members, []]
            else:
                found[-1] += members
        return [members for members in found if members]

    @cached_property
    def _round_trips(self) -> dict[int, Sequence[Arc]]:
        """The arcs from which a path leads back, by the nodes that they leave: all cycles."""
        parts = self.parts
        found: dict[int, Sequence[Arc]] = {}
        for node, (part, mine) in enumerate(zip(parts, self.arcs, strict=True)):
            if staying := [arc for arc in mine if parts[arc[1]] == part]:
                found[node] = staying
        return found

    @cached_property
    def _back(self) -> dict[int, list[Arc]]:
        """These arcs, but for those from a node to itself, by the node that they lead to; each
        with its source."""
        found: dict[int, list[Arc]] = {}
        for node, arcs in self._round_trips.items():
            for step, target, mask in arcs:
                if target != node:
                    found.setdefault(target, []).append((step, node, mask))
        return found

    def can_reach(self, goal: Set, inside: Set) -> Set:
        """E[inside U goal]. Node by node, those that a node leads to before it; in rounds of steps
        where nodes lead to each other. O(arcs * groups of variants)."""
        found, left = list(goal), less(inside, goal)
        if not any(goal) or not any(left):
            return found
        arcs = self.arcs
        for members in self._order:
            for node in members:
                if here := left[node]:
                    rest = here
                    for _, target, mask in arcs[node]:
                        there = found[target]
                        if there and (new := rest & mask & there):
                            rest ^= new
                            if not rest:
                                break
                    if rest != here:
                        left[node] = rest
                        found[node] |= here ^ rest
            if members[0] in self._back and any(map(left.__getitem__, members)):
                _spread({node: found[node] for node in members}, self._back, found, left)
        return found

    def leading_to(self, steps: frozenset[int]) -> Set:
        """From where some path leads to one of the steps; kept, as several ask. O(arcs * groups of
        variants)."""
        if steps not in self._leading:
            reach = self.graph.reach
            goal = [leaving(*node, steps) for node in zip(self.arcs, reach, strict=True)]
            self._leading[steps] = self.can_reach(goal, reach)
        return self._leading[steps]

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
        who ask for several. All of them lie on cycles of the whole graph."""
        inside = [*map(and_, region, self.graph.reach)]
        if all(inside[node] == self.graph.reach[node] for node in self._round_trips):
            return Knots(self.graph, self._round_trips, inside, self._part)
        arcs: dict[int, Sequence[Arc]] = {}
        for node, mine in self._round_trips.items():
            if here := inside[node]:
                arcs[node] = [
                    (s, t, both) for s, t, m in mine if (both := m & here & inside[t])
                ]  # fmt: skip
        part = components(arcs, lambda node: map(_TARGET, arcs[node]))
        staying = (
            (node, [arc for arc in mine if part[arc[1]] == part[node]])
            for node, mine in arcs.items()
        )
        return Knots(self.graph, {node: mine for node, mine in staying if mine}, inside, part)


def leaving(arcs: Sequence[Arc], reach: int, steps: frozenset[int]) -> int:
    """The variants in which one of the steps leaves a node that they reach."""
    found = 0
    for step, _, mask in reversed(arcs):  # the passing of time comes last
        if step in steps:
            found |= mask
            if found == reach:
                break
    return found


def _spread(
    level: dict[int, int], into: Mapping[int, Sequence[Arc]] | Sequence[Sequence[Arc]],
    found: Set, left: Set,
) -> None:  # fmt: skip
    """Go back from `level` in rounds of steps; what is found is moved from `left` to `found`."""
    while level:
        before: dict[int, int] = {}
        for node, new in level.items():
            for _, source, mask in into[node]:
                rest = left[source]
                if rest and (fresh := rest & new & mask):
                    left[source] = rest ^ fresh
                    found[source] |= fresh
                    before[source] = before.get(source, 0) | fresh
        level = before


class Knots:
    """Parts of a graph that hang together, with their nodes numbered anew."""

    def __init__(
        self, graph: Graph, arcs_of: Mapping[int, Sequence[Arc]], inside: Set,
        component: Mapping[int, int],
    ) -> None:  # fmt: skip
        self.members = list(arcs_of)
        self.inside = [inside[node] for node in self.members]
        self._graph, self._arcs_of = graph, arcs_of
        self._part = [component[node] for node in self.members]
        self._alone = reduce(or_, self.inside, 0).bit_count() == 1  # one variant
        self._offering: dict[frozenset[int], Set] = {}
        self._met: dict[Constraint, set[int]] = {}

    @cached_property
    def out(self) -> list[list[Arc]]:
        """The arcs out of each member."""
        number = {node: k for k, node in enumerate(self.members)}
        return [
            [(step, number[target], mask) for step, target, mask in arcs]
            for arcs in self._arcs_of.values()
        ]

    @cached_property
    def into(self) -> list[list[Arc]]:
        """The arcs to each member, with their sources."""
        found: list[list[Arc]] = [[] for _ in self.members]
        for k, arcs in enumerate(self.out):
            for step, target, mask in arcs:
                found[target].append((step, k, mask))
        return found

    def hull(self, fairness: Iterable[Constraint]) -> Set:
        """See `Backward.fair_hull`."""
        found = [0] * len(self._graph.reach)
        for node, mask in zip(self.members, self.fair(fairness), strict=True):
            found[node] = mask
        return found

    def fair(self, fairness: Iterable[Constraint]) -> Set:
        """The hull, member by member."""
        asked = [constraint for constraint in fairness if self._obliges(constraint)]
        left = set(self._part).intersection(*(self._meeting(c) for c in asked if not c.strong))
        hull = [i if part in left else 0 for i, part in zip(self.inside, self._part, strict=True)]
        if not left or (self._alone and not any(c.strong for c in asked)):
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

    def _obliges(self, constraint: Constraint) -> bool:
        """Can it make a difference? Not if it is about steps that are enabled nowhere here."""
        conditional = constraint.unless_disabled or constraint.strong
        return not (conditional and constraint.offered.isdisjoint(self._offered))

    def _meeting(self, constraint: Constraint) -> set[int]:
        """The components in which something is done, somewhere, that a constraint asks."""
        if constraint not in self._met:
            done = (self._parts_with[step] for step in constraint.steps & self._parts_with.keys())
            met = set().union(*done)
            if constraint.unless_disabled:
                idle = less(self.inside, self._enabled(constraint.offered))
                met.update(compress(self._part, idle))
            self._met[constraint] = met
        return self._met[constraint]

    @cached_property
    def _parts_with(self) -> dict[int, set[int]]:
        """By step, the components in which it is taken."""
        found: dict[int, set[int]] = {}
        for part, arcs in zip(self._part, self._arcs_of.values(), strict=True):
            for step, _, _ in arcs:
                found.setdefault(step, set()).add(part)
        return found

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
    def _offered(self) -> set[int]:
        """The steps of the system that some member has."""
        return {step for node in self.members for step, _, _ in self._graph.offers(node)}

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
    """The same by the arcs that lead to each node."""
    found, left = list(goal), less(inside, goal)
    if any(left):
        level = {node: mask for node, mask in enumerate(goal) if mask}
        _spread(level, into, found, left)
    return found
