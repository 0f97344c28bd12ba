"""What structural findings are made of, in dense time: from a point of each cell of its zones.

Faults, strategies that compete and ignored events are noted by the step function on the way, as in
whole units; so are the steps that are possible at all.
"""

from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct

from fsm.check.facts import Holder, Places, Region, holder_of, union
from fsm.explore.deadline_findings import Seen
from fsm.explore.deadlines import Deadlines
from fsm.explore.emit import Values
from fsm.explore.hull import Backward
from fsm.explore.space import Arc
from fsm.explore.successors import DELAY, Fault, Sighting, Successors
from fsm.explore.variants import Variants
from fsm.semantics.lowered import Process, System
from fsm.semantics.trace import Run
from fsm.timed.cells import Cells, Point
from fsm.timed.decide import Ending
from fsm.timed.zone_graph import ZoneGraph

ShowPoint = Callable[[ZoneGraph, Ending, int], Run]


class _Instant(Struct):
    """What can follow without time passing: a graph of states at their instants."""

    reach: list[int] = []
    arcs: list[list[Arc]] = []
    initial: list[tuple[int, int]] = []
    undecided: int = 0

    def out(self, state: int, mask: int) -> list[Arc]:
        """The steps out of a node for these variants."""
        return [(step, to, both) for step, to, m in self.arcs[state] if (both := m & mask)]

    def offers(self, node: int) -> Iterator[Arc]:
        """Never asked for: nothing is said about fairness here."""
        raise AssertionError


class ZoneFacts:
    """Facts from a graph of zones with exact horizons; see `fsm.check.facts.Facts`."""

    def __init__(
        self, system: System, variants: Variants, graph: ZoneGraph, show: ShowPoint
    ) -> None:
        self.system, self.variants, self.graph, self._show = system, variants, graph, show
        self.undecided = graph.undecided
        self._steps = Successors(system, variants)
        self._cells = Cells(system, variants, graph)
        self._leaving: list[tuple[Point, int, int]] = []  # a point, discrete steps, time passes
        self._at: dict[Values, Point] = {}
        self._started = union(mask for _, mask in self._steps.initial())
        taken: set[int] = set()
        for point in self._cells.points():
            discrete = delay = 0
            for step, _, mask in self._steps.of(point.state, point.mask):
                taken.add(step)
                discrete |= 0 if step == DELAY else mask
                delay |= mask if step == DELAY else 0
            self._leaving.append((point, discrete, delay))
            self._at[point.state] = point
        self._edges = {edge for step in taken for edge in self._steps.steps[step].edges}

    def started(self) -> int:
        """See `Facts`."""
        return self._started

    def leaves_met(self, process: Process) -> set[int]:
        """See `Facts`."""
        return {point.state[process.slot] for point, _, _ in self._leaving}

    def edges_taken(self) -> set[int]:
        """See `Facts`."""
        return self._edges

    def dead(self, outside: Places | None) -> Region:
        """See `Facts`: where time has passed beyond all that is compared, and goes on for ever."""
        found = Seen()
        for point, discrete, delay in self._leaving:
            out = outside is None or any(point.state[p] not in leaves for p, leaves in outside)
            if point.far and out:
                found.see(point.state, delay & ~discrete)
        return self.met(found, found.mask)

    def timelocks(self) -> Iterator[tuple[Holder, Region]]:
        """See `Facts`."""
        found: dict[Holder, Seen] = {}
        for point, discrete, delay in self._leaving:
            stuck = point.mask & ~discrete & ~delay
            if stuck:
                holder = holder_of(self.system, point.state)
                found.setdefault(holder, Seen()).see(point.state, stuck)
        for holder, seen in found.items():
            yield holder, self.met(seen, seen.mask)

    def zeno(self) -> Region:
        """See `Facts`. Without time all clocks keep their values but those that restart, so that
        the steps at one instant are those of one point of each cell."""
        where = self._zeno() if self._moments else []
        mask = union(where)

        def run() -> Run:
            variant = self.variants.simplest(mask)
            first = next(k for k, m in enumerate(where) if m >> variant & 1)
            return self._run(self._moments[first], variant)

        return Region(mask, run)

    @cached_property
    def _moments(self) -> list[Point]:
        held = (p for p, discrete, delay in self._leaving if discrete & ~delay)
        return [finer for point in held for finer in self._cells.finer(point)]

    def _zeno(self) -> list[int]:
        """For each moment the variants in which time can never pass again, and steps go on."""
        graph, steps = _Instant(), Successors(self.system, self.variants)
        number: dict[Values, int] = {}
        passing: list[int] = []

        def node_of(state: Values) -> int:
            if state not in number:
                number[state] = len(graph.reach)
                graph.reach.append(0)
                graph.arcs.append([])
                passing.append(0)
            return number[state]

        starts = [(node_of(p.state), p.mask, p.state) for p in self._moments]
        waiting = list(starts)
        while waiting:
            node, mask, state = waiting.pop()
            fresh = mask & ~graph.reach[node]
            if not fresh:
                continue
            graph.reach[node] |= fresh
            for step, target, m in steps.of(state, fresh):
                if step == DELAY:
                    passing[node] |= m
                else:
                    to = node_of(target)
                    graph.arcs[node].append((step, to, m))
                    waiting.append((to, m, target))
        backward = Backward(graph)
        able = backward.can_reach(passing, graph.reach)
        caught = [r & ~a for r, a in zip(graph.reach, able, strict=True)]
        hull = backward.fair_hull(caught, ()) if any(caught) else caught
        leading = backward.can_reach(hull, caught)
        return [leading[node] & mask for node, mask, _ in starts]

    def faults(self) -> Iterator[tuple[Fault, int, Region]]:
        """See `Facts`."""
        for fault, seen in self._steps.faults.items():
            yield fault, seen.value, self._sighted(seen)

    def competing(self) -> Iterator[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        for pair, seen in self._steps.competing.items():
            yield pair, self._sighted(seen)

    def ignored(self) -> Iterator[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        for pair, seen in self._steps.ignored.items():
            yield pair, self._sighted(seen)

    def deadlines(self) -> Deadlines:
        """See `Facts`."""
        found = Deadlines(self.system, self.variants)
        if not found.idle:
            for point, _, _ in self._leaving:
                found.look(point.state, point.mask)
        return found

    def met(self, seen: Seen, mask: int) -> Region:
        """See `Facts`."""

        def run() -> Run:
            variant = self.variants.simplest(mask)
            return self._run(self._at[seen.where(variant)], variant)

        return Region(mask, run)

    def _sighted(self, seen: Sighting) -> Region:
        def run() -> Run | None:
            point = self._at.get(seen.state)
            if point is None:  # an initial state that the start condition could not judge
                return None
            return self._run(point, self.variants.simplest(seen.mask & point.mask))

        return Region(seen.mask, run)

    def _run(self, point: Point, variant: int) -> Run:
        return self._show(self.graph, Ending(point.node(variant), point.box), variant)
