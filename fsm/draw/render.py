"""DOT as a picture: by the system's Graphviz where there is one, else by the embedded one."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fsm.draw.stamp import Stamp, digest
from fsm.draw.svg import finish
from fsm.errors import UsageError

SYSTEM, EMBEDDED = "graphviz", "graphviz-pure"
CHOICE = "FSM_RENDERER"  # the environment variable that names one of the two
_SECONDS = 60
_NAME = re.compile(r'^digraph "((?:[^"\\]|\\.)*)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Renderer:
    """A program that lays out DOT. `name` is SYSTEM or EMBEDDED, `program` its path."""

    name: str
    version: str
    program: str


def render(source: str, format: str, renderer: str = "") -> bytes:
    """The picture as "svg", "png" or "pdf", with the hash of `source` and what drew it.

    `renderer`: "graphviz" or "graphviz-pure"; "" takes what FSM_RENDERER says, else the system's
    `dot` where there is one, else the embedded one.

    Raises      `UsageError` where neither is there, where it fails or takes more than a minute,
                and for PNG and PDF where no font has the Chinese that the picture holds.
    """
    used = find(renderer or os.environ.get(CHOICE, ""))
    raw = _system(source) if used.name == SYSTEM else _run(used, source)
    name = _NAME.search(source)
    title = re.sub(r"\\(.)", r"\1", name[1]) if name else ""
    stamp = Stamp(digest(source), f"{used.name} {used.version}")
    svg = finish(raw.decode(), title, stamp)
    return svg.encode() if format == "svg" else svg_to(svg, format)


def svg_to(svg: str, format: str) -> bytes:
    """Any SVG as "png" or "pdf", stamped as the SVG is. Raises as `render` does."""
    from fsm.draw.raster import rasterise

    return rasterise(svg, format)


@cache
def find(name: str = "") -> Renderer:
    """The renderer of this name, for "" the one to prefer. Raises `UsageError` for none."""
    if name not in ("", SYSTEM, EMBEDDED):
        raise UsageError(
            "F622", f"{CHOICE} is '{name}'", f"it is either {SYSTEM} or {EMBEDDED}, or unset"
        )
    if name != EMBEDDED and (dot := shutil.which("dot")):
        import graphviz

        try:
            return Renderer(SYSTEM, ".".join(map(str, graphviz.version())), dot)
        except (OSError, RuntimeError, subprocess.SubprocessError, graphviz.ExecutableNotFound):
            if name == SYSTEM:
                raise UsageError(
                    "F623", f"{dot} does not tell its version", "is this Graphviz?"
                ) from None
    if name != SYSTEM and (program := _embedded()):
        from importlib.metadata import PackageNotFoundError, version

        try:
            return Renderer(EMBEDDED, version(EMBEDDED), program)
        except PackageNotFoundError:
            return Renderer(EMBEDDED, "of unknown version", program)
    raise UsageError(
        "F623",
        f"nothing here can lay out a picture: no {name or 'dot, no graphviz-pure'}",
        "pip install graphviz-pure, or install Graphviz; -f dot and -f mermaid need neither",
    )


def _embedded() -> str:
    """The program of the package graphviz-pure: beside this Python, or on the path."""
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    for scheme in sysconfig.get_scheme_names():
        if scheme.endswith("_user"):
            folders.append(sysconfig.get_path("scripts", scheme))
    for folder in folders:
        if found := shutil.which(EMBEDDED, path=folder):
            return found
    return shutil.which(EMBEDDED) or ""


def _system(source: str) -> bytes:
    import graphviz

    try:
        data = graphviz.pipe("dot", "svg", source.encode(), quiet=True)
    except (graphviz.ExecutableNotFound, subprocess.SubprocessError) as error:
        raise _failed(SYSTEM, str(error)) from None
    return data


def _run(used: Renderer, source: str) -> bytes:
    try:
        done = subprocess.run(
            [used.program, "-Tsvg"], input=source.encode(), capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise _failed(used.name, f"not done after {_SECONDS} s") from None
    except OSError as error:
        raise _failed(used.name, str(error)) from None
    if done.returncode or b"<svg" not in done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(used.name, said[-1] if said else f"exit code {done.returncode}")
    return done.stdout


def _failed(name: str, reason: str) -> UsageError:
    return UsageError(
        "F623",
        f"{name} cannot draw this picture: {reason}",
        f"try the other renderer ({CHOICE}={EMBEDDED if name == SYSTEM else SYSTEM}), "
        "or make the picture smaller (--machine, --only-tag, --collapse)",
    )
