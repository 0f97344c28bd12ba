"""What a formula of CTL rests on beside the run that is told, in words: other runs from its states,
and what is so on all of them."""

from collections.abc import Iterator, Sequence
from typing import cast

from msgspec.structs import replace

from fsm.check.results import Reason
from fsm.expressions import Expr
from fsm.report.labels import Labels
from fsm.report.story import Aside, Story, tell
from fsm.semantics.trace import Run
from fsm.spec.unparse import unparse
from fsm.temporal import written


def with_reasons(
    story: Story, run: Run, reasons: Sequence[Reason], labels: Labels, unit: int | None
) -> Story:
    """The story of a run, and beside it the reasons that stand beside the run."""
    return replace(story, beside=tuple(_asides(story, run, reasons, labels, unit)))


def _asides(
    story: Story, run: Run, reasons: Sequence[Reason], labels: Labels, unit: int | None
) -> Iterator[Aside]:
    words = labels.words
    for reason in reasons:
        before = story.first + sum(step.state <= reason.at for step in story.steps)
        where = words("after_step", n=before) if before else words("at_start")
        formula = written(reason.formula, _said)
        key = "is_true" if reason.holds else "is_false"
        if reason.run is None:
            how = words("on_all_runs" if reason.holds else "on_no_run")
        else:
            how = words("as_told" if reason.run == run else "as_branches")
        said = words(key, where=where, formula=formula, how=how)
        if reason.run is None or reason.run == run:
            yield Aside(said)
            yield from _asides(story, run, reason.parts, labels, unit)
        else:
            branch = _from(tell(reason.run, labels, unit), reason.at)
            branch = with_reasons(branch, reason.run, reason.parts, labels, unit)
            yield Aside(said, reason.run, branch)


def _from(story: Story, state: int) -> Story:
    """The story from a state on."""
    first = sum(step.state <= state for step in story.steps)
    loop = None if story.loop is None else max(0, story.loop - first)
    return replace(story, setting=(), steps=story.steps[first:], loop=loop, first=first)


def _said(test: object) -> str:
    return unparse(cast(Expr, test))
