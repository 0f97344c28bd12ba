"""How wide text is in a picture, so that boxes are as wide as what they hold, on every machine.

Latin letters are measured as Helvetica, which Arial, Liberation Sans and Arimo share, with room for
the wider fonts that stand in for it; Chinese characters are one em wide in every font.
"""

import unicodedata
from functools import cache

# Widths of the characters from space to tilde in thousandths of an em.
# Source: Adobe Core 14 AFM files, Helvetica.afm and Helvetica-Bold.afm (quotes are straight ones).
_PLAIN = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)  # fmt: skip
_WIDE = 1000  # a Chinese character; also what has no fixed width in East Asian fonts, as “ and …
_OTHER = 620  # a letter of another alphabet
# DejaVu Sans, the usual stand-in, is wider than Helvetica by this much on running text.
_ROOM = {False: 1.16, True: 1.22}
# Where a line of Chinese does not start, and where it does not end.
_NOT_FIRST = frozenset("，。；：、？！）」』】》”’…—%,.;:?!)]}")
_NOT_LAST = frozenset("（「『【《“‘([{")
_OPERATORS = frozenset("=≠<≤>≥|:")  # stay behind their left side


def text_width(text: str, size: float, bold: bool = False, exact: bool = False) -> float:
    """Room for the text in any usual font; `exact`: what Helvetica needs.

    Units       points, for letters of `size` points. O(length).
    """
    table, room = (_BOLD if bold else _PLAIN), (1.0 if exact else _ROOM[bold])
    thousandths = 0.0
    for character in text:
        code = ord(character) - 32
        if 0 <= code < len(table):
            thousandths += table[code] * room
        else:
            thousandths += _other(character)
    return thousandths * size / 1000


@cache
def _other(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    if ord(character) < 0x250:  # Latin letters and signs, which every font has
        return _OTHER
    return _WIDE if unicodedata.east_asian_width(character) in "WFA" else _OTHER


def wrap(text: str, width: float, size: float, most: int = 0) -> list[str]:
    """The text in lines of at most `width` points, at most `most` lines ("…" ends a cut one).

    Lines break at spaces and between Chinese characters, not before closing punctuation nor after
    opening; a word that is wider than a line is broken anywhere.
    """
    lines, line = [], ""
    for piece in _pieces(text):
        joined = line + piece
        if line and text_width(joined.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line = joined
        while text_width(line.rstrip(), size) > width and len(line) > 1:
            fits = _fitting(line, width, size)
            lines.append(line[:fits])
            line = line[fits:]
    if line.rstrip():
        lines.append(line.rstrip())
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and text_width(last + "…", size) > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
    return lines


def _pieces(text: str) -> list[str]:
    """What a line break must not tear apart: words with the space behind them, characters."""
    pieces: list[str] = []
    for character in " ".join(text.split()):
        last = pieces[-1][-1] if pieces else ""
        torn = last == " " or (
            bool(last)
            and (_is_wide(character) or _is_wide(last))
            and character not in _NOT_FIRST
            and last not in _NOT_LAST
        )
        if last and (character == " " or (last == " " and character in _OPERATORS)):
            torn = False
        if torn or not pieces:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _fitting(line: str, width: float, size: float) -> int:
    """How many characters of the line fit, at least one."""
    used = 0.0
    for place, character in enumerate(line):
        used += text_width(character, size)
        if used > width:
            return max(place, 1)
    return len(line)
