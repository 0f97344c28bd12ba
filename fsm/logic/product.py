"""A space with an observer beside it: the graph on which a property with memory is decided."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsm.explore.emit import Values
from fsm.explore.space import CHECK_EVERY, Arc, Limits, Space, out_of_time
from fsm.logic.observer import Observer


@dataclass(slots=True)
class Product:
    """Nodes are pairs of a state (by number) and the observer's memory.

    `bad[i]`: variants in which node i refutes the property. Such nodes, and those from which
    nothing can refute it any more, are not left: the graph ends there, not the run.
    `open[i]`: variants in which a run that stays in such nodes for ever does.
    """

    nodes: list[tuple[int, Values]] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)
    initial: list[tuple[int, int]] = field(default_factory=list)
    arcs: list[dict[tuple[int, int], int]] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    undecided: int = 0

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs out of a node for these variants."""
        for (step, target), variants in self.arcs[state].items():
            if variants & mask:
                yield step, target, variants & mask


def compose(space: Space, observer: Observer, limits: Limits) -> Product:
    """Explore the pairs that some variant reaches, breadth-first.

    Complexity: O(arcs of the space * memories * groups of variants).
    """
    product = Product(undecided=space.undecided)
    number: dict[tuple[int, Values], int] = {}

    def enter(state: int, memory: Values, mask: int, following: dict[int, int]) -> int:
        """Reach a node in some variants; returns its number."""
        node = number.setdefault((state, memory), len(product.nodes))
        if node == len(product.nodes):
            product.nodes.append((state, memory))
            for column in (product.reach, product.bad, product.open):
                column.append(0)
            product.arcs.append({})
        fresh = mask & ~product.reach[node]
        if fresh:
            product.reach[node] |= fresh
            bad = observer.bad(state, memory, fresh)
            product.bad[node] |= bad
            if observer.watched_for_ever(memory):
                product.open[node] |= fresh
            if fresh & ~bad and not observer.finished(memory):
                following[node] = following.get(node, 0) | fresh & ~bad
        return node

    frontier: dict[int, int] = {}
    for state, mask in space.initial:
        for memory, m in observer.start(state, mask):
            product.initial.append((enter(state, memory, m, frontier), m))
    steps = space.successors.steps
    looked = 0
    while frontier:
        following: dict[int, int] = {}
        for node, new in frontier.items():
            looked += 1
            if looked % CHECK_EVERY == 0 and out_of_time(limits):
                product.undecided = space.successors.variants.everything
                return product
            state, memory = product.nodes[node]
            arcs = product.arcs[node]
            for step, target, mask in space.out(state, new):
                for after, m in observer.step(memory, step, steps[step], target, mask):
                    to = enter(target, after, m, following)
                    arcs[step, to] = arcs.get((step, to), 0) | m
        frontier = following
    return product
