"""Runs to draw: random walks of random specs, and one of the flagship's known holes."""

from functools import cache
from pathlib import Path
from random import Random

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import SpecReport
from fsm.model import Spec
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Delay, Run, State, Step
from fsm.spec.load import load_spec

FLAGSHIP = Path(__file__).parents[2] / "specs/douyin/shipped_refund_only.fsm.yaml"
HOLE = "slow_intercept"


@cache
def flagship() -> SpecReport:
    """The check of the property that the 48-hour rule breaks while a parcel is intercepted."""
    return check_spec(load_spec(FLAGSHIP), CheckOptions(properties=(HOLE,)))


def flagship_run() -> Run:
    """How it breaks: nine steps."""
    run = flagship().results[0].run
    assert run is not None
    return run


def walk(spec: Spec, random: Random, steps: int) -> Run | None:
    """A random run of the first variant; None where no run starts."""
    variant = {c.name: c.values[0] for c in spec.configuration}
    interpreter = Interpreter(spec, variant)
    state = next(iter(interpreter.initial()), None)
    if state is None:
        return None
    states, taken, times = [state], [], [0]
    for _ in range(steps):
        ways: list[tuple[Step, State]] = [
            (step, target)
            for step, target in interpreter.successors(states[-1])
            if isinstance(target, State)
        ]
        if not ways:
            break
        step, target = random.choice(ways)
        states.append(target)
        taken.append(step)
        times.append(times[-1] + (step.units if isinstance(step, Delay) else 0))
    return Run(tuple(variant.items()), tuple(states), tuple(taken), tuple(times))
