"""`fsm simulate`: stepping through a spec, by hand or at random."""

import random
import sys

import click

from fsm.check.choices import parse_variant
from fsm.cli.inputs import load_or_raise
from fsm.cli.options import DEFAULT_PATHS, lang_option, paths_argument, variant_option
from fsm.cli.output import emit, paint_for_stdout
from fsm.cli.session import Session
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.labels import Labels
from fsm.report.language import fallback_language


@click.command()
@paths_argument
@lang_option
@variant_option
@click.option(
    "--random", "length", type=click.IntRange(0, 100_000), metavar="N", help="N random steps."
)
@click.option("--seed", type=int, help="Makes --random reproducible; else one is drawn and told.")
def command(
    paths: tuple[str, ...],
    lang: str | None,
    variants: tuple[str, ...],
    length: int | None,
    seed: int | None,
) -> None:
    """Step through the spec at PATH. The legal events are listed with numbers; pick one, or let
    time pass, undo, look at the state. It reads commands from a pipe as well.

    Switches, parameters and questions that --variant does not fix have their first value: a
    switch is off.

    \b
    Examples:
      fsm simulate refund.fsm.yaml --variant courier_intercept=true
      fsm simulate refund.fsm.yaml --random 20 --seed 7     a story of 20 steps
      printf '1\\nt 4\\n1\\n' | fsm simulate refund.fsm.yaml

    \b
    Commands:
      3      take the step with number 3      u   undo
      t 5    let 5 steps of time pass         s   show the whole state
      t 36h  let 36 hours pass
      i 2    start from initial state 2       h   help
      q      quit
    """
    if seed is not None and length is None:
        raise click.UsageError("--seed is of use only with --random")
    spec = _only(load_or_raise(paths or DEFAULT_PATHS))
    chosen = parse_variant(variants, [spec])
    variant = {c.name: chosen.get(c.name, c.values[0]) for c in spec.configuration}
    labels = Labels(spec, lang or spec.lang or fallback_language())
    session = Session(labels, variant, paint_for_stdout())
    if length is None:
        _interact(session)
        return
    seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    session.wander(length, random.Random(seed))
    emit("\n".join([*session.story(), f"--seed {seed}"]) + "\n")


def _only(specs: list[Spec]) -> Spec:
    if len(specs) > 1:
        names = ", ".join(spec.name for spec in specs[:8])
        raise UsageError("F616", f"a simulation runs one spec, here are {len(specs)}", names)
    return specs[0]


def _interact(session: Session) -> None:
    """Read commands until q, or until there are no more."""
    emit("\n".join([*session.describe(), *session.options()]) + "\n")
    on_terminal = sys.stdin.isatty()
    while True:
        if on_terminal:
            emit(session.words("sim_prompt"))
        line = sys.stdin.readline()
        if not line or line.strip() in {"q", "quit", "exit"}:
            return
        if line.strip():
            emit("\n".join(session.obey(line.strip())) + "\n")
