"""Backward through a graph: what can reach a set, and where a run can stay for ever, fairly."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from fsm.explore.graph import Constraint, Graph, Set, components
from fsm.explore.space import Arc

Inner = Mapping[int, Sequence[Arc]]  # by node, the arcs that stay in a part of a graph


class Backward:
    """The arcs of a graph, from target to source, and what can be asked with them."""

    def __init__(self, graph: Graph, *, stutters: bool) -> None:
        """`stutters`: a node without a step repeats for ever (a spec without time)."""
        self.graph, self._stutters = graph, stutters
        self._offering: dict[frozenset[int], dict[int, int]] = {}

    @cached_property
    def into(self) -> list[list[Arc]]:
        """For each node the arcs that lead there, each with its source. O(arcs)."""
        found: list[list[Arc]] = [[] for _ in self.graph.reach]
        for node, reach in enumerate(self.graph.reach):
            for step, target, mask in self.graph.out(node, reach):
                found[target].append((step, node, mask))
        return found

    @cached_property
    def ends(self) -> Set:
        """For each node the variants in which it has no step and repeats for ever."""
        found = [0] * len(self.graph.reach)
        if self._stutters:
            for node, reach in enumerate(self.graph.reach):
                still = reach & ~self.graph.undecided
                for _, _, mask in self.graph.out(node, reach):
                    still &= ~mask
                found[node] = still
        return found

    def can_reach(self, goal: Set, inside: Set) -> Set:
        """E[inside U goal], in rounds of steps. O(arcs * groups of variants)."""
        return _can_reach(self.into, goal, inside)

    def fair_hull(self, region: Set, fairness: Iterable[Constraint]) -> Set:
        """Nodes of `region` from which a run can stay in the hull for ever, fairly.

        Every node of the hull starts a fair run inside `region`, and every fair cycle inside
        `region` lies in the hull. A cycle of some variant is one of the whole family's arcs: so the
        fixpoint is looked for in one strongly connected component of these after the other, and
        nodes on no cycle are left out. O(nodes + arcs), and for each component its arcs times the
        constraints, times the rounds until nothing changes.
        """
        inside = [r & reach for r, reach in zip(region, self.graph.reach, strict=True)]
        inner: dict[int, list[Arc]] = {}
        for node, here in enumerate(inside):
            if here:
                arcs = self.graph.out(node, here)
                inner[node] = [(s, t, m & inside[t]) for s, t, m in arcs if m & inside[t]]
        hull = [0] * len(inside)
        fairness = list(fairness)
        for members, arcs_of in self._cycles(inner):
            found = self._feasible(members, arcs_of, inside, fairness)
            for node, mask in zip(members, found, strict=True):
                hull[node] = mask
        return hull

    def _cycles(self, inner: Inner) -> Iterable[tuple[list[int], Inner]]:
        """The components with a cycle or an end in them, each with the arcs between its members."""
        component = components(inner, lambda node: (t for _, t, _ in inner[node]))
        members: dict[int, list[int]] = {}
        for node, mine in component.items():
            members.setdefault(mine, []).append(node)
        for mine, nodes in members.items():
            kept = {n: [a for a in inner[n] if component[a[1]] == mine] for n in nodes}
            if any(kept.values()) or any(self.ends[n] for n in nodes):
                yield nodes, kept

    def _feasible(
        self, members: Sequence[int], arcs_of: Inner, inside: Set, fairness: Sequence[Constraint]
    ) -> Set:
        """The hull of a component, member by member.

        Source: Kesten, Pnueli & Raviv, "Algorithmic verification of linear temporal logic
        specifications", ICALP 1998, algorithm FEASIBLE, for many variants at once.
        """
        knot = _Knot(members, arcs_of, [self.ends[n] for n in members])
        enabled = {
            c: [self._enabled(c, n) for n in members]
            for c in fairness
            if c.unless_disabled or c.strong
        }
        hull = [inside[n] for n in members]
        while True:
            before = hull
            hull = knot.staying(hull)
            for constraint in fairness:
                if not any(hull):
                    return hull
                goal = knot.taking(constraint.steps, hull)
                if constraint.unless_disabled:
                    off = enabled[constraint]
                    goal = [g | h & ~e for g, h, e in zip(goal, hull, off, strict=True)]
                reaching = _can_reach(knot.into, goal, hull)
                if constraint.strong:
                    on = enabled[constraint]
                    reaching = [r | h & ~e for r, h, e in zip(reaching, hull, on, strict=True)]
                hull = reaching
            if hull == before:
                return hull

    def _enabled(self, constraint: Constraint, node: int) -> int:
        """Where the system has a step of the constraint, inside the region or out of it."""
        known = self._offering.setdefault(constraint.offered, {})
        if node not in known:
            known[node] = self.graph.offering(node, constraint.offered)
        return known[node]


class _Knot:
    """A part of a graph with its nodes numbered anew."""

    def __init__(self, members: Sequence[int], arcs_of: Inner, ends: Set) -> None:
        self.ends = ends
        self.into: list[list[Arc]] = [[] for _ in members]
        self.out: list[list[Arc]] = [[] for _ in members]
        number = {node: k for k, node in enumerate(members)}
        for k, node in enumerate(members):
            for step, target, mask in arcs_of[node]:
                there = number[target]
                self.out[k].append((step, there, mask))
                self.into[there].append((step, k, mask))
        self._labelled: dict[frozenset[int], list[Arc]] = {}

    def taking(self, steps: frozenset[int], inside: Set) -> Set:
        """Nodes with one of the steps into the set; an end stutters through all."""
        found = [e & i for e, i in zip(self.ends, inside, strict=True)]
        if steps not in self._labelled:
            self._labelled[steps] = [
                (k, target, mask)
                for k, arcs in enumerate(self.out)
                for step, target, mask in arcs
                if step in steps
            ]
        for source, target, mask in self._labelled[steps]:
            found[source] |= mask & inside[target] & inside[source]
        return found

    def staying(self, inside: Set) -> Set:
        """The largest subset whose nodes all have a step into it, or stutter."""
        alive = list(inside)
        waiting = set(range(len(alive)))
        while waiting:
            node = waiting.pop()
            here = alive[node]
            if not here:
                continue
            keep = self.ends[node]
            for _, target, mask in self.out[node]:
                keep |= mask & alive[target]
                if not here & ~keep:
                    break
            else:
                alive[node] = here & keep
                waiting.update(source for _, source, _ in self.into[node])
        return alive


def _can_reach(into: Sequence[Sequence[Arc]], goal: Set, inside: Set) -> Set:
    found = list(goal)
    level = {node: mask for node, mask in enumerate(goal) if mask}
    while level:
        before: dict[int, int] = {}
        for node, new in level.items():
            for _, source, mask in into[node]:
                fresh = new & mask & inside[source] & ~found[source]
                if fresh:
                    found[source] |= fresh
                    before[source] = before.get(source, 0) | fresh
        level = before
    return found
