"""A space with an observer beside it: the graph on which a property with memory is decided."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsm.explore.emit import Values
from fsm.explore.space import CHECK_EVERY, Arc, Limits, Space, out_of_time
from fsm.logic.arrivals import Arrivals
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


def compose(space: Space, observer: Observer, limits: Limits, mask: int = -1) -> Product:
    """Explore the pairs that some variant of `mask` reaches, breadth-first.

    Complexity: O(arcs of the space * memories * groups of variants).
    """
    search = _Search(space, observer, pending=False)
    for state, variants in space.initial:
        for memory, m in observer.start(state, variants & mask):
            search.start(state, memory, m)
    return search.run(limits)


def compose_pending(
    space: Space, observer: Observer, limits: Limits, arrivals: Arrivals
) -> Product:
    """Explore what is pending of a response, from every state that asks for it.

    Whatever came before, a run that reaches such a state must answer from there on; so a response
    is violated exactly if this part of the product, in which nodes that wait for nothing are not
    left, has a bad node or a fair cycle of open nodes. Only for observers that `look_at_steps`.
    Complexity: as `compose`, in the pending part alone.
    """
    search = _Search(space, observer, pending=True)
    for ghosts, states in arrivals.under(observer):
        for state, mask in states.items():
            for memory, m in observer.asked(ghosts, state, mask):
                search.start(state, memory, m)
    return search.run(limits)


class _Search:
    """Breadth-first; `frontier` holds the variants that reach a node and have not left it yet.

    `pending`: nodes that wait for nothing are not left."""

    def __init__(self, space: Space, observer: Observer, *, pending: bool) -> None:
        self.space, self.observer, self.pending = space, observer, pending
        self.product = Product(undecided=space.undecided)
        self.number: dict[tuple[int, Values], int] = {}
        self.frontier: dict[int, int] = {}

    def start(self, state: int, memory: Values, mask: int) -> None:
        """A run starts in this node, in these variants."""
        if mask:
            node = self._enter(state, memory, mask, self.frontier)
            self.product.initial.append((node, mask))

    def run(self, limits: Limits) -> Product:
        """Follow all steps."""
        product, space, observer = self.product, self.space, self.observer
        steps, number, reach = space.successors.steps, self.number, product.reach
        looked = 0
        while self.frontier:
            following: dict[int, int] = {}
            for node, new in self.frontier.items():
                looked += 1
                if looked % CHECK_EVERY == 0 and out_of_time(limits):
                    product.undecided = space.successors.variants.everything
                    return product
                state, memory = product.nodes[node]
                arcs = product.arcs[node]
                for step, target, variants in space.arcs[state]:
                    mask = variants & new
                    if not mask:
                        continue
                    for after, m in observer.step(memory, step, steps[step], target, mask):
                        to = number.get((target, after))
                        if to is None or m & ~reach[to]:
                            to = self._enter(target, after, m, following)
                        arcs[step, to] = arcs.get((step, to), 0) | m
            self.frontier = following
        return product

    def _enter(self, state: int, memory: Values, mask: int, following: dict[int, int]) -> int:
        """Reach a node in some variants; returns its number."""
        product, observer = self.product, self.observer
        node = self.number.setdefault((state, memory), len(product.nodes))
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
            over = observer.closed(memory) if self.pending else observer.finished(memory)
            if fresh & ~bad and not over:
                following[node] = following.get(node, 0) | fresh & ~bad
        return node
