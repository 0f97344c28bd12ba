"""A failing run as a pytest file: plain Python that drives the runtime, ready to keep."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from pprint import pformat

from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.report.labels import Labels
from fsm.runtime.runtime import Runtime
from fsm.semantics.trace import Delay, Snapshot, Step
from fsm.testing.shrink import replayed
from fsm.testing.trial import Result, TrialReport, breaks
from fsm.testing.trial_report import story_of

_HEAD = '''"""Runs that broke a property, found by `fsm test`. A test fails until that is mended."""

from pathlib import Path

from fsm import load
from fsm.semantics.trace import Delay, Move, Occurrence, Snapshot
from fsm.testing.regression import broken_by

'''


def broken_by(
    spec: Spec, variant: Mapping[str, Scalar], start: Snapshot, steps: Iterable[Step]
) -> set[str]:
    """The properties that a run breaks (or, of `reachable`, shows), taken step by step by the
    runtime.

    Raises `NotPossible` where a step cannot be taken any more: then the run is out of date.
    """
    runtime = Runtime(spec, variant, start=start)
    for step in steps:
        if isinstance(step, Delay):
            runtime.wait(step.units)
        else:
            runtime.take(step)
    run = replayed(spec, runtime.run())
    return {found.property.name for found in breaks(spec, run, spec.properties)}


def regression_test(failures: Sequence[tuple[TrialReport, Result]], folder: Path) -> str:
    """A module with one test for each failure; specs are named as seen from `folder`."""
    names: set[str] = set()
    tests = [_test(report, result, folder, names) for report, result in failures]
    return _HEAD + "\n".join(tests)


def _test(report: TrialReport, result: Result, folder: Path, names: set[str]) -> str:
    assert result.run is not None
    run, spec = result.run, report.spec
    labels = Labels(spec, "en")
    told = [
        f"    # {s.clock} {s.actor}: {s.action}" for s in story_of(report, result, labels).steps
    ]
    file = os.path.relpath(spec.at.file, folder).replace(os.sep, "/")
    name = result.property.name
    number = next(n for n in range(1, len(names) + 2) if (f"{name}_{n}") not in names)
    names.add(f"{name}_{number}")
    lines = [
        "",
        f"def test_{name}{'' if number == 1 else f'_{number}'}() -> None:",
        *told,
        f"    spec = load(Path(__file__).parent / {file!r})",
        f"    variant = {_python(dict(run.variant))}",
        f"    start = {_python(run.states[0].snapshot)}",
        f"    steps = {_python(list(run.steps))}",
        f"    assert {name!r} not in broken_by(spec, variant, start, steps)",
        "",
    ]
    return "\n".join(lines)


def _python(value: object) -> str:
    """The value as source, indented to stand in a function."""
    lines = pformat(value, width=92, sort_dicts=False).splitlines()
    return "\n".join([lines[0], *(f"    {line}" for line in lines[1:])])
