"""A space with an observer beside it: the graph on which a property with memory is decided."""

from collections.abc import Callable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from fsm.explore.emit import Values
from fsm.explore.graph import Constraint
from fsm.explore.space import CHECK_EVERY, Arc, Limits, Space, among, exceeded
from fsm.logic.arrivals import Arrivals
from fsm.logic.observer import Observer
from fsm.logic.rooms import Room, Rooms
from fsm.logic.running import Running
from fsm.logic.watch import Watch


class Product(Struct):
    """Nodes are pairs of a state (by number) and the observer's memory.

    Those from which nothing can refute the property any more are left out.
    `bad[i]`: variants in which node i refutes it. Such nodes are not left: the graph ends there,
    not the run.
    `open[i]`: variants in which a run that stays in such nodes for ever may refute it.
    An arc's label is the number of its step plus `size` (how many steps there are) times its marks.
    In a spec without time a run that ends takes `DELAY` for ever: it stutters.
    """

    space: Space
    size: int
    nodes: list[tuple[int, Values]] = []
    reach: list[int] = []
    initial: list[tuple[int, int]] = []
    arcs: list[list[Arc]] = []
    bad: list[int] = []
    open: list[int] = []
    marks: set[int] = field(default_factory=lambda: {0})  # that some arc may have
    undecided: int = 0

    def out(self, state: int, mask: int) -> Sequence[Arc]:
        """The arcs out of a node for these variants."""
        return among(self.arcs[state], mask, self.reach[state])

    def offers(self, node: int) -> list[Arc]:
        """The steps of the system at a node."""
        return self.space.arcs[self.nodes[node][0]]

    def lasting(self) -> "Product":
        """The same, where no run goes on but from open nodes."""
        arcs = [mine if open else [] for mine, open in zip(self.arcs, self.open, strict=True)]
        return replace(self, arcs=arcs)

    def constraint(self, of: Constraint) -> Constraint:
        """A constraint on steps as one on labels, whatever their marks."""
        labels = frozenset(s + self.size * marks for marks in self.marks for s in of.steps)
        return replace(of, steps=labels, system=of.offered)

    def state(self, node: int) -> Values:
        """The state of a node."""
        return self.space.states[self.nodes[node][0]]

    def acceptance(self, mark: int) -> Constraint:
        """Arcs with a mark are taken again and again."""
        with_it = (marks for marks in self.marks if marks >> mark & 1)
        return Constraint(frozenset(
            label for m in with_it for label in range(self.size * m, self.size * (m + 1))
        ))  # fmt: skip


def compose(
    space: Space, watch: Watch, limits: Limits, mask: int = -1,
    parts: Sequence[int] | None = None,
) -> Product:  # fmt: skip
    """Explore the pairs that some variant of `mask` reaches, breadth-first. To decide, and not to
    show, the arcs that may be on a cycle of open nodes are enough: no others are kept if the
    component of each state is given by `parts`.

    Complexity: O(arcs of the space * memories * groups of variants).
    """
    search = _Search(space, watch, watch.finished, parts)
    for state, variants in space.initial:
        for memory, m in watch.start(state, variants & mask):
            search.start(state, memory, m)
    return search.run(limits)


def by_itself(space: Space) -> Product:
    """The space beside an observer that remembers nothing: its nodes are the states, by number."""
    reach, arcs = space.reach, space.onward
    nodes: list[tuple[int, Values]] = [(state, ()) for state in range(len(reach))]
    nowhere = [0] * len(reach)
    return Product(
        space, len(space.successors.steps), nodes, reach, space.initial, arcs, nowhere, nowhere,
        undecided=space.undecided,
    )  # fmt: skip


def compose_pending(
    space: Space, watch: Observer | Running, limits: Limits, arrivals: Arrivals,
    parts: Sequence[int],
) -> Product:  # fmt: skip
    """Explore what is pending of a response, from every state that asks for it; of an automaton
    that may wait, from every state in which it may leave its initial one.

    Whatever came before, a run that reaches such a state must answer from there on; so a response
    is violated exactly if this part of the product, without nodes that wait for nothing, has a bad
    node or a fair cycle of open nodes. Only for ghosts that look at steps alone.
    Complexity: as `compose`, in the pending part alone.
    """
    search = _Search(space, watch, watch.closed, parts)
    without_value = watch.without_value
    for ghosts, reached in arrivals.under(watch.tester.watchers):
        asking, pending = watch.asked(ghosts)
        if asking.faulty is not None and any(reached(asking.faulty)):
            raise without_value()
        for state, mask in () if asking.true is None else reached(asking.true):
            for memory, m in pending.here(state, mask, without_value):
                search.start(state, memory, m)
    return search.run(limits)


