"""The head of a picture: what it shows, and what its colours, lines and signs mean."""

from fsm.draw.boxes import (
    FRAME,
    Cell,
    Rows,
    chip,
    flow,
    gap,
    html,
    html_framed,
    html_stack,
    text_cell,
)
from fsm.draw.cards import Layout
from fsm.draw.diagram import Diagram, EdgeKind, Kind, Role
from fsm.draw.labels import BADGE, Row, Writer
from fsm.draw.signs import CLOCK, DASHED, DOTTED, FINAL, ITSELF, START, TRAP, URGENT
from fsm.draw.theme import Theme

_WIDTH = 560
_SIZE = 10
WORDS = {
    "en": {
        "owners": "decided by", "start": "start", "final": "final",
        "trap": "trap: no way to a final state", "urgent": "urgent: no time passes",
        "deadline": "deadline", "time": "time window", "itself": "by itself",
        "path": "steps of the run", "badge": "rule", "any": "in any state",
        "any_from": "from any state",
    },
    "zh": {
        "owners": "由谁决定", "start": "开始", "final": "终态", "trap": "陷阱：到不了终态",
        "urgent": "紧急：不耗时间", "deadline": "时限", "time": "时间条件", "itself": "自行发生",
        "path": "运行的步骤", "badge": "规则", "any": "任何状态下", "any_from": "从任何状态",
    },
}  # fmt: skip


def say(key: str, langs: tuple[str, ...]) -> str:
    """One of the words above in each language."""
    return " · ".join(WORDS[lang][key] for lang in langs)


def head(diagram: Diagram, layout: Layout, writer: Writer, theme: Theme) -> str:
    """Title and legend as one table: only what occurs in the picture is explained."""
    titles = list(dict.fromkeys(diagram.title))
    rows: list[Row] = [
        (
            text_cell(
                title, 19 if place == 0 else 13, theme.ink if place == 0 else theme.faint, True
            ),
        )
        for place, title in enumerate(titles)
    ]
    name = diagram.spec
    if diagram.kind is Kind.MACHINE and diagram.name != diagram.spec:
        name += f" · {diagram.name}"
    rows += [(gap(1, 2),), (text_cell(name, _SIZE, theme.faint),), (gap(1, 8),)]
    for entries in (_owners(diagram, writer, theme), _marks(diagram, layout, theme)):
        for row in flow(entries, _WIDTH, 16):
            rows += [row, (gap(1, 5),)]
    if not layout.everywhere:
        return html(Rows((*rows, (gap(1, 8),))))
    listed, inside = writer.listed(layout.everywhere, say("any", diagram.langs))
    upper = Rows(tuple(rows))
    width = max(upper.width, inside + FRAME)
    framed = html_framed(listed, inside, theme.composite)
    return html_stack([html(upper, width), framed, html(Rows(((gap(1, 12),),)), width)], "LEFT")


def _owners(diagram: Diagram, writer: Writer, theme: Theme) -> list[Row]:
    if not diagram.owners:
        return []
    entries: list[Row] = [(text_cell(say("owners", diagram.langs), _SIZE, theme.faint),)]
    for owner in diagram.owners:
        words = " · ".join(dict.fromkeys(owner.words))
        entries.append((writer.owner(owner.number), gap(5), text_cell(words, _SIZE, theme.ink)))
    return entries


def _marks(diagram: Diagram, layout: Layout, theme: Theme) -> list[Row]:
    langs = diagram.langs
    roles = {node.role for node in diagram.nodes}
    kinds = {edge.kind for edge in diagram.edges}
    parts = [part for edge in diagram.edges for part in edge.parts]
    entries: list[Row] = []

    def entry(key: str, *cells: Cell) -> None:
        entries.append((*cells, gap(6), text_cell(say(key, langs), _SIZE, theme.ink)))

    def sign(text: str, color: str = theme.line, width: int = 13) -> Cell:
        return Cell(text, width, 14, 11, color)

    if diagram.kind is Kind.MACHINE:
        entry("start", sign(START, theme.ink))
    if Role.FINAL in roles:
        entry("final", sign(FINAL, theme.final.line, 15))
    if Role.TRAP in roles:
        entry("trap", sign(TRAP, theme.trap.line))
    if any(node.urgent for node in diagram.nodes):
        entry("urgent", sign(URGENT, theme.ink))
    if EdgeKind.DEADLINE in kinds:
        drawn = any(card.kind is EdgeKind.DEADLINE for card in layout.cards)
        line = (gap(9), sign(DASHED, theme.line, 22)) if drawn else ()
        entry("deadline", sign(CLOCK, theme.ink), *line)
    elif any(part.timing for part in parts):
        entry("time", sign(CLOCK, theme.ink))
    if EdgeKind.SPONTANEOUS in kinds:
        drawn = any(card.kind is EdgeKind.SPONTANEOUS for card in layout.cards)
        line = (gap(9), sign(DOTTED, theme.line, 22)) if drawn else ()
        entry("itself", sign(ITSELF), *line)
    if any(part.rules for part in parts) or any(node.rules for node in diagram.nodes):
        entry("badge", chip("R", theme.badge, BADGE))
    if diagram.path:
        entry("path", chip("1", theme.path))
    return entries
