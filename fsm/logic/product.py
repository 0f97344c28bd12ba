"""A space with an observer beside it: the graph on which a property with memory is decided."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from fsm.explore.emit import Values
from fsm.explore.graph import Constraint, Path
from fsm.explore.space import CHECK_EVERY, Arc, Limits, Space, exceeded
from fsm.explore.successors import DELAY, StepInfo
from fsm.logic.arrivals import Arrivals
from fsm.logic.observer import Observer


class Watch(Protocol):
    """What goes along with a run: a deterministic observer, or a Büchi automaton."""

    marks: int  # acceptance conditions

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """The memories at the start of a run, and the variants of each."""
        ...

    def step(
        self, memory: Values, number: int, info: StepInfo, state: int, mask: int
    ) -> list[tuple[int, Values, int]]:
        """The marks, memories and variants after a step that led to `state`."""
        ...

    def bad(self, state: int, memory: Values, mask: int) -> int:
        """The variants in which being here refutes the property."""
        ...

    def finished(self, memory: Values) -> bool:
        """Can nothing refute the property any more, whatever follows?"""
        ...

    def watched_for_ever(self, memory: Values) -> bool:
        """May a run that stays in such memories for ever refute the property?"""
        ...


@dataclass(slots=True)
class Product:
    """Nodes are pairs of a state (by number) and the observer's memory.

    `bad[i]`: variants in which node i refutes the property. Such nodes, and those from which
    nothing can refute it any more, are not left: the graph ends there, not the run.
    `open[i]`: variants in which a run that stays in such nodes for ever may refute it.
    An arc's label is the number of its step plus `size` (how many steps there are) times its marks.
    In a spec without time a run that ends takes `DELAY` for ever: it stutters.
    """

    space: Space
    size: int
    nodes: list[tuple[int, Values]] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)
    initial: list[tuple[int, int]] = field(default_factory=list)
    arcs: list[dict[tuple[int, int], int]] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    labels: set[int] = field(default_factory=set)
    undecided: int = 0

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs out of a node for these variants."""
        for (label, target), variants in self.arcs[state].items():
            if variants & mask:
                yield label, target, variants & mask

    def offering(self, node: int, steps: frozenset[int]) -> int:
        """The variants in which the system has a step of the set at a node."""
        return self.space.offering(self.nodes[node][0], steps)

    def constraint(self, of: Constraint) -> Constraint:
        """A constraint on steps as one on labels, whatever their marks."""
        labels = frozenset(label for label in self.labels if label % self.size in of.steps)
        return replace(of, steps=labels, system=of.offered)

    def path(self, path: Path) -> Path:
        """The path with the numbers of its steps for its labels."""
        return Path(path.nodes, tuple(label % self.size for label in path.steps), path.loop)

    def state(self, node: int) -> Values:
        """The state of a node."""
        return self.space.states[self.nodes[node][0]]

    def acceptance(self, mark: int) -> Constraint:
        """Arcs with a mark are taken again and again."""
        labels = (label for label in self.labels if label // self.size >> mark & 1)
        return Constraint(frozenset(labels))


def compose(
    space: Space, watch: Watch, limits: Limits, mask: int = -1, *, first: bool = False
) -> Product:
    """Explore the pairs that some variant of `mask` reaches, breadth-first; with `first` no further
    than to a nearest bad one: enough where no run violates the claim for ever alone.

    Complexity: O(arcs of the space * memories * groups of variants).
    """
    search = _Search(space, watch, watch.finished)
    for state, variants in space.initial:
        for memory, m in watch.start(state, variants & mask):
            search.start(state, memory, m)
    return search.run(limits, first=first)


def compose_pending(
    space: Space, observer: Observer, limits: Limits, arrivals: Arrivals
) -> Product:
    """Explore what is pending of a response, from every state that asks for it.

    Whatever came before, a run that reaches such a state must answer from there on; so a response
    is violated exactly if this part of the product, in which nodes that wait for nothing are not
    left, has a bad node or a fair cycle of open nodes. Only for ghosts that look at steps alone.
    Complexity: as `compose`, in the pending part alone.
    """
    search = _Search(space, observer, observer.closed)
    for ghosts, states in arrivals.under(observer.watchers):
        for state, mask in states().items():
            for memory, m in observer.asked(ghosts, state, mask):
                search.start(state, memory, m)
    return search.run(limits)


class _Search:
    """Breadth-first; `frontier` holds the variants that reach a node and have not left it yet.
    Nodes with a memory that is `over` are not left."""

    def __init__(self, space: Space, watch: Watch, over: Callable[[Values], bool]) -> None:
        self.space, self.watch, self.over = space, watch, over
        size = len(space.successors.steps)
        self.product = Product(space, size, undecided=space.undecided)
        self.number: dict[tuple[int, Values], int] = {}
        self.frontier: dict[int, int] = {}
        self.met_bad = False

    def start(self, state: int, memory: Values, mask: int) -> None:
        """A run starts in this node, in these variants."""
        if mask:
            node = self._enter(state, memory, mask, self.frontier)
            self.product.initial.append((node, mask))

    def run(self, limits: Limits, *, first: bool = False) -> Product:
        """Follow all steps; in a spec without time, the end of a run stutters. `first`: see
        `compose`."""
        product, space, number, reach = self.product, self.space, self.number, self.product.reach
        steps, step_of = space.successors.steps, self.watch.step
        stutters = space.successors.system.unit is None
        looked = 0
        while self.frontier:
            following: dict[int, int] = {}
            for node, new in self.frontier.items():
                if first and self.met_bad:
                    return product
                looked += 1
                if looked % CHECK_EVERY == 0 and exceeded(limits):
                    product.undecided = space.successors.variants.everything
                    return product
                state, memory = product.nodes[node]
                arcs = product.arcs[node]
                for step, target, variants in self._leaving(state, new, stutters=stutters):
                    mask = variants & new
                    if not mask:
                        continue
                    for marks, after, m in step_of(memory, step, steps[step], target, mask):
                        to = number.get((target, after))
                        if to is None or m & ~reach[to]:
                            to = self._enter(target, after, m, following)
                        label = step + product.size * marks
                        product.labels.add(label)
                        arcs[label, to] = arcs.get((label, to), 0) | m
            self.frontier = following
        return product

    def _leaving(self, state: int, new: int, *, stutters: bool) -> list[Arc]:
        arcs = self.space.arcs[state]
        if not stutters:
            return arcs
        still = new & ~self.space.undecided
        for _, _, mask in arcs:
            still &= ~mask
        return [*arcs, (DELAY, state, still)] if still else arcs

    def _enter(self, state: int, memory: Values, mask: int, following: dict[int, int]) -> int:
        """Reach a node in some variants; returns its number."""
        product = self.product
        node = self.number.setdefault((state, memory), len(product.nodes))
        if node == len(product.nodes):
            product.nodes.append((state, memory))
            for column in (product.reach, product.bad, product.open):
                column.append(0)
            product.arcs.append({})
        fresh = mask & ~product.reach[node]
        if fresh:
            product.reach[node] |= fresh
            bad = self.watch.bad(state, memory, fresh)
            product.bad[node] |= bad
            self.met_bad = self.met_bad or bool(bad)
            if self.watch.watched_for_ever(memory):
                product.open[node] |= fresh
            if fresh & ~bad and not self.over(memory):
                following[node] = following.get(node, 0) | fresh & ~bad
        return node
