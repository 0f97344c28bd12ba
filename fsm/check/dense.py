"""The engine of dense time: zones decide what they can, whole units the rest, and each result says
which of the two it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fsm.check.dense_facts import ZoneFacts
from fsm.check.engines import Explicit
from fsm.check.facts import Facts, Show
from fsm.check.notes import ALIKE, NO_RUN_SHOWN, STANDS_STILL
from fsm.check.task import Task
from fsm.errors import FsmError
from fsm.explore.emit import Values
from fsm.explore.space import StepFunction
from fsm.logic.decide import Decision, Witness
from fsm.model import Pattern, Property, Text
from fsm.semantics.replay import ReplayError
from fsm.semantics.trace import Bindings, Run
from fsm.timed.closed import is_closed, runs_alike
from fsm.timed.confirm import confirm_timed
from fsm.timed.decide import Ending, TimedDecider, TimedDecision
from fsm.timed.replay import replay_timed
from fsm.timed.stopwatch import stopwatches
from fsm.timed.trace import TimedRun
from fsm.timed.zone_graph import ZoneGraph


class TimedReplayFailure(FsmError):
    """A run in dense time that the replayer refused: a defect of this package."""


class Dense:
    """Zones, and beside them whole units where something asks for that."""

    name = "zones"
    depth: int | None = None

    searched: tuple[float, float] | None = None
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
        closed = is_closed(task.system, task.variants)  # then whole units decide the others
        self._endless = frozenset(
            p.name for p in plain if task.system.unit and not closed and self._zones.excludes(p)
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
        """A claim without a bound on time: zones prove it, a run at whole units refutes it."""
        for each, open_, undecided in self._zones.for_ever(property_):
            found, witness = 0, Witness(lambda _: None, lambda _: ())
            if open_ | undecided:
                whole = next(d for d in self.units.decide(property_) if d.each == each)
                found, witness = whole.found & self._alike, whole.witness
            left = (open_ | undecided) & ~found
            self._open |= bool(left)
            yield Decision(each, found, left, witness)

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
        task = self.task
        full = {c.name: c.values[0] for c in task.spec.configuration}
        full |= dict(task.fixed)
        full |= task.variants.variant(variant)
        trace = self._zones.trace(graph, ending, full, latest=task.latest)
        try:
            return replay_timed(task.spec, trace)
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
