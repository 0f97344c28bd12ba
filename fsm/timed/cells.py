"""The reachable states of dense time, a point for each cell: where what the step function reads of
clocks does not change.

A cell is a discrete state and an interval for each clock that is compared out of it, so the steps
of one point of it (its clocks any rationals) are the steps of all of them, and what is said of its
deadlines is said of all. Only for graphs whose
horizons are `exact`, which tell points apart by what they cannot do as well.
"""

from collections.abc import Iterator

from msgspec import Struct

from fsm.explore.emit import Values
from fsm.explore.timing import late_of
from fsm.explore.variants import Variants
from fsm.semantics import ir
from fsm.semantics.lowered import System
from fsm.timed.boxes import Box, local
from fsm.timed.dbm import Zone, intersect
from fsm.timed.guards import Cell, Numbering, cells, replaced
from fsm.timed.zone_graph import Frame, ZoneGraph


class Point(Struct, frozen=True):
    """A reachable cell: a state with clocks from inside, the variants that reach it, the nodes in
    which they do, and is every compared clock beyond all that it is compared with?"""

    state: Values
    box: Box
    mask: int
    nodes: tuple[tuple[int, int], ...]  # node, variants
    far: bool

    def node(self, variant: int) -> int:
        """A node in which a variant reaches it."""
        return next(node for node, mask in self.nodes if mask >> variant & 1)


class Cells:
    """The cells of a graph of zones."""

    def __init__(self, system: System, variants: Variants, graph: ZoneGraph) -> None:
        self._system, self._graph = system, graph
        self._numbering = Numbering(len(system.slots))

        def tests(*nodes: ir.Node | None) -> tuple[ir.ClockTest, ...]:
            special = (s for n in nodes if n is not None for _, s in variants.cases(n))
            return tuple(dict.fromkeys(t for s in special for t in ir.clock_tests(s)))

        leaves = [len(p.leaves) for p in system.processes]
        self._of_leaf: list[list[list[ir.ClockTest]]] = [[[] for _ in range(n)] for n in leaves]
        for edge in system.edges:
            effects = (part for w in edge.writes for part in (w.target, w.value))
            found = tests(edge.enabled, edge.forced, late_of(edge), *effects, *edge.resets)
            self._of_leaf[edge.process][edge.leaf] += found
        self._pauses = tests(*(clock.paused for clock in system.clocks))
        every = (t for process in self._of_leaf for leaf in process for t in leaf)
        self._every = tuple(dict.fromkeys((*every, *self._pauses)))

    def points(self) -> Iterator[Point]:
        """Every cell that is reached, as far as its own steps tell cells apart."""
        for frame in self._graph.frames.values():
            if frame.nodes:
                yield from self._split(frame, self._compared(frame), ())

    def finer(self, point: Point) -> Iterator[Point]:
        """The same cell, as far as anything in the system tells points of it apart."""
        frame = self._graph.of[point.nodes[0][0]]
        yield from self._split(frame, self._every, point.box)

    def _compared(self, frame: Frame) -> tuple[ir.ClockTest, ...]:
        found: dict[ir.ClockTest, None] = dict.fromkeys(self._pauses)
        for process in self._system.processes:
            found.update(dict.fromkeys(self._of_leaf[process.slot][frame.state[process.slot]]))
        return tuple(found)

    def _split(self, frame: Frame, tests: tuple[ir.ClockTest, ...], box: Box) -> Iterator[Point]:
        """The cells of some comparisons inside a box."""
        place = {clock: k for k, clock in enumerate(frame.horizon.clocks)}
        by_clock: dict[int, list[ir.ClockTest]] = {}
        for test in tests:
            number = self._numbering.of(test.clock)
            if number in place:  # nobody looks at another one before it restarts
                by_clock.setdefault(number, []).append(test)
        parts = [cells(mine, self._numbering) for _, mine in sorted(by_clock.items())]
        masks = self._graph.masks
        zones: list[tuple[int, int, Zone]] = []
        for node in frame.nodes:
            inside = intersect(self._graph.zones[node], frame.n, local(box, place))
            if inside is not None:
                zones.append((node, masks[node], inside))

        def go(k: int, left: list[tuple[int, int, Zone]], chosen: list[Cell]) -> Iterator[Point]:
            if k == len(parts):
                mask = 0
                for _, m, _ in left:
                    mask |= m
                state, inside = frame.state, box
                for cell in chosen:
                    state, inside = replaced(state, cell.slots), (*inside, *cell.box)
                last = all(cell is part[-1] for cell, part in zip(chosen, parts, strict=True))
                yield Point(state, inside, mask, tuple((n, m) for n, m, _ in left), last)
                return
            for cell in parts[k]:
                cut = local(cell.box, place)
                met = [
                    (node, m, part)
                    for node, m, zone in left
                    if (part := intersect(zone, frame.n, cut)) is not None
                ]
                if met:
                    yield from go(k + 1, met, [*chosen, cell])

        yield from go(0, zones, []) if zones else ()
