"""The last line of a story: which property it breaks (or shows), by which values."""

from fsm.check.results import Outcome, PropertyResult
from fsm.model import Pattern
from fsm.report.claims import at_any_time, claimed, lasts, operands_of
from fsm.report.labels import Labels
from fsm.report.phrase import phrase
from fsm.report.readings import MOST, Reader
from fsm.semantics.formulas import property_tests
from fsm.semantics.instances import Instances
from fsm.semantics.trace import Run


def conclude(result: PropertyResult, run: Run, labels: Labels, unit: int | None) -> str:
    """In words: what went wrong, the values that the property reads in the end, and its name."""
    words, claim = labels.words, result.property
    reader = Reader(labels, Instances(labels.spec), run, unit, dict(result.each))
    text = labels.claim(claim)
    last = _values(result, reader)
    shown = words("so", values=last) if last else ""
    if claim.pattern is Pattern.REACHABLE:
        return shown + words("witness", claim=text)
    if is_witness(result):
        return words("formula_shown", formula=claim.subject.text)
    breaks = words("breaks", claim=text)
    if result.each:
        each = words.join([f"{name} = {value}" for name, value in result.each])
        breaks = words("breaks_each", claim=text, each=each)
    return _what_went_wrong(result, reader) + shown + breaks


def is_witness(result: PropertyResult) -> bool:
    """Does the run show that something can happen, rather than that a claim is broken?"""
    shows = result.property.pattern in (Pattern.REACHABLE, Pattern.CTL)
    return shows and result.outcome is Outcome.HOLDS


def _values(result: PropertyResult, reader: Reader) -> str:
    """What the property reads in the last state of the run."""
    claim = result.property
    last = len(reader.run.states) - 1
    found: dict[str, str] = {}
    by_itself = claim.formula is not None and claim.idiom is None
    read = property_tests(claim) if by_itself else (f.node for f in operands_of(claim))
    for node in read:
        found |= dict(reader.readings(node, last))
    words = reader.labels.words
    shown = list(found.items())[:MOST]
    return words.join([words("is", label=words.before_words(k), value=v) for k, v in shown])


def _what_went_wrong(result: PropertyResult, reader: Reader) -> str:
    labels, claim = reader.labels, result.property
    words = labels.words
    goal = phrase(claim.subject, labels)
    trigger = phrase(claim.trigger, labels) if claim.trigger else ""
    within = reader.duration(claim.within.node) if claim.within else ""
    match claim.pattern:
        case Pattern.EVENTUALLY if within:
            return words("late", goal=goal, within=within)
        case Pattern.EVENTUALLY:
            return words("never_reached", goal=goal)
        case Pattern.RESPONSE if within and lasts(claim):
            return words("lasts_long", stay=trigger, within=within)
        case Pattern.RESPONSE if within and at_any_time(claim):
            return words("long_without", goal=goal, within=within)
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
        case Pattern.LTL if claim.idiom is not None:
            return words("claim_false", claim=claimed(claim, labels))
        case Pattern.LTL:
            return words("formula_false", formula=claim.subject.text)
        case Pattern.CTL:
            return words("formula_refuted", formula=claim.subject.text)
        case _:
            return ""
