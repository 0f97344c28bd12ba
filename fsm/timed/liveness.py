"""Claims without a bound on time: can a run go on for ever, time diverging, with the claim open?

An abstract graph answers, whose cycles are those of real runs. Fairness is taken for kept wherever
an event may be disabled at some point of a node, and strong fairness is not looked at; so where no
cycle is found, there is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.graph import Backward, Constraint, decided_by, event_steps
from fsm.explore.space import Arc, Limits
from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.logic.observer import OPEN
from fsm.model import Fairness, Property
from fsm.semantics import ir
from fsm.semantics.lowered import System
from fsm.timed.abstract_graph import AbstractGraph, Ticking, abstract_graph
from fsm.timed.boxes import Where
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.limits import Extra, Horizons
from fsm.timed.monitor import BOUNDED, Monitor
from fsm.timed.stopwatch import stopwatches
from fsm.timed.zone_graph import Change, ZoneGraph


def can_exclude(property_: Property, monitor: Monitor, system: System) -> bool:
    """Is it a claim without a bound on time, on what time alone does not change?"""
    strong = [e.fair for e in system.events] + [p.fair for p in system.processes]
    return (
        property_.pattern in BOUNDED
        and property_.within is None
        and Fairness.STRONG not in strong
        and not any(ir.clock_tests(node) for node in monitor.formulas)
    )


def for_ever(
    system: System, variants: Variants, monitor: Monitor, limits: Limits, ops: Operations = PLAIN
) -> tuple[int, int]:
    """The variants in which the claim may stay open for ever, and those that are undecided: in all
    others every run on which time diverges answers it."""
    successors = Ticking(system, variants, monitor.ghosts)
    watch = _Ticked(monitor, successors.extra)
    horizons = Horizons(system, variants, successors.numbering)
    graph, zones = abstract_graph(successors, watch, horizons, limits, variants.everything, ops)
    view = _Surely(graph, zones)
    region = [
        reach if frame.memory[-1] == OPEN else 0
        for frame, reach in zip(graph.frames, graph.reach, strict=True)
    ]
    hull = Backward(view, stutters=False).fair_hull(region, _fairness(system, successors))
    found = 0
    for mask in hull:
        found |= mask
    return found, graph.undecided | stopwatches(zones)


def _fairness(system: System, successors: Ticking) -> Iterator[Constraint]:
    """Time diverges, and what is enabled all the time is taken."""
    yield Constraint(frozenset((successors.tick,)))
    for number, event in enumerate(system.events):
        if event.fair is not None:
            yield Constraint(event_steps(system, successors.steps, number), unless_disabled=True)
    for process in system.processes:
        if process.fair is not None:
            steps = decided_by(system, successors.steps, process.slot)
            yield Constraint(steps, unless_disabled=True)


@dataclass(frozen=True, slots=True)
class _Ticked:
    """A monitor, beside the clock of the tick."""

    monitor: Monitor
    extra: Extra

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """See `Watch`."""
        return self.monitor.start(state, mask)

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """See `Watch`."""
        return self.monitor.step(memory, number, info, state, mask)

    def clocks(self, memory: Values) -> Extra:
        """See `Watch`."""
        return (*self.monitor.clocks(memory), *self.extra)

    def instant(self, memory: Values) -> bool:
        """See `Watch`."""
        return self.monitor.instant(memory)

    def bad(self, state: Values, memory: Values) -> tuple[Where, Where]:
        """Nothing is bad by itself."""
        return [], []

    def refuse(self) -> UsageError:
        """See `Watch`."""
        return self.monitor.refuse()


class _Surely:
    """The graph, where a node has a step only if all its points have."""

    def __init__(self, graph: AbstractGraph, zones: ZoneGraph) -> None:
        self.reach, self.initial, self.undecided = graph.reach, graph.initial, graph.undecided
        self._graph, self._zones = graph, zones

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs out of a node for these variants."""
        return self._graph.out(state, mask)

    def offering(self, node: int, steps: frozenset[int]) -> int:
        """The variants in which every point of a node has a step of the set."""
        frame, zone = self._graph.frames[node], self._zones.zones[node]
        found = 0
        for move in frame.moves:
            covered = all(zone[i * frame.n + j] <= bound for i, j, bound in move.guard)
            if move.step.number in steps and covered:
                found |= move.step.mask
        return found & self.reach[node]
