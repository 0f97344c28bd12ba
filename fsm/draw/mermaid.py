"""A diagram as Mermaid text: `stateDiagram-v2` for a machine, `flowchart` for the system.

Mermaid reads words as syntax in many places: `:` and `;` end things, `1.` and `*` are Markdown,
`direction LR` within a label turns the diagram. `escaped` writes what may be misread as a code.
"""

import re
from collections.abc import Iterable

from fsm.draw.cards import Card, arrange
from fsm.draw.diagram import Diagram, Kind, Node, Role
from fsm.draw.legend import say
from fsm.draw.lines import event_lines, joined, legend_lines, list_lines, state_lines
from fsm.draw.stamp import stamped
from fsm.draw.theme import THEMES, Box, Theme
from fsm.draw.view import View

ANYWHERE = ""  # stands for every state; no node has an empty name
_RESERVED = frozenset(
    {
        *("accdescr", "acctitle", "as", "bt", "call", "class", "classdef", "click", "constructor"),
        *("default", "direction", "end", "flowchart", "graph", "hide", "href", "interpolate"),
        *("linkstyle", "lr", "note", "o", "prototype", "rl", "root", "scale", "state"),
        *("statediagram", "style", "subgraph", "tb", "td", "tostring", "v", "valueof", "x"),
    }
)
_PLAIN = frozenset(" ,()'/?!=+-.")  # of ASCII, besides letters and digits
_AT_START = re.compile(r"[-+=]|(?<=\d)[.)]")
_TURNS = re.compile(r"direction(?=\s|$)", re.IGNORECASE)
_LINK = re.compile(r"(?<=www)\.", re.IGNORECASE)
_WIDE = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in '"#%&;<>{}'})
_INIT = {"light": "", "dark": "dark", "print": "neutral"}


def mermaid(diagram: Diagram, view: View) -> str:
    """The diagram as text, its hash in a comment above.

    Semantics   The light theme leaves lines and background to the page, which may itself be dark.
                What all states do alike is told in the legend, which is a note.
    Complexity  O(nodes² + parts).
    """
    write = _machine if diagram.kind is Kind.MACHINE else _system
    theme = _INIT[view.theme]
    lines = [f'%%{{init: {{"theme": "{theme}"}}}}%%'] if theme else []
    lines += write(diagram, view)
    return stamped("\n".join(lines) + "\n", "%%")


def escaped(text: str) -> str:
    """The words on one line, as Mermaid shows them unchanged."""
    text = " ".join(text.replace("\ufeff", " ").split())
    text = "".join(c for c in text if c.isprintable() or ord(c) > 0xFF)
    start = re.match(r"\d*", text)
    first = start.end() if start else 0
    codes = {m.start() for pattern in (_TURNS, _LINK) for m in pattern.finditer(text)}
    if _AT_START.match(text, first):
        codes.add(first)
    return "".join(
        f"#{ord(c)};" if place in codes or _misread(c) else c for place, c in enumerate(text)
    )


def identifiers(diagram: Diagram) -> dict[str, str]:
    """A name for each node that Mermaid and PlantUML take as one: ASCII, unique, no word of
    theirs, and not what Mermaid calls the start and the end of a composite state."""
    found: dict[str, str] = {}
    for name in [ANYWHERE, *(node.name for node in diagram.nodes)]:
        base = re.sub(r"\W", "_", name, flags=re.ASCII) or "any_state"
        if base.lower() in _RESERVED or re.search(r"(?i)(_|start|end|direction)\d*$", base):
            base += "_s"
        own, number = base, 2
        while own.lower() in {used.lower() for used in found.values()}:
            own, number = f"{base}_{number}", number + 1
        found[name] = own
    return found


def arrows(card: Card, diagram: Diagram) -> list[tuple[str, str]]:
    """The arrows that a label is written on, by the names of nodes.

    An arrow between a composite state and one inside it would be hidden: it starts at each of the
    innermost states instead, and leads to the one that is entered.
    """
    if card.anywhere:
        return [(ANYWHERE, target) for target in card.targets]
    parents = {node.name: node.parent for node in diagram.nodes}
    entry = {node.parent: node.name for node in diagram.nodes if node.initial}
    outer = {node.name for node in diagram.nodes if node.composite}
    found: dict[tuple[str, str], None] = {}
    for source, target, _ in card.ends:
        sources = [source]
        if source in _around(target, parents):
            inner = (name for name in parents if name not in outer)
            sources = [name for name in inner if source in _around(name, parents)]
        elif target in _around(source, parents):
            while target in outer and target in entry:
                target = entry[target]
        found |= {(each, target): None for each in sources}
    return list(found)


