"""Which fairness, if it were stated, would make a liveness property hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from fsm.explore.graph import Constraint, Graph, Set, event_steps, fair
from fsm.explore.space import Arc
from fsm.logic.product import Product
from fsm.model import Fairness
from fsm.semantics.lowered import System

C = TypeVar("C")  # what fairness is to an engine


class Part:
    """The nodes of a graph that are in a set, and the arcs between them: a graph by itself."""

    def __init__(self, graph: Graph, inside: Set, variant: int | None = None) -> None:
        """`variant`: the part that is in this variant alone."""
        only = -1 if variant is None else 1 << variant
        self.graph = graph
        self.nodes = [node for node, mask in enumerate(inside) if mask & only]
        self.number = {node: k for k, node in enumerate(self.nodes)}
        self.reach = [inside[node] & only for node in self.nodes]
        self.initial = [(self.number[n], m) for n, m in graph.initial if n in self.number]
        self.undecided = graph.undecided
        self.arcs = [
            [
                (step, self.number[target], variants)
                for step, target, variants in graph.out(node, inside[node] & only)
                if target in self.number
            ]
            for node in self.nodes
        ]

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs that stay in the part."""
        for step, target, variants in self.arcs[state]:
            if variants & mask:
                yield step, target, variants & mask

    def offering(self, node: int, steps: frozenset[int]) -> int:
        """What the whole graph offers at the node."""
        return self.graph.offering(self.nodes[node], steps)


def candidates(system: System, product: Product) -> dict[str, Constraint]:
    """Weak fairness of each event for which the spec states none, and which some step is."""
    steps = product.space.successors.steps
    found = {
        event.name: product.constraint(fair(event_steps(system, steps, k), Fairness.WEAK))
        for k, event in enumerate(system.events)
        if event.fair is None
    }
    return {name: c for name, c in found.items() if c.steps or c.offered}


def remedies(of: Mapping[str, C], removed_by: Callable[[Sequence[C]], bool]) -> tuple[str, ...]:
    """The events for which weak fairness would remove every violation; () if none would.

    A single event where one is enough, else a set from which none can be left out.
    Complexity: at most two questions for each event.
    """
    return least([*of], lambda names: removed_by([of[name] for name in names]))


def least(names: Sequence[str], removed_by: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """One of the names where one is enough, else names of which none can be left out; () where all
    together are not enough."""
    if not removed_by(names):
        return ()
    for name in names:
        if removed_by([name]):
            return (name,)
    for name in list(names):
        rest = [other for other in names if other != name]
        if removed_by(rest):
            names = rest
    return tuple(names)
