"""All pictures of one run: its sequence diagram, and its path through the lifecycles it moves."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fsm.draw.diagram import Words
from fsm.draw.path import highlight, visits
from fsm.draw.sequence import Sequence as Told
from fsm.draw.sequence import sequence
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.labels import Labels, declared
from fsm.semantics.trace import Run
from fsm.semantics.units import unit_of

MOST = 4  # lifecycles of one run: more are less than the sequence diagram tells
_SEQUENCE = "sequence"
_TOO_LARGE = "F621"


class RunPicture(Struct, frozen=True):
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
    mentioned: tuple[str, ...] = (),
) -> tuple[list[RunPicture], list[str]]:
    """The pictures, and the machines whose lifecycle is too large to draw.

    Semantics   Lifecycles are drawn of the machines that change their state, those that do so most
                often first, at most `MOST`. `base` starts the names of the files; in DOT and
                PlantUML there are lifecycles only. `mentioned` as for a story.
    """
    labels = tuple(Labels(spec, lang) for lang in view.langs)
    told = sequence(run, labels, unit_of(spec), title, mentioned, conclusion)
    found = list(_sequences(told, view, formats, f"{base}.{_SEQUENCE}"))
    refused: list[str] = []
    for machine in _moved(run, labels[0]):
        try:
            found += _lifecycle(spec, run, labels, machine, view, formats, base)
        except UsageError as problem:
            if problem.code != _TOO_LARGE:
                raise
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


def _sequences(told: Told, view: View, formats: Sequence[str], name: str) -> Iterator[RunPicture]:
    from fsm.draw.gallery import EXTENSIONS, RENDERED

    for format in formats:
        file = f"{name}.{EXTENSIONS[format]}"
        if format == "mermaid":
            from fsm.draw.sequence_mermaid import sequence_mermaid

            yield RunPicture(file, format, sequence_mermaid(told))
        elif format in RENDERED:
            from fsm.draw.sequence_svg import sequence_svg

            yield RunPicture(file, format, sequence_svg(told, view.theme))


def _lifecycle(
    spec: Spec,
    run: Run,
    labels: tuple[Labels, ...],
    machine: str,
    view: View,
    formats: Sequence[str],
    base: str,
) -> Iterator[RunPicture]:
    from fsm.draw.build import machine_diagram
    from fsm.draw.gallery import EXTENSIONS, RENDERED, written

    diagram = machine_diagram(spec, labels[0].machines[declared(machine)], view)
    marked = replace(
        highlight(diagram, run, labels[0], machine),
        title=tuple(each.machine(machine) for each in labels),
    )
    for format in formats:
        source = written(marked, view, format)
        name = f"{base}.{_file(machine)}.{EXTENSIONS[format]}"
        yield RunPicture(name, format, source, format in RENDERED)


def _file(machine: str) -> str:
    """`desk[1].clerk` -> `desk-1.clerk`: no shell reads it otherwise, and no hyphen is part of an
    id. A machine that is called like the sequence diagram gets another name."""
    name = machine.replace("[", "-").replace("]", "")
    return f"{name}-machine" if name == _SEQUENCE else name


def _moved(run: Run, labels: Labels) -> list[str]:
    """Machine instances that change their state, the busiest first."""
    counts: Counter[str] = Counter()
    for machine, _ in run.states[0].snapshot.locations:
        if len(labels.machines[declared(machine)].states) > 1:
            moved = sum(v.source != v.target for v in visits(run, labels, machine))
            counts[machine] = moved
    return [machine for machine, moved in counts.most_common(MOST) if moved]