class _Search:
    """Breadth-first; `frontier` holds the variants that reach a node and have not left it yet."""

    def __init__(
        self, space: Space, watch: Watch, over: Callable[[Values], bool],
        parts: Sequence[int] | None,
    ) -> None:  # fmt: skip
        self.space, self.watch, self.parts = space, watch, parts
        self.rooms = Rooms(space, watch, over)
        self.product = Product(
            space, self.rooms.size, marks=self.rooms.marks, undecided=space.undecided
        )
        self.frontier: dict[int, int] = {}
        self._room_of: list[Room] = []  # node by node

    def start(self, state: int, memory: Values, mask: int) -> None:
        """A run starts in this node, in these variants."""
        room = self.rooms.of(memory)
        if mask and not room.over:
            node = self._enter(state, room, mask, self.frontier)
            self.product.initial.append((node, mask))

    def run(self, limits: Limits) -> Product:
        """Follow all steps; in a spec without time, the end of a run stutters."""
        product, reach, onward = self.product, self.product.reach, self.space.onward
        parts, everyone = self.parts, self.space.reach
        looked = 0
        while self.frontier:
            following: dict[int, int] = {}
            for node, new in self.frontier.items():
                looked += 1
                if looked % CHECK_EVERY == 0 and exceeded(limits):
                    product.undecided = self.space.successors.variants.everything
                    return self._finished()
                here = self._room_of[node]
                rows = here.rows or self.rooms.rows(here)
                state = product.nodes[node][0]
                kept = parts is None or here.open
                whole = new == everyone[state]
                arcs: list[Arc] = []
                for step, target, variants in onward[state]:
                    mask = variants
                    if not whole:
                        mask &= new
                        if not mask:
                            continue
                        if mask == variants:
                            mask = variants  # kept once: a set of thousands of variants is large
                    row, faulty = rows[step]
                    if faulty is not None and faulty[target] & mask:
                        raise self.watch.without_value()
                    for marked, room, where in row:
                        m = mask
                        if where is not None:
                            m &= where[target]
                            if not m:
                                continue
                            if m == mask:
                                m = mask
                        to = room.nodes.get(target, -1)
                        if to < 0 or (reach[to] is not m and m & reach[to] != m):
                            to = self._enter(target, room, m, following)
                        if kept and (parts is None or parts[target] == parts[state]):
                            arcs.append((step + marked, to, m))
                known = product.arcs[node]
                product.arcs[node] = _merged(known, arcs) if known else arcs
            self.frontier = following
        return self._finished()

    def _enter(self, state: int, room: Room, mask: int, following: dict[int, int]) -> int:
        """Reach a node in some variants; returns its number."""
        product, fresh = self.product, mask
        node = room.nodes.get(state)
        if node is None:
            node = room.nodes[state] = len(product.nodes)
            product.nodes.append((state, room.memory))
            product.reach.append(mask)
            product.bad.append(0)
            product.arcs.append([])
            self._room_of.append(room)
        else:
            known = product.reach[node]
            fresh ^= mask & known
            product.reach[node] = known | fresh
        if room.bad is not None and fresh:
            bad = room.bad.here(state, fresh, self.watch.without_value)
            if bad:
                product.bad[node] |= bad
                fresh ^= bad
        if fresh:
            following[node] = following[node] | fresh if node in following else fresh
        return node

    def _finished(self) -> Product:
        """The product, with what is known of whole rooms."""
        nodes = zip(self.product.reach, self._room_of, strict=True)
        self.product.open = [reach if room.open else 0 for reach, room in nodes]
        return self.product


def _merged(known: Sequence[Arc], more: Sequence[Arc]) -> list[Arc]:
    """The arcs of a node that was left before, for other variants."""
    found = {(label, to): mask for label, to, mask in known}
    for label, to, mask in more:
        found[label, to] = found.get((label, to), 0) | mask
    return [(label, to, mask) for (label, to), mask in found.items()]
