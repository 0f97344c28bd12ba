"""A diagram as DOT for Graphviz: sizes are computed here, places and lines are left to Graphviz."""

from fsm.draw.anchors import Anchors
from fsm.draw.boxes import html_padded, plain
from fsm.draw.cards import Card, Layout, arrange, enclosing
from fsm.draw.diagram import Diagram, EdgeKind, Kind, Node, Role
from fsm.draw.labels import Writer
from fsm.draw.legend import head, say
from fsm.draw.stamp import stamped
from fsm.draw.theme import THEMES, Box, Theme
from fsm.draw.view import View

FONTS = (
    "Helvetica,Arial,Liberation Sans,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC,"
    "Source Han Sans SC,WenQuanYi Micro Hei,DejaVu Sans,sans-serif"
)
_STYLE = {EdgeKind.EVENT: "solid", EdgeKind.DEADLINE: "dashed", EdgeKind.SPONTANEOUS: "dotted"}


def dot(diagram: Diagram, view: View) -> str:
    """DOT, the same bytes everywhere; its first line is a comment with the hash of the rest.

    The overview always runs from left to right, from who decides to who is told: its labels are
    lists, and beside each other they would make it as wide as a street.
    Complexity  O(size of the diagram).
    """
    return stamped(_Source(diagram, view).text(), "//")


