"""Small specs as text, and steps and states as short words, so that a test reads like its rule."""

from textwrap import dedent

from fsm.expressions import Scalar, Value
from fsm.model import Spec
from fsm.semantics.interpreter import Fault, Interpreter
from fsm.semantics.trace import Delay, Occurrence, State, Step
from fsm.spec.load import parse_spec


def spec_of(text: str) -> Spec:
    """The spec with this body; what every spec begins with is supplied."""
    return parse_spec("fsm: 1\nname: tiny\n" + dedent(text))


def system(text: str, **variant: Scalar) -> Interpreter:
    """The interpreter of a spec in one variant."""
    return Interpreter(spec_of(text), variant)


def bounded(keys: str, extra: str = "") -> str:
    """One transition with these keys, and whatever else the spec says."""
    return f"""
machines:
  a:
    states: {{s: , t: }}
    transitions: [{{from: s, {keys}, to: t}}]
{extra}
"""


def start(interpreter: Interpreter) -> State:
    """The only initial state."""
    (state,) = interpreter.initial()
    return state


def word(step: Step) -> str:
    """`e(f=1) one:0 two:1(k=0)`; a spontaneous step is its move alone; `+1` is a delay."""
    if isinstance(step, Delay):
        return f"+{step.units}"
    assert isinstance(step, Occurrence)
    moves = (f"{m.machine}:{m.transition}{_bindings(m.chosen)}" for m in step.moves)
    event = [f"{step.event}{_bindings(step.fields)}"] if step.event else []
    return " ".join([*event, *moves])


def _bindings(bindings: tuple[tuple[str, Scalar], ...]) -> str:
    return f"({', '.join(f'{n}={v}' for n, v in bindings)})" if bindings else ""


def options(interpreter: Interpreter, state: State) -> list[str]:
    """Every step in order, a fault with its kind and subject after a `!`."""
    return [
        f"{word(step)} !{target.kind} {target.subject}" if isinstance(target, Fault) else word(step)
        for step, target in interpreter.successors(state)
    ]


def go(interpreter: Interpreter, state: State, *steps: str) -> State:
    """Take these steps, each named by its word or by the beginning of it; `+3` is three units."""
    for name in steps:
        for wanted in ["+1"] * int(name[1:]) if name.startswith("+") else [name]:
            state = _step(interpreter, state, wanted)
    return state


def _step(interpreter: Interpreter, state: State, wanted: str) -> State:
    for step, target in interpreter.successors(state):
        if isinstance(target, State) and f"{word(step)} ".startswith(f"{wanted} "):
            return target
    raise AssertionError(f"{wanted} is not among {options(interpreter, state)}")


def at(state: State, name: str) -> Value:
    """Where a machine is, or what a variable holds."""
    return {**dict(state.snapshot.locations), **dict(state.snapshot.values)}[name]


def clock(state: State, name: str) -> int:
    """What a clock shows, in units."""
    return dict(state.clocks)[name]
