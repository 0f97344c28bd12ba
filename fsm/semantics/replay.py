"""Replay what a search found, step by step, on the reference semantics.

It shares no code with any search: a trace that is accepted here is a run of the spec as it is
written (design, rule 3.8 for where a run ends and what repeats for ever).
"""

from collections.abc import Iterator, Mapping

from fsm.errors import FsmError
from fsm.model import Spec
from fsm.semantics.enabling import measured
from fsm.semantics.firing import Fault
from fsm.semantics.interpreter import Interpreter, interpreter_of
from fsm.semantics.trace import Bindings, Delay, Run, State, Step, Trace
from fsm.semantics.units import longest


class ReplayError(FsmError):
    """A trace that is no run of the spec; the message says at which step, and why."""


def replay(spec: Spec, trace: Trace) -> Run:
    """Accept a trace as a run, with the replayer's own states and the time of each, in units.

    Raises `ReplayError` unless the first snapshot is initial, each step is possible and leads to
    the next snapshot, and a `loop` can go on for ever: its steps can be repeated until the state
    recurs (clocks beyond every duration count as equal, and those that nothing looks at), or, where
    the loop is the last snapshot alone, nothing can happen there and time may pass for ever.

    Complexity: one `Interpreter.steps` a step; a loop takes as many rounds as its clocks need to
    recur or to outgrow the longest duration.
    """
    interpreter = interpreter_of(spec, _variant(spec, trace.variant))
    if len(trace.snapshots) != len(trace.steps) + 1:
        raise ReplayError("a trace has one snapshot more than steps")
    state = interpreter.starts_as(trace.snapshots[0])
    if state is None:
        raise ReplayError("no run starts in the first snapshot")
    states, times = [state], [0]
    for number, (step, snapshot) in enumerate(
        zip(trace.steps, trace.snapshots[1:], strict=True), start=1
    ):
        state = perform(interpreter, state, step, f"step {number}")
        if state.snapshot != snapshot:
            raise ReplayError(f"step {number} leads to {state.snapshot}, not to {snapshot}")
        states.append(state)
        times.append(times[-1] + (step.units if isinstance(step, Delay) else 0))
    run = Run(trace.variant, tuple(states), trace.steps, tuple(times), trace.loop)
    if run.loop is not None:
        _check_loop(interpreter, run, run.loop)
    return run


def _variant(spec: Spec, bindings: Bindings) -> Bindings:
    variant = dict(bindings)
    for variable in spec.configuration:
        if variant.get(variable.name) not in variable.values:
            raise ReplayError(f"{variable.name} has no value in the variant, or an impossible one")
    if len(variant) != len(spec.configuration):
        raise ReplayError("the variant chooses what the spec does not leave open")
    return bindings


def perform(interpreter: Interpreter, state: State, step: Step, where: str = "a step") -> State:
    """The state that a step leads to; `ReplayError` where it is not possible."""
    if isinstance(step, Delay):
        return _wait(interpreter, state, step.units, where)
    target = interpreter.after(state, step)
    if target is None:
        raise ReplayError(f"{where} is not possible: {step}")
    if isinstance(target, Fault):
        raise ReplayError(f"{where} is a fault: {target.message.get('en')}")
    return target


def _wait(interpreter: Interpreter, state: State, units: int, where: str) -> State:
    if units < 1:
        raise ReplayError(f"{where}: time passes by at least one unit")
    for passed in range(units):
        later = interpreter.delay(state)
        if later is None:
            raise ReplayError(f"{where}: no more than {passed} units of time may pass")
        state = later
    return state


def horizons(interpreter: Interpreter) -> dict[str, int]:
    """The clocks that a rule or a formula may look at, each with the most units that it may be
    compared with."""
    instances = interpreter.instances
    named = {clock.name for clock in instances.clocks}
    looked_at = named.union(*map(measured, instances.processes))
    return dict.fromkeys(looked_at, longest(interpreter.spec, interpreter.unit or 1))


def saturated(state: State, horizons: Mapping[str, int]) -> State:
    """The state with clocks beyond their horizon taken as one unit beyond it, and as 0 where they
    have none: no rule tells the two apart, now or later."""
    clocks = tuple((name, min(t, horizons.get(name, -1) + 1)) for name, t in state.clocks)
    return State(state.snapshot, clocks)


def repeated_steps(interpreter: Interpreter, run: Run) -> tuple[Step, ...]:
    """The steps that the loop of a run repeats for ever; () for a run that has ended, in a spec
    without time. Where time exists, a run that has ended only lets it pass (rule 3.8)."""
    assert run.loop is not None
    steps = run.steps[run.loop :]
    return steps if steps or interpreter.unit is None else (Delay(1),)


def rounds(interpreter: Interpreter, run: Run) -> Iterator[State]:
    """Go round the loop again and again, from the last state on: the state after each round."""
    steps = repeated_steps(interpreter, run)
    state = run.states[-1]
    while True:
        for step in steps:
            state = perform(interpreter, state, step, "a step of the loop, in a later round")
        yield state


def _check_loop(interpreter: Interpreter, run: Run, loop: int) -> None:
    """Rule 3.8: the run can go on like this for ever."""
    last = len(run.states) - 1
    if not 0 <= loop <= last:
        raise ReplayError("the loop starts outside the trace")
    start, end = run.states[loop], run.states[-1]
    if start.snapshot != end.snapshot:
        raise ReplayError("the last snapshot is not the one that the loop starts with")
    if loop == last and any(isinstance(t, State) for _, t in interpreter.steps(end)):
        raise ReplayError("the run cannot end here: something can happen")
    known = horizons(interpreter)
    seen = {saturated(end, known)}
    if loop < last:
        seen.add(saturated(start, known))
        if len(seen) == 1:
            return
    for state in rounds(interpreter, run):
        if state.snapshot != end.snapshot:
            raise ReplayError("a later round of the loop leads elsewhere")
        if saturated(state, known) in seen:
            return
        seen.add(saturated(state, known))
