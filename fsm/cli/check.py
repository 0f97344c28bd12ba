"""`fsm check`: decide what specs claim."""

import math
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fsm.check.choices import parse_variant
from fsm.check.results import SpecReport
from fsm.cli.deciding import Answer, Limits, answers_for, options_for, without_cycle_search
from fsm.cli.inputs import Asked, errors_in, find, read, select
from fsm.cli.options import (
    DEFAULT_PATHS,
    lang_option,
    paths_argument,
    size_in_bytes,
    variant_option,
)  # fmt: skip
from fsm.cli.output import emit, paint_for_stdout, require_folder, say_errors, write_atomically
from fsm.cli.parallel import cores
from fsm.errors import Diagnostic, SpecError, UsageError
from fsm.explore.space import INTERRUPTED
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.reduce.reduction import NAMES, known

if TYPE_CHECKING:
    from fsm.report.bundle import Bundle


def seconds(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    """What --timeout takes."""
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise click.BadParameter("it must be a number of seconds above zero")
    return value


@click.command()
@paths_argument
@lang_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write JUnit XML to this file.")
@click.option("--sarif", type=click.Path(path_type=Path), help="Also write SARIF to this file.")
@click.option(
    "--property", "properties", metavar="ID", multiple=True, help="Decide only this; repeatable."
)
@variant_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=2_000_000,
    show_default=True,
    help="Stop a spec after so many states (symbolic: nodes of diagrams).",
)
@click.option(
    "--timeout", type=float, callback=seconds, metavar="SECONDS", help="Stop a spec after this."
)
@click.option(
    "--max-memory", callback=size_in_bytes, metavar="SIZE",
    help="Stop a spec when the process uses so much, as 800M or 2G; default: three quarters of "
    "what is available.",
)  # fmt: skip
@click.option(
    "--engine",
    type=click.Choice(["auto", "python", "compiled", "reference", "symbolic"]),
    default="auto",
    help="What decides: python, or the readable reference, searches state by state, compiled does "
    "so in machine code, symbolic with decision diagrams; auto (default) begins in Python, and "
    "hands over what is large.",
)
@click.option(
    "--time", type=click.Choice(["auto", "dense", "units"]), default="auto",
    help="Decide in dense time, or in whole units (default: units where the answers are the same).",
)  # fmt: skip
@click.option("--latest", is_flag=True, help="Tell runs as late as can be; implies --time dense.")
@click.option(
    "--no-reduction", "without", metavar="NAME", multiple=True,
    help="Do without this reduction (values, symmetry, cone, order); repeatable.",
)  # fmt: skip
@click.option("--no-reductions", is_flag=True, help="Do without any reduction.")
@click.option("--explain", is_flag=True, help="Tell expected violations and witnesses, too.")
@click.option(
    "--vacuity", is_flag=True,
    help="Tell which properties hold vacuously in which variants, and what in them has no effect.",
)  # fmt: skip
@click.option(
    "--strengthen", is_flag=True,
    help="Tell which stronger properties hold as well, as lines for the spec.",
)  # fmt: skip
@click.option(
    "--coverage", is_flag=True, help="Add the matrix of rules, and what questions change."
)
@click.option(
    "--draw", "folder", metavar="DIR", type=click.Path(path_type=Path),
    help="Also draw the runs that are told, and save them.",
)  # fmt: skip
@click.option(
    "--stats", is_flag=True, help="Add what the search counted and cost; decides anew."
)  # fmt: skip
@click.option(
    "--emit", "emit_to", metavar="FILE", type=click.Path(path_type=Path),
    help="Also write the Python source that searches the spec to this file.",
)  # fmt: skip
@click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N",
    help="Use so many cores (default: all): specs at once, one after the other with --stats, and "
    "threads in the search of a large one.",
)  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Decide anew what an earlier run has decided.")
@click.option("--quiet", "-q", is_flag=True, help="Only what is not as expected, and the totals.")
def command(
    paths: tuple[str, ...],
    lang: str | None,
    as_json: bool,
    junit: Path | None,
    sarif: Path | None,
    properties: tuple[str, ...],
    variants: tuple[str, ...],
    limit: int,
    timeout: float | None,
    max_memory: int | None,
    engine: str,
    time: str,
    latest: bool,
    without: tuple[str, ...],
    no_reductions: bool,
    explain: bool,
    vacuity: bool,
    strengthen: bool,
    coverage: bool,
    folder: Path | None,
    stats: bool,
    emit_to: Path | None,
    jobs: int | None,
    no_cache: bool,
    quiet: bool,
) -> int:
    """Decide every property of the specs at PATH (a file or a folder; default specs/), in every
    variant, and tell each unexpected violation as a story.

    \b
    Examples:
      fsm check                                    everything below specs/
      fsm check refund.fsm.yaml --explain          stories of expected violations, too
      fsm check specs --property no_double_refund
      fsm check specs --variant courier_intercept=true --variant cap=2
      fsm check specs --coverage --lang zh
      fsm check refund.fsm.yaml --vacuity --strengthen      does it say what you mean?
      fsm check specs --junit report.xml --sarif report.sarif
      fsm check refund.fsm.yaml --time dense --explain      deadlines over real time
      fsm check refund.fsm.yaml --explain --draw pictures   each run as a picture, too

    \b
    A verdict is one of
      holds      the whole reachable space was covered, in every variant
      violated   with the exact condition, and a shortest run that shows it
      undecided  a limit was reached first; never taken for a success

    \b
    Exit codes; where several apply, 2 counts before 1, and 1 before 3:
      0    every verdict is as expected and no structural finding is open
      1    a verdict differs from what is expected, or a finding is open
      2    an error in a spec or in the request; also a spec that claims nothing
      3    undecided
      130  interrupted; what was finished is reported
    """
    for file in (junit, sarif, emit_to):
        if file is not None:
            require_folder(file)
    if folder is not None:
        from fsm.cli.check_draw import require_drawable

        require_drawable(folder)
    asked: list[Asked] = [*find(paths or DEFAULT_PATHS)]
    chosen: dict[str, Scalar] = {}
    if properties or variants or emit_to is not None:  # which specs have all that?
        loaded = [read(item) for item in asked]
        specs = [spec for spec in loaded if isinstance(spec, Spec)]
        wrong = [problem for problem in loaded if isinstance(problem, SpecError)]
        if specs or not wrong:
            chosen = parse_variant(variants, specs)
            specs = select(specs, properties, chosen)
        asked = [*wrong, *specs]
    off = tuple(sorted(known(NAMES if no_reductions else without)))
    chosen_time = "dense" if latest else time
    limits = Limits(
        properties,
        limit,
        timeout,
        max_memory,
        engine,
        off,
        chosen_time,
        latest,
        stats,
        cache=not (no_cache or stats),
        vacuity=vacuity,
        strengthen=strengthen,
        jobs=jobs or cores(),
    )
    if emit_to is not None:
        _write_source([s for s in asked if isinstance(s, Spec)], chosen, limits, emit_to)
    with without_cycle_search():
        bundle = _check_all(asked, chosen, limits, lang or "", quiet or as_json)
    say_errors(bundle.errors)
    _write_files(bundle, junit, sarif)
    if as_json:
        from fsm.report.json import report_json

        emit(report_json(bundle, coverage=coverage))
    else:
        _print(bundle, explain=explain, quiet=quiet, vacuity=vacuity, coverage=coverage)
    if folder is not None:
        from fsm.cli.check_draw import draw_runs

        draw_runs(bundle, folder, explain=explain)
    return bundle.exit_code()


