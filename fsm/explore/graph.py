"""Questions about paths and cycles, answered for all variants at once.

A `Graph` is a space, or a space with an observer beside it. A *set* here is a list that gives for
each node the variants in which it is a member.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fsm.explore.space import Arc
from fsm.explore.successors import DELAY, StepInfo
from fsm.model import Fairness
from fsm.semantics.lowered import System

Set = list[int]


class Graph(Protocol):
    """What the algorithms read: who reaches each node, where runs start, and the arcs."""

    reach: list[int]
    initial: list[tuple[int, int]]
    undecided: int

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs out of a node for these variants."""
        ...

    def offering(self, node: int, steps: frozenset[int]) -> int:
        """The variants in which the system has a step of the set at a node, whether or not an
        automaton beside it goes along."""
        ...


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a fair run does again and again: takes an arc labelled with one of `steps`, or, where
    `unless_disabled`, is in a node where the system has no such step. Strong: only if it
    has one again and again."""

    steps: frozenset[int]
    unless_disabled: bool = False
    strong: bool = False
    system: frozenset[int] | None = (
        None  # the steps that count as enabled, where other than `steps`
    )

    @property
    def offered(self) -> frozenset[int]:
        """The steps of the system whose being enabled obliges."""
        return self.steps if self.system is None else self.system


def constraints(system: System, steps: Sequence[StepInfo]) -> list[Constraint]:
    """The fairness that the spec states, and the divergence of time (rule 3.8)."""
    found = []
    if system.unit is not None:
        found.append(Constraint(frozenset((DELAY,))))
    for number, event in enumerate(system.events):
        if event.fair is not None:
            found.append(fair(event_steps(system, steps, number), event.fair))
    for process in system.processes:
        if process.fair is not None:
            found.append(fair(decided_by(system, steps, process.slot), process.fair))
    return found


def fair(steps: frozenset[int], kind: Fairness) -> Constraint:
    """Weak or strong fairness of a set of steps."""
    strong = kind is Fairness.STRONG
    return Constraint(steps, unless_disabled=not strong, strong=strong)


def event_steps(system: System, steps: Sequence[StepInfo], event: int) -> frozenset[int]:
    """The steps that are occurrences of an event."""
    return frozenset(
        k
        for k, step in enumerate(steps)
        if step.action is not None and system.actions[step.action].event == event
    )


def decided_by(system: System, steps: Sequence[StepInfo], process: int) -> frozenset[int]:
    """The steps that a machine decides: events that it owns, and what it does by itself."""
    found = set()
    for k, step in enumerate(steps):
        if step.action is not None:
            mine = system.actions[step.action].owner == process
        else:
            mine = any(system.edges[e].process == process for e in step.edges)
        if mine:
            found.add(k)
    return frozenset(found)


class Backward:
    """The arcs of a graph, from target to source, and what can be asked with them. O(arcs)."""

    def __init__(self, graph: Graph, *, stutters: bool) -> None:
        """`stutters`: a node without a step repeats for ever (a spec without time)."""
        self.graph = graph
        size = len(graph.reach)
        self.into: list[list[Arc]] = [[] for _ in range(size)]
        self.ends: Set = [0] * size
        self._labelled: dict[frozenset[int], list[Arc]] = {}
        self._offering: dict[frozenset[int], Set] = {}
        for node, reach in enumerate(graph.reach):
            moving = 0
            for step, target, mask in graph.out(node, reach):
                self.into[target].append((step, node, mask))
                moving |= mask
            self.ends[node] = reach & ~moving & ~graph.undecided if stutters else 0

    def can_reach(self, goal: Set, inside: Set) -> Set:
        """E[inside U goal]: least fixpoint by a worklist; where few nodes of `inside` are missing
        from the goal, it is they who ask first. O(arcs * groups of variants)."""
        found = list(goal)
        missing = [node for node, mask in enumerate(inside) if mask & ~goal[node]]
        waiting: dict[int, int] = {}
        if 4 * len(missing) < len(goal):
            for node in missing:
                for _, target, mask in self.graph.out(node, inside[node] & ~goal[node]):
                    found[node] |= mask & goal[target]
                if fresh := found[node] & ~goal[node]:
                    waiting[node] = fresh
        else:
            waiting = {node: mask for node, mask in enumerate(goal) if mask}
        while waiting:
            node, new = waiting.popitem()
            for _, source, mask in self.into[node]:
                fresh = new & mask & inside[source] & ~found[source]
                if fresh:
                    found[source] |= fresh
                    waiting[source] = waiting.get(source, 0) | fresh
        return found

    def fair_hull(self, region: Set, fairness: Iterable[Constraint]) -> Set:
        """Nodes of `region` from which a run can stay in the hull for ever, fairly.

        Every node of the hull starts a fair run inside `region`, and every fair cycle inside
        `region` lies in the hull.
        Source: Kesten, Pnueli & Raviv, "Algorithmic verification of linear temporal logic
        specifications", ICALP 1998, algorithm FEASIBLE, for many variants at once.
        """
        fairness = list(fairness)
        enabled = {c: self._enabled(c) for c in fairness if c.unless_disabled or c.strong}
        hull = [r & reach for r, reach in zip(region, self.graph.reach, strict=True)]
        suspects = set(range(len(hull)))
        while True:
            before = hull
            hull = stayed = self._staying(hull, suspects)
            for constraint in fairness:
                goal = self._taking(constraint, hull)
                if constraint.unless_disabled:
                    off = enabled[constraint]
                    goal = [g | h & ~e for g, h, e in zip(goal, hull, off, strict=True)]
                reaching = self.can_reach(goal, hull)
                if constraint.strong:
                    on = enabled[constraint]
                    reaching = [r | h & ~e for r, h, e in zip(reaching, hull, on, strict=True)]
                hull = reaching
            if hull == before:
                return hull
            changed = [
                n for n, (old, new) in enumerate(zip(stayed, hull, strict=True)) if old != new
            ]
            suspects = {*changed, *(source for n in changed for _, source, _ in self.into[n])}

    def _enabled(self, constraint: Constraint) -> Set:
        """Where the system has a step of the constraint, inside the region or out of it."""
        steps = constraint.offered
        if steps not in self._offering:
            offering = self.graph.offering
            self._offering[steps] = [offering(node, steps) for node in range(len(self.ends))]
        return self._offering[steps]

    def _taking(self, constraint: Constraint, inside: Set) -> Set:
        """Nodes with a step of the constraint into the set; an end stutters through all."""
        found = [e & i for e, i in zip(self.ends, inside, strict=True)]
        if constraint.steps not in self._labelled:  # source, target and variants of the arcs
            self._labelled[constraint.steps] = [
                (source, target, mask)
                for target, arcs in enumerate(self.into)
                for step, source, mask in arcs if step in constraint.steps
            ]  # fmt: skip
        for source, target, mask in self._labelled[constraint.steps]:
            found[source] |= mask & inside[target] & inside[source]
        return found

    def _staying(self, inside: Set, suspects: Iterable[int]) -> Set:
        """The largest subset whose nodes have a step into it, or stutter; only suspects may not."""
        alive = list(inside)
        waiting = set(suspects)
        while waiting:
            node = waiting.pop()
            if not alive[node]:
                continue
            keep = self.ends[node]
            for _, target, mask in self.graph.out(node, alive[node]):
                keep |= mask & alive[target]
            if alive[node] & ~keep:
                alive[node] &= keep
                waiting.update(source for _, source, _ in self.into[node])
        return alive


@dataclass(frozen=True, slots=True)
class Path:
    """Nodes, and the steps between them; `loop` is where the last step returns to."""

    nodes: tuple[int, ...]
    steps: tuple[int, ...]
    loop: int | None = None


def shortest_path(graph: Graph, variant: int, goal: Callable[[int], bool]) -> Path | None:
    """A path with the fewest steps from the start to a node of the goal, in one variant.

    Breadth-first in the order of the spec, so the answer is reproducible. O(nodes + arcs).
    """
    return shortest_arrival(graph, variant, lambda _, node: goal(node))


def shortest_arrival(graph: Graph, variant: int, goal: Callable[[int, int], bool]) -> Path | None:
    """The same for a goal that sees the step, too, that led to a node (at the start: a delay)."""
    bit = 1 << variant
    starts = [node for node, mask in graph.initial if mask & bit]
    return _search(graph, bit, starts, goal, lambda _: True, start=True)


def shortest_lasso(
    graph: Graph, backward: Backward, hull: Set, fairness: list[Constraint], variant: int
) -> Path | None:
    """A stem with the fewest steps to a fair cycle, and a cycle through all that fairness asks."""
    bit = 1 << variant
    inside = [node for node, mask in enumerate(hull) if mask & bit]
    component = _components(graph, bit, set(inside))
    fair = _fair_components(graph, backward, bit, component, fairness)
    stem = shortest_path(graph, variant, lambda node: component.get(node) in fair)
    if stem is None:
        return None
    last = stem.nodes[-1]
    if backward.ends[last] & bit:
        return Path(stem.nodes, stem.steps, len(stem.nodes) - 1)
    mine = component[last]

    def within(node: int) -> bool:
        return component.get(node) == mine

    nodes, steps = [last], list[int]()
    for constraint in fairness:
        if not _needed(graph, bit, constraint, nodes, steps, within, component, mine):
            continue
        there = _search(graph, bit, [nodes[-1]], _meets(graph, bit, constraint), within)
        if there is not None:
            nodes += there.nodes[1:]
            steps += there.steps
    if not steps or nodes[-1] != last:
        back = _search(graph, bit, [nodes[-1]], lambda _, node: node == last, within)
        assert back is not None, "a strongly connected component leads back"
        nodes += back.nodes[1:]
        steps += back.steps
    at = len(stem.nodes) - 1
    return Path((*stem.nodes, *nodes[1:]), (*stem.steps, *steps), at)


def _meets(graph: Graph, bit: int, constraint: Constraint) -> Callable[[int, int], bool]:
    """Does taking a step, or being in the node that it leads to, do what the constraint asks?"""

    def goal(step: int, node: int) -> bool:
        off = constraint.unless_disabled and not _offers(graph, bit, constraint, node)
        return step in constraint.steps or off

    return goal


def _needed(
    graph: Graph, bit: int, constraint: Constraint, nodes: list[int], steps: list[int],
    within: Callable[[int], bool], component: dict[int, int], mine: int,
) -> bool:  # fmt: skip
    """Does the walk so far leave the constraint open?"""
    if any(step in constraint.steps for step in steps):
        return False
    if constraint.unless_disabled:
        return all(_offers(graph, bit, constraint, node) for node in nodes)
    if constraint.strong:
        members = (node for node, which in component.items() if which == mine)
        return any(_offers(graph, bit, constraint, node) for node in members)
    return True


def _offers(graph: Graph, bit: int, constraint: Constraint, node: int) -> bool:
    return bool(graph.offering(node, constraint.offered) & bit)


def _search(
    graph: Graph, bit: int, starts: list[int], goal: Callable[[int, int], bool],
    within: Callable[[int], bool], *, start: bool = False,
) -> Path | None:  # fmt: skip
    """Breadth-first; the goal sees the step taken and the node reached. `start`: a start itself
    may be the goal (else at least one step is taken)."""
    parent: dict[int, tuple[int, int] | None] = dict.fromkeys(starts)
    if start:
        for node in starts:
            if goal(DELAY, node):
                return Path((node,), ())
    level = list(parent)
    while level:
        following = []
        for node in level:
            for step, target, _ in graph.out(node, bit):
                if not within(target):
                    continue
                if goal(step, target):
                    return _unwind(parent, node, step, target)
                if target not in parent:
                    parent[target] = (node, step)
                    following.append(target)
        level = following
    return None


def _unwind(parent: dict[int, tuple[int, int] | None], node: int, step: int, target: int) -> Path:
    nodes, steps = [target, node], [step]
    while (link := parent[nodes[-1]]) is not None:
        nodes.append(link[0])
        steps.append(link[1])
    return Path(tuple(reversed(nodes)), tuple(reversed(steps)))


def _components(graph: Graph, bit: int, inside: set[int]) -> dict[int, int]:
    """Strongly connected components of the nodes in one variant: node -> number.

    Source: Tarjan, SIAM J. Comput. 1(2), 1972, doi 10.1137/0201010; without recursion.
    Complexity: O(nodes + arcs).
    """
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    component: dict[int, int] = {}
    stack: list[int] = []
    for root in sorted(inside):
        if root in order:
            continue
        work = [(root, _targets(graph, bit, root, inside))]
        order[root] = low[root] = len(order)
        stack.append(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    work.append((target, _targets(graph, bit, target, inside)))
                    break
                if target not in component:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    while True:
                        member = stack.pop()
                        component[member] = order[node]
                        if member == node:
                            break
    return component


def _targets(graph: Graph, bit: int, node: int, inside: set[int]) -> Iterator[int]:
    return (target for _, target, _ in graph.out(node, bit) if target in inside)


def _fair_components(
    graph: Graph, backward: Backward, bit: int, component: dict[int, int],
    fairness: list[Constraint],
) -> set[int]:  # fmt: skip
    """Components in which a run can stay for ever and keep every constraint."""
    taken: dict[int, set[int]] = {}
    idle: dict[int, set[Constraint]] = {}
    offered: dict[int, set[Constraint]] = {}
    ends = set()
    for node, mine in component.items():
        ends |= {mine} if backward.ends[node] & bit else set()
        for c in fairness:
            offers = _offers(graph, bit, c, node)
            (offered if offers else idle).setdefault(mine, set()).add(c)
        inside = {s for s, target, _ in graph.out(node, bit) if component.get(target) == mine}
        taken.setdefault(mine, set()).update(inside)

    def keeps(mine: int, c: Constraint) -> bool:
        if taken[mine] & c.steps:
            return True
        if c.strong:
            return c not in offered.get(mine, ())
        return c.unless_disabled and c in idle.get(mine, ())

    cyclic = {m for m, steps in taken.items() if steps and all(keeps(m, c) for c in fairness)}
    return cyclic | ends
