"""The engine of dense time: zones decide what they can, whole units the rest, and each result says
which of the two it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

from msgspec.structs import replace

from fsm.check.confirm import confirm
from fsm.check.dense_facts import ZoneFacts
from fsm.check.engines import Explicit
from fsm.check.facts import Facts, Show
from fsm.check.notes import ALIKE, NO_RUN_SHOWN, STANDS_STILL
from fsm.check.task import Task
from fsm.errors import FsmError
from fsm.explore.emit import Values
from fsm.explore.space import StepFunction
from fsm.expressions import Scalar
from fsm.logic.decide import Decision, Witness
from fsm.model import Pattern, Property, Text
from fsm.semantics.replay import ReplayError
from fsm.semantics.trace import Bindings, Run
from fsm.timed.closed import is_closed, runs_alike
from fsm.timed.confirm import confirm_timed
from fsm.timed.decide import Ending, TimedDecider, TimedDecision
from fsm.timed.liveness import Endless
from fsm.timed.replay import Player, replay_timed
from fsm.timed.stopwatch import stopwatches
from fsm.timed.trace import TimedRun, TimedTrace
from fsm.timed.zone_graph import ZoneGraph

ENOUGH = 2_000  # zones, where whole units can decide as well: a second or two


class TimedReplayFailure(FsmError):
    """A run in dense time that the replayer refused: a defect of this package."""


def beside(task: Task, states: int, show: Show) -> Facts | None:
    """What zones tell beside an engine that counts whole units and found so many states; None where
    the two might not agree, or where there are too many zones."""
    system = task.system
    paused = any(clock.paused is not None for clock in system.clocks)
    if paused or not is_closed(system, task.variants):
        return None
    # Each state without its clocks has a zone at least, and so many states differ by clocks alone.
    readings = prod(system.slots[clock.slot].high + 1 for clock in system.clocks)
    if states > ENOUGH * readings:
        return None
    most = min(ENOUGH, task.limits.states or ENOUGH)
    limits = replace(task.limits, states=most)
    nothing = replace(task, properties=(), beside=(), limits=limits, progress=None)
    facts = Dense(nothing, Text()).facts(show)
    return None if facts.undecided else facts


class Dense:
    """Zones, and beside them whole units where something asks for that."""

    name = "zones"
    depth: int | None = None

    searched: tuple[float, float] | None = None
    tried = 0.0
    threads = 1

    def __init__(self, task: Task, reason: Text) -> None:
        # Zones in Python know no symmetry, a run of theirs is told as it is, and both sides have to
        # speak of the same states.
        copies = task.reduced.alike_in_whole
        self.reduced = task.reduced.uncut()
        self.task = task = replace(task, reduced=self.reduced, system=self.reduced.system)
        self._reason = reason
        self._stopped = self._open = False
        self._alike = runs_alike(task.system, task.variants)
        self._units: Explicit | None = None
        self._zones = TimedDecider(
            task.system, task.lowering, task.variants,
            tuple(p for p in task.asked if p.formula is None), task.limits, task.progress,
            copies=copies,
        )  # fmt: skip
        plain = [p for p in task.asked if p.formula is None]
        decided = {p.name for p in plain if self._zones.decides(p)}
        self._closed = is_closed(task.system, task.variants)  # then whole units decide the others
        self._endless = frozenset(
            p.name for p in plain if task.system.unit and self._zones.excludes(p)
        )
        self._decided = decided | self._endless
        self.dense = frozenset(p.name for p in task.properties if p.name in self._decided)

    @property
    def units(self) -> Explicit:
        """The engine of whole units, explored when it is first asked."""
        if self._units is None:
            self._units = Explicit(self.task, "auto")
        return self._units

    @property
    def successors(self) -> StepFunction:
        """See `Engine`; of the whole units, whose paths are shown step by step."""
        return self.units.successors

    @property
    def states(self) -> int:
        """The zones, and the states of whole units where they were asked for."""
        return self._zones.nodes + (0 if self._units is None else self._units.states)

    @property
    def transitions(self) -> int:
        """See `Engine`."""
        return self._zones.transitions + (0 if self._units is None else self._units.transitions)

    @property
    def notes(self) -> tuple[Text, ...]:
        """See `Engine`."""
        told = (
            (STANDS_STILL, self._stopped), (NO_RUN_SHOWN, self._open), (ALIKE, self._zones.folded),
        )  # fmt: skip
        return (self._reason, *(note for note, said in told if said))

    @property
    def undecided(self) -> int:
        """See `Engine`."""
        found = self._zones.undecided
        return found if self._units is None else found | self._units.undecided

    @property
    def limit(self) -> str:
        """See `Engine`."""
        return self._zones.limit or ("" if self._units is None else self._units.limit)

    def decide(self, property_: Property) -> Iterator[Decision]:
        """See `Engine`."""
        if property_.name not in self._decided:
            yield from self.units.decide(property_)
            return
        if property_.name in self._endless:
            yield from self._for_ever(property_)
            return
        for found in self._zones.decide(property_):
            show = self._showing(property_, found)
            witness = Witness(lambda _: None, lambda _: (), show)
            stopped = found.undecided & ~found.graph.undecided
            if stopped:
                stopped &= ~self._zones.excluded(property_, found.each, stopped)
            shown = self._at_whole_units(property_, found.each, stopped) if stopped else None
            if shown is not None:
                stopped &= ~shown.found
                yield shown
            self._stopped |= bool(stopped)
            undecided = (found.undecided & found.graph.undecided) | stopped
            yield Decision(found.each, found.found, undecided, witness)

    def _for_ever(self, property_: Property) -> Iterator[Decision]:
        """A claim without a bound on time. Zones prove it, or show a run that repeats; of what they
        leave open a run at whole units may be shown, or, where that is exact, that there is none.
        """
        most = ENOUGH if self._closed else None
        for each, endless, unfair in self._zones.for_ever(property_, self._in_full, most):
            shown = self._repeating(property_, each, endless)
            witness = Witness(lambda _: None, lambda _: (), shown)
            yield Decision(each, endless.found, 0, witness, unfair)
            if endless.left:
                whole = next(d for d in self.units.decide(property_) if d.each == each)
                found = whole.found & endless.left & self._alike
                left = whole.undecided if self._closed else endless.left & ~found
                self._open |= bool(left)
                yield replace(whole, found=found, undecided=left & endless.left)

    def _repeating(
        self, property_: Property, each: Bindings, endless: Endless
    ) -> Callable[[int], Run]:  # fmt: skip
        """A run that repeats, accepted by the replayer, and seen to be a violation."""

        def run(variant: int) -> Run:
            trace = next(trace for mask, trace in endless.shown if mask >> variant & 1)
            trace = replace(trace, variant=tuple(self._in_full(variant).items()))
            replayed = self._accepted(trace, property_.name)
            judging = self.task.reduced.judging(self.task.spec)
            player, found = Player(judging, dict(trace.variant)), replayed.told()
            if confirm(judging, property_, found, dict(each), player.parts) is False:
                raise TimedReplayFailure(f"the run found for {property_.name} does not show it")
            return found

        return run

    def _at_whole_units(self, property_: Property, each: Bindings, mask: int) -> Decision | None:
        """Where a clock is a stopwatch: a violation at whole units of time is one."""
        if property_.pattern is Pattern.REACHABLE:
            return None
        whole = next(d for d in self.units.decide(property_) if d.each == each)
        return replace(whole, found=whole.found & mask & self._alike, undecided=0)

    def _showing(self, property_: Property, decision: TimedDecision) -> Callable[[int], Run]:
        """A run in a variant that the independent replayer accepted, at its earliest instants or
        its latest."""

        def run(variant: int) -> Run:
            ending = decision.ending(variant)
            assert ending is not None, "a variant of the set has a path"
            replayed = self._replayed(decision.graph, ending, variant, property_.name)
            judging = self.task.reduced.judging(self.task.spec)
            if not confirm_timed(judging, property_, replayed, dict(decision.each)):
                raise TimedReplayFailure(f"the run found for {property_.name} does not show it")
            return replayed.told()

        return run

    def _replayed(self, graph: ZoneGraph, ending: Ending, variant: int, what: str) -> TimedRun:
        """A run to a point, accepted by the independent replayer."""
        full = self._in_full(variant)
        trace = self._zones.trace(graph, ending, full, latest=self.task.latest)
        return self._accepted(trace, what)

    def _in_full(self, variant: int) -> Mapping[str, Scalar]:
        """A variant, with what does not matter to it."""
        task = self.task
        full = {c.name: c.values[0] for c in task.spec.configuration}
        return full | dict(task.fixed) | dict(task.variants.variant(variant))

    def _accepted(self, trace: TimedTrace, what: str) -> TimedRun:
        try:
            return replay_timed(self.task.spec, trace)
        except ReplayError as problem:
            raise TimedReplayFailure(f"{what}: {problem}") from problem

    def deadlocks(self) -> None:
        """See `Engine`."""

    def facts(self, show: Show) -> Facts:
        """See `Engine`. Where a clock is a stopwatch, whole units tell."""
        graph = self._zones.space()
        if stopwatches(graph):
            return self.units.facts(show)

        def told(graph: ZoneGraph, ending: Ending, variant: int) -> Run:
            return self._replayed(graph, ending, variant, "a structural finding").told()

        return ZoneFacts(self.task.system, self.task.variants, graph, told)

    def state_of(self, node: int) -> Values:
        """See `Engine`."""
        return self.units.state_of(node)

    def representatives(self) -> Sequence[Values] | None:
        """See `Engine`."""
        return None
