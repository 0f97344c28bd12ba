"""`fsm mutate`: what the properties of a spec do not pin down."""

import click

from fsm.cli.inputs import load_or_raise, require
from fsm.cli.options import lang_option
from fsm.cli.output import emit, paint_for_stdout
from fsm.cli.progress import Progress
from fsm.errors import UsageError
from fsm.report.labels import Labels
from fsm.report.language import fallback_language


@click.command()
@click.argument("path")
@lang_option
@click.option(
    "--operator", "operators", metavar="NAME", multiple=True,
    help="Only changes of this kind, such as drop_guard; repeatable.",
)  # fmt: skip
@click.option(
    "--machine", "machines", metavar="ID", multiple=True,
    help="Only changes in this machine; repeatable.",
)  # fmt: skip
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="Only so many, chosen at random."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True,
    help="The same seed chooses the same sample.",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="STATES",
    help="Give a mutant up after so many states; by default ten times those of the spec.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead.")
def command(
    path: str,
    lang: str | None,
    operators: tuple[str, ...],
    machines: tuple[str, ...],
    sample: int | None,
    seed: int,
    limit: int | None,
    as_json: bool,
) -> int:
    """Change the spec at PATH in one place after the other, and tell which changes no property
    notices: what the rules do not pin down. A condition is left out, a comparison flipped, a
    deadline moved, a transition dropped or redirected, a priority swapped.

    \b
    A change is
      noticed       a property has another verdict, or another condition, than the spec expects
      by structure  only a structural finding comes or goes (fsm explain S01)
      not noticed   a gap: add a property, or accept that the rules leave this open
      no gap        no run differs (proved), or only in events that change nothing

    Each change that is not noticed costs a check of the whole spec. Try --sample first.

    \b
    Examples:
      fsm mutate refund.fsm.yaml
      fsm mutate refund.fsm.yaml --operator move_deadline --operator drop_guard
      fsm mutate refund.fsm.yaml --machine ticket --lang zh
      fsm mutate refund.fsm.yaml --sample 50 --seed 7 --json

    \b
    Exit codes:
      0    every change that makes a difference is noticed
      1    some are not
      2    an error in the spec or in the request, or its verdicts are not as expected
      3    nothing survived, but some changes are undecided: a limit was reached
      130  interrupted; what was judged by then is reported
    """
    from fsm.testing.mutation.mutant import Operator
    from fsm.testing.mutation.run import MutationOptions, mutate
    from fsm.testing.mutation_report import mutation_json, mutation_text

    specs = load_or_raise((path,))
    if len(specs) > 1:
        raise UsageError("F674", f"{path} holds {len(specs)} specs", "name one file")
    spec = specs[0]
    require("machine", machines, (m.name for m in spec.all_machines()))
    require("operator", operators, (operator.value for operator in Operator))
    options = MutationOptions(tuple(map(Operator, operators)), machines, sample, seed, limit)
    with Progress(spec.name, on=True) as progress:
        report = mutate(spec, options, progress=progress)
    if as_json:
        emit(mutation_json(report))
    else:
        labels = Labels(spec, lang or spec.lang or fallback_language())
        emit(mutation_text(report, labels, paint_for_stdout()))
    return report.exit_code()
