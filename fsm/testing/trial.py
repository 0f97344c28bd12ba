"""Property-test a spec: random runs through the runtime, every property watched, failures shrunk.

Runs show what happens, they never prove that something does not: "passed" means that no run broke
the property, and what only a proof can tell is listed as such.
"""

import time
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial

from msgspec import Struct

from fsm.check.confirm import confirm
from fsm.errors import UsageError
from fsm.expressions import Scalar
from fsm.model import Expected, Pattern, Property, Spec
from fsm.runtime.runtime import Runtime
from fsm.semantics.history import History
from fsm.semantics.instances import Faulted, Instances
from fsm.semantics.trace import Delay, Run
from fsm.semantics.units import unit_of
from fsm.semantics.values import View, evaluate
from fsm.testing.coverage import Coverage, Recorder
from fsm.testing.monitor import NOT_BY_RUNS, Monitor, Watch
from fsm.testing.shrink import length, sample_runs, shortest

Each = Mapping[str, Scalar]


class Told(Enum):
    """What the runs say about a property."""

    PASSED = "passed"  # no run broke it
    BROKEN = "broken"
    SHOWN = "shown"  # a witness of `reachable`
    NOT_SHOWN = "not shown"  # `reachable`, and no run reached it
    NEEDS_PROOF = "needs proof"  # runs cannot tell


class Plan(Struct, frozen=True):
    """What to run: `fixed` chooses some of the switches and questions, all variants are drawn
    otherwise; `properties` () means all; `steps` is the most that a run has."""

    examples: int = 200
    steps: int = 50
    seed: int = 0
    fixed: Mapping[str, Scalar] = {}
    properties: tuple[str, ...] = ()


class Result(Struct, frozen=True):
    """One property. `run` breaks it (or shows it), shrunk where `as_expected` is false."""

    property: Property
    told: Told
    as_expected: bool
    run: Run | None = None
    each: tuple[tuple[str, Scalar], ...] = ()


class TrialReport(Struct, frozen=True):
    """What was tried and what came of it; `unit` in milliseconds, None for a spec without time."""

    spec: Spec
    plan: Plan
    results: tuple[Result, ...]
    recorder: Recorder
    seconds: float
    unit: int | None
    interrupted: bool = False

    @property
    def coverage(self) -> Coverage:
        """What the runs have visited."""
        return self.recorder.coverage


class Break(Struct, frozen=True):
    """A property that a run breaks (or shows), with the part of the run that does."""

    property: Property
    each: Each
    run: Run


def try_spec(
    spec: Spec, plan: Plan, progress: Callable[[int], None] = lambda done: None
) -> TrialReport:
    """Run `plan.examples` runs of the spec and watch its properties.

    Every run is taken step by step by the `Runtime`; what a monitor suspects, `confirm` judges. A
    run that breaks a property although the spec expects it to hold is shortened.
    The same plan gives the same runs.

    Raises `UsageError` for a property or variant that the spec does not have, for a spec without
    anything to test, and where a property has no value.
    """
    start = time.monotonic()
    chosen = _select(spec, plan.properties)
    recorder = Recorder(spec)
    first: dict[str, Break] = {}
    surprising: dict[str, Break] = {}
    interrupted = False

    def look(run: Run) -> None:
        recorder.record(dict(run.variant), run.states, run.steps)
        progress(recorder.coverage.runs)
        for found in breaks(spec, run, chosen):
            first.setdefault(found.property.name, found)
            if not _is_expected(spec, found):
                known = surprising.setdefault(found.property.name, found)
                if length(found.run) < length(known.run):
                    surprising[found.property.name] = found

    try:
        sample_runs(spec, plan, look)
        for name, found in surprising.items():
            surprising[name] = shortest(spec, plan.fixed, partial(_again, spec, name), found)
    except KeyboardInterrupt:
        interrupted = True
    results = tuple(
        _result(property_, first.get(property_.name), surprising.get(property_.name))
        for property_ in chosen
    )
    return TrialReport(
        spec, plan, results, recorder, time.monotonic() - start, unit_of(spec), interrupted
    )


