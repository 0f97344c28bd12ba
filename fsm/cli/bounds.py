"""`fsm bounds`: the exact least and greatest time between two things."""

import click

from fsm.check.choices import parse_variant
from fsm.cli.inputs import load_or_raise, select
from fsm.cli.options import DEFAULT_PATHS, lang_option, paths_argument, variant_option
from fsm.cli.output import emit, paint_for_stdout
from fsm.report.exit_codes import ExitCode
from fsm.report.labels import Labels
from fsm.report.language import fallback_language


@click.command()
@paths_argument
@lang_option
@click.option("--from", "start", metavar="P", required=True, help="An event, or a condition.")
@click.option("--to", "goal", metavar="Q", required=True, help="An event, or a condition.")
@variant_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=200_000, show_default=True,
    help="Stop after so many zones.",
)  # fmt: skip
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="Stop after this.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Tell a run for each end.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
def command(
    paths: tuple[str, ...],
    lang: str | None,
    start: str,
    goal: str,
    variants: tuple[str, ...],
    limit: int,
    timeout: float | None,
    explain: bool,
    as_json: bool,
) -> int:
    """How long does it take from P to Q in the specs at PATH (default specs/), at least and at
    most, in every variant? The answer is exact, over dense time.

    A measurement begins whenever P begins to hold, or whenever the event P happens, and ends as
    soon as Q holds or happens. Each end says whether it is reached or only approached. Where there
    is no greatest time, the report says what may go on for ever.

    \b
    Examples:
      fsm bounds refund.fsm.yaml --from apply --to 'ticket in {refunded, rejected}'
      fsm bounds refund.fsm.yaml --from apply --to refund --explain
      fsm bounds refund.fsm.yaml --from apply --to refund --variant courier_intercept=true

    \b
    Exit codes:
      0    both ends are exact
      1    nothing is measured in any variant
      2    an error in a spec or in the request
      3    undecided: a limit was reached, or a clock can be paused
    """
    from fsm.check.check import CheckOptions
    from fsm.check.measured import measure_spec
    from fsm.report.bounds import bounds_json, bounds_text

    specs = load_or_raise(paths or DEFAULT_PATHS)
    chosen = parse_variant(variants, specs)
    options = CheckOptions(variant=tuple(chosen.items()), max_states=limit, timeout=timeout)
    found = [
        (measure_spec(spec, start, goal, options),
         Labels(spec, lang or spec.lang or fallback_language()))
        for spec in select(specs, (), chosen)
    ]  # fmt: skip
    if as_json:
        emit(bounds_json(found))
    else:
        paint = paint_for_stdout()
        emit("\n".join(bounds_text(report, labels, paint, explain=explain)
                       for report, labels in found))  # fmt: skip
    undecided = any(report.undecided.count for report, _ in found)
    nothing = any(report.never.count == report.variants for report, _ in found)
    if nothing:
        return ExitCode.UNEXPECTED
    return ExitCode.UNDECIDED if undecided else ExitCode.EXPECTED
