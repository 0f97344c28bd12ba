"""Which pictures a set of specs has, where each lies in a folder, and which of them are stale."""

from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path, PurePosixPath

from msgspec import Struct

from fsm.draw.build import machine_diagram
from fsm.draw.diagram import Diagram
from fsm.draw.system import system_diagram
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.model import Machine, Spec

EXTENSIONS = {
    "svg": "svg", "png": "png", "pdf": "pdf", "dot": "dot", "mermaid": "mmd", "plantuml": "puml",
}  # fmt: skip
RENDERED = frozenset({"svg", "png", "pdf"})


class Fault(Enum):
    """Why a file of a folder is not as the specs want it."""

    MISSING = "missing"
    STALE = "stale"
    LEFTOVER = "leftover"  # drawn once, of something that is not drawn any more


class Picture(Struct, frozen=True):
    """One file: `path` below the folder, and the text that decides what it shows.

    `source` is the whole content in a text format, and the DOT that is rendered in the others.
    """

    path: PurePosixPath
    format: str
    source: str
    diagram: Diagram


def pictures(
    specs: Sequence[Spec], view: View, formats: Sequence[str], machines: Iterable[str] = ()
) -> list[Picture]:
    """A picture of each machine, and of the system that several machines are, in each format.

    Only the `machines` named, if any are. Raises `UsageError` where two specs have one name, for a
    tag that no state has, and for a diagram that is too large to read.
    """
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                "F617", f"two specs are called '{name}'", "draw them into different folders"
            )
    found = [
        Picture(
            PurePosixPath(spec.name, f"{diagram.name}.{EXTENSIONS[format]}"),
            format,
            written(diagram, view, format),
            diagram,
        )
        for spec in specs
        for diagram in _diagrams(spec, view, set(machines))
        for format in formats
    ]
    if view.tags and not found:
        raise UsageError(
            "F612", f"no state has the tag {' or '.join(view.tags)}", "fsm show lists the tags"
        )
    return found


def content(picture: Picture) -> bytes:
    """What the file holds. Raises `UsageError` where nothing can render it."""
    if picture.format not in RENDERED:
        return picture.source.encode()
    from fsm.draw.render import render

    return render(picture.source, picture.format)


def fault(picture: Picture, folder: Path) -> Fault | None:
    """What is wrong with the file in the folder: None where it shows what it should.

    A text is compared byte for byte, line ends aside; a rendered file by the hash of the DOT
    that it was made from, so that another renderer, or another version of it, changes nothing.
    """
    try:
        data = (folder / picture.path).read_bytes()
    except OSError:
        return Fault.MISSING
    if picture.format not in RENDERED:
        fresh = data.replace(b"\r\n", b"\n") == picture.source.encode()
    else:
        from fsm.draw.stamp import digest, stamp_of

        stamp = stamp_of(data, picture.format)
        fresh = stamp is not None and stamp.source == digest(picture.source)
    return None if fresh else Fault.STALE


def leftovers(folder: Path, specs: Iterable[Spec], drawn: Iterable[Picture]) -> list[PurePosixPath]:
    """Files in the folders of the specs that carry a stamp and belong to no picture."""
    from fsm.draw.stamp import stamp_of

    wanted = {picture.path for picture in drawn}
    formats = {extension: name for name, extension in EXTENSIONS.items()}
    found = []
    for spec in specs:
        for file in sorted((folder / spec.name).glob("*.*")):
            path = PurePosixPath(spec.name, file.name)
            format = formats.get(file.suffix[1:])
            if path in wanted or format is None or not file.is_file():
                continue
            if stamp_of(file.read_bytes(), format) is not None:
                found.append(path)
    return found


def _diagrams(spec: Spec, view: View, machines: set[str]) -> Iterable[Diagram]:
    everything = spec.all_machines()
    chosen = [m for m in everything if (not machines or m.name in machines) and _shown(m, view)]
    if len(everything) > 1 and not machines and not view.tags:
        yield system_diagram(spec, view)
    for machine in chosen:
        yield machine_diagram(spec, machine, view)


def _shown(machine: Machine, view: View) -> bool:
    wanted = set(view.tags)
    return not wanted or any(wanted & set(state.tags) for state in machine.states)


def written(diagram: Diagram, view: View, format: str) -> str:
    """The diagram in a text format, in DOT for those that are rendered."""
    if format == "mermaid":
        from fsm.draw.mermaid import mermaid

        return mermaid(diagram, view)
    if format == "plantuml":
        from fsm.draw.plantuml import plantuml

        return plantuml(diagram, view)
    from fsm.draw.dot import dot

    return dot(diagram, view)
