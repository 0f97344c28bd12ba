"""All pictures of one run: its sequence diagram, and its path through the lifecycles it moves."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fsm.draw.diagram import Words
from fsm.draw.path import highlight, visits
from fsm.draw.sequence import sequence
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.labels import Labels, declared
from fsm.semantics.trace import Run
from fsm.semantics.units import unit_of

MOST = 4  # lifecycles of one run: more are less than the sequence diagram tells


@dataclass(frozen=True, slots=True)
class RunPicture:
    """One file: `name` without folder, `source` the whole text of an SVG sequence diagram or of a
    text format, or the DOT that is rendered where `rendered`."""

    name: str
    format: str
    source: str
    rendered: bool = False


def run_pictures(
    spec: Spec,
    run: Run,
    view: View,
    formats: Sequence[str],
    base: str,
    title: Words = (),
    conclusion: Words = (),
) -> tuple[list[RunPicture], list[str]]:
    """The pictures, and the machines whose lifecycle is too large to draw.

    Semantics   Lifecycles are drawn of the machines that change their state, those that do so most
                often first, at most `MOST`.
    """
    from fsm.draw.gallery import EXTENSIONS

    labels = tuple(Labels(spec, lang) for lang in view.langs)
    found: list[RunPicture] = []
    refused: list[str] = []
    told = sequence(run, labels, unit_of(spec), title, (), conclusion)
    for format in formats:
        if format == "mermaid":
            from fsm.draw.sequence_mermaid import sequence_mermaid

            found.append(
                RunPicture(f"{base}.sequence.mmd", format, sequence_mermaid(told, view.langs))
            )
        elif format in ("svg", "png", "pdf"):
            from fsm.draw.sequence_svg import sequence_svg

            source = sequence_svg(told, view.langs, view.theme)
            found.append(RunPicture(f"{base}.sequence.{EXTENSIONS[format]}", format, source))
    for machine in _moved(run, labels[0]):
        try:
            found += _lifecycle(spec, run, labels[0], machine, view, formats, base)
        except UsageError:
            refused.append(machine)
    return found, refused


def content(picture: RunPicture) -> bytes:
    """What the file holds. Raises `UsageError` where nothing can render it."""
    if picture.rendered:
        from fsm.draw.render import render

        return render(picture.source, picture.format)
    if picture.format in ("png", "pdf"):
        from fsm.draw.render import svg_to

        return svg_to(picture.source, picture.format)
    return picture.source.encode()


def _lifecycle(
    spec: Spec,
    run: Run,
    labels: Labels,
    machine: str,
    view: View,
    formats: Sequence[str],
    base: str,
) -> Iterator[RunPicture]:
    from fsm.draw.build import machine_diagram
    from fsm.draw.gallery import EXTENSIONS, RENDERED, written

    diagram = machine_diagram(spec, labels.machines[declared(machine)], view)
    marked = highlight(diagram, run, labels, machine)
    for format in formats:
        source = written(marked, view, format)
        name = f"{base}.{machine}.{EXTENSIONS[format]}"
        yield RunPicture(name, format, source, format in RENDERED)


def _moved(run: Run, labels: Labels) -> list[str]:
    """Machine instances that change their state, the busiest first."""
    counts: Counter[str] = Counter()
    for machine, _ in run.states[0].snapshot.locations:
        if len(labels.machines[declared(machine)].states) > 1:
            moved = sum(v.source != v.target for v in visits(run, labels, machine))
            counts[machine] = moved
    return [machine for machine, moved in counts.most_common(MOST) if moved]
