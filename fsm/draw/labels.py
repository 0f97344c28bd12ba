"""What stands in the boxes of a picture: states with their rules, and the lines of a transition."""

from fsm.draw.boxes import (
    RULE,
    Cell,
    Rows,
    chip,
    flow,
    gap,
    html,
    html_columns,
    html_rule,
    html_stack,
    text_cell,
    text_rows,
)
from fsm.draw.diagram import EdgeKind, Node, Owner, Part, Role
from fsm.draw.metrics import text_width
from fsm.draw.signs import CLOCK, ITSELF, TRAP, URGENT
from fsm.draw.theme import Box, Theme

STATE, EVENT, SMALL, BADGE = 13, 11, 10, 8  # sizes of letters, in points
_STATE_WIDTH, _TEXT_WIDTH = 160, 205
_LONG, _LONG_WIDTH = 380, 260  # what is longer than this in one line gets wider lines
_MOST_GUARD, _MOST_ACTIONS = 8, 6  # lines; the rest is in the spec
_BETWEEN = 20  # between columns
_COLUMN = 430  # a list inside a state that is higher than this goes on beside itself

Row = tuple[Cell, ...]


class Writer:
    """Writes the labels of one picture."""

    def __init__(self, theme: Theme, owners: tuple[Owner, ...]) -> None:
        self.theme = theme
        self.owners = {owner.number: owner for owner in owners}

    def state(self, node: Node, box: Box, inside: tuple[Part, ...], composite: bool) -> str:
        """A state: its name, its rules, and below a line what happens in it."""
        title = Rows(tuple(self._title(node, box, composite)), centred=not composite)
        if not inside:
            return html(title)
        body, width = self.listed(inside)
        width = max(width, title.width)
        blocks = [html(title, width), html_rule(width, box.line), body]
        return html_stack(blocks, "LEFT")

    def listed(self, parts: tuple[Part, ...], heading: str = "") -> tuple[str, int]:
        """Transitions below each other, in columns where they are many; and how wide that is."""
        blocks = [Rows(tuple(self.part(part, _kind(part)))) for part in parts]
        if heading:
            head = ((text_cell(heading, SMALL, self.theme.faint, True),), (gap(1, 3),))
            blocks[0] = Rows((*head, *blocks[0].rows))
        columns = _split(blocks)
        height = max(_height(column) for column in columns)
        tables, total = [], 0
        for column in columns:
            width = max(block.width for block in column)
            stacked: list[str] = []
            for number, block in enumerate(column):
                if number:
                    stacked.append(html_rule(width, self.theme.badge.line))
                stacked.append(html(block, width))
            if rest := height - _height(column):
                stacked.append(html(Rows(((gap(1, rest),),)), width))
            tables.append(html_stack(stacked, "LEFT"))
            total += width
        return html_columns(tables, _BETWEEN), total + _BETWEEN * (len(tables) - 1)

    def part(self, part: Part, kind: EdgeKind) -> list[Row]:
        """A transition: who, what, when, under which condition, with what effect, which rules."""
        theme = self.theme
        lead = self._lead(part, kind)
        indent = gap(sum(cell.width for cell in lead)) if lead else None
        lines: list[Row] = []
        for place, words in enumerate(_distinct(part.words)):
            size, color = (EVENT, theme.ink) if place == 0 else (SMALL, theme.faint)
            lines += text_rows(words, _TEXT_WIDTH, size, color)
        for timing in part.timing.split(" · ") if part.timing else ():
            for place, row in enumerate(
                text_rows(timing, _TEXT_WIDTH - 16, EVENT, theme.ink, True)
            ):
                clock = Cell(CLOCK, 13, 14, EVENT, theme.ink) if place == 0 else gap(13)
                lines.append((clock, gap(3), *row))
        for guard in part.guard:
            lines += _detail(f"[{guard}]", theme.faint, _MOST_GUARD)
        for action in part.actions:
            lines += _detail(f"/ {action}", theme.faint, _MOST_ACTIONS)
        badges = [(chip(str(step), theme.path),) for step in part.steps]
        badges += [(self._badge(rule),) for rule in part.rules]
        if badges:
            rows = flow(badges, _TEXT_WIDTH, 3)
            joined = len(rows) == 1 and len(lines) == 1
            if joined and sum(c.width for c in (*lines[0], *rows[0])) + 6 <= _TEXT_WIDTH:
                lines[0] = (*lines[0], gap(6), *rows[0])
            else:
                lines += [row for each in rows for row in ((gap(1, 2),), each)]
        if not lead:
            return lines
        first = lines[0] if lines else (gap(1),)
        return [(*lead, *first), *((indent, *row) for row in lines[1:] if indent)]

    def _lead(self, part: Part, kind: EdgeKind) -> Row:
        if part.owner is not None:
            return (self.owner(part.owner), gap(5))
        if kind is EdgeKind.SPONTANEOUS:
            return (Cell(ITSELF, 13, 14, EVENT, self.theme.line), gap(4))
        return ()

    def owner(self, number: int) -> Cell:
        """The sign of an owner."""
        return chip(self.owners[number].sign, self.theme.owner(number))

    def _badge(self, rule: str) -> Cell:
        return chip(rule, self.theme.badge, BADGE)

    def _title(self, node: Node, box: Box, composite: bool) -> list[Row]:
        rows: list[Row] = []
        for place, words in enumerate(_distinct(node.words)):
            size = STATE if place == 0 else SMALL
            width = _STATE_WIDTH * (2 if composite else 1)
            rows += text_rows(words, width, size, box.text, bold=place == 0)
        rows = rows or [(text_cell(node.name, STATE, box.text, True),)]
        signs = [
            Cell(sign, 13, 14, EVENT, box.line)
            for sign, shown in ((TRAP, node.role is Role.TRAP), (URGENT, node.urgent))
            if shown
        ]
        if signs:
            rows[0] = (*(cell for sign in signs for cell in (sign, gap(4))), *rows[0])
        if node.note:
            rows += text_rows(" · ".join(_distinct(node.note)), _STATE_WIDTH, SMALL, box.text)
        badges = [(chip(str(step), self.theme.path),) for step in node.steps]
        badges += [(self._badge(rule),) for rule in node.rules]
        for row in flow(badges, _STATE_WIDTH, 3):
            rows += [(gap(1, 3),), row]
        return rows


def _detail(text: str, color: str, most: int) -> list[Row]:
    long = text_width(text, SMALL) > _LONG
    return text_rows(text, _LONG_WIDTH if long else _TEXT_WIDTH, SMALL, color, most=most)


def _kind(part: Part) -> EdgeKind:
    return EdgeKind.SPONTANEOUS if part.owner is None and not part.timing else EdgeKind.EVENT


def _distinct(words: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(each for each in words if each))


def _height(column: list[Rows]) -> int:
    return sum(block.height for block in column) + RULE * (len(column) - 1)


def _split(blocks: list[Rows]) -> list[list[Rows]]:
    """Columns of about the same height, in the order of reading."""
    total = _height(blocks)
    wanted = min(max(1, -(-total // _COLUMN)), 4, len(blocks))
    columns: list[list[Rows]] = [[]]
    used = 0
    for block in blocks:
        middle = used + block.height / 2
        if columns[-1] and middle > total * len(columns) / wanted:
            columns.append([])
        columns[-1].append(block)
        used += block.height + RULE
    return columns
