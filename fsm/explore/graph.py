"""Questions about paths and cycles, answered for all variants at once.

A `Graph` is a space, or a space with an observer beside it. A *set* here is a list that gives for
each node the variants in which it is a member.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from msgspec import Struct

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

    def out(self, state: int, mask: int) -> Sequence[Arc]:
        """The arcs out of a node for some of the variants that reach it."""
        ...

    def offers(self, node: int) -> Iterable[Arc]:
        """What the system can do at a node, whether or not an automaton beside it goes along; arcs
        are labelled with its own steps."""
        ...


def offering(graph: Graph, node: int, steps: frozenset[int]) -> int:
    """The variants in which the system has a step of the set at a node."""
    found = 0
    for step, _, variants in graph.offers(node):
        if step in steps:
            found |= variants
    return found


class Constraint(Struct, frozen=True):
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


class Path(Struct, frozen=True):
    """Nodes, and the steps between them; `loop` is where the last step returns to."""

    nodes: tuple[int, ...]
    steps: tuple[int, ...]
    loop: int | None = None


def less(one: Set, other: Set) -> Set:
    """What is in the one and not in the other. For thousands of variants `a & ~b` would take three
    times as long: Python has no complement of a large integer at hand."""
    return [a if not b else 0 if a == b else a ^ (a & b) for a, b in zip(one, other, strict=True)]


def joined(one: Path, rest: Path) -> Path:
    """A path, and another from its end."""
    loop = None if rest.loop is None else rest.loop + len(one.steps)
    return Path((*one.nodes, *rest.nodes[1:]), (*one.steps, *rest.steps), loop)


def shortest_path(graph: Graph, variant: int, goal: Callable[[int], bool]) -> Path | None:
    """A path with the fewest steps from the start to a node of the goal, in one variant.

    Breadth-first in the order of the spec, so the answer is reproducible. O(nodes + arcs).
    """
    return shortest_arrival(graph, variant, lambda _, node: goal(node))


def shortest_arrival(graph: Graph, variant: int, goal: Callable[[int, int], bool]) -> Path | None:
    """The same for a goal that sees the step, too, that led to a node (at the start: a delay)."""
    bit = 1 << variant
    starts = [node for node, mask in graph.initial if mask & bit]
    return nearest(graph, bit, starts, goal, lambda _: True, start=True)


def nearest(
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


_CLOSED = sys.maxsize


def components(
    nodes: Iterable[int], targets: Callable[[int], Iterator[int]]
) -> dict[int, int]:  # fmt: skip
    """Strongly connected components: node -> number.

    Source: Tarjan, SIAM J. Comput. 1(2), 1972, doi 10.1137/0201010; without recursion.
    Complexity: O(nodes + arcs).
    """
    order: dict[int, int] = {}  # of those whose component is known: `_CLOSED`
    component: dict[int, int] = {}
    stack: list[int] = []
    for root in nodes:
        if root in order:
            continue
        work: list[tuple[int, Iterator[int], int]] = []  # those before `node`
        node, following = root, targets(root)
        lowest = order[node] = len(order)
        stack.append(node)
        while True:
            for target in following:
                met = order.get(target)
                if met is None:
                    work.append((node, following, lowest))
                    node, following = target, targets(target)
                    lowest = order[node] = len(order)
                    stack.append(node)
                    break
                if met < lowest:
                    lowest = met
            else:
                if lowest == order[node]:
                    member = None
                    while member != node:
                        member = stack.pop()
                        component[member] = lowest
                        order[member] = _CLOSED
                if not work:
                    break
                reached = lowest
                node, following, lowest = work.pop()
                lowest = min(lowest, reached)
    return component
