"""Text boxes as HTML-like labels of Graphviz, in which every cell has its size already.

So the layout depends on no font of the machine that draws, and no text is clipped.
Source      Graphviz documentation, "Node Shapes", section "HTML-Like Labels".
"""

from collections.abc import Iterable
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from fsm.draw.metrics import text_width, wrap
from fsm.draw.theme import Box

LINE = 1.45  # height of a line in multiples of the letters' size, as fonts with Chinese have it
_NOT_XML = dict.fromkeys(range(32), " ") | dict.fromkeys((0xFFFE, 0xFFFF), " ")


class Cell(Struct, frozen=True):
    """Text on one line, `width` by `height` points; `fill` makes a chip of it, `line` a frame."""

    text: str
    width: int
    height: int
    size: int = 10
    color: str = ""
    bold: bool = False
    fill: str = ""
    line: str = ""

    @property
    def slack(self) -> int:
        """How much narrower the text itself is."""
        return self.width - round(text_width(self.text, self.size, self.bold, exact=True))


class Rows(Struct, frozen=True):
    """Rows of cells below each other, all left or all in the middle."""

    rows: tuple[tuple[Cell, ...], ...]
    centred: bool = False

    @property
    def width(self) -> int:
        return max((_row_width(row) for row in self.rows), default=0)

    @property
    def height(self) -> int:
        return sum(max(cell.height for cell in row) for row in self.rows)


def plain(text: str) -> str:
    """Text without control characters, which XML and DOT cannot hold."""
    return text.translate(_NOT_XML)


def escape(text: str) -> str:
    """Text as it may stand in an HTML-like label, and in XML."""
    text = plain(text).replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def text_cell(text: str, size: int, color: str, bold: bool = False) -> Cell:
    """As wide as the text."""
    width = ceil(text_width(text, size, bold))
    return Cell(text, max(width, 1), ceil(size * LINE), size, color, bold)


def text_rows(
    text: str, width: float, size: int, color: str, bold: bool = False, most: int = 0
) -> list[tuple[Cell, ...]]:
    """The text in lines of at most `width` points, a row a line."""
    return [(text_cell(line, size, color, bold),) for line in wrap(text, width, size, most)]


def chip(text: str, box: Box, size: int = 9) -> Cell:
    """A few letters on a rounded ground."""
    height = ceil(size * LINE) + 2
    width = max(ceil(text_width(text, size, True)) + 6, height)
    return Cell(text, width, height, size, box.text, True, box.fill, box.line)


def gap(width: int, height: int = 1) -> Cell:
    """Room between cells, or between rows."""
    return Cell("", width, height)


def flow(items: Iterable[tuple[Cell, ...]], width: int, between: int) -> list[tuple[Cell, ...]]:
    """The items one after the other, in rows of at most `width` points where they allow it."""
    rows: list[tuple[Cell, ...]] = []
    for item in items:
        if rows and _row_width(rows[-1]) + between + _row_width(item) <= width:
            rows[-1] = (*rows[-1], gap(between), *item)
        else:
            rows.append(item)
    return rows


def html(rows: Rows, width: int = 0) -> str:
    """The rows as a table, at least `width` points wide."""
    width = max(width, rows.width, 1)
    filled = rows.rows or ((gap(width),),)  # a table without rows is an error
    return _table("".join(_row(row, width, rows.centred) for row in filled))


def html_columns(columns: list[str], between: int) -> str:
    """Tables side by side, aligned at the top."""
    if len(columns) == 1:
        return columns[0]
    cells = f'<TD WIDTH="{between}"></TD>'.join(f'<TD VALIGN="TOP">{c}</TD>' for c in columns)
    return _table(f"<TR>{cells}</TR>")


def html_stack(blocks: list[str], align: str = "CENTER") -> str:
    """Tables below each other."""
    if len(blocks) == 1:
        return blocks[0]
    return _table("".join(f'<TR><TD ALIGN="{align}">{block}</TD></TR>' for block in blocks))


RULE = 10


def html_rule(width: int, color: str) -> str:
    """A thin line with room around it: RULE points high."""
    return _table(
        f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="4"></TD></TR>'
        f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="1" BGCOLOR="{color}"></TD></TR>'
        f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="5"></TD></TR>'
    )


def html_padded(content: str, across: int, down: int) -> str:
    """Room around a table."""
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
        f'<TR><TD FIXEDSIZE="TRUE" WIDTH="1" HEIGHT="{down}"></TD></TR>'
        f'<TR><TD WIDTH="{across}"></TD><TD>{content}</TD><TD WIDTH="{across}"></TD></TR>'
        f'<TR><TD FIXEDSIZE="TRUE" WIDTH="1" HEIGHT="{down}"></TD></TR></TABLE>'
    )


FRAME = 20


def html_framed(content: str, width: int, box: Box) -> str:
    """A table of this width in a frame of its own, FRAME points wider."""
    return _table(
        f'<TR><TD FIXEDSIZE="TRUE" WIDTH="1" HEIGHT="6"></TD></TR><TR><TD BORDER="1" '
        f'COLOR="{box.line}" BGCOLOR="{box.fill}" STYLE="ROUNDED" WIDTH="{width + FRAME}">'
        f"{html_padded(content, 9, 6)}</TD></TR>"
    )


def _table(rows: str) -> str:
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>'


def _row(row: tuple[Cell, ...], width: int, centred: bool) -> str:
    height = max(cell.height for cell in row)
    rest = width - _row_width(row)
    left = (rest + row[-1].slack) // 2 if centred else 0
    if left > rest:
        row = (*row[:-1], replace(row[-1], width=row[-1].width - left + rest))
        left = width - _row_width(row)
        rest = left
    cells = [gap(left)] * (left > 0) + list(row) + [gap(rest - left)] * (rest > left)
    inner = "".join(_cell(cell, height) for cell in cells)
    if len(cells) == 1:
        return f"<TR>{inner}</TR>"
    return f"<TR><TD>{_table(f'<TR>{inner}</TR>')}</TD></TR>"


def _cell(cell: Cell, height: int) -> str:
    size = f'FIXEDSIZE="TRUE" WIDTH="{cell.width}" HEIGHT="{height}"'
    if not cell.text and not cell.fill:
        return f"<TD {size}></TD>"
    text = escape(cell.text)
    if cell.bold:
        text = f"<B>{text}</B>"
    text = f'<FONT POINT-SIZE="{cell.size}" COLOR="{cell.color}">{text}</FONT>'
    if not cell.fill:
        return f'<TD {size} ALIGN="LEFT">{text}</TD>'
    size = f'FIXEDSIZE="TRUE" WIDTH="{cell.width}" HEIGHT="{cell.height}"'
    left, inside = cell.slack // 2 - 1, f'FIXEDSIZE="TRUE" HEIGHT="{cell.height - 2}"'
    text = _table(
        f'<TR><TD {inside} WIDTH="{left}"></TD>'
        f'<TD {inside} WIDTH="{cell.width - 2 - left}" ALIGN="LEFT">{text}</TD></TR>'
    )
    return (
        f'<TD {size} STYLE="ROUNDED" BORDER="1" COLOR="{cell.line}" BGCOLOR="{cell.fill}">'
        f"{text}</TD>"
    )


def _row_width(row: tuple[Cell, ...]) -> int:
    return sum(cell.width for cell in row)
