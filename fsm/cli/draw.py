"""`fsm draw`: lifecycles and runs as pictures, and the check that none of them is stale."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from fsm.cli.inputs import load_or_raise, require
from fsm.cli.options import DEFAULT_PATHS, paths_argument
from fsm.cli.output import emit, write_atomically
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.exit_codes import ExitCode

DEFAULT_FOLDER = Path("diagrams")
FORMATS = ("svg", "png", "pdf", "dot", "mermaid", "plantuml")


@click.command()
@paths_argument
@click.option(
    "--out", "-o", "folder", metavar="DIR", help="Where to draw; default diagrams/, - is stdout."
)
@click.option(
    "--format", "-f", "formats", multiple=True, type=click.Choice(FORMATS), help="Repeatable."
)
@click.option(
    "--lang", type=click.Choice(["zh", "en", "both"]), default="both", show_default=True
)  # fmt: skip
@click.option("--machine", "machines", metavar="ID", multiple=True, help="Only this machine.")
@click.option("--only-tag", "tags", metavar="TAG", multiple=True, help="Only states with this tag.")
@click.option("--collapse", is_flag=True, help="Draw a composite state as one box.")
@click.option(
    "--hide", multiple=True, type=click.Choice(["guards", "actions", "rules"]), help="Repeatable."
)
@click.option(
    "--theme", type=click.Choice(["light", "dark", "print"]), default="light", show_default=True
)
@click.option(
    "--direction", type=click.Choice(["TB", "LR"]), default="TB", show_default=True,
    help="Top to bottom, or left to right.",
)  # fmt: skip
@click.option("--index", is_flag=True, help="Also write DIR/README.md, which shows all pictures.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name what is stale.")
@click.option("--force", is_flag=True, help="Draw again what is fresh already.")
@click.option(
    "--inject", "pages", metavar="FILE", multiple=True, type=click.Path(path_type=Path),
    help="Bring the diagrams in this Markdown page up to date.",
)  # fmt: skip
@click.option(
    "--trace", "trace", metavar="FILE", type=click.Path(path_type=Path),
    help="Draw the run that `fsm check --draw` saved.",
)  # fmt: skip
def command(
    paths: tuple[str, ...],
    folder: str | None,
    formats: tuple[str, ...],
    lang: str,
    machines: tuple[str, ...],
    tags: tuple[str, ...],
    collapse: bool,
    hide: tuple[str, ...],
    theme: str,
    direction: str,
    index: bool,
    check: bool,
    force: bool,
    pages: tuple[Path, ...],
    trace: Path | None,
) -> int:
    """Draw the specs at PATH (a file or a folder; default specs/): one picture a machine, and one
    of the system, with deadlines, owners, guards and rules.

    \b
    Examples:
      fsm draw                                       all of specs/ into diagrams/, as SVG
      fsm draw refund.fsm.yaml -f png -f pdf --lang zh --out pictures
      fsm draw refund.fsm.yaml --machine ticket -f mermaid --out -
      fsm draw --index --check                       for CI: is any picture stale?
      fsm draw --inject README.md                    between <!-- fsm: … --> and <!-- /fsm -->
      fsm draw --trace slow.trace.json               a counterexample as pictures

    Nothing needs to be installed: Graphviz's `dot` draws where there is one, and a built-in
    Graphviz where not. PNG and PDF with Chinese need a font that has Chinese.

    \b
    Exit codes:
      0    drawn, or with --check: all fresh
      1    with --check: something is stale, missing or left over
      2    an error in a spec or in the request; nothing was written
    """
    langs = ("zh", "en") if lang == "both" else (lang,)
    view = View(langs, theme, direction, frozenset(hide), tags, collapse)
    if pages:
        _alone(paths, machines, trace, "--inject")
        return _inject(pages, check)
    if trace is not None:
        _alone((), machines, None, "--trace")
        return _draw_trace(trace, paths, view, formats, folder, check)
    specs = load_or_raise(paths or DEFAULT_PATHS)
    require("machine", machines, (m.name for spec in specs for m in spec.all_machines()))
    if folder == "-":
        if check or index:
            raise UsageError("F617", "--check and --index need a folder", "leave out '--out -'")
        return _print(specs, view, formats, machines)
    target = Path(folder) if folder else DEFAULT_FOLDER
    return _draw(specs, view, formats, machines, target, index, check, force)


def _draw(
    specs: Sequence[Spec],
    view: View,
    formats: tuple[str, ...],
    machines: tuple[str, ...],
    folder: Path,
    index: bool,
    check: bool,
    force: bool,
) -> int:
    from fsm.draw.gallery import content, fault, leftovers, pictures

    drawn = pictures(specs, view, formats or ("svg",), machines)
    found = {picture.path: fault(picture, folder) for picture in drawn}
    faults = {str(path): reason.value for path, reason in found.items() if reason is not None}
    page = ""
    if index:
        from fsm.draw.index import PAGE, index_page

        page = index_page(specs, drawn, view.langs, folder)
        if (reason := _page_fault(folder / PAGE, page)) is not None:
            faults[PAGE] = reason
    if check:
        if not (machines or view.tags):
            faults |= {str(p): "left over" for p in leftovers(folder, specs, drawn)}
        return _judge(faults, folder, len(drawn) + index)
    wanted = [p for p in drawn if force or found[p.path] is not None]
    ready = [(folder / picture.path, content(picture)) for picture in wanted]
    if index and (force or PAGE in faults):
        ready.append((folder / PAGE, page.encode()))
    _write(ready)
    fresh = len(drawn) + index - len(ready)
    emit(f"{folder}: {len(ready)} drawn" + (f", {fresh} fresh already\n" if fresh else "\n"))
    return ExitCode.EXPECTED


def _judge(faults: dict[str, str], folder: Path, total: int) -> int:
    """Name what is stale on stdout; exit code 1 where anything is."""
    for path, reason in faults.items():
        emit(f"{folder / path}: {reason}\n")
    if faults:
        emit(f"{len(faults)} of {total} not fresh; the same command without --check draws them\n")
        return ExitCode.UNEXPECTED
    emit(f"{folder}: all {total} fresh\n")
    return ExitCode.EXPECTED


def _print(
    specs: Sequence[Spec], view: View, formats: tuple[str, ...], machines: tuple[str, ...]
) -> int:
    """One picture to stdout, for a pipe."""
    from fsm.draw.gallery import content, pictures

    drawn = pictures(specs, view, formats or ("svg",), machines)
    if len(drawn) != 1:
        names = ", ".join(dict.fromkeys(picture.diagram.name for picture in drawn))
        raise UsageError(
            "F617", f"stdout takes one picture, and these are {len(drawn)}",
            f"choose one --machine of {names} and one --format",
        )  # fmt: skip
    data = content(drawn[0])
    sys.stdout.buffer.write(data)
    return ExitCode.EXPECTED


def _write(ready: Sequence[tuple[Path, bytes]]) -> None:
    """Everything is rendered before the first file is touched: an error leaves all as it was."""
    for file, data in ready:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise UsageError("F611", f"cannot make the folder {file.parent}: {reason}") from problem
        write_atomically(file, data)


def _draw_trace(
    trace: Path,
    paths: tuple[str, ...],
    view: View,
    formats: tuple[str, ...],
    folder: str | None,
    check: bool,
) -> int:
    """The pictures of a saved run, once it has been replayed."""
    from fsm.check.results import Condition, Outcome, PropertyResult
    from fsm.draw.run_pictures import content, run_pictures
    from fsm.draw.saved import load_trace, spec_file
    from fsm.model import Pattern
    from fsm.report.conclusion import conclude
    from fsm.report.labels import Labels
    from fsm.semantics.units import unit_of

    if check:
        raise UsageError("F617", "--check compares pictures of specs, not of a run")
    specs = load_or_raise(paths or (str(spec_file(trace)),))
    if len(specs) > 1:
        raise UsageError("F616", f"a run belongs to one spec, here are {len(specs)}", "name it")
    spec, saved = specs[0], load_trace(trace, specs[0])
    labels = [Labels(spec, lang) for lang in view.langs]
    title: tuple[str, ...] = ()
    conclusion: tuple[str, ...] = ()
    if saved.property:
        shown = next(p for p in spec.properties if p.name == saved.property)
        none = Condition((), 0, 0)
        result = PropertyResult(
            shown, Outcome.VIOLATED, none, none, None, saved.run, saved.each
        )  # fmt: skip
        title = tuple(each.claim(shown) for each in labels)
        if shown.pattern is not Pattern.CTL:  # of these a run may show that they are true, too
            conclusion = tuple(conclude(result, saved.run, each, unit_of(spec)) for each in labels)
    base = trace.name.removesuffix(".json").removesuffix(".trace")
    drawn, refused = run_pictures(
        spec, saved.run, view, formats or ("svg",), base, title, conclusion
    )  # fmt: skip
    target = Path(folder) if folder else trace.parent
    _write([(target / picture.name, content(picture)) for picture in drawn])
    emit("".join(f"{target / picture.name}\n" for picture in drawn))
    for machine in refused:
        click.echo(f"{machine} is too large to draw as a whole", err=True)
    return ExitCode.EXPECTED


def _inject(pages: Sequence[Path], check: bool) -> int:
    """Each page with the diagrams of today between its markers."""
    from fsm.draw.inject import injected

    texts = [(page, injected(page)) for page in pages]
    stale = [(page, text) for page, text in texts if page.read_bytes() != text.encode()]
    for page, text in stale:
        emit(f"{page}: {'stale' if check else 'brought up to date'}\n")
        if not check:
            write_atomically(page, text)
    if check and stale:
        emit("the same command without --check brings them up to date\n")
        return ExitCode.UNEXPECTED
    emit(f"{len(texts) - len(stale)} of {len(texts)} pages were up to date\n")
    return ExitCode.EXPECTED


def _page_fault(file: Path, text: str) -> str | None:
    try:
        data = file.read_bytes()
    except OSError:
        return "missing"
    return None if data.replace(b"\r\n", b"\n") == text.encode() else "stale"


def _alone(paths: Sequence[str], machines: Sequence[str], trace: Path | None, option: str) -> None:
    if paths or machines or trace is not None:
        raise UsageError(
            "F617", f"{option} takes neither specs nor other things to draw",
            "the page or the trace names its spec itself",
        )  # fmt: skip
