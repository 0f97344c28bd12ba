"""What a set of runs has visited: states, transitions, and the instants around each deadline."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from fsm.expressions import Scalar
from fsm.model import Formula, Spec, Timing
from fsm.semantics.enabling import source
from fsm.semantics.instances import Faulted, Instances, Process, clock_of
from fsm.semantics.trace import Delay, State, Step
from fsm.semantics.units import unit_of
from fsm.semantics.values import View, evaluate

Transition = tuple[str, int]  # machine and number, whatever the copy
AROUND = (-1, 0, 1)  # units from the bound


class Boundary(Struct, frozen=True, order=True):
    """One bound of a transition's timing: `end` is "lower", "upper", or "both" where they meet.

    `forced`: time cannot go beyond it while the guard is true, so that +1 may be impossible.
    """

    machine: str
    transition: int
    end: str
    forced: bool


class Coverage(Struct):
    """Counts over all runs recorded so far; `Recorder` fills it."""

    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    transitions: Counter[Transition] = field(default_factory=Counter)
    boundaries: Counter[tuple[Boundary, int]] = field(default_factory=Counter)
    runs: int = 0
    steps: int = 0


class Recorder:
    """Records the runs of one spec; what can be covered at all is in `goals`."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.coverage = Coverage()
        self._unit = unit_of(spec) or 1
        self._instances = Instances(spec)
        self._machines = {p.name: p.machine.name for p in self._instances.processes}
        self._timed = [
            (process, transition, transition.timing)
            for process in self._instances.processes
            for transition in process.machine.transitions
            if transition.timing is not None
        ]

    def record(
        self, variant: Mapping[str, Scalar], states: Iterable[State], steps: Iterable[Step]
    ) -> None:
        """One run: the states that it visits and the steps between them."""
        self.coverage.runs += 1
        for state in states:
            self._visit(variant, state)
        for step in steps:
            self.coverage.steps += 1
            if not isinstance(step, Delay):
                for move in step.moves:
                    self.coverage.transitions[self._machines[move.machine], move.transition] += 1

    def goals(self) -> tuple[list[tuple[str, str]], list[Transition], list[Boundary]]:
        """Every leaf state, transition and boundary that the spec has, in its order."""
        machines = self.spec.all_machines()
        states = [(m.name, s.name) for m in machines for s in m.states if not s.initial]
        transitions = [(m.name, t.number) for m in machines for t in m.transitions]
        boundaries = {
            Boundary(m.name, t.number, end, t.timing.forced and end != "lower"): None
            for m in machines
            for t in m.transitions
            if t.timing is not None
            for end, _ in _ends(t.timing)
        }
        return states, transitions, list(boundaries)

    def _visit(self, variant: Mapping[str, Scalar], state: State) -> None:
        locations = dict(state.snapshot.locations)
        for process in self._instances.processes:
            self.coverage.states[process.machine.name, locations[process.name]] += 1
        if not self._timed:
            return
        view = View(
            self._instances, variant, locations, dict(state.snapshot.values),
            dict(state.clocks), self._unit,
        )  # fmt: skip
        for process, transition, timing in self._timed:
            level = source(process, transition, view)
            if level is None:
                continue
            here = view.inside(process.copy)
            measured = self._measured(process, timing, level, here)
            for end, bound in _ends(timing):
                try:
                    offset = (measured - int(evaluate(bound.node, here))) // self._unit
                except Faulted:
                    continue
                if offset in AROUND:
                    forced = timing.forced and end != "lower"
                    boundary = Boundary(process.machine.name, transition.number, end, forced)
                    self.coverage.boundaries[boundary, offset] += 1

    def _measured(self, process: Process, timing: Timing, level: str, here: View) -> int:
        """Milliseconds on the clock that the timing reads."""
        if timing.clock is not None:
            return int(evaluate(timing.clock, here))
        return here.clocks[clock_of(process.name, level)] * here.unit


def _ends(timing: Timing) -> Iterator[tuple[str, Formula]]:
    """The bounds, by name; one where both say the same."""
    if timing.lower is not None and timing.lower == timing.upper:
        yield "both", timing.lower
        return
    if timing.lower is not None:
        yield "lower", timing.lower
    if timing.upper is not None:
        yield "upper", timing.upper