def _around(name: str, parents: dict[str, str]) -> list[str]:
    found = []
    while name := parents[name]:
        found.append(name)
    return found


def _misread(c: str) -> bool:
    return c.isascii() and not c.isalnum() and c not in _PLAIN


def _label(lines: Iterable[str]) -> str:
    return "<br/>".join(said for line in lines if (said := escaped(line)))


def _machine(diagram: Diagram, view: View) -> list[str]:
    layout = arrange(diagram)
    ids = identifiers(diagram)
    nodes = {node.name: node for node in diagram.nodes}
    lines = ["stateDiagram-v2", *_head(diagram), f"  direction {view.direction}"]
    lines += _classes(THEMES[view.theme], (Role.PENDING, Role.FINAL, Role.TRAP))
    lines += _level(diagram, "", ids, "  ", view)
    notes = {n: list_lines(parts, diagram.owners) for n, parts in layout.inside.items()}
    for name, said in notes.items():
        if not nodes[name].composite:
            lines.append(f"  {ids[name]} : {_label(said)}")
    if any(card.anywhere for card in layout.cards):
        lines.append(f'  state "{_label([say("any_from", diagram.langs)])}" as {ids[ANYWHERE]}')
    for card in layout.cards:
        label = _label(list_lines(card.parts, diagram.owners))
        lines += [
            f"  {ids[source]} --> {ids[target]}" + (f" : {label}" if label else "")
            for source, target in arrows(card, diagram)
        ]
    for role in Role:
        members = [ids[n.name] for n in diagram.nodes if n.role is role and not n.composite]
        if members:
            lines.append(f"  class {','.join(members)} {role.value}")
    for name, said in notes.items():
        if nodes[name].composite:
            lines.append(f"  note right of {ids[name]} : {_label(said)}")
    legend = legend_lines(diagram, layout)
    if legend:
        lines.append(f"  note left of {ids[_noted(diagram).name]} : {_label(legend)}")
    return lines


def _level(
    diagram: Diagram, parent: str, ids: dict[str, str], indent: str, view: View
) -> list[str]:
    """The states directly inside of one, with where it starts and ends."""
    lines: list[str] = []
    for node in diagram.nodes:
        if node.parent != parent:
            continue
        if node.initial:
            lines.append(f"{indent}[*] --> {ids[node.name]}")
        label = _label(state_lines(node)) or ids[node.name]
        state = f'{indent}state "{label}" as {ids[node.name]}'
        if node.composite:
            lines += [state + " {", f"{indent}  direction {view.direction}"]
            lines += [*_level(diagram, node.name, ids, indent + "  ", view), indent + "}"]
        else:
            lines.append(state)
        if node.role is Role.FINAL and not node.composite:
            lines.append(f"{indent}{ids[node.name]} --> [*]")
    return lines


def _noted(diagram: Diagram) -> Node:
    """The node beside which the legend stands: an outermost one, without others inside if any."""
    outer = [node for node in diagram.nodes if not node.parent]
    return next((node for node in outer if not node.composite), outer[0])


def _system(diagram: Diagram, view: View) -> list[str]:
    ids = identifiers(diagram)
    lines = [f"flowchart {view.direction}", *_head(diagram)]
    lines += _classes(THEMES[view.theme], (Role.ACTOR,))
    for node in diagram.nodes:
        own = ids[node.name]
        lines.append(f'  {own}["{_label(state_lines(node)) or own}"]:::{node.role.value}')
    for edge in diagram.edges:
        label = _label(line for part in edge.parts for line in event_lines(part))
        said = f'|"{label}"| ' if label else " "
        lines.append(f"  {ids[edge.source]} -->{said}{ids[edge.target]}")
    return lines


def _head(diagram: Diagram) -> list[str]:
    """The title, for those who hear the picture; Mermaid does not read codes in it."""
    title = " ".join(joined(diagram.title).translate(_WIDE).split())
    return [f"  accTitle: {title}"] if title else []


def _classes(theme: Theme, roles: Iterable[Role]) -> list[str]:
    boxes: dict[Role, tuple[Box, str]] = {
        Role.PENDING: (theme.pending, ""),
        Role.FINAL: (theme.final, ",stroke-width:3px"),
        Role.TRAP: (theme.trap, ",stroke-dasharray:5 3"),
        Role.ACTOR: (theme.actor, ""),
    }
    return [
        f"  classDef {role.value} fill:{box.fill},stroke:{box.line},color:{box.text}{more}"
        for role, (box, more) in ((role, boxes[role]) for role in roles)
    ]
