"""The last line of a story: which property it breaks (or shows), by which values."""

from collections.abc import Iterable, Mapping

from fsm.check.results import Outcome, PropertyResult
from fsm.expressions import Ghost, GhostKind, Scalar
from fsm.model import Formula, Pattern
from fsm.report.duration import say_duration
from fsm.report.labels import Labels
from fsm.report.readings import duration_of, readings
from fsm.semantics.trace import Run


def conclude(result: PropertyResult, run: Run, labels: Labels, unit: int | None) -> str:
    """In words: what went wrong, the values that the property reads in the end, and its name."""
    words, claim = labels.words, result.property
    names: dict[str, Scalar] = {**dict(run.variant), **dict(result.each)}
    text = labels.claim(claim)
    last = "" if _is_trend(result) else _values(_formulas(result), labels, run, names, unit)
    shown = words("so", values=last) if last else ""
    if claim.pattern is Pattern.REACHABLE:
        return shown + words("witness", claim=text)
    breaks = words("breaks", claim=text)
    if result.each:
        each = words.join([f"{name} = {value}" for name, value in result.each])
        breaks = words("breaks_each", claim=text, each=each)
    return _what_went_wrong(result, run, labels, unit, names) + shown + breaks


def _is_trend(result: PropertyResult) -> bool:
    return result.property.pattern is Pattern.AT_MOST


def _formulas(result: PropertyResult) -> Iterable[Formula]:
    claim = result.property
    yield claim.subject
    if claim.trigger is not None:
        yield claim.trigger


def _values(
    formulas: Iterable[Formula],
    labels: Labels,
    run: Run,
    names: Mapping[str, Scalar],
    unit: int | None,
) -> str:
    last = len(run.states) - 1
    found: dict[str, str] = {}
    for formula in formulas:
        found |= dict(readings(formula.node, labels, run, last, names, unit))
    words = labels.words
    return words.join([words("is", label=k, value=v) for k, v in found.items()])


def _goal(formula: Formula | None, labels: Labels) -> str:
    """A formula as it is named in a sentence: an event by its label, else as the spec wrote it."""
    if formula is None:
        return ""
    if isinstance(formula.node, Ghost) and formula.node.kind is GhostKind.FIRED:
        return labels.event(formula.node.event)
    return formula.text


def _what_went_wrong(
    result: PropertyResult,
    run: Run,
    labels: Labels,
    unit: int | None,
    names: Mapping[str, Scalar],
) -> str:
    words, claim = labels.words, result.property
    goal, trigger = _goal(claim.subject, labels), _goal(claim.trigger, labels)
    within = duration_of(claim.within.node, names, labels.lang) if claim.within else ""
    match claim.pattern:
        case Pattern.EVENTUALLY if within and unit is not None and run.loop is None:
            time = say_duration(run.times[-1] * unit, labels.lang)
            return words("late", time=time, goal=goal, within=within)
        case Pattern.EVENTUALLY if within:
            return words("late_at", goal=goal, within=within)
        case Pattern.EVENTUALLY:
            return words("never_reached", goal=goal)
        case Pattern.RESPONSE if within:
            return words("unanswered_late", trigger=trigger, goal=goal, within=within)
        case Pattern.RESPONSE:
            return words("unanswered", trigger=trigger, goal=goal)
        case Pattern.PRECEDENCE:
            return words("too_early", trigger=trigger, goal=goal)
        case Pattern.AT_MOST:
            bound = claim.bound or 0
            return words("too_often", event=goal, count=bound + 1, bound=bound)
        case Pattern.CAN_ALWAYS:
            return words("trapped", goal=goal)
        case _:
            return ""


def is_witness(result: PropertyResult) -> bool:
    """Does the run show that something can happen, rather than that a claim is broken?"""
    return result.property.pattern is Pattern.REACHABLE and result.outcome is Outcome.HOLDS
