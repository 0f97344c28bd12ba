"""`fsm solve`: for which values of its constants a property holds."""

from pathlib import Path

import click

from fsm.check.choices import parse_variant
from fsm.cli.check import seconds
from fsm.cli.inputs import load_or_raise
from fsm.cli.options import lang_option, variant_option
from fsm.cli.output import emit, paint_for_stdout, require_folder, write_atomically
from fsm.cli.progress import Progress
from fsm.errors import UsageError

_FORMATS = ("svg", "png", "pdf")


@click.command()
@click.argument("path", metavar="SPEC", type=click.Path())
@click.option("--property", "claim", metavar="ID", required=True, help="Which property.")
@click.option(
    "--for", "names", metavar="NAME[=RANGE],…", multiple=True, required=True,
    help="Constants or parameters to solve for: a, a=0..9, a=12h..72h, a=12h..72h/4h.",
)  # fmt: skip
@lang_option
@variant_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=2_000_000, show_default=True,
    help="Give a search up after so many states.",
)  # fmt: skip
@click.option("--timeout", type=float, callback=seconds, metavar="SECONDS", help="Stop after this.")
@click.option(
    "--engine", type=click.Choice(["auto", "python", "reference", "symbolic"]), default="auto"
)
@click.option(
    "--time", type=click.Choice(["auto", "dense", "units"]), default="auto",
    help="Decide in dense time, or in whole units (default: units where the answers are the same).",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON instead.")
@click.option(
    "--draw", "picture", metavar="FILE", type=click.Path(path_type=Path),
    help="Also draw it, for one or two names: FILE.svg, FILE.png or FILE.pdf.",
)  # fmt: skip
@click.option("--theme", type=click.Choice(["light", "dark", "print"]), default="light")
def command(
    path: str,
    claim: str,
    names: tuple[str, ...],
    lang: str | None,
    variants: tuple[str, ...],
    limit: int,
    timeout: float | None,
    engine: str,
    time: str,
    as_json: bool,
    picture: Path | None,
    theme: str,
) -> int:
    """Tell for which values of some constants or parameters of the spec at SPEC a property holds,
    in every variant of the rest: "holds exactly when intercept_timeout + transit < 48h".

    Every combination of the values asked about is decided, and the formula is exact for all of
    them; it says nothing about other values. Without a range, a constant goes from zero to twice
    its value, a parameter through all that the spec gives it. Each point of the boundary is
    decided again by a plain check.

    \b
    Examples:
      fsm solve refund.fsm.yaml --property decided_in_time --for handling_window
      fsm solve refund.fsm.yaml --property decided_in_time \\
          --for intercept_timeout=0h..96h/4h,transit=0h..96h/4h --draw deadlines.svg
      fsm solve refund.fsm.yaml --property decided_in_time --for cap=1..9 --variant express=true

    \b
    Exit codes:
      0    every value is decided (whatever the answer)
      2    an error in the spec or in the request
      3    some are undecided, or not all of the boundary was checked again: a limit was reached
      130  interrupted; what was decided by then is reported
    """
    from fsm.report.labels import Labels
    from fsm.report.language import fallback_language
    from fsm.report.solution import solution_json, solution_text
    from fsm.solve.lattice import read_lattice
    from fsm.solve.options import SolveOptions
    from fsm.solve.search import solve
    from fsm.spec.template import read_template

    format = _format(picture)
    specs = load_or_raise([path])
    if len(specs) != 1:
        raise UsageError("F674", f"{path} holds {len(specs)} specs", "name one file")
    spec = specs[0]
    lattice = read_lattice(spec, names)
    if picture is not None and len(lattice.axes) > 2:
        raise UsageError("F728", f"a picture shows one or two names, not {len(lattice.axes)}",
                         "solve for fewer; the others are constants of the spec")  # fmt: skip
    with Progress(spec.name, on=not as_json) as progress:
        options = SolveOptions(
            tuple(parse_variant(variants, specs).items()),
            limit,
            timeout,
            engine,
            time,
            progress=progress,
        )
        solution = solve(read_template(spec.at.file), lattice, claim, options)
    labels = Labels(spec, lang or spec.lang or fallback_language())
    emit(
        solution_json(solution) if as_json else solution_text(solution, labels, paint_for_stdout())
    )
    if picture is not None:
        from fsm.draw.heat_map import heat_map_svg
        from fsm.draw.render import svg_to

        svg = heat_map_svg(solution, labels, theme)
        write_atomically(picture, svg if format == "svg" else svg_to(svg, format))
        click.echo(f"wrote {picture}", err=True)
    return solution.exit_code()


def _format(picture: Path | None) -> str:
    if picture is None:
        return ""
    require_folder(picture)
    format = picture.suffix.removeprefix(".").lower()
    if format not in _FORMATS:
        raise UsageError("F729", f"'{picture.name}' does not say what kind of picture it is",
                         f"end it in one of .{', .'.join(_FORMATS)}")  # fmt: skip
    return format
