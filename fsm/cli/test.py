"""`fsm test`: random runs of a spec, and what they break."""

from functools import partial
from pathlib import Path

import click

from fsm.check.choices import parse_variant
from fsm.cli.inputs import load_or_raise, select
from fsm.cli.options import DEFAULT_PATHS, lang_option, paths_argument, variant_option
from fsm.cli.output import emit, paint_for_stdout, require_folder, write_atomically
from fsm.cli.progress import Progress
from fsm.errors import UsageError
from fsm.report.exit_codes import ExitCode
from fsm.report.labels import Labels
from fsm.report.language import fallback_language


@click.command()
@paths_argument
@lang_option
@variant_option
@click.option(
    "--property", "properties", metavar="ID", multiple=True, help="Watch only this; repeatable."
)
@click.option(
    "--examples", type=click.IntRange(min=1), default=200, show_default=True, help="How many runs."
)
@click.option(
    "--steps", type=click.IntRange(min=1), default=50, show_default=True, help="Longest run."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True,
    help="The same seed gives the same runs.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead.")
@click.option(
    "--write-test", "test_file", metavar="FILE", type=click.Path(path_type=Path),
    help="Write what was not expected as a pytest file.",
)  # fmt: skip
def command(
    paths: tuple[str, ...],
    lang: str | None,
    variants: tuple[str, ...],
    properties: tuple[str, ...],
    examples: int,
    steps: int,
    seed: int,
    as_json: bool,
    test_file: Path | None,
) -> int:
    """Test the specs at PATH (a file or a folder; default specs/) with random runs in random
    variants: each run is taken by the runtime, every property is watched, a failure is shrunk to a
    shortest run and told as a story. Then: which states, transitions and instants around deadlines
    the runs have visited.

    Runs never prove anything. `fsm check` does; `fsm test` shows the spec at work, checks the
    runtime against it, and measures how far random tests reach.

    \b
    Examples:
      fsm test refund.fsm.yaml
      fsm test refund.fsm.yaml --examples 2000 --seed 7
      fsm test refund.fsm.yaml --variant courier_intercept=true --property paid_once
      fsm test refund.fsm.yaml --write-test tests/test_refund_regression.py

    \b
    Exit codes:
      0    nothing but what the specs expect
      1    a run breaks a property that should hold, or shows what should be impossible
      2    an error in a spec or in the request
      130  interrupted; what was done by then is reported
    """
    from fsm.testing.trial import Plan, try_spec
    from fsm.testing.trial_report import trial_json, trial_text

    if test_file is not None:
        require_folder(test_file)
    specs = load_or_raise(paths or DEFAULT_PATHS)
    if as_json and len(specs) > 1:
        raise UsageError("F616", "--json reports one spec, and these are several", "name one file")
    fixed = parse_variant(variants, specs)
    specs = select(specs, properties, fixed)
    paint = paint_for_stdout()
    code, failures = ExitCode.EXPECTED, []
    for spec in specs:
        mine = tuple(n for n in properties if any(p.name == n for p in spec.properties))
        plan = Plan(examples, steps, seed, fixed, mine)
        labels = Labels(spec, lang or spec.lang or fallback_language())
        with Progress(spec.name, on=True) as progress:
            report = try_spec(spec, plan, partial(progress, "runs"))
        emit(trial_json(report, labels) if as_json else trial_text(report, labels, paint))
        failures += [(report, result) for result in report.results if not result.as_expected]
        if report.interrupted:
            code = ExitCode.INTERRUPTED
            break
    if failures and code == ExitCode.EXPECTED:
        code = ExitCode.UNEXPECTED
    if test_file is not None:
        from fsm.testing.regression import regression_test

        if not failures:
            emit(f"{test_file}: not written, since nothing failed\n")
        else:
            write_atomically(test_file, regression_test(failures, test_file.parent))
            emit(f"{test_file}: written\n")
    return code
