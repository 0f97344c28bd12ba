"""Which fairness, if it were stated, would make a liveness property hold."""

from collections.abc import Callable, Iterator, Sequence

from fsm.explore.graph import Backward, Constraint, Graph, Set, event_steps, fair
from fsm.explore.space import Arc
from fsm.logic.product import Product
from fsm.model import Fairness
from fsm.semantics.lowered import System


class Part:
    """The nodes of a graph that are in a set, and the arcs between them: a graph by itself."""

    def __init__(self, graph: Graph, inside: Set) -> None:
        self.graph = graph
        self.nodes = [node for node, mask in enumerate(inside) if mask]
        self.number = {node: k for k, node in enumerate(self.nodes)}
        self.reach = [inside[node] for node in self.nodes]
        self.initial = [(self.number[n], m) for n, m in graph.initial if n in self.number]
        self.undecided = graph.undecided
        self.arcs = [
            [
                (step, self.number[target], variants)
                for step, target, variants in graph.out(node, inside[node])
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


def remedies(
    system: System, product: Product, hull: Set, stated: Sequence[Constraint]
) -> tuple[str, ...]:
    """The events for which weak fairness would remove every endless violation; () if none would.

    A single event where one is enough, else a set from which none can be left out. `hull` is where
    the violations are, and none of them leaves it: only that part of the product is looked at.
    Complexity: at most two hulls of the part for each event without stated fairness.
    """
    part = Part(product, hull)
    backward = Backward(part, stutters=False)
    steps = product.space.successors.steps
    candidates = {
        event.name: product.constraint(fair(event_steps(system, steps, k), Fairness.WEAK))
        for k, event in enumerate(system.events)
        if event.fair is None
    }

    def removed_by(names: Sequence[str]) -> bool:
        more = [candidates[name] for name in names]
        return not any(backward.fair_hull(part.reach, [*stated, *more]))

    if not any(hull):
        return ()
    return least([name for name, c in candidates.items() if c.steps or c.offered], removed_by)


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
