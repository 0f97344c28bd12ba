"""From steps that were chosen on lowered states to a run of the reference semantics."""

from collections.abc import Iterable, Mapping

from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.semantics.firing import Fault, Part, fire, running
from fsm.semantics.instances import Instances
from fsm.semantics.trace import Delay, Occurrence, Run, Snapshot, State, Step
from fsm.semantics.values import View, evaluate


class Rebuilder:
    """Fires known steps one after another, without asking what else is possible."""

    def __init__(self, spec: Spec, unit: int | None) -> None:
        self._instances = Instances(spec)
        self._unit = unit or 1
        self._processes = {p.name: p for p in self._instances.processes}

    def run(
        self, variant: Mapping[str, Scalar], start: Snapshot, steps: Iterable[Step], ended: bool
    ) -> Run:
        """The run through these steps, which must be possible; each delay is a stop of its own.
        `ended`: the run rests in its last state for ever.

        Complexity: one firing a step.
        """
        state = State(start, running(self._instances, dict(start.locations), {}))
        states, taken, times = [state], list[Step](), [0]
        for step in steps:
            if isinstance(step, Delay):
                state, now = self._waited(variant, state, step.units), times[-1] + step.units
            else:
                state, now = self._taken(variant, state, step), times[-1]
            taken.append(step)
            states.append(state)
            times.append(now)
        loop = len(taken) if ended else None
        return Run(tuple(variant.items()), tuple(states), tuple(taken), tuple(times), loop)

    def _taken(self, variant: Mapping[str, Scalar], state: State, step: Occurrence) -> State:
        view = self._view(variant, state)
        parts = []
        for move in step.moves:
            process = self._processes[move.machine]
            transition = process.machine.transitions[move.transition]
            names = dict((*step.fields, *move.chosen))
            parts.append(Part(process, transition, move.chosen, names))
        target = fire(view, tuple(parts))
        assert not isinstance(target, Fault), "the ground has no faulty steps"
        return target

    def _waited(self, variant: Mapping[str, Scalar], state: State, units: int) -> State:
        """Rule 3.7, for as long as no clock that stands still starts to run."""
        while units:
            view = self._view(variant, state)
            conditional = [
                (c.name, bool(evaluate(c.clock.paused_when.node, view.inside(c.copy))))
                for c in self._instances.clocks
                if c.clock.paused_when is not None
            ]
            paused = {name for name, stands in conditional if stands}
            leap = 1 if conditional else units
            clocks = tuple((n, t if n in paused else t + leap) for n, t in state.clocks)
            state = State(state.snapshot, clocks)
            units -= leap
        return state

    def _view(self, variant: Mapping[str, Scalar], state: State) -> View:
        return View(
            self._instances, variant, dict(state.snapshot.locations),
            dict(state.snapshot.values), dict(state.clocks), self._unit,
        )  # fmt: skip
