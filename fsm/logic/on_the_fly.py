"""The product of one variant, explored on the fly: no further than it takes to show a run."""

from collections.abc import Sequence

from fsm.explore.emit import Values
from fsm.explore.graph import Path, Set
from fsm.explore.space import Arc, Space
from fsm.logic.product import Product
from fsm.logic.rooms import Room, Rooms
from fsm.logic.watch import Watch


class OnTheFly:
    """A graph as `compose` explores it, of which each node is left when it is first asked for the
    arcs out of it. `hull` is a set of its nodes: those that `adopt` was told of."""

    undecided = 0

    def __init__(self, space: Space, watch: Watch, variant: int) -> None:
        self.space, self.watch, self.variant = space, watch, variant
        self.reach: Set = []
        self.hull: Set = []
        self._bit = 1 << variant
        self._rooms = Rooms(space, watch, watch.finished)
        self._nodes: list[tuple[int, Room]] = []
        self._arcs: list[Sequence[Arc] | None] = []  # None: not asked for yet
        self.initial = [
            (self._node(state, room), self._bit)
            for state, variants in space.initial
            for memory, mask in watch.start(state, variants & self._bit)
            if mask and not (room := self._rooms.of(memory)).over
        ]

    def out(self, state: int, mask: int) -> Sequence[Arc]:
        """The arcs out of a node."""
        found = self._arcs[state]
        if found is None:
            found = self._arcs[state] = self._leaving(*self._nodes[state])
        return found if mask & self._bit else ()

    def offers(self, node: int) -> list[Arc]:
        """The steps of the system at a node."""
        return self.space.arcs[self._nodes[node][0]]

    def is_bad(self, node: int) -> bool:
        """Does being there refute the property?"""
        state, room = self._nodes[node]
        if room.bad is None:
            return False
        return room.bad.here(state, self._bit, self.watch.without_value) != 0

    def adopt(self, product: Product, hull: Set) -> Set:
        """The nodes of a set of another product with the same watch, in this variant."""
        for (state, memory), mask in zip(product.nodes, hull, strict=True):
            if mask & self._bit:
                self.hull[self._node(state, self._rooms.of(memory))] = self._bit
        return self.hull

    def state(self, node: int) -> Values:
        """The state of a node."""
        return self.space.states[self._nodes[node][0]]

    def path(self, path: Path) -> Path:
        """The path with the numbers of its steps for its labels."""
        size = self._rooms.size
        return Path(path.nodes, tuple(label % size for label in path.steps), path.loop)

    def _leaving(self, state: int, room: Room) -> list[Arc]:
        rows, bit = self._rooms.rows(room), self._bit
        arcs: list[Arc] = []
        for step, target, variants in self.space.onward[state]:
            if not variants & bit:
                continue
            row, faulty = rows[step]
            if faulty is not None and faulty[target] & bit:
                raise self.watch.without_value()
            for marked, into, where in row:
                if where is None or where[target] & bit:
                    arcs.append((step + marked, self._node(target, into), bit))
        return arcs

    def _node(self, state: int, room: Room) -> int:
        """The number of a node, new or known."""
        node = room.nodes.get(state)
        if node is None:
            node = room.nodes[state] = len(self._nodes)
            self._nodes.append((state, room))
            self._arcs.append(None)
            self.reach.append(self._bit)
            self.hull.append(0)
        return node
