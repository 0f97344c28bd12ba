"""Lines of text with their sizes, and the shapes of an SVG that are placed from them."""

from collections.abc import Iterable, Sequence
from html import escape

from msgspec import Struct

from fsm.draw.metrics import text_width, wrap
from fsm.draw.signs import DRAWN
from fsm.draw.theme import Box

FONTS = (
    "Helvetica, Arial, 'Liberation Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', 'DejaVu Sans', sans-serif"
)
_SPACING = 1.42  # distance of two lines, in sizes
_BASE = 1.06  # where letters stand below the top of their line, in sizes


class Line(Struct, frozen=True):
    """A line of text: `text`, and `strong` in bold behind it. Sizes are in points."""

    text: str
    size: float
    color: str
    strong: str = ""

    @property
    def width(self) -> float:
        return text_width(self.text, self.size) + text_width(self.strong, self.size, True)

    @property
    def height(self) -> float:
        return self.size * _SPACING


def bold(text: str, size: float, color: str) -> Line:
    """A line that is bold as a whole."""
    return Line("", size, color, text)


def wrapped(text: str, width: float, size: float, color: str, strong: bool = False) -> list[Line]:
    """The text in lines that are at most about `width` wide."""
    room = width * (text_width(text, size) / text_width(text, size, True)) if strong else width
    lines = wrap(text, room, size) if text else []
    return [bold(line, size, color) if strong else Line(line, size, color) for line in lines]


def widest(lines: Iterable[Line]) -> float:
    """The width of the widest line."""
    return max((line.width for line in lines), default=0.0)


def height_of(lines: Iterable[Line]) -> float:
    """How high lines are below each other."""
    return sum(line.height for line in lines)


def text(x: float, y: float, lines: Sequence[Line], centred: bool = False) -> list[str]:
    """The lines below each other: `y` is the top, `x` the left, or the middle."""
    shapes = []
    for line in lines:
        content = escape(line.text, quote=False)
        if line.strong:
            strong = escape(line.strong, quote=False)
            content += f'<tspan font-weight="bold">{strong}</tspan>'
        anchor = ' text-anchor="middle"' if centred else ""
        shapes.append(
            f'<text x="{x:.1f}" y="{y + line.size * _BASE:.1f}" font-size="{line.size:g}"{anchor} '
            f'fill="{line.color}" xml:space="preserve">{content}</text>'
        )
        y += line.height
    return shapes


def rect(
    x: float, y: float, width: float, height: float, box: Box, radius: float = 0, stroke: float = 1
) -> str:
    """A box; with `stroke` 0 without a border."""
    border = f' stroke="{box.line}" stroke-width="{stroke:g}"' if stroke else ""
    corner = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{corner} '
        f'fill="{box.fill}"{border}/>'
    )


def disc(x: float, y: float, number: int, box: Box) -> list[str]:
    """The number of a step; a pill where it has many digits. `x` is its middle."""
    said, half = bold(str(number), 10.5, box.text), disc_width(number) / 2
    return [
        rect(x - half, y - 9, 2 * half, 18, Box(box.fill, box.line, box.text), 9, 0),
        *text(x, y - 7.3, [said], centred=True),
    ]


def disc_width(number: int) -> float:
    """The width of such a disc."""
    return max(18.0, bold(str(number), 10.5, "").width + 8)


def chip(x: float, y: float, words: str, size: float, box: Box) -> tuple[list[str], float]:
    """Small words on a small box, and how wide it is: a rule, the letter of an owner."""
    line = bold(words, size, box.text)
    width, height = line.width + 0.8 * size, 1.5 * size
    shapes = [rect(x, y, width, height, box, 0.45 * size)]
    shapes += text(x + width / 2, y + (height - size * 1.45) / 2, [line], centred=True)
    return shapes, width


def chip_width(words: str, size: float) -> float:
    """The width of such a chip."""
    return bold(words, size, "").width + 0.8 * size


def sign(name: str, x: float, y: float, size: float, color: str) -> str:
    """A sign that is drawn, in a square whose upper left corner is given."""
    drawn = DRAWN[name].replace("{c}", color)
    return f'<g transform="translate({x:.1f} {y:.1f}) scale({size / 16:.3f})">{drawn}</g>'


def stroke(path: str, color: str, width: float = 1.0, dashes: str = "", fill: str = "none") -> str:
    """A path of SVG."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" fill="{fill}" stroke="{color}" stroke-width="{width:g}"{dashed}/>'


def arrow_head(x: float, y: float, direction: int, color: str) -> str:
    """A filled head whose point is at (x, y); `direction` is 1 to the right, -1 to the left."""
    return f'<path d="M{x:.1f} {y:.1f} l{-9 * direction} -4.5 v9 z" fill="{color}"/>'
