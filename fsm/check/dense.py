"""The engine of dense time: zones decide what they can, whole units the rest, and each result says
which of the two it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fsm.check.engines import Explicit
from fsm.check.facts import Facts, Show
from fsm.check.notes import STANDS_STILL
from fsm.check.task import Task
from fsm.errors import FsmError
from fsm.explore.emit import Values
from fsm.explore.space import StepFunction
from fsm.logic.decide import Decision, Witness
from fsm.model import Property, Text
from fsm.semantics.replay import ReplayError
from fsm.semantics.trace import Run
from fsm.timed.confirm import confirm_timed
from fsm.timed.decide import TimedDecider, TimedDecision
from fsm.timed.replay import replay_timed


class TimedReplayFailure(FsmError):
    """A run in dense time that the replayer refused: a defect of this package."""


class Dense:
    """Zones, and beside them whole units where something asks for that."""

    name = "zones"
    depth: int | None = None

    searched: tuple[float, float] | None = None

    def __init__(self, task: Task, reason: Text) -> None:
        # Zones know no symmetry yet, a run of theirs is told as it is, and both sides have to speak
        # of the same states.
        self.reduced = task.reduced.uncut()
        self.task = task = replace(task, reduced=self.reduced, system=self.reduced.system)
        self._reason = reason
        self._stopped = False
        self._units: Explicit | None = None
        self._zones = TimedDecider(
            task.system, task.lowering, task.variants,
            tuple(p for p in task.properties if p.formula is None), task.limits, task.progress,
        )  # fmt: skip
        self.dense = frozenset(
            p.name for p in task.properties if p.formula is None and self._zones.decides(p)
        )

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
        return (self._reason, STANDS_STILL) if self._stopped else (self._reason,)

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
        """See `Engine`. Where a clock is a stopwatch, zones leave the verdict open."""
        if property_.name not in self.dense:
            yield from self.units.decide(property_)
            return
        for found in self._zones.decide(property_):
            self._stopped |= bool(found.undecided & ~found.graph.undecided)
            show = self._showing(property_, found)
            witness = Witness(lambda _: None, lambda _: (), show)
            yield Decision(found.each, found.found, found.undecided, witness)

    def _showing(self, property_: Property, decision: TimedDecision) -> Callable[[int], Run]:
        """A run in a variant that the independent replayer accepted, at its earliest instants or
        its latest."""
        task = self.task

        def run(variant: int) -> Run:
            ending = decision.ending(variant)
            assert ending is not None, "a variant of the set has a path"
            full = {c.name: c.values[0] for c in task.spec.configuration}
            full |= dict(task.fixed)
            full |= task.variants.variant(variant)
            trace = self._zones.trace(decision.graph, ending, full, latest=task.latest)
            try:
                replayed = replay_timed(task.spec, trace)
            except ReplayError as problem:
                raise TimedReplayFailure(f"{property_.name}: {problem}") from problem
            judging = task.reduced.judging(task.spec)
            if not confirm_timed(judging, property_, replayed, dict(decision.each)):
                raise TimedReplayFailure(f"the run found for {property_.name} does not show it")
            return replayed.told()

        return run

    def deadlocks(self) -> None:
        """See `Engine`."""

    def facts(self, show: Show) -> Facts:
        """See `Engine`."""
        return self.units.facts(show)

    def state_of(self, node: int) -> Values:
        """See `Engine`."""
        return self.units.state_of(node)

    def representatives(self) -> Sequence[Values] | None:
        """See `Engine`."""
        return None
