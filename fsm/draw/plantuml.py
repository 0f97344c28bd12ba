"""A diagram as a PlantUML state diagram.

PlantUML reads words as syntax in many places: `**` and `//` are Creole, `%` and `$` belong to its
preprocessor, `\\n` ends a line. `escaped` writes what may be misread as a character number.
"""

import re
from collections.abc import Iterable

from fsm.draw.cards import Card, arrange
from fsm.draw.diagram import Diagram, EdgeKind, Kind, Role
from fsm.draw.legend import say
from fsm.draw.lines import event_lines, legend_lines, list_lines, state_lines
from fsm.draw.mermaid import ANYWHERE, arrows, identifiers
from fsm.draw.stamp import stamped
from fsm.draw.theme import THEMES, Box, Theme
from fsm.draw.view import View

_PLAIN = frozenset(" ,():=+.;[]/&_")  # of ASCII, besides letters and digits
_QUOTES = frozenset("«»“”„‟‹›")  # PlantUML takes these for quotes or stereotypes
_DOUBLED = re.compile(r"//|__|\[\[|\]\]")  # Creole: italic, underlined, a link
_FIRST = re.compile(r"end|\W", re.IGNORECASE | re.ASCII)  # ends a note, or is a list or heading
_STYLE = {EdgeKind.EVENT: "", EdgeKind.DEADLINE: ",dashed", EdgeKind.SPONTANEOUS: ",dotted"}


def plantuml(diagram: Diagram, view: View) -> str:
    """The diagram as text, its hash in a comment above. Complexity: O(nodes² + parts).

    Understood by PlantUML from 1.2020 on. A deadline is dashed; the colour of a line is that of
    the first transition's owner, whose letter stands in the label as well.
    """
    theme = THEMES[view.theme]
    write = _machine if diagram.kind is Kind.MACHINE else _system
    lines = ["@startuml"]
    lines += ["title", *_block(dict.fromkeys(diagram.title)), "end title"]
    lines += ["hide empty description"]
    lines += ["left to right direction"] if view.direction == "LR" else []
    lines += _style(theme) + write(diagram, theme) + ["@enduml"]
    return stamped("\n".join(lines) + "\n", "'")


def escaped(text: str) -> str:
    """The words on one line, as PlantUML shows them unchanged."""
    text = " ".join(text.replace("\ufeff", " ").split())
    text = "".join(c for c in text if c.isprintable() or ord(c) > 0xFF)
    codes = {place for m in _DOUBLED.finditer(text) for place in range(*m.span())}
    if _FIRST.match(text) and text[0].isascii():
        codes.add(0)
    return "".join(
        f"<U+{ord(c):04X}>" if place in codes or _misread(c) else c for place, c in enumerate(text)
    )


def _misread(c: str) -> bool:
    return (c.isascii() and not c.isalnum() and c not in _PLAIN) or c in _QUOTES


def _label(lines: Iterable[str]) -> str:
    return "\\n".join(said for line in lines if (said := escaped(line)))


def _block(lines: Iterable[str]) -> list[str]:
    """The lines of a note, a title or a legend, which has one at least."""
    return [said for line in lines if (said := escaped(line))] or [" "]


def _machine(diagram: Diagram, theme: Theme) -> list[str]:
    layout = arrange(diagram)
    ids = identifiers(diagram)
    lines = _level(diagram, "", ids, "")
    for name, parts in layout.inside.items():
        composite = any(node.name == name and node.composite for node in diagram.nodes)
        said = list_lines(parts, diagram.owners)
        if composite:
            lines += [f"note right of {ids[name]}", *_block(said), "end note"]
        else:
            lines.append(f"{ids[name]} : {_label(said)}")
    if any(card.anywhere for card in layout.cards):
        lines.append(f'state "{_label([say("any_from", diagram.langs)])}" as {ids[ANYWHERE]}')
    for card in layout.cards:
        said = list_lines(card.parts, diagram.owners)
        style, label = _line(card, theme), _label(said)
        lines += [_arrow(ids[s], ids[t], style, label) for s, t in arrows(card, diagram)]
    legend = legend_lines(diagram, layout)
    return [*lines, "legend", *_block(legend), "endlegend"] if legend else lines


def _level(diagram: Diagram, parent: str, ids: dict[str, str], indent: str) -> list[str]:
    """The states directly inside of one, with where it starts and ends."""
    lines: list[str] = []
    for node in diagram.nodes:
        if node.parent != parent:
            continue
        own = ids[node.name]
        state = f'{indent}state "{_label(state_lines(node)) or own}" as {own}'
        if node.composite:
            lines += [state + " {", *_level(diagram, node.name, ids, indent + "  "), indent + "}"]
        else:
            lines.append(f"{state} <<{node.role.value}>>")
        if node.initial:
            lines.append(f"{indent}[*] --> {own}")
        if node.role is Role.FINAL and not node.composite:
            lines.append(f"{indent}{own} --> [*]")
    return lines


def _system(diagram: Diagram, theme: Theme) -> list[str]:
    ids = identifiers(diagram)
    lines = []
    for node in diagram.nodes:
        own = ids[node.name]
        lines.append(f'state "{_label(state_lines(node)) or own}" as {own} <<actor>>')
    for edge in diagram.edges:
        owner = edge.parts[0].owner
        color = theme.line if owner is None else theme.owner(owner).line
        label = _label(line for part in edge.parts for line in event_lines(part))
        lines.append(_arrow(ids[edge.source], ids[edge.target], color, label))
    return lines


def _arrow(source: str, target: str, style: str, label: str) -> str:
    return f"{source} -[{style}]-> {target}" + (f" : {label}" if label else "")


def _line(card: Card, theme: Theme) -> str:
    owner = card.parts[0].owner
    return (theme.line if owner is None else theme.owner(owner).line) + _STYLE[card.kind]


def _style(theme: Theme) -> list[str]:
    boxes: dict[str, Box] = {
        "": theme.composite,
        "<<pending>>": theme.pending,
        "<<final>>": theme.final,
        "<<trap>>": theme.trap,
        "<<actor>>": theme.actor,
    }
    lines = [f"skinparam backgroundColor {theme.page}", "skinparam shadowing false"]
    lines += [f"skinparam titleFontColor {theme.ink}", "skinparam state {"]
    lines += [f"  ArrowColor {theme.line}", f"  ArrowFontColor {theme.ink}"]
    lines += [f"  StartColor {theme.ink}", f"  EndColor {theme.ink}"]
    for name, box in boxes.items():
        lines += [f"  BackgroundColor{name} {box.fill}", f"  BorderColor{name} {box.line}"]
        lines += [f"  FontColor{name} {box.text}", f"  AttributeFontColor{name} {box.text}"]
    lines += ["}", "hide stereotype"]
    for what in ("note", "legend"):
        lines += [f"skinparam {what}BackgroundColor {theme.card}"]
        lines += [f"skinparam {what}BorderColor {theme.line}"]
        lines += [f"skinparam {what}FontColor {theme.ink}"]
    return lines
