"""Where violations stay for ever, as a graph by itself, and who might be called fair there."""

from collections.abc import Iterable, Iterator

from fsm.explore.graph import Constraint, Graph, Set, decided_by, event_steps, fair
from fsm.explore.space import Arc
from fsm.logic.product import Product
from fsm.logic.remedies import Party, parties
from fsm.model import Fairness
from fsm.semantics.lowered import System


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

    def offers(self, node: int) -> Iterable[Arc]:
        """What the whole graph offers at the node."""
        return self.graph.offers(self.nodes[node])


def candidates(system: System, product: Product) -> dict[Party, list[Constraint]]:
    """Weak fairness of all for which the spec states none, and which some step is of."""
    steps = product.space.successors.steps

    def weak(mine: frozenset[int]) -> Constraint:
        return product.constraint(fair(mine, Fairness.WEAK))

    return parties(
        system,
        lambda event: weak(event_steps(system, steps, event)),
        lambda process: weak(decided_by(system, steps, process)),
        lambda constraint: bool(constraint.steps or constraint.offered),
    )
