"""Diagrams in Sphinx: `extensions = ["fsm.draw.sphinx"]`, and a directive in a page.

    .. fsm:: ../specs/refund.fsm.yaml
       :machine: ticket
       :lang: zh

More options: `theme`, `direction`, `hide`, `only-tag`, `collapse` (yes or no), and `alt`, the words
for those who cannot see it. A path is relative to the page; `/` stands for the source folder.
"""

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective

from fsm.draw.dot import dot
from fsm.draw.embed import OPTIONS, described, diagram, inline, request
from fsm.draw.render import render
from fsm.draw.stamp import digest
from fsm.errors import FsmError, UsageError


class DiagramError(SphinxError):
    """A diagram that cannot be drawn: it ends the build, whatever is done with warnings."""

    category = "Diagram error"


class picture(nodes.General, nodes.Element):  # type: ignore[misc]
    """The DOT of a picture, its words, and where it is asked for."""


class FsmDirective(SphinxDirective):
    """A broken spec, an unknown machine or a wrong option stops the build."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = dict.fromkeys((*OPTIONS, "alt"), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """The picture as a node that each builder draws in its own form."""
        page, line = self.get_source_info()
        where = f"{page}:{line}"
        options = dict(self.options)
        alt = options.pop("alt", "")
        relative, absolute = self.env.relfn2path(self.arguments[0].strip())
        self.env.note_dependency(relative)
        try:
            base = Path(absolute).parent
            shown, view = diagram(request(Path(absolute).name, options, base, where), where)
            source = dot(shown, view)
        except FsmError as problem:
            raise _failure(where, problem) from problem
        node = picture("", dot=source, alt=alt or described(shown), where=where)
        self.set_source_info(node)
        return [node]


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the directive. Pages may be read and written in parallel."""
    app.add_node(
        picture,
        html=(_html, None),
        latex=(_latex, None),
        texinfo=(_texinfo, None),
        text=(_words, None),
        man=(_words, None),
    )
    app.add_directive("fsm", FsmDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _html(visitor: Any, node: picture) -> None:
    svg = _drawn(node, "svg").decode()
    visitor.body.append(inline(svg, node["alt"]) + "\n")
    raise nodes.SkipNode


def _latex(visitor: Any, node: picture) -> None:
    file = _saved(visitor.builder, node, "pdf")
    visitor.body.append(
        f"\n\n{{\\centering\\sphinxincludegraphics[max width=\\linewidth]{{{file}}}\\par}}\n\n"
    )
    raise nodes.SkipNode


def _texinfo(visitor: Any, node: picture) -> None:
    file = _saved(visitor.builder, node, "png")
    visitor.body.append(f"\n\n@image{{{file.removesuffix('.png')},,,[{node['alt']}],png}}\n\n")
    raise nodes.SkipNode


def _words(visitor: Any, node: picture) -> None:
    if hasattr(visitor, "add_text"):
        visitor.new_state()
        visitor.add_text(f"[{node['alt']}]")
        visitor.end_state()
    else:
        visitor.body.append(f"[{node['alt']}]\n")
    raise nodes.SkipNode


def _saved(builder: Any, node: picture, format: str) -> str:
    """The name of the picture's file in the output folder."""
    name = f"fsm-{digest(node['dot'])[:16]}.{format}"
    (Path(builder.outdir) / name).write_bytes(_drawn(node, format))
    return name


def _drawn(node: picture, format: str) -> bytes:
    try:
        return render(node["dot"], format)
    except FsmError as problem:
        raise _failure(node["where"], problem) from problem


def _failure(where: str, problem: FsmError) -> DiagramError:
    text = str(problem)
    if isinstance(problem, UsageError):
        text = f"{problem.code} {text}" + (f" (hint: {problem.hint})" if problem.hint else "")
    return DiagramError(text if where in text else f"{where}: {text}")
