"""Deciding properties in dense time, for every variant at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.space import Limits, Progress
from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Scalar
from fsm.model import Property
from fsm.semantics.ir import Node
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings
from fsm.timed.boxes import Box, Where
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.decode import timed_trace
from fsm.timed.frozen import explore_around, follows_pauses
from fsm.timed.instants import timeline
from fsm.timed.limits import Extra, Horizons
from fsm.timed.liveness import can_exclude, for_ever
from fsm.timed.monitor import Monitor, can_decide
from fsm.timed.steps import TimedSuccessors
from fsm.timed.stopwatch import stopwatches
from fsm.timed.trace import TimedTrace
from fsm.timed.zone_graph import Change, ZoneGraph, explore_zones


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a path ends: a node, and the box that its last point is in."""

    node: int
    box: Box


@dataclass(frozen=True, slots=True)
class TimedDecision:
    """One instance of a property: the variants that violate it (reach it, for `reachable`), those
    left undecided, and where a run that shows it ends, in a variant."""

    each: Bindings
    found: int
    undecided: int
    graph: ZoneGraph
    ending: Callable[[int], Ending | None]


class Nobody:
    """A watch that remembers nothing."""

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """Nothing."""
        return (((), mask, frozenset()),)

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """Still nothing."""
        return (((), mask, frozenset()),)

    def clocks(self, memory: Values) -> Extra:
        """None."""
        return ()

    def instant(self, memory: Values) -> bool:
        """There is nothing to change."""
        return False

    def bad(self, state: Values, memory: Values) -> tuple[Where, Where]:
        """Nowhere."""
        return [], []

    def refuse(self) -> UsageError:
        """Never asked for."""
        raise AssertionError


