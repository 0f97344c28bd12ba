"""A diagram as DOT for Graphviz: sizes are computed here, places and lines are left to Graphviz."""

from fsm.draw.boxes import escape, html_padded, html_stack
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
        self.nodes = {node.name: node for node in diagram.nodes}
        self.inner: dict[str, list[Node]] = {"": []}
        for node in diagram.nodes:
            self.inner.setdefault(node.name, [])
            self.inner.setdefault(node.parent, []).append(node)
        self.cards: dict[str, list[int]] = {}
        for number, card in enumerate(self.layout.cards):
            ends = [*([] if card.anywhere else card.sources), *card.targets]
            self.cards.setdefault(enclosing(self.nodes, ends), []).append(number)
        self.depth = self._depths()

    def text(self) -> str:
        theme = self.theme
        title = _quoted(" · ".join(dict.fromkeys(self.diagram.title)))
        overview = self.diagram.kind is Kind.SYSTEM
        direction = "LR" if overview else self.view.direction
        lines = [
            f"digraph {title} {{",
            f"graph [rankdir={direction}, compound=true, pack=20, packmode=array_c3, bgcolor={_quoted(theme.page)}, "
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
        for node in self.inner[parent]:
            if node.composite:
                lines += self._cluster(node)
            else:
                lines.append(self._box(node))
            if node.initial and self.diagram.kind is Kind.MACHINE:
                lines += self._start(node)
        lines += [self._card(n, self.layout.cards[n]) for n in self.cards.get(parent, [])]
        return lines

    def _cluster(self, node: Node) -> list[str]:
        box = self._look(node)
        label = self.writer.state(node, box, self.layout.inside.get(node.name, ()), True)
        return [
            f"subgraph {_quoted('cluster_' + node.name)} {{",
            f"graph [label=<{label}>, labeljust=l, labelloc=t, margin=14, "
            f'style="rounded,filled", fillcolor={_quoted(box.fill)}, color={_quoted(box.line)}, '
            f"penwidth={self._width(node)}];",
            *self._inside(node.name),
            "}",
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
            f"{marker} -> {self._anchor(node.name, False)} [color={ink}, weight=3"
            f"{self._clip('lhead', node.name)}];",
        ]

    def _card(self, number: int, card: Card) -> str:
        writer, theme = self.writer, self.theme
        color = self._color(card)
        heading = say("any_from", self.diagram.langs) if card.anywhere else ""
        label, _ = writer.listed(card.parts, heading)
        taken = any(taken for _, _, taken in card.ends)
        return (
            f'{_quoted(f"card {number}")} [label=<{html_padded(label, 7, 4)}>, '
            f'style="rounded,filled", fillcolor={_quoted(theme.card)}, color={_quoted(color)}, '
            f"penwidth={1.8 if taken else 0.8}];"
        )

    def _lines(self, number: int, card: Card) -> list[str]:
        name = _quoted(f"card {number}")
        style = f"style={_STYLE[card.kind]}"
        lines = []
        for source, taken in {} .items() if card.anywhere else card.sources.items():
            lines.append(
                f"{self._anchor(source, True)} -> {name} [{style}, arrowhead=none, "
                f"{self._stroke(card, taken)}{self._clip('ltail', source)}];"
            )
        for target, taken in card.targets.items():
            lines.append(
                f"{name} -> {self._anchor(target, False)} [{style}, "
                f"{self._stroke(card, taken)}{self._clip('lhead', target)}];"
            )
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

    def _anchor(self, name: str, leaving: bool) -> str:
        """The box that a line really starts or ends at: for a composite state, one inside it."""
        while self.nodes[name].composite:
            inner = self.inner[name]
            if leaving:
                name = max(reversed(inner), key=lambda node: self.depth[node.name]).name
            else:
                name = next((node for node in inner if node.initial), inner[0]).name
        return _state(name)

    def _clip(self, key: str, name: str) -> str:
        return f", {key}={_quoted('cluster_' + name)}" if self.nodes[name].composite else ""

    def _depths(self) -> dict[str, int]:
        """How many transitions each state is away from the start; a far one for unreached ones."""
        depth: dict[str, int] = {}
        new = [node.name for node in self.diagram.nodes if node.initial and not node.parent]
        level = 0
        while new:
            for name in new:
                for around in self._around(name):
                    depth.setdefault(around, level)
            level += 1
            new = [
                name
                for edge in self.diagram.edges
                if edge.source in depth
                for name in self._entered(edge.target)
                if name not in depth
            ]
        return {name: depth.get(name, level) for name in self.nodes}

    def _around(self, name: str) -> list[str]:
        found = []
        while name:
            found.append(name)
            name = self.nodes[name].parent
        return found

    def _entered(self, name: str) -> list[str]:
        """A node, and the inner ones that are entered with it."""
        found = [name]
        while initial := next((n.name for n in self.inner[name] if n.initial), ""):
            name = initial
            found.append(name)
        return found


def _state(name: str) -> str:
    return _quoted(f"state {name}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
