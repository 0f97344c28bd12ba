"""Claims without a bound on time: can a run go on for ever, time diverging, with the claim open?

An abstract graph answers: every run is a path of it, so that where no cycle is found, there is
none; and each of its cycles is one of real runs, of which one is looked for whose instants recur.
Strong fairness is not looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from itertools import islice
from operator import or_

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.graph import Constraint, decided_by, event_steps
from fsm.explore.hull import Backward
from fsm.explore.least_lasso import least_lasso
from fsm.explore.space import Limits
from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Scalar
from fsm.logic.observer import OPEN
from fsm.logic.remedies import Party, Remedy, parties, remedies
from fsm.model import Fairness, Property
from fsm.semantics import ir
from fsm.semantics.layout import Layout
from fsm.semantics.lowered import System
from fsm.timed.abstract_graph import AbstractGraph, Choice, Ticking, abstract_graph
from fsm.timed.boxes import Where
from fsm.timed.checked import Operations
from fsm.timed.lasso import links_of, repeated
from fsm.timed.limits import Extra, Horizons
from fsm.timed.monitor import BOUNDED, Monitor
from fsm.timed.stopwatch import stopwatches
from fsm.timed.trace import TimedTrace
from fsm.timed.zone_graph import Change


def can_exclude(property_: Property, monitor: Monitor, system: System) -> bool:
    """Is it a claim without a bound on time, on what time alone does not change?"""
    strong = [e.fair for e in system.events] + [p.fair for p in system.processes]
    return (
        property_.pattern in BOUNDED
        and property_.within is None
        and Fairness.STRONG not in strong
        and not any(ir.clock_tests(node) for node in monitor.formulas)
    )


class Endless(Struct, frozen=True):
    """The variants in which some run leaves the claim open for ever: `shown` are told by a lasso
    whose instants recur, each for some variants; `left` are those of which no such lasso was found,
    or that are undecided. In all others every run that counts answers the claim."""

    shown: tuple[tuple[int, TimedTrace], ...]
    left: int
    undecided: int  # those of them in which a limit was reached, or a clock is a stopwatch
    graph: AbstractGraph

    @property
    def found(self) -> int:
        """The variants of which a run is shown."""
        return reduce(or_, (mask for mask, _ in self.shown), 0)


class Question(Struct, frozen=True):
    """Where may a claim stay open for ever?"""

    system: System
    variants: Variants
    monitor: Monitor
    limits: Limits
    ops: Operations

    def answer(self, layout: Layout, chosen: Callable[[int], Mapping[str, Scalar]]) -> Endless:
        """Where, and how. `chosen` is a variant in full.

        Complexity: that of the graph, of its fair hull, and of a lasso for each set of variants.
        """
        graph, undecided = self._graph(list(_choices(self.system)))
        fairness = _fairness(graph.successors)
        backward = Backward(graph)
        hull = backward.fair_hull(_region(graph), fairness)
        left = waiting = reduce(or_, hull, 0) & ~undecided
        shown: list[tuple[int, TimedTrace]] = []
        while waiting:
            variant = self.variants.simplest(waiting)
            path = least_lasso(graph, hull, fairness, variant)
            assert path is not None, "a variant of the hull has a cycle"
            links, mask = links_of(graph, path, variant)
            run = repeated(graph, path, links, layout, chosen(variant))
            if run is not None:
                shown.append((mask & waiting, run))
                left &= ~mask
            waiting &= ~mask
        return Endless(tuple(shown), left | undecided, undecided, graph)

    def unfair(self) -> Remedy:
        """Whose weak fairness would leave no such run (`remedies`); () where a limit leaves that
        unknown."""
        choices = list(_choices(self.system))
        asked: dict[Party, list[Choice]] = parties(
            self.system,
            lambda event: partial(event_steps, self.system, event=event),
            lambda process: partial(decided_by, self.system, process=process),
            lambda _: True,
        )
        graph, _ = self._graph([*choices, *(c for own in asked.values() for c in own)])
        if graph.undecided:
            return ()
        known = _fairness(graph.successors)
        stated, rest = known[: len(choices) + 1], iter(known[len(choices) + 1 :])
        each = {party: list(islice(rest, len(own))) for party, own in asked.items()}
        # One step alone is the idle one.
        taken = {party: [c for c in own if len(c.steps) > 1] for party, own in each.items()}
        of = {party: own for party, own in taken.items() if own}
        knots = Backward(graph).knots(_region(graph))
        return remedies(of, lambda added: not any(knots.fair([*stated, *added])))

    def _graph(self, choices: Sequence[Choice]) -> tuple[AbstractGraph, int]:
        """The graph beside a tick and what may be idle, and the variants that are undecided."""
        system, variants = self.system, self.variants
        successors = Ticking(system, variants, self.monitor.ghosts, choices)
        watch = _Ticked(self.monitor, successors.extra)
        # An idle step is taken where a guard is not true: then all bounds count from both sides.
        horizons = Horizons(system, variants, successors.numbering, exact=bool(choices))
        graph, zones = abstract_graph(
            successors, watch, horizons, self.limits, variants.everything, self.ops
        )
        return graph, graph.undecided | stopwatches(zones)


def _region(graph: AbstractGraph) -> list[int]:
    """Where the claim is open."""
    return [
        reach if frame.memory[-1] == OPEN else 0
        for frame, reach in zip(graph.frames, graph.reach, strict=True)
    ]


def _choices(system: System) -> Iterator[Choice]:
    """What fairness is stated of: the steps of an event, and those that a machine decides."""
    for number, event in enumerate(system.events):
        if event.fair is not None:
            yield partial(event_steps, system, event=number)
    for process in system.processes:
        if process.fair is not None:
            yield partial(decided_by, system, process=process.slot)


def _fairness(successors: Ticking) -> list[Constraint]:
    """Time diverges, and what is not taken again and again cannot be, again and again."""
    found = [Constraint(frozenset((successors.tick,)))]
    for idle, choice in zip(successors.idle, successors.choices, strict=True):
        found.append(Constraint(choice(successors.steps) | {idle}))
    return found


class _Ticked(Struct, frozen=True):
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
