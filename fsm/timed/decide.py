"""Deciding properties in dense time, for every variant at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.emit import Values
from fsm.explore.space import Limits, Progress
from fsm.explore.variants import Variants
from fsm.expressions import Scalar
from fsm.logic.remedies import Remedy
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
from fsm.timed.limits import Horizons
from fsm.timed.liveness import Endless, Question, can_exclude
from fsm.timed.machine import available
from fsm.timed.merged import merged
from fsm.timed.monitor import Monitor, can_decide
from fsm.timed.plain import PlainSearch
from fsm.timed.split import NotPlain
from fsm.timed.steps import TimedSuccessors
from fsm.timed.stopwatch import stopwatches
from fsm.timed.trace import TimedTrace
from fsm.timed.turning import Copies
from fsm.timed.zone_graph import Nobody, ZoneGraph, explore_zones

FIRST = 4_000  # zones: a second of Python


class Ending(Struct, frozen=True):
    """Where a path ends: a node, and the box that its last point is in."""

    node: int
    box: Box


class TimedDecision(Struct, frozen=True):
    """One instance of a property: the variants that violate it (reach it, for `reachable`), those
    left undecided, and where a run that shows it ends, in a variant."""

    each: Bindings
    found: int
    undecided: int
    graph: ZoneGraph
    ending: Callable[[int], Ending | None]


class TimedDecider:
    """Decides the properties of one spec in dense time; what they share is explored once."""

    def __init__(
        self, system: System, lowering: Lowering, variants: Variants,
        selected: tuple[Property, ...], limits: Limits = Limits(),
        progress: Progress | None = None, ops: Operations = PLAIN,
        machine_code: bool | None = None, copies: Sequence[Copies] = (),
    ) -> None:  # fmt: skip
        """`machine_code`: None is for what is large, where there is a compiler. `copies`: that are
        alike, for all selected properties."""
        self.system, self.lowering, self.variants = system, lowering, variants
        self.selected, self.limits, self.progress = selected, limits, progress
        self.ops, self.machine_code, self.copies = ops, machine_code, copies
        self.successors = TimedSuccessors(self.system, self.variants)  # as the spec says it
        # The same steps, with fewer clocks read.
        self._merged = TimedSuccessors(merged(self.system), self.variants)
        self._monitors: dict[str, list[tuple[Bindings, Monitor]]] = {}
        self._shared: ZoneGraph | None = None
        self._quick: PlainSearch | None = None
        self.nodes = self.undecided = self.transitions = 0
        self.limit = ""
        for property_ in self.selected:
            types = {f.name: f.type for f in property_.each}
            found = self._monitors[property_.name] = []
            for each in bindings(property_.each):
                env: Mapping[str, int] = {n: encode(v, types[n]) for n, v in each}
                monitor = Monitor(property_, env, self.system, self.lowering, self.variants)
                found.append((each, monitor))

    @property
    def folded(self) -> bool:
        """Were zones explored once for those that differ only in which copy is which?"""
        return self._quick is not None and bool(self.copies)

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
            self._merged, monitor, horizons, self.limits, ops=self.ops, progress=self.progress
        )
        self._count(graph)

        def ending(variant: int) -> Ending | None:
            return next((Ending(n, box) for n, m, box in graph.bad if m >> variant & 1), None)

        return self._decision(each, graph, graph.found, ending)

    def _in_states(self, each: Bindings, monitor: Monitor) -> TimedDecision:
        graph = self._shared_graph()
        if (quick := self._quick) is not None:

            def shown(variant: int) -> Ending | None:
                found = quick.ending(monitor, variant)
                return None if found is None else Ending(*found)

            found = quick.found(monitor)
            return TimedDecision(each, found, graph.undecided & ~found, graph, shown)
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
        """The space of the system alone, with clocks as far as any property looks at them. Where
        machine code has searched it (`_quick`), only paths that were asked for are in it."""
        if self._shared is None:
            monitors = [
                monitor
                for found in self._monitors.values()
                for _, monitor in found
                if not monitor.remembers
            ]
            horizons = self._horizons([node for m in monitors for node in m.formulas])
            self._shared = self._explored(horizons, monitors)
            self._count(self._shared)
            if self._quick is not None:
                self.nodes += self._quick.space.nodes
        return self._shared

    def _explored(self, horizons: Horizons, monitors: Sequence[Monitor]) -> ZoneGraph:
        """In Python where it is small; else machine code, if it serves; else Python all the way."""

        def in_python(limits: Limits) -> ZoneGraph:
            return explore_zones(
                self._merged, Nobody(), horizons, limits, stop=False, ops=self.ops,
                progress=self.progress,
            )  # fmt: skip

        most = self.limits.states
        quick = self.machine_code
        if quick is False or not available() or (quick is None and most and most <= FIRST):
            return in_python(self.limits)
        if quick is None:
            graph = in_python(replace(self.limits, states=FIRST))
            if graph.limit != f"{FIRST} states":
                return graph
        try:
            self._quick = PlainSearch(
                self._merged, horizons, monitors, self.limits, self.progress, self.ops,
                self.copies,
            )  # fmt: skip
        except NotPlain:
            return in_python(self.limits)
        return self._quick.graph

    def excludes(self, property_: Property) -> bool:
        """Is it a claim without a bound on time that zones may prove?"""
        return all(
            can_exclude(property_, m, self.system) for _, m in self._monitors[property_.name]
        )

    def for_ever(
        self, property_: Property, chosen: Callable[[int], Mapping[str, Scalar]],
        most: int | None = None,
    ) -> Iterator[tuple[Bindings, Endless, Callable[[], Remedy]]]:  # fmt: skip
        """For each value of `each`: where the claim may stay open for ever, and which fairness
        would rule that out. `chosen` is a variant in full. `most`: so many zones are enough, since
        somebody else can decide the rest."""
        limits = self.limits
        if most is not None:
            limits = replace(limits, states=min(most, limits.states or most))
        for each, monitor in self._monitors[property_.name]:
            asked = Question(self.system, self.variants, monitor, limits, self.ops)
            found = asked.answer(self.lowering.layout, chosen)
            self.nodes += len(found.graph.reach)
            self.transitions += sum(map(len, found.graph.arcs))
            if most is None:
                self.undecided |= found.graph.undecided
                self.limit = self.limit or found.graph.limit
            yield each, found, asked.unfair

    def excluded(self, property_: Property, each: Bindings, mask: int) -> int:
        """Those of some variants with stopwatches in which nothing bad can be reached for all
        that."""
        if not follows_pauses(self.system):
            return 0
        monitor = next(m for known, m in self._monitors[property_.name] if known == each)
        graph = explore_around(
            self._merged, monitor, self._horizons(monitor.formulas), self.limits, mask, self.ops,
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
        return Horizons(
            self._merged.system, self.variants, self._merged.numbering, formulas
        )  # fmt: skip

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
