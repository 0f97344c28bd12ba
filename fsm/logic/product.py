"""A space with an observer beside it: the graph on which a property with memory is decided."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from fsm.explore.emit import Values
from fsm.explore.graph import Constraint, Path
from fsm.explore.space import CHECK_EVERY, Arc, Limits, Space, out_of_time
from fsm.explore.successors import DELAY, StepInfo


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


def compose(space: Space, observer: Watch, limits: Limits) -> Product:
    """Explore the pairs that some variant reaches, breadth-first.

    Complexity: O(arcs of the space * memories * groups of variants).
    """
    steps = space.successors.steps
    product = Product(space, len(steps), undecided=space.undecided)
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
    stutters = space.successors.system.unit is None
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
            leaving = list(space.out(state, new))
            if stutters:
                still = new & ~space.undecided
                for _, _, mask in leaving:
                    still &= ~mask
                leaving += [(DELAY, state, still)] if still else []
            for step, target, mask in leaving:
                for marks, after, m in observer.step(memory, step, steps[step], target, mask):
                    to = enter(target, after, m, following)
                    label = step + product.size * marks
                    product.labels.add(label)
                    arcs[label, to] = arcs.get((label, to), 0) | m
        frontier = following
    return product
