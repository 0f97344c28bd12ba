"""What two engines must agree on, whatever runs they choose to show."""

from typing import Any

from fsm.check.results import Finding, PropertyResult, SpecReport
from fsm.semantics.trace import Delay, Run


def told(report: SpecReport) -> dict[str, Any]:
    """The substance of a report: counts, conditions, lengths of runs, findings."""
    return {
        "counts": (report.variants, report.states, report.transitions, report.complete),
        "sensitivity": report.sensitivity,
        "results": [_result(r) for r in report.results],
        "findings": sorted(map(_finding, report.findings), key=repr),
    }


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
