"""What two engines must agree on, whatever runs they choose to show."""

from typing import Any

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Finding, PropertyResult, SpecReport
from fsm.check.structure_time import TIMED_CODES
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.semantics.trace import Delay, Run


def told(report: SpecReport) -> dict[str, Any]:
    """The substance of a report: counts, conditions, lengths of runs, findings."""
    return {
        "counts": (report.variants, report.states, report.transitions, report.complete),
        "sensitivity": report.sensitivity,
        "results": [_result(r) for r in report.results],
        "findings": sorted(map(_finding, report.findings), key=repr),
    }


def told_by_both(report: SpecReport, explicit: SpecReport) -> dict[str, Any]:
    """What a report and one that reads states one by one both tell: without S15 to S18, and without
    an S02 that one of these stands for."""
    timed = {f.subject for f in explicit.findings if f.code in ("S15", "S17")}
    found = told(report)
    found["findings"] = [
        (code, subject, *rest)
        for code, subject, *rest in found["findings"]
        if code not in TIMED_CODES and (code != "S02" or subject not in timed)
    ]
    return found


def runs_agree(spec: Spec, engine: str) -> bool:
    """Of a spec whose properties are about runs: False where the space is too large to compare.
    Else an engine gives the same verdicts, variants, remedies, and lengths of finite runs as plain
    Python; every run was replayed and shows what it should, or `check_spec` would have raised an
    error."""
    python = check_spec(
        spec, CheckOptions(engine="python", max_states=2_000, without=NAMES, time="units")
    )
    if not python.complete:
        return False
    other = check_spec(spec, CheckOptions(engine=engine, without=NAMES))
    assert other.engine == engine
    for here, there in zip(told(other)["results"], told(python)["results"], strict=True):
        # Of two shortest runs one may end, and stutter: it is then told as a lasso.
        if "lasso" in (here[5], there[5]):
            assert None not in (here[5], there[5])
            here, there = (r[:5] + r[6:] for r in (here, there))
        assert here == there
    assert [r.notes for r in other.results] == [r.notes for r in python.results]
    return True


def length(run: Run) -> int:
    """Steps, a delay counting as many as its units."""
    return sum(step.units if isinstance(step, Delay) else 1 for step in run.steps)


def _result(result: PropertyResult) -> tuple[object, ...]:
    # A lasso's length depends on which cycle is shown; a path is a shortest one.
    shown = result.run and ("lasso" if result.run.loop is not None else length(result.run))
    variant = result.run and result.run.variant
    return (
        result.property.name, result.outcome, str(result.violated), str(result.unknown),
        result.as_expected, shown, variant, result.each,
        tuple((v.role, v.condition.text, str(v.where)) for v in result.vacuous),
        tuple(condition.text for condition in result.unmeasured),
    )  # fmt: skip


def _finding(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.subject, str(finding.condition), finding.run is None
