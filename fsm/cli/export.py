"""`fsm export`: a spec in another tool's language."""

from pathlib import Path

import click

from fsm.check.choices import parse_variant
from fsm.cli.inputs import load_or_raise
from fsm.cli.options import variant_option
from fsm.cli.output import emit, require_folder, write_atomically
from fsm.errors import UsageError


@click.command()
@click.argument("path", metavar="SPEC", type=click.Path())
@click.option(
    "--to", "language", type=click.Choice(["promela", "tchecker"]), required=True, help="Which one."
)
@variant_option
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
def command(path: str, language: str, variants: tuple[str, ...], out: Path | None) -> None:
    """Write the spec at SPEC, in one variant, for another model checker: switches and questions
    that --variant does not fix have their first value.

    promela is the language of SPIN. With reductions off, SPIN stores exactly the reachable states
    of the spec and takes exactly its steps; the header of the model says how to ask, for the
    states and for each property. A spec with durations cannot be exported to it.

    tchecker is the language of TChecker, which decides dense time: each discrete state is a
    location, and each property that looks at single states is a label to ask for with tck-reach.

    \b
    Examples:
      fsm export lift.fsm.yaml --to promela
      fsm export lift.fsm.yaml --to promela --variant fast=true --out lift.pml
      fsm export train_gate.fsm.yaml --to tchecker --variant strict=true --out gate.txt
    """

    if out is not None:
        require_folder(out)
    specs = load_or_raise([path])
    if len(specs) != 1:
        raise UsageError("F627", f"{path} leads to {len(specs)} specs", "name one file")
    variant = parse_variant(variants, specs)
    if language == "promela":
        from fsm.interop.promela import to_promela

        text = to_promela(specs[0], variant).text
    else:
        from fsm.interop.tchecker import to_tchecker

        text = to_tchecker(specs[0], variant).text
    if out is None:
        emit(text)
        return
    write_atomically(out, text)
    emit(f"wrote {out}\n")
