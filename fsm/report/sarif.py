"""The report for code scanning: SARIF 2.1.0 (OASIS Standard, errata 01).

A `level` other than "none" is only allowed beside kind "fail" (section 3.27.10). So an unexpected
violation is kind fail, level error; undecided is kind fail, level warning, which no reader can
take for a pass; what is as expected is kind pass (or informational, where a violation is expected).
"""

import json
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from fsm.check.results import Finding, Outcome, PropertyResult, SpecReport
from fsm.errors import Diagnostic, Position
from fsm.report import verdicts
from fsm.report.bundle import Bundle, Verdict, mentioned, verdict_of
from fsm.report.conditions import say_condition
from fsm.report.labels import Labels
from fsm.report.layout import lay_out, sentence
from fsm.report.story import Story, tell
from fsm.report.vacuity import lines as vacuous_lines
from fsm.report.words import Words

Json = dict[str, Any]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def report_sarif(bundle: Bundle, version: str, base: Path) -> str:
    """The whole report as JSON, ending in a newline.

    `version` is that of this tool; files below the folder `base` are named relative to it.
    """
    return json.dumps(as_sarif(bundle, version, base), ensure_ascii=False, indent=2) + "\n"


def as_sarif(bundle: Bundle, version: str, base: Path) -> Json:
    """The report as plain data, one run."""
    writer = _Writer(base)
    for error in bundle.errors:
        writer.error(error)
    for report in bundle.reports:
        labels = bundle.labels(report)
        for result in report.results:
            writer.result(result, report, labels)
        for finding in report.findings:
            writer.finding(finding, report, labels)
    complete = not bundle.interrupted and all(report.complete for report in bundle.reports)
    invocation: Json = {
        "executionSuccessful": complete and not bundle.errors,
        "exitCode": bundle.exit_code(),
    }
    notes = [_notification(report, bundle) for report in bundle.reports if not report.complete]
    if bundle.interrupted:
        text = Words(bundle.language())("interrupted")
        notes.append({"level": "error", "message": {"text": text}})
    if notes:
        invocation["toolExecutionNotifications"] = notes
    run: Json = {
        "tool": {"driver": {"name": "fsm", "version": version, "rules": writer.rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": writer.results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _notification(report: SpecReport, bundle: Bundle) -> Json:
    text = verdicts.incomplete(report, bundle.labels(report).words)
    return {"level": "warning", "message": {"text": f"{report.spec.name}: {text}"}}


class _Writer:
    """Collects rules and results; a rule is listed once, in the order of its first use."""

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()
        self.rules: list[Json] = []
        self.results: list[Json] = []
        self._numbers: dict[str, int] = {}

    def result(self, result: PropertyResult, report: SpecReport, labels: Labels) -> None:
        claim = result.property
        rule = f"{report.spec.name}/{claim.name}"
        text = claim.text.get(labels.lang, claim.name)
        kind, level = {
            Verdict.EXPECTED: ("pass", "none"),
            Verdict.UNEXPECTED: ("fail", "error"),
            Verdict.UNDECIDED: ("fail", "warning"),
        }[verdict_of(result)]
        if kind == "pass" and result.outcome is Outcome.VIOLATED:
            kind = "informational"
        entry = self._result(rule, text, kind, level, claim.at)
        headline = verdicts.headline(result, labels)
        story = verdicts.story_of(result, report, labels)
        lines = [f"{text}{labels.words('colon')}{headline}"]
        if story is not None and kind == "fail":
            lines += lay_out(story, labels.words)
        vacuous = vacuous_lines(result, labels)
        lines += vacuous
        entry["message"] = {"text": "\n".join(lines)}
        self._flow(entry, story, labels.words)
        entry["properties"] = {
            "verdict": result.outcome.value,
            "status": verdict_of(result).value,
            "violated": say_condition(result.violated, labels),
            "unknown": say_condition(result.unknown, labels),
            "vacuous": vacuous,
        }

    def finding(self, finding: Finding, report: SpecReport, labels: Labels) -> None:
        text = finding.message.get(labels.lang)
        entry = self._result(finding.code, finding.code, "fail", "error", finding.at)
        subject = f"{finding.subject}{labels.words('colon')}" if finding.subject else ""
        entry["message"] = {"text": f"{subject}{text}"}
        if finding.allowed is not None:
            reason = finding.allowed.get(labels.lang)
            entry["suppressions"] = [{"kind": "inSource", "justification": reason}]
        if finding.run is not None:
            story = tell(finding.run, labels, report.unit, mentioned(finding.condition))
            self._flow(entry, story, labels.words)

    def error(self, error: Diagnostic) -> None:
        entry = self._result(error.code, error.code, "fail", "error", error.at)
        hint = f"\n{error.hint}" if error.hint else ""
        entry["message"] = {"text": f"{error.message}{hint}"}

    def _result(self, rule: str, text: str, kind: str, level: str, at: Position) -> Json:
        if rule not in self._numbers:
            self._numbers[rule] = len(self.rules)
            self.rules.append({"id": rule, "shortDescription": {"text": text}})
        entry: Json = {
            "ruleId": rule,
            "ruleIndex": self._numbers[rule],
            "kind": kind,
            "level": level,
            "message": {"text": text},
            "locations": [self._location(at)],
        }
        self.results.append(entry)
        return entry

    def _location(self, at: Position, text: str = "") -> Json:
        location: Json = {
            "physicalLocation": {
                "artifactLocation": {"uri": self._uri(at.file)},
                "region": {"startLine": at.line, "startColumn": at.column},
            }
        }
        if text:
            location["message"] = {"text": text}
        return location

    def _uri(self, file: str) -> str:
        path = Path(file)
        absolute = path if path.is_absolute() else Path.cwd() / path
        try:
            relative = PurePosixPath(absolute.resolve().relative_to(self.base))
        except ValueError:
            return absolute.resolve().as_uri()
        return quote(str(relative))

    def _flow(self, entry: Json, story: Story | None, words: Words) -> None:
        """The trace as a thread flow; steps without a place in the file (delays) keep words."""
        if story is None or not story.steps:
            return
        locations = []
        for number, step in enumerate(story.steps):
            clock = f"{step.clock}{words('colon')}" if step.clock else ""
            text = "\n".join([f"{clock}{sentence(step, words)}", *step.changes])
            place = self._location(step.at, text) if step.at else {"message": {"text": text}}
            locations.append({"location": place, "executionOrder": number + 1})
        entry["codeFlows"] = [{"threadFlows": [{"locations": locations}]}]
