"""`fsm check`: decide what specs claim."""

import gc
import math
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fsm.check.choices import parse_variant
from fsm.check.results import SpecReport
from fsm.cli.inputs import load, select
from fsm.cli.options import (
    DEFAULT_PATHS,
    lang_option,
    paths_argument,
    size_in_bytes,
    variant_option,
)  # fmt: skip
from fsm.cli.output import emit, paint_for_stdout, require_folder, say_errors, write_atomically
from fsm.cli.parallel import cores, in_order
from fsm.cli.progress import Progress
from fsm.errors import Diagnostic, UsageError
from fsm.explore.space import MEMORY
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.reduce.reduction import NAMES, known
from fsm.report.bundle import Bundle
from fsm.report.language import fallback_language
from fsm.report.verdicts import INTERRUPTED

if TYPE_CHECKING:
    from fsm.check.check import CheckOptions


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work to do on each spec."""

    properties: tuple[str, ...]
    states: int | None
    seconds: float | None
    memory: int | None
    engine: str
    without: tuple[str, ...]
    time: str
    latest: bool
    stats: bool
    cache: bool
    vacuity: bool
    strengthen: bool
    jobs: int

    @property
    def more(self) -> str:
        """What else is asked about each spec."""
        return f"{self.vacuity} {self.strengthen}"


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
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N",
    help="Decide so many specs at once (default: as many as there are cores; 1 with --stats).",
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
    for file in (junit, sarif):
        if file is not None:
            require_folder(file)
    if folder is not None:
        from fsm.cli.check_draw import require_drawable

        require_drawable(folder)
    specs, errors = load(paths or DEFAULT_PATHS)
    chosen: dict[str, Scalar] = {}
    if specs or not errors:
        chosen = parse_variant(variants, specs)
        specs = select(specs, properties, chosen)
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
        jobs=1 if stats else jobs or cores(),
    )
    bundle = _check_all(specs, errors, chosen, limits, lang or "", quiet or as_json)
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
    specs: list[Spec],
    errors: tuple[Diagnostic, ...],
    chosen: dict[str, Scalar],
    limits: Limits,
    lang: str,
    quiet: bool,
) -> Bundle:
    """Check the specs, in their order; neither a spec that cannot be decided at all nor an
    interruption loses what is finished."""
    reports: list[SpecReport] = []
    refused: list[Diagnostic] = []
    interrupted, there = False, ""
    answers = _answers(specs, chosen, limits, quiet)
    with closing(answers):
        try:
            for answer in answers:
                if isinstance(answer, SpecReport):
                    reports.append(answer)
                    interrupted = answer.limit == INTERRUPTED
                    there = f"; {answer.spec.name}: {answer.states:,} states" if interrupted else ""
                else:
                    refused.append(answer)
                if interrupted:
                    break
        except KeyboardInterrupt as problem:
            interrupted = True
            there = "".join(f"; {note}" for note in getattr(problem, "__notes__", ()))
    if interrupted:
        finished = len(reports) + len(refused) - any(r.limit == INTERRUPTED for r in reports)
        click.echo(f"interrupted: {finished} of {len(specs)} specs are finished{there}", err=True)
    found = (*errors, *refused, *(_claims_nothing(r) for r in reports if not _says_something(r)))
    return Bundle(tuple(reports), found, lang, fallback_language(), interrupted)


Answer = SpecReport | Diagnostic


def _answers(
    specs: list[Spec], chosen: dict[str, Scalar], limits: Limits, quiet: bool
) -> Generator[Answer, None, None]:
    """For each spec its report, or why it cannot be decided: remembered, from a process beside this
    one, or decided here. What a process could not answer, or not within its share of the memory, is
    decided here too, by itself."""
    known = [_remembered(spec, chosen, limits) for spec in specs]
    left = [spec for spec, report in zip(specs, known, strict=True) if report is None]
    jobs = max(1, min(limits.jobs, len(left)))
    shared = replace(limits, memory=None if limits.memory is None else limits.memory // jobs)
    work = partial(_decided, chosen=chosen, limits=shared, quiet=True)
    with Progress("fsm check", on=not quiet) as progress:
        alive = partial(progress, f"of {len(left)} specs, finished")
        beside: Iterator[Answer | None] = (
            in_order(work, left, jobs, alive) if jobs > 1 else iter(())
        )
        for spec, report in zip(specs, known, strict=True):
            answer = next(beside, None) if report is None else report
            if answer is None or (isinstance(answer, SpecReport) and answer.limit == MEMORY):
                answer = _decided(spec, chosen, limits, quiet)
            yield replace(answer, spec=spec) if isinstance(answer, SpecReport) else answer


def _decided(spec: Spec, chosen: dict[str, Scalar], limits: Limits, quiet: bool) -> Answer:
    from fsm.check.check import check_spec
    from fsm.check.remembered import keep, key_of

    with Progress(spec.name, on=not quiet) as progress:
        options = replace(_options(spec, chosen, limits), progress=progress)
        try:
            with _without_cycle_search():
                report = check_spec(spec, options)
                if limits.vacuity or limits.strengthen:
                    from fsm.check.strength import examined

                    report = examined(
                        spec, report, options, vacuity=limits.vacuity, strengthen=limits.strengthen
                    )
        except UsageError as problem:
            return Diagnostic(spec.at, problem.code, problem.message, problem.hint)
        except KeyboardInterrupt as problem:
            problem.add_note(f"{spec.name}: {progress.covered()}")
            raise
        except Exception as problem:
            problem.add_note(f"while checking {spec.name} ({spec.at.file})")
            raise
    if limits.cache:
        keep(key_of(spec, options, limits.more), report)
    return report


def _remembered(spec: Spec, chosen: dict[str, Scalar], limits: Limits) -> SpecReport | None:
    from fsm.check.remembered import key_of, recalled

    if not limits.cache:
        return None
    return recalled(key_of(spec, _options(spec, chosen, limits), limits.more), spec)


def _options(spec: Spec, chosen: dict[str, Scalar], limits: Limits) -> "CheckOptions":
    from fsm.check.check import CheckOptions

    names = {p.name for p in spec.properties}
    return CheckOptions(
        properties=tuple(name for name in limits.properties if name in names),
        variant=tuple(chosen.items()),
        max_states=limits.states,
        timeout=limits.seconds,
        max_memory=limits.memory,
        engine=limits.engine,
        without=limits.without,
        time=limits.time,
        latest=limits.latest,
        stats=limits.stats,
    )


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """A search makes millions of small tuples and no cycles; looking for cycles among them costs a
    sixth of its time. What little a check leaves behind is collected after it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _says_something(report: SpecReport) -> bool:
    return bool(report.results) or any(f.allowed is None for f in report.findings)


def _claims_nothing(report: SpecReport) -> Diagnostic:
    return Diagnostic(
        report.spec.at,
        "F604",
        f"{report.spec.name} has no properties, so nothing was proved about it",
        "add a property, for example `can_always: …`; `fsm new NAME` shows some",
    )


def _write_files(bundle: Bundle, junit: Path | None, sarif: Path | None) -> None:
    if junit is not None:
        from fsm.report.junit import report_junit

        write_atomically(junit, report_junit(bundle))
    if sarif is not None:
        from fsm.cli.version import version
        from fsm.report.sarif import report_sarif

        write_atomically(sarif, report_sarif(bundle, version(), Path.cwd()))


def _print(
    bundle: Bundle, *, explain: bool, quiet: bool, vacuity: bool, coverage: bool
) -> None:  # fmt: skip
    from fsm.report.text import report_text

    paint = paint_for_stdout()
    if bundle.reports or bundle.interrupted:
        emit(report_text(bundle, explain=explain, quiet=quiet, vacuity=vacuity, paint=paint))
    if coverage and bundle.reports:
        from fsm.report.coverage_text import coverage_text

        emit("\n" + coverage_text(bundle, paint))