@dataclass(slots=True)
class TimedDecider:
    """Decides the properties of one spec in dense time; what they share is explored once."""

    system: System
    lowering: Lowering
    variants: Variants
    selected: tuple[Property, ...]
    limits: Limits = Limits()
    progress: Progress | None = None
    ops: Operations = PLAIN
    successors: TimedSuccessors = field(init=False)
    _monitors: dict[str, list[tuple[Bindings, Monitor]]] = field(init=False, default_factory=dict)
    _shared: ZoneGraph | None = field(init=False, default=None)
    nodes: int = field(init=False, default=0)
    undecided: int = field(init=False, default=0)
    limit: str = field(init=False, default="")
    transitions: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.successors = TimedSuccessors(self.system, self.variants)
        for property_ in self.selected:
            types = {f.name: f.type for f in property_.each}
            found = self._monitors[property_.name] = []
            for each in bindings(property_.each):
                env: Mapping[str, int] = {n: encode(v, types[n]) for n, v in each}
                monitor = Monitor(property_, env, self.system, self.lowering, self.variants)
                found.append((each, monitor))

    def decides(self, property_: Property) -> bool:
        """Is it a property that zones decide, in a spec with time?"""
        if self.system.unit is None:
            return False
        return all(can_decide(property_, m.formulas) for _, m in self._monitors[property_.name])

    def decide(self, property_: Property) -> Iterator[TimedDecision]:
        """One decision for each value of `each`. Variants with a stopwatch are left undecided."""
        assert self.decides(property_)
        for each, monitor in self._monitors[property_.name]:
            if monitor.remembers:
                yield self._alone(each, monitor)
            else:
                yield self._in_states(each, monitor)

    def _alone(self, each: Bindings, monitor: Monitor) -> TimedDecision:
        horizons = self._horizons(monitor.formulas)
        graph = explore_zones(
            self.successors, monitor, horizons, self.limits, ops=self.ops, progress=self.progress
        )
        self._count(graph)

        def ending(variant: int) -> Ending | None:
            return next((Ending(n, box) for n, m, box in graph.bad if m >> variant & 1), None)

        return self._decision(each, graph, graph.found, ending)

    def _in_states(self, each: Bindings, monitor: Monitor) -> TimedDecision:
        graph = self._shared_graph()
        places: dict[tuple[Values, Values], Where] = {}
        found = 0
        for key, frame in graph.frames.items():
            if not frame.nodes:
                continue
            places[key], faulty = monitor.bad(frame.state, ())
            for node in frame.nodes:
                mask = graph.masks[node]
                for which, box in faulty:
                    if which & mask and graph.meets(node, box):
                        raise monitor.refuse()
                for which, box in places[key]:
                    if which & mask & ~found and graph.meets(node, box):
                        found |= which & mask

        def ending(variant: int) -> Ending | None:
            for node, (frame, mask) in enumerate(zip(graph.of, graph.masks, strict=True)):
                if mask >> variant & 1:
                    for which, box in places.get((frame.state, frame.memory), ()):
                        if which >> variant & 1 and graph.meets(node, box):
                            return Ending(node, box)
            return None

        return self._decision(each, graph, found, ending, places)

    def _decision(
        self, each: Bindings, graph: ZoneGraph, found: int,
        ending: Callable[[int], Ending | None],
        claims: Mapping[tuple[Values, Values], Where] | None = None,
    ) -> TimedDecision:  # fmt: skip
        stopped = stopwatches(graph, claims)
        undecided = (graph.undecided & ~found) | stopped
        return TimedDecision(each, found & ~stopped, undecided, graph, ending)

    def _shared_graph(self) -> ZoneGraph:
        """The space of the system alone, with clocks as far as any property looks at them."""
        if self._shared is None:
            formulas = [
                node
                for found in self._monitors.values()
                for _, monitor in found
                if not monitor.remembers
                for node in monitor.formulas
            ]
            self._shared = explore_zones(
                self.successors, Nobody(), self._horizons(formulas), self.limits, stop=False,
                ops=self.ops, progress=self.progress,
            )  # fmt: skip
            self._count(self._shared)
        return self._shared

    def excludes(self, property_: Property) -> bool:
        """Is it a claim without a bound on time that zones may prove?"""
        return all(
            can_exclude(property_, m, self.system) for _, m in self._monitors[property_.name]
        )

    def for_ever(self, property_: Property) -> Iterator[tuple[Bindings, int, int]]:
        """For each value of `each` the variants in which the claim may stay open for ever, and
        those left undecided."""
        for each, monitor in self._monitors[property_.name]:
            yield each, *for_ever(self.system, self.variants, monitor, self.limits, self.ops)

    def excluded(self, property_: Property, each: Bindings, mask: int) -> int:
        """Those of some variants with stopwatches in which nothing bad can be reached for all
        that."""
        if not follows_pauses(self.system):
            return 0
        monitor = next(m for known, m in self._monitors[property_.name] if known == each)
        graph = explore_around(
            self.successors, monitor, self._horizons(monitor.formulas), self.limits, mask, self.ops,
            self.progress,
        )  # fmt: skip
        self._count(graph)
        return mask & ~graph.found & ~graph.undecided

    def space(self) -> ZoneGraph:
        """The space of the system alone, whose zones tell points apart by all that they can and
        cannot do."""
        horizons = Horizons(self.system, self.variants, self.successors.numbering, exact=True)
        found = explore_zones(
            self.successors, Nobody(), horizons, self.limits, stop=False, ops=self.ops,
            progress=self.progress,
        )  # fmt: skip
        self._count(found)
        return found

    def _horizons(self, formulas: Sequence[Node]) -> Horizons:
        return Horizons(self.system, self.variants, self.successors.numbering, formulas)

    def _count(self, graph: ZoneGraph) -> None:
        self.nodes += len(graph.zones)
        self.undecided |= graph.undecided
        self.limit = self.limit or graph.limit
        self.transitions += graph.transitions

    # --- traces -------------------------------------------------------------------------------

    def trace(
        self, graph: ZoneGraph, ending: Ending, variant: Mapping[str, Scalar], *,
        latest: bool = False,
    ) -> TimedTrace:  # fmt: skip
        """The path to a point, with instants."""
        path = graph.path(ending.node)
        line = timeline(graph, path, ending.box)
        return timed_trace(graph, self.lowering.layout, path, line, variant, latest=latest)
