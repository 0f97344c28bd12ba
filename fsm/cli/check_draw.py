"""`fsm check --draw DIR`: the runs that break a property, as pictures and as saved traces."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from fsm.check.results import PropertyResult, SpecReport
from fsm.cli.output import write_atomically
from fsm.draw.run_pictures import content, run_pictures
from fsm.draw.saved import save_trace
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.report import verdicts
from fsm.report.bundle import Bundle, Verdict, mentioned, verdict_of
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
    left, drawn = 0, 0
    for report in bundle.reports:
        labels = bundle.labels(report)
        for result in report.results:
            if result.run is None:
                continue
            if verdict_of(result) is not Verdict.UNEXPECTED and not explain:
                left += 1
                continue
            drawn += 1
            for file in _draw(result, report, labels, folder):
                click.echo(file, err=True)
    if bundle.reports and not drawn:
        click.echo("there is no run to draw: nothing is violated unexpectedly", err=True)
    if left:
        runs = "1 run that is" if left == 1 else f"{left} runs that are"
        click.echo(f"{runs} as expected: --explain draws those, too", err=True)


def _draw(
    result: PropertyResult, report: SpecReport, labels: Labels, folder: Path
) -> Iterator[Path]:
    """Write the pictures of one run, and the run; answers with each file that is written."""
    story = verdicts.story_of(result, report, labels)
    assert result.run is not None
    assert story is not None
    spec, name, matter = report.spec, result.property.name, mentioned(result.violated)
    base = f"{spec.name}.{name}"
    drawn, refused = run_pictures(
        spec, result.run, View((labels.lang,)), ("svg", "mermaid"), base,
        (verdicts.story_title(result, labels),), (story.conclusion,), matter,
    )  # fmt: skip
    for picture in drawn:
        write_atomically(folder / picture.name, content(picture))
        yield folder / picture.name
    for machine in refused:
        click.echo(f"{machine} is too large to draw as a whole", err=True)
    file, text = _source(spec.at.file, folder)
    saved = save_trace(spec, result.run, story, name, result.each, file, matter, text)
    write_atomically(folder / f"{base}.trace.json", saved)
    yield folder / f"{base}.trace.json"


def _source(file: str, folder: Path) -> tuple[str, str]:
    """Where the spec lies, as seen from the folder, and what it says."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    try:
        return os.path.relpath(file, folder).replace(os.sep, "/"), text
    except ValueError:  # another drive
        return Path(file).absolute().as_posix(), text
