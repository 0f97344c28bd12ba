"""Everything that one call of `fsm check` found, and what that amounts to."""

from enum import Enum

from msgspec import Struct

from fsm.check.results import Condition, Finding, PropertyResult, SpecReport
from fsm.errors import Diagnostic
from fsm.report.exit_codes import ExitCode
from fsm.report.labels import Labels


class Verdict(Enum):
    """What a property result means for the reader."""

    EXPECTED = "expected"
    UNEXPECTED = "unexpected"
    UNDECIDED = "undecided"


def verdict_of(result: PropertyResult) -> Verdict:
    """Undecided wherever the check could not compare the verdict with what is expected."""
    if result.as_expected is None:
        return Verdict.UNDECIDED
    return Verdict.EXPECTED if result.as_expected else Verdict.UNEXPECTED


class Totals(Struct, frozen=True):
    """How many results of each kind; `findings` counts those that are not allowed."""

    specs: int
    expected: int
    unexpected: int
    undecided: int
    findings: int
    allowed: int
    errors: int


class Bundle(Struct, frozen=True):
    """The reports of all specs that were checked, and the errors of those that could not be.

    `lang` is the language that the caller asked for, "" to let each spec decide; `fallback` is for
    specs that state none. `interrupted`: the user stopped the check before every spec was done.
    """

    reports: tuple[SpecReport, ...]
    errors: tuple[Diagnostic, ...] = ()
    lang: str = ""
    fallback: str = "en"
    interrupted: bool = False

    def language(self, report: SpecReport | None = None) -> str:
        """The language for the part about one spec; without one, for what concerns all."""
        if self.lang:
            return self.lang
        if report is not None:
            return report.spec.lang or self.fallback
        stated = {r.spec.lang for r in self.reports}
        return next(iter(stated)) or self.fallback if len(stated) == 1 else self.fallback

    def labels(self, report: SpecReport) -> Labels:
        """The names of a spec in its language."""
        return Labels(report.spec, self.language(report))

    def totals(self) -> Totals:
        """Everything counted."""
        verdicts = [verdict_of(result) for report in self.reports for result in report.results]
        findings = [finding for report in self.reports for finding in report.findings]
        allowed = sum(1 for finding in findings if finding.allowed is not None)
        return Totals(
            specs=len(self.reports),
            expected=verdicts.count(Verdict.EXPECTED),
            unexpected=verdicts.count(Verdict.UNEXPECTED),
            undecided=verdicts.count(Verdict.UNDECIDED),
            findings=len(findings) - allowed,
            allowed=allowed,
            errors=len(self.errors),
        )

    def exit_code(self) -> int:
        """The answer of the process; a spec that was not explored completely is undecided."""
        totals = self.totals()
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if totals.errors:
            return ExitCode.WRONG_INPUT
        if totals.unexpected or totals.findings:
            return ExitCode.UNEXPECTED
        if totals.undecided or not all(report.complete for report in self.reports):
            return ExitCode.UNDECIDED
        return ExitCode.EXPECTED


def mentioned(condition: Condition | None) -> tuple[str, ...]:
    """The switches and questions that a condition is about."""
    if condition is None:
        return ()
    return tuple(dict.fromkeys(name for term in condition.terms for name, _ in term))


def subject_of(finding: Finding) -> str:
    """What a finding is about, with a space before it, or nothing."""
    return f" {finding.subject}" if finding.subject else ""
