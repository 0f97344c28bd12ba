"""Why a saved run is not a run of its spec any more: the first step that differs, in words."""

from collections.abc import Iterator

from fsm.model import Spec
from fsm.semantics.instances import Faulted
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.replay import ReplayError, perform
from fsm.semantics.trace import Delay, Snapshot, State, Step, Trace

_MOST = 3  # differences that one message names
_WIDTH = 200  # characters of an error that a message quotes


def first_difference(spec: Spec, trace: Trace) -> str:
    """What the spec does otherwise than the trace, "" where no single step does.

    Complexity: one `Interpreter.steps` a step.
    """
    interpreter = Interpreter(spec, dict(trace.variant))
    start = trace.snapshots[0]
    state = interpreter.starts_as(start)
    if state is None:
        return f"no run starts{_as_far_as_known(interpreter, start)}"
    for number, (step, snapshot) in enumerate(
        zip(trace.steps, trace.snapshots[1:], strict=False), start=1
    ):
        where = f"step {number}{_named(step)}"
        try:
            later = perform(interpreter, state, step, where)
        except (ReplayError, Faulted) as problem:
            if isinstance(step, Delay):
                return shortened(problem)
            return f"{where} is not possible there: {_where(state, step)}"
        if different := list(_differences(later.snapshot, snapshot)):
            return f"after {where} {_listed(different)}"
        state = later
    return ""


def shortened(problem: object) -> str:
    """What an error says, on one line that is not too long."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text if len(text) <= _WIDTH else text[:_WIDTH].rstrip() + "…"


def _as_far_as_known(interpreter: Interpreter, start: Snapshot) -> str:
    first = next(iter(interpreter.initial()), None)
    if first is None:
        return " at all"
    return f" like this: {_listed(list(_differences(first.snapshot, start)))}"


def _differences(spec: Snapshot, trace: Snapshot) -> Iterator[str]:
    for here, there in ((spec.locations, trace.locations), (spec.values, trace.values)):
        saved = dict(there)
        for name, value in here:
            if saved[name] != value:
                yield f"{name} is {value}, not {saved[name]}"


def _listed(parts: list[str]) -> str:
    more = len(parts) - _MOST
    return shortened(", ".join(parts[:_MOST]) + (f" and {more} more" if more > 0 else ""))


def _named(step: Step) -> str:
    return f" ({step.event})" if not isinstance(step, Delay) and step.event else ""


def _where(state: State, step: Step) -> str:
    """The states of the machines that it would move."""
    assert not isinstance(step, Delay)
    places = dict(state.snapshot.locations)
    return ", ".join(f"{m.machine} is {places.get(m.machine, 'unknown')}" for m in step.moves)
