"""A sample of runs, and a shortest one in place of one that was found to fail.

Hypothesis draws the sample. What fails is not shrunk by it: draws say how a run was chosen, and
a shorter run may have been chosen quite otherwise.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.timing import UNITS
from fsm.errors import FsmError
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.runtime.errors import NotPossible, RunError, in_order
from fsm.runtime.runtime import Runtime
from fsm.semantics.replay import ReplayError, replay
from fsm.semantics.trace import Delay, Occurrence, Run, Step, Trace
from fsm.testing.shorten import shortened
from fsm.testing.strategies import runs

if TYPE_CHECKING:
    from fsm.testing.trial import Break, Plan

SEARCHED = 50_000  # states in which a shorter run is looked for

Judge = Callable[[Run], "Break | None"]


def sample_runs(spec: Spec, plan: "Plan", look: Callable[[Run], None]) -> None:
    """Call `look` with `plan.examples` runs; the same plan gives the same runs."""

    @seed(plan.seed)
    @settings(
        max_examples=plan.examples, phases=(Phase.generate,), deadline=None, database=None,
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(runs(spec, dict(plan.fixed), max_steps=plan.steps))
    def test(run: Run) -> None:
        look(run)

    test()


def length(run: Run) -> int:
    """Discrete steps and units of time."""
    return sum(step.units if isinstance(step, Delay) else 1 for step in run.steps)


def shortest(spec: Spec, fixed: Mapping[str, Scalar], judge: Judge, found: "Break") -> "Break":
    """A shortest run that `judge` says something of, in place of the one that was found.

    No steps of it can be left out. Where a search is done within `SEARCHED` states, none is shorter
    in the variant of what was found, nor in the simplest one with the `fixed` choices: that with
    the fewest switches on. Of equal runs it is the simplest one's. Whatever is answered has been
    taken by the runtime, and judged.
    """
    candidates = []
    for choices in (fixed, dict(found.run.variant)):
        run = _searched(spec, found.property.name, choices)
        better = None if run is None or _repeats(run) else judge(run)
        if better is not None:
            candidates.append(better)
    return min([*candidates, _least(spec, judge, found)], key=lambda b: length(b.run))


def _searched(spec: Spec, name: str, fixed: Mapping[str, Scalar]) -> Run | None:
    options = CheckOptions(
        properties=(name,),
        variant=tuple(fixed.items()),
        max_states=SEARCHED,
        time=UNITS,
    )
    try:
        return check_spec(spec, options).results[0].run
    except FsmError:
        return None


def _repeats(run: Run) -> bool:
    """Does it go round and round? No sample does, and no test file keeps such a run."""
    return run.loop is not None and run.loop < len(run.steps)


def _least(spec: Spec, judge: Judge, found: "Break") -> "Break":
    """No steps of the answer can be left out."""
    known = {found.run.steps: found}

    def fails(steps: tuple[Step, ...]) -> tuple[Step, ...] | None:
        said = judge(_taken(spec, found.run, steps))
        if said is None:
            return None
        known[said.run.steps] = said
        return said.run.steps

    return known[shortened(fails(_merged(found.run.steps)) or found.run.steps, fails)]


def _merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Delays that follow one another as one."""
    merged: list[Step] = []
    for step in steps:
        if isinstance(step, Delay) and merged and isinstance(merged[-1], Delay):
            merged[-1] = Delay(merged[-1].units + step.units)
        else:
            merged.append(step)
    return tuple(merged)


def _taken(spec: Spec, like: Run, steps: tuple[Step, ...]) -> Run:
    """The run from the same start through these steps, as far as they are possible. Where the other
    run has ended, so has this one if it can."""
    runtime = Runtime(spec, dict(like.variant), start=like.states[0].snapshot)
    for step in steps:
        try:
            if isinstance(step, Delay):
                runtime.wait(step.units)
            else:
                _take(runtime, step)
        except RunError:
            continue
    trace = runtime.run()
    return replay(spec, trace) if like.loop is None else replayed(spec, trace)


def replayed(spec: Spec, trace: Trace) -> Run:
    """The run, which rests in its last state for ever if nothing can happen there any more.

    Raises `ReplayError` where it is none.
    """
    try:
        return replay(spec, replace(trace, loop=len(trace.steps)))
    except ReplayError:
        return replay(spec, trace)


def _take(runtime: Runtime, step: Occurrence) -> None:
    """Exactly this step, or else one of the same event."""
    try:
        runtime.take(step)
    except NotPossible:
        if not step.event:
            raise
        runtime.fire(step.event, choose=in_order, **dict(step.fields))
