"""The report for programs: JSON, whose schema is `report.schema.json` beside this file.

The format is stable: `format` counts its versions; within one, keys are added, never changed.
"""

import json
from fractions import Fraction
from typing import Any

from fsm.check.results import Condition, Finding, PropertyResult, SpecReport, Vacuity
from fsm.errors import Diagnostic, Position
from fsm.model import Text
from fsm.reduce.reduction import Reduction
from fsm.report import verdicts
from fsm.report.bundle import Bundle, mentioned, verdict_of
from fsm.report.claims import claimed
from fsm.report.conditions import say_condition
from fsm.report.coverage import rule_coverage
from fsm.report.labels import Labels
from fsm.report.story import Story, tell
from fsm.report.strength import told
from fsm.report.vacuity import said
from fsm.semantics.trace import Delay, Run, Step

FORMAT = 1

Json = dict[str, Any]


def report_json(bundle: Bundle, *, coverage: bool = False) -> str:
    """The whole report as indented JSON, ending in a newline; texts in both languages."""
    data = as_data(bundle)
    if coverage:
        data["coverage"] = _coverage(bundle)
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def as_data(bundle: Bundle) -> Json:
    """The report as plain data."""
    totals = bundle.totals()
    return {
        "format": FORMAT,
        "exit_code": bundle.exit_code(),
        "interrupted": bundle.interrupted,
        "totals": {
            "specs": totals.specs,
            "expected": totals.expected,
            "unexpected": totals.unexpected,
            "undecided": totals.undecided,
            "findings": totals.findings,
            "allowed": totals.allowed,
            "errors": totals.errors,
        },
        "errors": [_diagnostic(error) for error in bundle.errors],
        "specs": [_spec(report, bundle.labels(report)) for report in bundle.reports],
    }


def _coverage(bundle: Bundle) -> Json:
    return {
        "rules": [
            {
                "name": rule.name,
                "text": rule.text,
                "not_modelled": rule.not_modelled,
                "citations": [
                    {
                        "spec": citation.spec,
                        "places": list(citation.places),
                        "properties": [r.property.name for r in citation.results],
                    }
                    for citation in rule.citations
                ],
            }
            for rule in rule_coverage(bundle)
        ],
        "decisions": [
            {"spec": report.spec.name, "name": d.name, "text": _text(d.text)}
            for report in bundle.reports
            for d in report.spec.decisions
        ],
    }


def _spec(report: SpecReport, labels: Labels) -> Json:
    return {
        "name": report.spec.name,
        "file": report.spec.at.file,
        "title": _text(report.spec.title),
        "language": labels.lang,
        "variants": report.variants,
        "states": report.states,
        "transitions": report.transitions,
        "depth": report.depth,
        "seconds": round(report.seconds, 3),
        "unit_milliseconds": report.unit,
        "complete": report.complete,
        "limit": report.limit,
        "engine": report.engine,
        "time": report.time,
        "cached": report.remembered,
        "stats": _stats(report) if report.stats is not None else None,
        "notes": [_text(note) for note in report.notes],
        "reductions": [_reduction(reduction) for reduction in report.reductions],
        "properties": [_result(result, report, labels) for result in report.results],
        "findings": [_finding(finding, report, labels) for finding in report.findings],
        "sensitivity": {name: list(changed) for name, changed in report.sensitivity},
    }


def _stats(report: SpecReport) -> Json:
    stats = report.stats
    assert stats is not None
    return {
        "states": report.states,
        "transitions": report.transitions,
        "depth": report.depth,
        "deadlocks": stats.deadlocks,
        "peak_memory_bytes": stats.peak,
        "states_per_second": round(report.states / stats.searching) if stats.searching else None,
        "trial_seconds": stats.trying,
        "compile_seconds": stats.compiling,
        "search_seconds": stats.searching,
        "threads": stats.threads,
    }


def _reduction(reduction: Reduction) -> Json:
    return {
        "name": reduction.name,
        "text": _text(reduction.told),
        "subjects": [
            {"name": name, "before": before, "after": after}
            for name, before, after in reduction.subjects
        ],
        "states_without": reduction.states,
        "at_least": reduction.least,
        "factor": reduction.factor,
    }