def breaks(spec: Spec, run: Run, properties: tuple[Property, ...]) -> list[Break]:
    """Take the run through the runtime: what it breaks or shows, each property once.

    Raises `UsageError` F609 where a property has no value.
    """
    variant = dict(run.variant)
    runtime = Runtime(spec, variant, start=run.states[0].snapshot)
    watch = Watch(spec, variant, properties)
    history = History()
    found: dict[str, Break] = {}
    try:
        suspects = [(monitor, 0) for monitor in watch.look(runtime.state, history)]
        for number, step in enumerate(run.steps, start=1):
            if isinstance(step, Delay):
                runtime.wait(step.units)
            else:
                runtime.take(step)
            history = history.after(step)
            suspects += [(monitor, number) for monitor in watch.look(runtime.state, history)]
        if run.loop == len(run.steps) and unit_of(spec) is None:  # it ends, and nothing happens
            after = watch.look(runtime.state, history.after(Delay(0)))
            suspects += [(monitor, len(run.steps)) for monitor in after]
    except Faulted as problem:
        raise UsageError(
            "F609", f"a property divides by zero or reads outside an array: {problem}",
            "guard the expression: `n != 0 and m // n > 1`",
        ) from problem  # fmt: skip
    if run.loop is not None:
        suspects += [(monitor, len(run.steps)) for monitor in watch.waiting()]
    for monitor, number in suspects:
        name = monitor.property.name
        part = _until(run, number)
        if name not in found and _confirmed(spec, monitor, part):
            found[name] = Break(monitor.property, monitor.each, part)
    return list(found.values())


def _confirmed(spec: Spec, monitor: Monitor, run: Run) -> bool:
    return confirm(spec, monitor.property, run, monitor.each) is True


def _until(run: Run, number: int) -> Run:
    """The run up to a state; only the whole run keeps its loop."""
    if number == len(run.steps):
        return run
    return Run(run.variant, run.states[: number + 1], run.steps[:number], run.times[: number + 1])


def _again(spec: Spec, name: str, run: Run) -> Break | None:
    """Does the run break the property where the spec does not expect it?"""
    only = tuple(p for p in spec.properties if p.name == name)
    return next((b for b in breaks(spec, run, only) if not _is_expected(spec, b)), None)


def _is_expected(spec: Spec, found: Break) -> bool:
    """Does the spec expect this property to be broken (or shown) in the run's variant?"""
    property_ = found.property
    shows = property_.pattern is Pattern.REACHABLE
    if property_.expect is Expected.HOLDS:
        return shows
    if property_.expect is Expected.VIOLATED:
        return not shows or property_.every  # of `in: every`, some variants may reach it
    assert property_.condition is not None
    variant = dict(found.run.variant)
    violated = evaluate(property_.condition.node, View(Instances(spec), variant, {}, {}, {}, 1))
    return bool(violated) is not shows


def _result(property_: Property, first: Break | None, surprise: Break | None) -> Result:
    found = surprise or first
    if found is not None:
        told = Told.SHOWN if property_.pattern is Pattern.REACHABLE else Told.BROKEN
        each = tuple(found.each.items())
        return Result(property_, told, surprise is None, found.run, each)
    if property_.pattern in NOT_BY_RUNS:
        return Result(property_, Told.NEEDS_PROOF, True)
    if property_.pattern is Pattern.REACHABLE:
        return Result(property_, Told.NOT_SHOWN, True)
    return Result(property_, Told.PASSED, True)


def _select(spec: Spec, names: tuple[str, ...]) -> tuple[Property, ...]:
    known = {p.name for p in spec.properties}
    for name in names:
        if name not in known:
            raise UsageError("F602", f"{spec.name} has no property {name}")
    chosen = tuple(p for p in spec.properties if not names or p.name in names)
    if all(p.pattern in NOT_BY_RUNS for p in chosen):
        raise UsageError(
            "F604", f"{spec.name} claims nothing that runs can test", "fsm check proves it"
        )
    return chosen


__all__ = ["Break", "Plan", "Result", "Told", "TrialReport", "breaks", "try_spec"]
