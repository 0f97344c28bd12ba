"""A spec under pytest: one item for each property, one for what its structure shows.

The spec is read when it is collected and checked when its first item runs: once, for what the
items that were selected ask.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.choices import parse_variant
from fsm.check.results import PropertyResult, SpecReport
from fsm.errors import Diagnostic, FsmError, Position, SpecError, UsageError
from fsm.expressions import Scalar
from fsm.model import Property, Spec, Text
from fsm.report import verdicts
from fsm.report.bundle import Verdict, verdict_of
from fsm.report.labels import Labels
from fsm.report.language import fallback_language
from fsm.report.layout import lay_out
from fsm.report.paint import Paint
from fsm.report.text import findings_lines
from fsm.spec.load import load_spec
from fsm.spec.render import render
from fsm.testing.pytest_settings import Settings

STRUCTURE = "structural-findings"  # no property can be called that: it is no id
_RAISE = Text("可调高 [tool.fsm] 的 limit 或 timeout", "raise `limit` or `timeout` of [tool.fsm]")
_MORE = Text("共 {n} 个结构问题", "{n} structural findings")


class Unmet(Exception):
    """Something is not as the spec expects; `headline` says it in a line, str() in full."""

    def __init__(self, headline: str, at: Position, lines: list[str]) -> None:
        super().__init__("\n".join([f"{at}: {headline}", *lines]))
        self.headline, self.at = headline, at


class SpecFile(pytest.File):
    """A spec file; a broken one is a collection error that tells what is wrong where."""

    def __init__(self, *, settings: Settings, **rest: Any) -> None:
        super().__init__(**rest)
        self.settings = settings
        self._outcome: SpecReport | FsmError | None = None

    def collect(self) -> Iterator["ClaimItem"]:
        """An item for each property, in the order of the spec, then one for the structure."""
        try:
            self.spec: Spec = load_spec(_shown(self.path, self.config.invocation_params.dir))
            names = [c.name for c in self.spec.configuration]
            chosen = self.settings.choices.concerning(names)
            self.variant: dict[str, Scalar] = parse_variant(chosen, [self.spec])
            if not self.spec.properties:
                message = f"{self.spec.name} has no properties, so there is nothing to prove"
                raise UsageError("F604", message, "add a property, for example `can_always: …`")
        except SpecError as problem:
            raise self.CollectError("\n".join(map(render, problem.diagnostics))) from None
        except UsageError as problem:
            raise self.CollectError(_told(problem, self.spec)) from None
        lang = self.settings.lang or self.spec.lang or fallback_language()
        self.labels = Labels(self.spec, lang)
        for claim in self.spec.properties:
            yield PropertyItem.from_parent(self, name=claim.name, claim=claim)
        yield StructureItem.from_parent(self, name=STRUCTURE)

    def report(self) -> SpecReport:
        """What checking the spec gives, for the properties whose items were selected; for all,
        where the structure is asked for, since some findings are about all.

        Raises what the check raised, for every item.
        """
        if self._outcome is None:
            items = [item for item in self.session.items if item.parent is self]
            whole = any(isinstance(item, StructureItem) for item in items)
            options = CheckOptions(
                properties=() if whole else tuple(item.name for item in items),
                variant=tuple(self.variant.items()),
                max_states=self.settings.states,
                timeout=self.settings.seconds,
            )
            try:
                self._outcome = check_spec(self.spec, options)
            except FsmError as problem:
                self._outcome = problem
        if isinstance(self._outcome, FsmError):
            raise self._outcome
        if self._outcome.limit == verdicts.INTERRUPTED:  # by ^C, which stops pytest as well
            raise KeyboardInterrupt
        return self._outcome


class ClaimItem(pytest.Item):
    """Something that a spec claims: `at` is where it says so."""

    parent: SpecFile

    def __init__(self, *, at: Position, **rest: Any) -> None:
        super().__init__(**rest)
        self.at = at
        self.add_marker("fsm")

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """The file, the line from 0, and the title of the failure."""
        return self.path, self.at.line - 1, f"{self.parent.spec.name}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The story, at its place in the spec, and no traceback: nothing broke in Python."""
        problem = excinfo.value
        if isinstance(problem, UsageError):
            return _told(problem, self.parent.spec)
        if not isinstance(problem, Unmet):
            return super().repr_failure(excinfo, style)
        shown = excinfo.getrepr(style="value", chain=False)
        crash = shown.reprcrash
        if crash is not None:
            crash.path, crash.lineno, crash.message = (
                problem.at.file,
                problem.at.line,
                problem.headline,
            )
        return shown


class PropertyItem(ClaimItem):
    """One property. `-k` also finds the rules that it cites."""

    def __init__(self, *, claim: Property, **rest: Any) -> None:
        super().__init__(at=claim.at, **rest)
        self.claim = claim
        self.extra_keyword_matches.update((*claim.rules, *filter(None, [claim.ref])))

    def runtest(self) -> None:
        """Raises `Unmet` unless the verdict is what the spec expects."""
        report = self.parent.report()
        result = next(r for r in report.results if r.property.name == self.claim.name)
        self.user_properties += [
            ("outcome", result.outcome.value),
            ("violated_when", str(result.violated)),
        ]
        verdict = verdict_of(result)
        if verdict is not Verdict.EXPECTED:
            told = self._story if verdict is Verdict.UNEXPECTED else self._open
            headline = verdicts.headline(result, self.parent.labels)
            raise Unmet(headline, self.claim.at, told(result, report))

    def _story(self, result: PropertyResult, report: SpecReport) -> list[str]:
        labels = self.parent.labels
        story = verdicts.story_of(result, report, labels)
        claim = labels.claim(self.claim)
        if story is None:
            return [f"  {claim}"]
        return [f"  {verdicts.story_title(result, labels)}", *lay_out(story, labels.words, "    ")]

    def _open(self, result: PropertyResult, report: SpecReport) -> list[str]:
        labels = self.parent.labels
        notes = [f"  {note.get(labels.lang)}" for note in result.notes]
        return [f"  {labels.claim(self.claim)}", *notes, *_cut_short(report, labels)]


class StructureItem(ClaimItem):
    """Everything that the structure shows and that the spec does not allow."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(at=rest["parent"].spec.at, **rest)

    def runtest(self) -> None:
        """Raises `Unmet` for open findings, and where not everything was looked at."""
        report, labels = self.parent.report(), self.parent.labels
        found = [finding for finding in report.findings if finding.allowed is None]
        lines = findings_lines(report, found, labels, Paint())
        if found:
            said = found[0].message.get(labels.lang)
            headline = f"{found[0].code} {said}" if len(found) == 1 else _MORE.get(labels.lang)
            raise Unmet(headline.format(n=len(found)), found[0].at, lines)
        if not report.complete:
            raise Unmet(labels.words("unknown"), self.at, _cut_short(report, labels))


def _cut_short(report: SpecReport, labels: Labels) -> list[str]:
    if report.complete:
        return []
    return [f"  {verdicts.incomplete(report, labels.words)}", f"  {_RAISE.get(labels.lang)}"]


def _told(problem: UsageError, spec: Spec) -> str:
    return render(Diagnostic(spec.at, problem.code, problem.message, problem.hint))


def _shown(path: Path, folder: Path) -> Path:
    """The path as seen from the folder that pytest was called in, if it is below."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path
