"""A diagram that a page asks for: the spec that it names, the options, and the picture in words.

A page is data: nothing in it is executed, and it names local files only.
"""

import re
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

from msgspec import Struct

from fsm.draw.diagram import Diagram, Kind, Role
from fsm.draw.lines import distinct
from fsm.draw.view import View
from fsm.errors import UsageError

MERMAID, IMAGE, SVG = "mermaid", "image", "svg"
_CHOICES = {
    "lang": ("zh", "en", "both"),
    "theme": ("light", "dark", "print"),
    "direction": ("TB", "LR"),
    "collapse": ("yes", "no"),
}
FIGURE = '<figure class="fsm" style="margin:1em 0;overflow-x:auto">'
_HIDDEN = ("guards", "actions", "rules")
OPTIONS = ("machine", *_CHOICES, "hide", "only-tag")
_ALT = {
    "en": {
        Kind.MACHINE: "Lifecycle of {title}: {states}. ",
        Kind.SYSTEM: "System overview of {title}: {states}. ",
        "start": "It starts in {names}. ", "final": "It ends in {names}. ", "and": ", ",
    },
    "zh": {
        Kind.MACHINE: "“{title}”的生命周期图：{states}。",
        Kind.SYSTEM: "“{title}”的系统总览：{states}。",
        "start": "从{names}开始。", "final": "终态：{names}。", "and": "、",
    },
}  # fmt: skip


class Request(Struct, frozen=True):
    """What a page asks for. `machine` "": the overview, or the machine where there is only one."""

    spec: Path
    machine: str
    options: Mapping[str, str]


def request(
    path: str, options: Mapping[str, str], base: Path, where: str, extra: tuple[str, ...] = ()
) -> Request:
    """The request of a page, checked. `path` is relative to `base`; `extra` names more options.

    Raises `UsageError` F631, its message starting with `where`, for an unknown option or value,
    and F633 for an absolute path and for what is no YAML file.
    """
    for name, value in options.items():
        if name not in OPTIONS and name not in extra:
            known = ", ".join((*OPTIONS, *extra))
            raise UsageError(
                "F631", f"{where}: there is no option '{name}'", f"the options are {known}"
            )
        choices = _CHOICES.get(name, ())
        if choices and value not in choices:
            raise UsageError(
                "F631", f"{where}: '{value}' is no {name}", f"it is one of {', '.join(choices)}"
            )
    for part in _listed(options.get("hide", "")):
        if part not in _HIDDEN:
            raise UsageError(
                "F631", f"{where}: '{part}' cannot be hidden", f"hide any of {', '.join(_HIDDEN)}"
            )
    if not path or Path(path).is_absolute() or PureWindowsPath(path).drive:
        raise UsageError(
            "F633", f"{where}: '{path}' is not a relative path", f"name a spec as seen from {base}"
        )
    if not path.endswith((".yaml", ".yml")):
        raise UsageError("F633", f"{where}: '{path}' is not a spec", "a spec is a NAME.fsm.yaml")
    return Request(base / path, options.get("machine", ""), options)


def diagram(asked: Request, where: str) -> tuple[Diagram, View]:
    """The diagram and how it is to be drawn, in the spec's own language unless said otherwise.

    Raises `SpecError` for a broken spec, `UsageError` F632 for a machine that it does not have.
    """
    from fsm.draw.build import machine_diagram
    from fsm.draw.system import system_diagram
    from fsm.spec.load import load_spec

    spec = load_spec(asked.spec)
    options = asked.options
    lang = options.get("lang") or spec.lang or "en"
    view = View(
        langs=("zh", "en") if lang == "both" else (lang,),
        theme=options.get("theme", "light"),
        direction=options.get("direction", "TB"),
        hide=frozenset(_listed(options.get("hide", ""))),
        tags=tuple(_listed(options.get("only-tag", ""))),
        collapse=options.get("collapse") == "yes",
    )
    machines = {machine.name: machine for machine in spec.all_machines()}
    if asked.machine:
        if asked.machine not in machines:
            raise UsageError(
                "F632",
                f"{where}: {asked.spec} has no machine '{asked.machine}'",
                f"its machines are {', '.join(machines)}",
            )
        return machine_diagram(spec, machines[asked.machine], view), view
    if len(machines) == 1:
        return machine_diagram(spec, next(iter(machines.values())), view), view
    return system_diagram(spec, view), view


def described(shown: Diagram) -> str:
    """The picture in words, a sentence or three a language."""
    said = []
    for place, lang in enumerate(shown.langs):
        words = _ALT[lang]
        leaves = [node for node in shown.nodes if not node.composite]

        def names(nodes: list[tuple[str, ...]], place: int = place, lang: str = lang) -> str:
            return str(_ALT[lang]["and"]).join(each[place] for each in nodes)

        text = words[shown.kind].format(
            title=distinct(shown.title[place : place + 1] or (shown.name,))[0],
            states=names([node.words for node in leaves]),
        )
        starts = [n.words for n in shown.nodes if n.initial and not n.parent]
        ends = [n.words for n in leaves if n.role is Role.FINAL]
        for key, nodes in (("start", starts), ("final", ends)):
            if nodes:
                text += words[key].format(names=names(nodes))
        said.append(text.strip())
    return " ".join(said)


def inline(svg: str, alt: str) -> str:
    """The SVG as a part of an HTML page, where `alt` is what a screen reader says. It shrinks with
    the page as long as one can read it, then it scrolls."""
    from html import escape

    start = svg.index("<svg")
    head, rest = svg[start : svg.index(">", start)], svg[svg.index(">", start) :]
    head = re.sub(r'\s(role|aria-label|aria-labelledby)="[^"]*"', "", head)
    width = re.search(r'\swidth="(\d+)', head)
    least = f"min-width:{int(width[1]) * 3 // 5}pt;" if width else ""
    style = f"max-width:100%;{least}height:auto"
    head += f' role="img" aria-label="{escape(alt)}" style="{style}"'
    return f"{FIGURE}{head}{rest.strip()}</figure>"


def svg(shown: Diagram, view: View) -> str:
    """The picture. Raises `UsageError` where nothing can render it."""
    from fsm.draw.dot import dot
    from fsm.draw.render import render

    return render(dot(shown, view), "svg").decode()


def _listed(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]