def _check_all(
    asked: list[Asked],
    chosen: dict[str, Scalar],
    limits: Limits,
    lang: str,
    quiet: bool,
) -> "Bundle":
    """Check the specs, and report in their order; neither a spec that cannot be decided at all nor
    an interruption loses what is finished."""
    found: dict[int, Answer] = {}
    interrupted, there = False, ""
    answers = answers_for(asked, chosen, limits, quiet)
    with closing(answers):
        try:
            for place, answer in answers:
                found[place] = answer
                if isinstance(answer, SpecReport) and answer.limit == INTERRUPTED:
                    interrupted, there = True, f"; {answer.spec.name}: {answer.states:,} states"
                    break
        except KeyboardInterrupt as problem:
            interrupted = True
            there = "".join(f"; {note}" for note in getattr(problem, "__notes__", ()))
    from fsm.report.bundle import Bundle  # not before the specs are being decided
    from fsm.report.language import fallback_language

    told = [found[place] for place in sorted(found)]
    reports = [answer for answer in told if isinstance(answer, SpecReport)]
    refused = [answer for answer in told if isinstance(answer, Diagnostic)]
    wrong = [answer for answer in told if isinstance(answer, SpecError)]
    if interrupted:
        finished = len(reports) + len(refused) - any(r.limit == INTERRUPTED for r in reports)
        specs = len(asked) - len(wrong)
        click.echo(f"interrupted: {finished} of {specs} specs are finished{there}", err=True)
    errors = (
        *errors_in(wrong),
        *refused,
        *(_claims_nothing(r) for r in reports if not _says_something(r)),
    )
    return Bundle(tuple(reports), errors, lang, fallback_language(), interrupted)


def _write_source(
    specs: list[Spec], chosen: dict[str, Scalar], limits: Limits, file: Path
) -> None:  # fmt: skip
    from fsm.check.emitted import emitted

    if len(specs) != 1:
        raise UsageError(
            "F743", f"--emit writes the source of one spec, and there are {len(specs)}",
            "name one file",
        )  # fmt: skip
    source = emitted(specs[0], options_for(specs[0], chosen, limits))
    write_atomically(file, source)


def _says_something(report: SpecReport) -> bool:
    return bool(report.results) or any(f.allowed is None for f in report.findings)


def _claims_nothing(report: SpecReport) -> Diagnostic:
    return Diagnostic(
        report.spec.at,
        "F604",
        f"{report.spec.name} has no properties, so nothing was proved about it",
        "add a property, for example `can_always: …`; `fsm new NAME` shows some",
    )


def _write_files(bundle: "Bundle", junit: Path | None, sarif: Path | None) -> None:
    if junit is not None:
        from fsm.report.junit import report_junit

        write_atomically(junit, report_junit(bundle))
    if sarif is not None:
        from fsm.cli.version import version
        from fsm.report.sarif import report_sarif

        write_atomically(sarif, report_sarif(bundle, version(), Path.cwd()))


def _print(
    bundle: "Bundle", *, explain: bool, quiet: bool, vacuity: bool, coverage: bool
) -> None:  # fmt: skip
    from fsm.report.text import report_text

    paint = paint_for_stdout()
    if bundle.reports or bundle.interrupted:
        emit(report_text(bundle, explain=explain, quiet=quiet, vacuity=vacuity, paint=paint))
    if coverage and bundle.reports:
        from fsm.report.coverage_text import coverage_text

        emit("\n" + coverage_text(bundle, paint))
