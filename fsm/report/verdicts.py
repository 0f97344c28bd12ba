"""Verdicts, conditions and expectations in words, for every kind of report."""

from fsm.check.results import Outcome, PropertyResult, SpecReport
from fsm.model import Expected, Pattern
from fsm.report.bundle import Verdict, mentioned, verdict_of
from fsm.report.conclusion import conclude, is_witness
from fsm.report.conditions import say_condition
from fsm.report.labels import Labels
from fsm.report.story import Story, tell
from fsm.report.vacuity import is_vacuous
from fsm.report.words import Words

MARKS = {Verdict.EXPECTED: "✓", Verdict.UNEXPECTED: "✗", Verdict.UNDECIDED: "?"}
EMPTY = "!"  # as expected, but vacuously: not to be taken for a success
INTERRUPTED = "interrupted"  # the limit of a report that the user cut short
STYLES = {Verdict.EXPECTED: "good", Verdict.UNEXPECTED: "bad", Verdict.UNDECIDED: "open"}


def verdict(result: PropertyResult, words: Words) -> str:
    """In short: holds, holds vacuously, violated, undecided; for `reachable`, whether it is."""
    if result.outcome is Outcome.UNKNOWN:
        return words("unknown")
    holds = result.outcome is Outcome.HOLDS
    if result.property.pattern is Pattern.REACHABLE:
        return words("reachable" if holds else "unreachable")
    if holds and is_vacuous(result):
        return words("vacuous")
    return words("holds" if holds else "violated")


def condition(result: PropertyResult, labels: Labels) -> str:
    """In which variants it is violated and in which undecided; "" where there is nothing to say."""
    words = labels.words
    parts = []
    if result.violated.terms and result.violated.total > 1:
        if result.violated.terms == ((),):
            parts.append(words("always"))
        else:
            text = say_condition(result.violated, labels)
            count, total = result.violated.count, result.violated.total
            reachable = result.property.pattern is Pattern.REACHABLE
            key = "never_reachable" if reachable else "when_count"
            parts.append(words(key, condition=text, count=count, total=total))
    if result.unknown.terms and result.unknown.total > 1:
        if result.unknown.terms == ((),):
            parts.append(words("open_always"))
        else:
            text = say_condition(result.unknown, labels)
            parts.append(words("open_when", condition=text))
    return words.join(parts)


def expectation(result: PropertyResult, words: Words) -> str:
    """What the author expects."""
    match result.property.expect:
        case Expected.HOLDS:
            return words("expected_holds")
        case Expected.VIOLATED:
            return words("expected_violated")
        case Expected.VIOLATED_WHEN:
            formula = result.property.condition
            return words("expected_when", condition=formula.text if formula else "")


def difference(result: PropertyResult, words: Words) -> str:
    """How verdict and expectation differ, "" where they do not."""
    if verdict_of(result) is not Verdict.UNEXPECTED:
        return ""
    return result.unexpected.get(words.lang) or expectation(result, words)


def headline(result: PropertyResult, labels: Labels) -> str:
    """The verdict with its condition and how it compares with what is expected."""
    words = labels.words
    parts = [verdict(result, words), condition(result, labels), difference(result, words)]
    if parts[1] and result.property.pattern is not Pattern.REACHABLE:
        del parts[0]  # "violated when …" says it
    return words("semicolon").join(part for part in parts if part)


def incomplete(report: SpecReport, words: Words) -> str:
    """Why not everything was explored, in a sentence."""
    number, _, unit = report.limit.partition(" ")
    if unit == "states" and number.isdecimal():
        return words("limit_states", n=f"{int(number):,}")
    known = {"time": "limit_time", "memory": "limit_memory", INTERRUPTED: "limit_interrupted"}
    if report.limit in known:
        return words(known[report.limit])
    return words("limit", text=report.limit) if report.limit else words("limit_bare")


def story_of(result: PropertyResult, report: SpecReport, labels: Labels) -> Story | None:
    """The run of a result, told; None where it has none."""
    if result.run is None:
        return None
    conclusion = conclude(result, result.run, labels, report.unit)
    names = mentioned(result.violated)
    return tell(result.run, labels, report.unit, names, conclusion)


def story_title(result: PropertyResult, labels: Labels) -> str:
    """What the story of a result is about."""
    key = "witness_of" if is_witness(result) else "story_of"
    return labels.words(key, claim=labels.claim(result.property))
