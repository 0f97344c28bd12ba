"""How wide text is on a terminal: Chinese characters take two columns, combining marks none."""

import unicodedata
from functools import cache


def display_width(text: str) -> int:
    """Columns that `text` takes on a terminal that draws East Asian wide characters double.

    Ambiguous characters (such as the dash) count one, as terminals outside East Asia draw them.
    Source      Unicode Standard Annex 11, "East Asian Width".
    """
    return sum(_columns(character) for character in text)


@cache
def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def pad(text: str, width: int) -> str:
    """`text` with spaces behind it, up to `width` columns; longer text stays as it is."""
    return text + " " * (width - display_width(text))


def pad_left(text: str, width: int) -> str:
    """`text` with spaces before it, up to `width` columns; longer text stays as it is."""
    return " " * (width - display_width(text)) + text


def shorten(text: str, width: int) -> str:
    """The start of `text`, on one line, in at most `width` columns; "…" says that more follows."""
    text = " ".join(text.split())
    if display_width(text) <= width:
        return text
    kept, used = "", 1  # the ellipsis
    for character in text:
        used += _columns(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + "…"


def columns(rows: list[tuple[str, ...]], gap: str = "  ") -> list[str]:
    """Rows as lines whose cells stand under each other; the last cell of a row is not padded."""
    widths: dict[int, int] = {}
    for row in rows:
        for place, cell in enumerate(row[:-1]):
            widths[place] = max(widths.get(place, 0), display_width(cell))
    return [
        gap.join((*(pad(cell, widths[i]) for i, cell in enumerate(row[:-1])), row[-1])).rstrip()
        for row in rows
        if row
    ]


def flow(items: list[str], width: int, gap: str = ", ") -> list[str]:
    """The items, one after the other, in lines of at most `width` columns where they allow it."""
    lines: list[str] = []
    line = ""
    for number, item in enumerate(items):
        piece = item + (gap.rstrip() if number < len(items) - 1 else "")
        space = " " if line and gap.endswith(" ") else ""
        if line and display_width(line + space + piece) > width:
            lines.append(line)
            line = piece
        else:
            line += space + piece
    return [*lines, line] if line else lines
