"""Replay a run in dense time, step by step, on the reference semantics.

It shares no code with the search over zones. A wait is looked at where it could stop: at each
instant at which some clock reaches a duration that the spec measures, and between two such
instants, where nothing changes, once.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import cast

from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.semantics.firing import Fault
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.replay import ReplayError, horizons, saturated
from fsm.semantics.trace import Delay, Occurrence, State, Step
from fsm.semantics.units import durations
from fsm.timed.trace import Lapse, TimedRun, TimedState, TimedStep, TimedTrace

MOST_ROUNDS = 100_000  # of a loop, until its clocks recur or have outgrown all durations


def replay_timed(spec: Spec, trace: TimedTrace) -> TimedRun:
    """Accept a trace as a run. Raises `ReplayError` unless the first snapshot is initial and each
    step is possible and leads to the next snapshot, and a `loop` comes back to what it was: its
    steps can be repeated, with the same times between them, until the state recurs (clocks beyond
    every duration count as equal)."""
    player = Player(spec, dict(trace.variant))
    if len(trace.snapshots) != len(trace.steps) + 1:
        raise ReplayError("a trace has one snapshot more than steps")
    start = player.interpreter.starts_as(trace.snapshots[0])
    if start is None:
        raise ReplayError("no run starts in the first snapshot")
    states, instants = [_timed(start)], [Fraction(0)]
    for number, (step, snapshot) in enumerate(
        zip(trace.steps, trace.snapshots[1:], strict=True), start=1
    ):
        state = player.perform(states[-1], step, f"step {number}")
        if state.snapshot != snapshot:
            raise ReplayError(f"step {number} leads to {state.snapshot}, not to {snapshot}")
        states.append(state)
        instants.append(instants[-1] + (step.units if isinstance(step, Lapse) else 0))
    run = TimedRun(trace.variant, tuple(states), trace.steps, tuple(instants), trace.loop)
    if run.loop is not None:
        _check_loop(player, run, run.loop)
    return run


def _check_loop(player: "Player", run: TimedRun, loop: int) -> None:
    steps = run.steps[loop:]
    if not 0 <= loop < len(run.steps):
        raise ReplayError("the loop starts outside the trace")
    known = horizons(player.interpreter)
    state, seen = run.states[-1], {saturated(run.states[loop].exact(), known)}
    for _ in range(MOST_ROUNDS):
        if state.snapshot != run.states[loop].snapshot:
            raise ReplayError("a round of the loop does not lead back to where it starts")
        key = saturated(state.exact(), known)
        if key in seen:
            return
        seen.add(key)
        for step in steps:
            state = player.perform(state, step, "a step of the loop, in a later round")
    raise ReplayError("the loop does not come back to the same state")


class Player:
    """A spec in one variant, in dense time."""

    def __init__(self, spec: Spec, variant: Mapping[str, Scalar]) -> None:
        for variable in spec.configuration:
            if variant.get(variable.name) not in variable.values:
                raise ReplayError(f"{variable.name} has no value in the variant")
        self.interpreter = Interpreter(spec, variant)
        self.unit = self.interpreter.unit or 1
        self._measured = sorted({Fraction(d, self.unit) for d in durations(spec)})

    def perform(self, state: TimedState, step: TimedStep, where: str = "a step") -> TimedState:
        """The state that a step leads to; `ReplayError` where it is not possible."""
        if isinstance(step, Lapse):
            return self._wait(state, step.units, where)
        same = _in_any_order(step)
        for occurrence, target in self.interpreter.steps(state.exact()):
            if _in_any_order(occurrence) == same:
                if isinstance(target, Fault):
                    raise ReplayError(f"{where} is a fault: {target.message.get('en')}")
                return _timed(target)
        raise ReplayError(f"{where} is not possible: {step}")

    def _wait(self, state: TimedState, units: Fraction, where: str) -> TimedState:
        if units <= 0:
            raise ReplayError(f"{where}: a wait takes time")
        left = units
        while left:
            # From here to the next instant that counts nothing changes but at its ends.
            span = min([left, *self._ahead(state)])
            middle = self._later(state, self.interpreter.paused(state.exact()), span / 2)
            paused = self.interpreter.paused(middle.exact())
            middle = self._later(state, paused, span / 2)
            for instant in (state, middle):
                if not self.interpreter.may_wait(instant.exact()):
                    raise ReplayError(
                        f"{where}: time may not pass after {units - left} units of it"
                    )
            state = self._later(state, paused, span)
            left -= span
        return state

    def parts(self, state: State, step: Step) -> Iterator[tuple[Step, State]]:
        """A step of a run as it is told (`TimedRun.told`), in parts, each with the state that it
        leads to: a wait is cut wherever something that is measured may change, and between two
        such instants."""
        here = _timed(state)
        if isinstance(step, Occurrence):
            yield step, self.perform(here, step).exact()
            return
        left = Fraction(step.units)
        while left:
            half = min([left, *self._ahead(here)]) / 2
            for _ in range(2):
                here = self.perform(here, Lapse(half))
                yield Delay(cast(int, half)), here.exact()
            left -= 2 * half

    def _ahead(self, state: TimedState) -> list[Fraction]:
        """How far away the instants are at which some clock reaches a measured duration."""
        return [d - t for _, t in state.clocks for d in self._measured if d > t]

    def _later(self, state: TimedState, paused: frozenset[str], units: Fraction) -> TimedState:
        clocks = ((name, t if name in paused else t + units) for name, t in state.clocks)
        return TimedState(state.snapshot, tuple(clocks))


def _timed(state: State) -> TimedState:
    return TimedState(state.snapshot, tuple((name, Fraction(t)) for name, t in state.clocks))


def _in_any_order(occurrence: Occurrence) -> tuple[str, frozenset[object], frozenset[object]]:
    moves = ((m.machine, m.transition, frozenset(m.chosen)) for m in occurrence.moves)
    return occurrence.event, frozenset(occurrence.fields), frozenset(moves)
