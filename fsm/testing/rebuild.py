"""From steps that were chosen on lowered states to a run of the reference semantics."""

from collections.abc import Iterable, Mapping

from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.semantics.firing import Fault, Part, fire
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Delay, Occurrence, Run, Snapshot, State, Step
from fsm.semantics.values import View, evaluate


class Rebuilder:
    """Fires known steps one after another, without asking what else is possible."""

    def __init__(self, spec: Spec, variant: Mapping[str, Scalar]) -> None:
        self.interpreter = Interpreter(spec, variant)
        self.variant = self.interpreter.variant
        self._processes = {p.name: p for p in self.interpreter.instances.processes}

    def run(self, start: Snapshot, steps: Iterable[Step], *, ended: bool = False) -> Run:
        """The run through these steps, which must be possible; delays that follow one another are
        one. `ended`: it rests in its last state for ever.

        Complexity: one firing a step.
        """
        state = self.interpreter.starts_as(start)
        assert state is not None, "the strategies start where a run may start"
        states, taken, times = [state], list[Step](), [0]
        for step in steps:
            if isinstance(step, Delay):
                state, now = self._waited(state, step.units), times[-1] + step.units
                if taken and isinstance(taken[-1], Delay):
                    taken[-1], states[-1], times[-1] = Delay(taken[-1].units + step.units), state, now
                    continue
            else:
                state, now = self._taken(state, step), times[-1]
            taken.append(step)
            states.append(state)
            times.append(now)
        loop = len(taken) if ended else None
        return Run(tuple(self.variant.items()), tuple(states), tuple(taken), tuple(times), loop)

    def _taken(self, state: State, step: Occurrence) -> State:
        view = self._view(state)
        parts = []
        for move in step.moves:
            process = self._processes[move.machine]
            transition = process.machine.transitions[move.transition]
            names = dict((*step.fields, *move.chosen))
            parts.append(Part(process, transition, move.chosen, names))
        target = fire(view, tuple(parts))
        assert not isinstance(target, Fault), "the ground has no faulty steps"
        return target

    def _waited(self, state: State, units: int) -> State:
        """Rule 3.7, for as long as no clock that stands still starts to run."""
        while units:
            view = self._view(state)
            conditional = [
                (c.name, bool(evaluate(c.clock.paused_when.node, view.inside(c.copy))))
                for c in self.interpreter.instances.clocks
                if c.clock.paused_when is not None
            ]
            paused = {name for name, stands in conditional if stands}
            leap = 1 if conditional else units
            clocks = tuple((n, t if n in paused else t + leap) for n, t in state.clocks)
            state = State(state.snapshot, clocks)
            units -= leap
        return state

    def _view(self, state: State) -> View:
        return View(
            self.interpreter.instances, self.variant, dict(state.snapshot.locations),
            dict(state.snapshot.values), dict(state.clocks), self.interpreter.unit or 1,
        )  # fmt: skip