def _result(result: PropertyResult, report: SpecReport, labels: Labels) -> Json:
    claim = result.property
    return {
        "name": claim.name,
        "pattern": (claim.idiom or claim).pattern.value,
        "formula": claim.subject.text if claim.formula is not None else "",
        "claim": claimed(claim, labels),
        "text": _text(claim.text),
        "ref": claim.ref,
        "rules": list(claim.rules),
        "at": _position(claim.at),
        "verdict": result.outcome.value,
        "status": verdict_of(result).value,
        "violated": _condition(result.violated, labels),
        "unknown": _condition(result.unknown, labels),
        "expected": {
            "verdict": claim.expect.value,
            "condition": claim.condition.text if claim.condition else "",
            "because": _text(claim.because),
        },
        "difference": _text(result.unexpected),
        "each": dict(result.each),
        "states": result.states,
        "transitions": result.transitions,
        "seconds": round(result.seconds, 3),
        "notes": [_text(note) for note in result.notes],
        "remedy": {
            "events": [party.name for party in result.remedy if not party.machine],
            "machines": [party.name for party in result.remedy if party.machine],
        },
        "time": result.time,
        "vacuous": [_vacuity(vacuity, labels) for vacuity in result.vacuous],
        "unmeasured": [condition.text for condition in result.unmeasured],
        "stronger": [
            {"how": how, "claim": claim, "yaml": "\n".join(lines) + "\n"}
            for how, claim, lines in told(result, labels)
        ],
        "trace": trace_data(result.run, verdicts.story_of(result, report, labels)),
    }


def _vacuity(vacuity: Vacuity, labels: Labels) -> Json:
    return {
        "role": vacuity.role.value,
        "condition": vacuity.condition.text,
        "variants": _condition(vacuity.where, labels),
        "everywhere": vacuity.everywhere,
        "text": said(vacuity, labels),
    }


def _finding(finding: Finding, report: SpecReport, labels: Labels) -> Json:
    story = None
    if finding.run is not None:
        story = tell(finding.run, labels, report.unit, mentioned(finding.condition))
    return {
        "code": finding.code,
        "subject": finding.subject,
        "message": _text(finding.message),
        "at": _position(finding.at),
        "condition": _condition(finding.condition, labels) if finding.condition else None,
        "allowed": _text(finding.allowed) if finding.allowed is not None else None,
        "trace": trace_data(finding.run, story),
    }


def trace_data(run: Run | None, story: Story | None) -> Json | None:
    """A run with its story as plain data; None where there is none."""
    if run is None or story is None:
        return None
    return {
        "variant": dict(run.variant),
        "loop": run.loop,
        "states": [
            {
                "time": _number(time),
                "machines": dict(state.snapshot.locations),
                "variables": dict(state.snapshot.values),
                "clocks": {name: _number(units) for name, units in state.clocks},
            }
            for state, time in zip(run.states, run.times, strict=True)
        ],
        "steps": [_step(step) for step in run.steps],
        "story": _story(story),
    }


def _story(story: Story) -> Json:
    return {
        "setting": list(story.setting),
        "steps": [
            {
                "clock": step.clock,
                "actor": step.actor,
                "action": step.action,
                "later": step.later,
                "changes": list(step.changes),
                "rules": list(step.rules),
                "at": _position(step.at) if step.at else None,
                "state": step.state,
            }
            for step in story.steps
        ],
        "loop": story.loop,
        "ended": story.ended,
        "conclusion": story.conclusion,
        "first": story.first,
        "beside": [
            {"text": aside.text, "trace": trace_data(aside.run, aside.story)}
            for aside in story.beside
        ],
    }


def _number(units: int | Fraction) -> int | float:
    """Whole units as they are; between two of them, where a run in dense time may be, rounded."""
    return round(float(units), 6) if isinstance(units, Fraction) else units


def _step(step: Step) -> Json:
    if isinstance(step, Delay):
        return {"delay": _number(step.units)}
    return {
        "event": step.event,
        "fields": dict(step.fields),
        "moves": [
            {"machine": m.machine, "transition": m.transition, "chosen": dict(m.chosen)}
            for m in step.moves
        ],
    }


def _condition(condition: Condition, labels: Labels) -> Json:
    return {
        "formula": say_condition(condition, labels),
        "terms": [{name: list(values) for name, values in term} for term in condition.terms],
        "count": condition.count,
        "total": condition.total,
    }


def _text(text: Text) -> Json:
    return {"zh": text.zh, "en": text.en}


def _position(at: Position) -> Json:
    return {"file": at.file, "line": at.line, "column": at.column}


def _diagnostic(error: Diagnostic) -> Json:
    return {
        "code": error.code,
        "severity": error.severity.value,
        "message": error.message,
        "hint": error.hint,
        "at": _position(error.at),
        "source": error.source,
    }
