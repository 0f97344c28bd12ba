"""Runs through a product that machine code has searched, in one variant, told as paths: to where
the automaton accepts whatever follows, or a lasso round a fair component.

Nodes are numbered when they are first met, and their steps computed when they are asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from fsm.explore.compiled.components import Components
from fsm.explore.compiled.kernels import HERE, LEFT
from fsm.explore.compiled.memory import Block
from fsm.explore.compiled.paths import Goal, shortest
from fsm.explore.graph import Path, joined
from fsm.explore.least_lasso import Kept, shortened

LOOK_EVERY = 1_000  # nodes between two looks at the clock
Arc = tuple[int, int]  # a label, and the number of the node that it leads to


class Walks:
    """The nodes of a product by number, in one variant, whose bit inside the machine code is `bit`
    and whose runs start in `initial`. A label of a path is here that of an arc; `code` gives the
    code of its step."""

    def __init__(
        self, components: Components, initial: Sequence[int], bit: int
    ) -> None:  # fmt: skip
        self.components, self.initial, self.bit = components, initial, bit
        self.product, self.search = components.product, components.search
        self.nodes: list[int] = []
        self._number: dict[int, int] = {}
        self._out: dict[int, list[Arc]] = {}
        self._idle: dict[int, int] = {}
        self._steps: dict[tuple[int, int, int], int] = {}
        self._inside: dict[int, int] = {}
        machine, ledger = self.product.machine, self.search.ledger
        most, bits = machine.program.most, machine.shape.bits
        self._blocks = [Block(ledger, 1, bits), *(
            Block(ledger, size, width)
            for size, width in ((most, 64), (most, bits), (most, 64), (most, 64), (1, 64))
        )]  # fmt: skip
        self.starts: Sequence[int] = [*map(self._numbered, initial)]

    def _numbered(self, node: int) -> int:
        number = self._number.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    # --- what `Ground` asks -------------------------------------------------------------------

    def out(self, node: int) -> Iterator[Arc]:
        """See `Ground`."""
        if node not in self._out:
            self._leave(node)
        return iter(self._out[node])

    def inside(self, node: int) -> bool:
        """See `Ground`."""
        return self._component(node) > 0

    def at(self, node: int) -> Kept:
        """See `Ground`."""
        if node not in self._idle:
            self._leave(node)
        idle, conditions = self._idle[node], self.product.conditions
        return idle & conditions.weak, conditions.strong & ~idle

    def by(self, label: int) -> int:
        """See `Ground`."""
        return label

    def is_fair(self, kept: Kept) -> bool:
        """See `Ground`."""
        met, owed = kept
        full = self.product.accepting & ~self.product.loop | self.product.conditions.weak
        return not full & ~met and not owed & ~met

    def _component(self, node: int) -> int:
        if node not in self._inside:
            self._inside[node] = self.components.component(self.nodes[node])
        return self._inside[node]

    def _leave(self, node: int) -> None:
        if len(self._out) % LOOK_EVERY == 0:
            self.components.look_up()
        wanted, code, target, mask, step, idle = self._blocks
        wanted[0] = self.nodes[node]
        conditions = self.product.conditions
        size = self.components.code["leave"](
            wanted.address, self.bit, conditions.weak | conditions.strong, code.address,
            target.address, mask.address, step.address, idle.address,
        )  # fmt: skip
        arcs = []
        for k in range(size):
            there = self._numbered(target[k])
            arcs.append((code[k], there))
            self._steps.setdefault((node, code[k], there), step[k])
        self._out[node], self._idle[node] = arcs, idle[0]

    # --- paths --------------------------------------------------------------------------------

    def code(self, node: int, label: int, target: int) -> int:
        """The code of the system's first step that is this arc."""
        return self._steps[node, label, target]

    def to_the_end(self) -> Path | None:
        """A shortest path to where the automaton accepts whatever follows. Raises `Cut`."""
        return self._shortest(Goal(HERE))

    def lasso(self) -> Path | None:
        """A fair lasso, as short as `fsm.explore.least_lasso` finds it. Raises `Cut`, `Stopped`."""
        self.components.mark_all(self.bit)
        column = self.components.others(self.bit)
        stem = self._shortest(Goal(LEFT, column=column))
        column.free()
        if stem is None:
            return None
        return shortened(joined(stem, self._loop(stem.nodes[-1])), self)

    def _shortest(self, goal: Goal) -> Path | None:
        found = shortest(self.search, self.initial, self.bit, goal)
        if found is None:
            return None
        numbers = [*map(self._numbered, found)]
        labels = [
            next(label for label, to in self.out(here) if to == there)
            for here, there in pairwise(numbers)
        ]
        return Path(tuple(numbers), tuple(labels))

    def _loop(self, knot: int) -> Path:
        """Round a fair component through whatever it must serve: to the nearest place that meets
        some of what is still open, until nothing is, and back."""
        mine = self._component(knot)
        served = self.components.served(mine)
        conditions = self.product.conditions
        asked = self.product.accepting & ~self.product.loop | conditions.weak
        asked |= conditions.strong & served
        walk = Path((knot,), ())
        met = self.at(knot)[0]
        while left := asked & ~met:
            part = self._nearest(walk.nodes[-1], mine, partial(self._meets, left))
            walk = joined(walk, part)
            for label, node in zip(part.steps, part.nodes[1:], strict=True):
                met |= self.by(label) | self.at(node)[0]
        if not walk.steps or walk.nodes[-1] != knot:
            walk = joined(walk, self._nearest(walk.nodes[-1], mine, lambda _, node: node == knot))
        return Path(walk.nodes, walk.steps, 0)

    def _meets(self, some: int, label: int, node: int) -> bool:
        return bool((self.by(label) | self.at(node)[0]) & some)

    def _nearest(self, start: int, mine: int, goal: Callable[[int, int], bool]) -> Path:
        """Breadth-first inside a component."""
        parent: dict[int, tuple[int, int] | None] = {start: None}
        level = [start]
        while level:
            following = []
            for node in level:
                for label, target in self.out(node):
                    if self._component(target) != mine:
                        continue
                    if goal(label, target):
                        return _unwound(parent, node, label, target)
                    if target not in parent:
                        parent[target] = node, label
                        following.append(target)
            level = following
        raise AssertionError("a fair component leads to whatever it serves")

    def free(self) -> None:
        """Give the memory back."""
        for block in self._blocks:
            block.free()


def _unwound(
    parent: dict[int, tuple[int, int] | None], node: int, label: int, target: int
) -> Path:  # fmt: skip
    nodes, labels = [target, node], [label]
    while (link := parent[nodes[-1]]) is not None:
        nodes.append(link[0])
        labels.append(link[1])
    return Path(tuple(reversed(nodes)), tuple(reversed(labels)))