class _Source:
    def __init__(self, diagram: Diagram, view: View) -> None:
        self.diagram, self.view = diagram, view
        self.theme: Theme = THEMES[view.theme]
        self.writer = Writer(self.theme, diagram.owners)
        self.layout: Layout = arrange(diagram)
        self.anchors = Anchors(diagram, self.layout.cards)
        self.nodes = self.anchors.nodes
        self.cards: dict[str, list[int]] = {}
        for number, card in enumerate(self.layout.cards):
            ends = [*([] if card.anywhere else card.sources), *card.targets]
            self.cards.setdefault(enclosing(self.nodes, ends), []).append(number)
        self.entered = {target for card in self.layout.cards for target in card.targets}

    def text(self) -> str:
        theme = self.theme
        title = _quoted(" · ".join(dict.fromkeys(self.diagram.title)))
        overview = self.diagram.kind is Kind.SYSTEM
        direction = "LR" if overview else self.view.direction
        lines = [
            f"digraph {title} {{",
            f"graph [rankdir={direction}, compound=true, pack=20, packmode=array_c3, "
            f"bgcolor={_quoted(theme.page)}, "
            f"fontname={_quoted(FONTS)}, pad=0.3, nodesep=0.28, ranksep=0.3, labelloc=t, "
            f"labeljust=l, label=<{head(self.diagram, self.layout, self.writer, theme)}>];",
            f"node [fontname={_quoted(FONTS)}, shape=box, margin=0, width=0, height=0];",
            f"edge [fontname={_quoted(FONTS)}, color={_quoted(theme.line)}, penwidth=1.2, "
            "arrowsize=0.75];",
            *self._inside(""),
            *(line for n, card in enumerate(self.layout.cards) for line in self._lines(n, card)),
            "}",
        ]
        return "\n".join(lines) + "\n"

    def _inside(self, parent: str) -> list[str]:
        """The states within a composite one, the marker of where one starts, and the cards."""
        lines: list[str] = []
        for node in self.anchors.inner[parent]:
            if node.composite:
                lines += self._cluster(node)
            else:
                lines.append(self._box(node))
            if node.initial and (not parent or parent in self.entered):
                lines += self._start(node)
        lines += [self._card(n, self.layout.cards[n]) for n in self.cards.get(parent, [])]
        return lines

    def _cluster(self, node: Node) -> list[str]:
        box = self._look(node)
        label = self.writer.state(node, box, (), True)
        return [
            f"subgraph {_quoted('cluster_' + node.name)} {{",
            f"graph [label=<{label}>, labeljust=l, labelloc=t, margin=14, "
            f'style="rounded,filled", fillcolor={_quoted(box.fill)}, color={_quoted(box.line)}, '
            f"penwidth={self._width(node)}];",
            *self._list(node, box),
            *self._inside(node.name),
            "}",
        ]

    def _list(self, node: Node, box: Box) -> list[str]:
        """What happens within a composite state without leaving it."""
        parts = self.layout.inside.get(node.name)
        if not parts:
            return []
        label, _ = self.writer.listed(parts)
        return [
            f"{_quoted(f'list {node.name}')} [label=<{html_padded(label, 7, 4)}>, "
            f'style="rounded,filled", fillcolor={_quoted(self.theme.card)}, '
            f"color={_quoted(box.line)}, penwidth=0.8];"
        ]

    def _box(self, node: Node) -> str:
        box = self._look(node)
        label = self.writer.state(node, box, self.layout.inside.get(node.name, ()), False)
        style = "rounded,filled"
        extra = ""
        if node.role is Role.FINAL:
            extra = ", peripheries=2"
        elif node.role is Role.TRAP:
            style += ",dashed"
        return (
            f"{_state(node.name)} [label=<{html_padded(label, 12, 7)}>, "
            f'style="{style}", fillcolor={_quoted(box.fill)}, color={_quoted(box.line)}, '
            f"penwidth={self._width(node)}{extra}];"
        )

    def _start(self, node: Node) -> list[str]:
        marker = _quoted(f"start {node.name}")
        ink = _quoted(self.theme.ink)
        size = 0.13 if not node.parent else 0.09
        return [
            f'{marker} [shape=circle, label="", style=filled, width={size}, fixedsize=true, '
            f"color={ink}, fillcolor={ink}];",
            f"{marker} -> {_state(self.anchors.entered(node.name))} [color={ink}, weight=3"
            f"{self._clip('lhead', node.name)}];",
        ]

    def _card(self, number: int, card: Card) -> str:
        writer, theme = self.writer, self.theme
        color = self._color(card)
        heading = say("any_from", self.diagram.langs) if card.anywhere else ""
        label, _ = writer.listed(card.parts, heading)
        taken = any(taken for _, _, taken in card.ends)
        return (
            f"{_quoted(f'card {number}')} [label=<{html_padded(label, 7, 4)}>, "
            f'style="rounded,filled", fillcolor={_quoted(theme.card)}, color={_quoted(color)}, '
            f"penwidth={1.8 if taken else 0.8}];"
        )

    def _lines(self, number: int, card: Card) -> list[str]:
        """From the sources to the card, and on to the targets. A line that runs backwards is
        written the other way round, so that Graphviz puts its source below its target."""
        name = _quoted(f"card {number}")
        style = f"style={_STYLE[card.kind]}"
        turned_sources, turned_targets = self.anchors.turned(card)
        lines = []
        for source, taken in {}.items() if card.anywhere else card.sources.items():
            stroke = f"{style}, {self._stroke(card, taken)}, dir=none"
            if source in turned_sources:
                line = f"{name} -> {_state(self.anchors.entered(source))}"
                lines.append(f"{line} [{stroke}{self._clip('lhead', source)}];")
            else:
                line = f"{_state(self.anchors.left(source))} -> {name}"
                lines.append(f"{line} [{stroke}{self._clip('ltail', source)}];")
        for target, taken in card.targets.items():
            stroke = f"{style}, {self._stroke(card, taken)}"
            if target in turned_targets:
                line = f"{_state(self.anchors.left(target))} -> {name}"
                lines.append(f"{line} [{stroke}, dir=back{self._clip('ltail', target)}];")
            else:
                line = f"{name} -> {_state(self.anchors.entered(target))}"
                lines.append(f"{line} [{stroke}{self._clip('lhead', target)}];")
        return lines

    def _stroke(self, card: Card, taken: bool) -> str:
        if taken:
            return f"color={_quoted(self.theme.path.line)}, penwidth=2.6"
        if self.diagram.path:
            return f"color={_quoted(self.theme.dimmed)}"
        return f"color={_quoted(self._color(card))}"

    def _color(self, card: Card) -> str:
        """That of the one owner, if all parts have the same."""
        if any(taken for _, _, taken in card.ends):
            return self.theme.path.line
        owners = {part.owner for part in card.parts}
        owner = owners.pop()
        if self.diagram.path:
            return self.theme.dimmed
        return self.theme.line if owners or owner is None else self.theme.owner(owner).line

    def _look(self, node: Node) -> Box:
        theme = self.theme
        if node.role is Role.ACTOR:
            box = theme.actor
        elif node.role is Role.FINAL:
            box = theme.final
        elif node.role is Role.TRAP:
            box = theme.trap
        else:
            box = theme.composite if node.composite else theme.pending
        if node.steps:
            return Box(box.fill, theme.path.line, box.text)
        return box

    def _width(self, node: Node) -> float:
        if node.steps:
            return 2.6
        return 1.0 if node.composite else 1.4

    def _clip(self, key: str, name: str) -> str:
        return f", {key}={_quoted('cluster_' + name)}" if self.nodes[name].composite else ""


def _state(name: str) -> str:
    return _quoted(f"state {name}")


def _quoted(text: str) -> str:
    return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
