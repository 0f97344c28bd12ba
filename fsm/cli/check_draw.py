"""`fsm check --draw DIR`: the runs that break a property, as pictures and as saved traces."""

import os
from pathlib import Path

import click

from fsm.check.results import PropertyResult, SpecReport
from fsm.cli.output import write_atomically
from fsm.draw.run_pictures import content, run_pictures
from fsm.draw.saved import save_trace
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.report import verdicts
from fsm.report.bundle import Bundle, Verdict, verdict_of
from fsm.report.labels import Labels


def require_drawable(folder: Path) -> None:
    """Raises `UsageError` where no file can be written; ask before the work, not after."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UsageError("F611", f"cannot make the folder {folder}: {reason}") from problem
    if not os.access(folder, os.W_OK):
        raise UsageError("F611", f"the folder {folder} is read-only")


def draw_runs(bundle: Bundle, folder: Path, *, explain: bool) -> None:
    """Write the pictures of each run that a report would tell, and say on stderr what was written.

    Expected violations and witnesses are drawn with `explain` only, as their stories are.
    """
    files, left = 0, 0
    for report in bundle.reports:
        labels = bundle.labels(report)
        for result in report.results:
            if result.run is None:
                continue
            if verdict_of(result) is not Verdict.UNEXPECTED and not explain:
                left += 1
                continue
            files += _draw(result, report, labels, folder)
    more = f"; {left} expected ones are drawn with --explain" if left else ""
    click.echo(f"{folder}: {files} files of runs written{more}", err=True)


def _draw(result: PropertyResult, report: SpecReport, labels: Labels, folder: Path) -> int:
    story = verdicts.story_of(result, report, labels)
    assert result.run is not None
    assert story is not None
    spec, name = report.spec, result.property.name
    base = f"{spec.name}.{name}"
    drawn, refused = run_pictures(
        spec, result.run, View((labels.lang,)), ("svg", "mermaid"), base,
        (labels.claim(result.property),), (story.conclusion,),
    )  # fmt: skip
    for picture in drawn:
        write_atomically(folder / picture.name, content(picture))
    for machine in refused:
        click.echo(f"{machine} is too large to draw as a whole", err=True)
    file = os.path.relpath(spec.at.file, folder).replace(os.sep, "/")
    saved = save_trace(spec, result.run, story, name, result.each, file)
    write_atomically(folder / f"{base}.trace.json", saved)
    return len(drawn) + 1
