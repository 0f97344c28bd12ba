"""A sequence diagram as SVG: lifelines with their states, messages, time on the left.

Everything is placed from the widths of its words, row by row, so nothing overlaps: a row is the
card that says what happens, the arrow below it, and the states that change below that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from fsm.draw.diagram import EdgeKind
from fsm.draw.metrics import text_width, wrap
from fsm.draw.sequence import Row, Sequence
from fsm.draw.stamp import Stamp, digest, says
from fsm.draw.theme import THEMES, Box, Theme

FONT = "Helvetica, Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_TITLE, _WORDS, _SMALL = 16.0, 12.5, 11.0  # sizes of letters, in points
_LINE = 1.4  # distance of two lines, in sizes
_MARGIN, _GAP, _PAD = 20.0, 14.0, 7.0
_CARD = 330.0  # the widest card
_COLUMN = 132.0  # the narrowest column of a lifeline
_CHIP = 190.0  # the widest chip, before its words are wrapped
_FOR_EVER = {"zh": "此后永远重复：", "en": "and then for ever:"}
_ENDED = {"zh": "此后再也不会发生任何事。", "en": "After that nothing can happen any more."}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its size; `soft` words matter less."""

    text: str
    size: float = _WORDS
    bold: bool = False
    soft: bool = False

    @property
    def width(self) -> float:
        return text_width(self.text, self.size, self.bold)

    @property
    def height(self) -> float:
        return self.size * _LINE


def sequence_svg(sequence: Sequence, langs: tuple[str, ...], theme: str = "light") -> str:
    """The picture as SVG text, its hash in a comment. Complexity: linear in the words."""
    svg = _Drawing(sequence, langs, THEMES[theme]).svg()
    head, _, rest = svg.partition("\n")
    return f"{head}\n<!-- {says(Stamp(digest(svg), 'fsm'))} -->\n{rest}"


class _Drawing:
    """Collects shapes from top to bottom; `self.y` is how far it has come."""

    def __init__(self, sequence: Sequence, langs: tuple[str, ...], theme: Theme) -> None:
        self.sequence, self.langs, self.theme = sequence, langs, theme
        self.shapes: list[str] = []
        self.back: list[str] = []  # what lies behind the cards: lifelines
        clocks = [Line(word) for row in sequence.rows for word in row.clock if word]
        self.left = _MARGIN + max((line.width for line in clocks), default=0.0)
        self.left += _GAP if clocks else 0.0
        self.columns = self._columns()
        self.x = self._places()
        right = (self.x[-1] + self.columns[-1] / 2) if self.x else self.left
        self.right = max(right, self.left + 2 * _CARD)
        self.width = self.right + _MARGIN
        self.y = _MARGIN

    def svg(self) -> str:
        self._head()
        top = self._names()
        clock: tuple[str, ...] = ()
        loop_at: float | None = None
        for number, row in enumerate(self.sequence.rows):
            if number == self.sequence.loop:
                loop_at = self.y
                self._remark(_FOR_EVER)
            if row.clock != clock and any(row.clock):
                self._time(row.clock, first=not clock)
                clock = row.clock
            self._row(row)
        if self.sequence.loop == len(self.sequence.rows):
            self._remark(_FOR_EVER)
        if loop_at is not None:
            self._bar(loop_at)
        for x in self.x:
            self.back.append(
                f'<line x1="{x:g}" y1="{top:.1f}" x2="{x:g}" y2="{self.y:.1f}" '
                f'stroke="{self.theme.line}" stroke-width="1" stroke-dasharray="2 4"/>'
            )
        self._foot()
        height = self.y + _MARGIN
        title = escape(" / ".join(dict.fromkeys(self.sequence.title))) or "sequence"
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
                f'width="{self.width:.0f}" height="{height:.0f}" '
                f'viewBox="0 0 {self.width:.0f} {height:.0f}" font-family="{FONT}">',
                f"<title>{title}</title>",
                f'<rect width="100%" height="100%" fill="{self.theme.page}"/>',
                *self.back,
                *self.shapes,
                "</svg>",
                "",
            ]
        )

    # --- where things are -------------------------------------------------------------------

    def _columns(self) -> list[float]:
        """The width of each lifeline's column: its name and its chips fit into it."""
        widths = [
            max([_COLUMN, *(Line(w, bold=True).width + 2 * _PAD + _GAP for w in line.words)])
            for line in self.sequence.lifelines
        ]
        for row in self.sequence.rows:
            for change in row.changes:
                for line in self._chip(change.old, change.new):
                    needed = line.width + 2 * _PAD + _GAP
                    widths[change.lifeline] = max(widths[change.lifeline], needed)
        return widths

    def _places(self) -> list[float]:
        places, x = [], self.left
        for width in self.columns:
            places.append(round(x + width / 2, 1))
            x += width
        return places

    # --- parts ------------------------------------------------------------------------------

    def _head(self) -> None:
        room = self.right - _MARGIN
        for word in dict.fromkeys(self.sequence.title):
            lines = [Line(text, _TITLE, bold=True) for text in wrap(word, room * 0.9, _TITLE)]
            self._text(_MARGIN, lines)
        self.y += _PAD
        for setting in self.sequence.setting:
            for said in setting:
                indent = _MARGIN + 6.0 * (len(said) - len(said.lstrip()))
                lines = [Line(t, _SMALL, soft=True) for t in wrap(said.strip(), room, _SMALL)]
                self._text(indent, lines)
        self.y += _GAP

    def _names(self) -> float:
        """The heads of the lifelines; answers where the lines begin."""
        box = self.theme.actor
        lines = [[Line(w, bold=True) for w in line.words] for line in self.sequence.lifelines]
        height = 2 * _PAD + max((sum(x.height for x in name) for name in lines), default=0)
        start = self.y
        for x, name in zip(self.x, lines, strict=True):
            width = max(line.width for line in name) + 2 * _PAD
            self._rect(x - width / 2, start, width, height, box, radius=4)
            self.y = start + (height - sum(line.height for line in name)) / 2
            self._text(x, name, fill=box.text, anchor="middle")
        self.y = start + height + _GAP
        return start + height

    def _time(self, clock: tuple[str, ...], *, first: bool) -> None:
        """A new instant: a line across, with the time since the start on the left."""
        lines = [Line(word) for word in dict.fromkeys(clock)]
        if not first:
            self.y += 2
            self.shapes.append(
                f'<line x1="{_MARGIN:g}" y1="{self.y:.1f}" x2="{self.right:.1f}" y2="{self.y:.1f}" '
                f'stroke="{self.theme.dimmed}" stroke-width="1"/>'
            )
            self.y += _PAD
        start = self.y
        self._text(_MARGIN, lines, fill=self.theme.ink)
        self.y = start

    def _row(self, row: Row) -> None:
        lines = list(self._card(row))
        inner = max([line.width for line in lines] + [self._badges_width(row)])
        width = max(inner + 2 * _PAD + (46 if row.kind is EdgeKind.DEADLINE else 24), 90.0)
        ends = [self.x[n] for n in (*(() if row.actor is None else (row.actor,)), *row.targets)]
        middle = (min(ends) + max(ends)) / 2 if ends else (self.left + self.right) / 2
        x = min(max(middle - width / 2, self.left), self.right - width)
        start = self.y
        height = 2 * _PAD + sum(line.height for line in lines) + (18 if row.rules else 0)
        box = Box(self.theme.card, self.theme.dimmed, self.theme.ink)
        self._rect(x, start, width, height, box, radius=5)
        self._circle(x + 13, start + _PAD + 8, str(row.number))
        self.y = start + _PAD
        if row.kind is EdgeKind.DEADLINE:
            self._clock(x + width - 13, start + _PAD + 8)
        self._text(x + 24 + _PAD / 2, lines)
        if row.rules:
            self._badges(x + 24 + _PAD / 2, row.rules)
        self.y = start + height
        if row.actor is not None:
            self._arrows(row, row.actor)
        self._chips(row)
        self.y += _GAP

    def _card(self, row: Row) -> Iterator[Line]:
        for word in dict.fromkeys(row.words):
            for text in wrap(word, _CARD - 40, _WORDS):
                yield Line(text, bold=False)
        for detail in row.details:
            for word in dict.fromkeys(detail):
                for text in wrap(word, _CARD - 40, _SMALL):
                    yield Line(text, _SMALL, soft=True)

    def _arrows(self, row: Row, actor: int) -> None:
        """From the actor to everyone whom it moves; a deadline is dashed."""
        dash = ' stroke-dasharray="6 4"' if row.kind is EdgeKind.DEADLINE else ""
        start, self.y = self.x[actor], self.y + 12
        ink = self.theme.ink
        self.shapes.append(f'<circle cx="{start:g}" cy="{self.y:.1f}" r="4" fill="{ink}"/>')
        for target in row.targets:
            end = self.x[target]
            back = 7 if end > start else -7
            self.shapes.append(
                f'<line x1="{start:g}" y1="{self.y:.1f}" x2="{end - back:g}" y2="{self.y:.1f}" '
                f'stroke="{ink}" stroke-width="1.5"{dash}/>'
            )
            self.shapes.append(
                f'<path d="M{end:g} {self.y:.1f} l{-1.4 * back:g} -4.5 v9 z" fill="{ink}"/>'
            )
        self.y += 8

    def _chips(self, row: Row) -> None:
        """The states that change, each on its own lifeline."""
        start, lowest = self.y, self.y
        for change in row.changes:
            lines = self._chip(change.old, change.new)
            x, box = self.x[change.lifeline], self.theme.pending
            width = max(line.width for line in lines) + 2 * _PAD
            height = sum(line.height for line in lines) + _PAD
            self._rect(x - width / 2, start, width, height, box, radius=9)
            self.y = start + _PAD / 2
            self._text(x, lines, fill=box.text, anchor="middle")
            lowest = max(lowest, start + height)
        self.y = lowest

    def _chip(self, old: tuple[str, ...], new: tuple[str, ...]) -> list[Line]:
        found = []
        for before, after in dict.fromkeys(zip(old, new, strict=True)):
            whole = f"{before} → {after}"
            if text_width(whole, _SMALL) <= _CHIP:
                found.append(Line(whole, _SMALL))
            else:
                texts = [*wrap(before, _CHIP, _SMALL), *wrap(f"→ {after}", _CHIP, _SMALL)]
                found += [Line(text, _SMALL) for text in texts]
        return found

    def _remark(self, words: dict[str, str]) -> None:
        lines = [Line(words[lang], bold=True) for lang in self.langs]
        self._text(self.left, lines)
        self.y += _PAD

    def _bar(self, top: float) -> None:
        """Along everything that repeats for ever."""
        self.shapes.append(
            f'<path d="M{self.right + 6:.1f} {top:.1f} h6 V{self.y:.1f} h-6" fill="none" '
            f'stroke="{self.theme.path.line}" stroke-width="2.5"/>'
        )

    def _foot(self) -> None:
        self.y += _GAP
        if self.sequence.ended:
            self._remark(_ENDED)
        for word in dict.fromkeys(self.sequence.conclusion):
            room = self.right - _MARGIN
            self._text(_MARGIN, [Line(t, bold=True) for t in wrap(word, room * 0.86, _WORDS)])

    # --- shapes -----------------------------------------------------------------------------

    def _rect(
        self, x: float, y: float, width: float, height: float, box: Box, radius: float
    ) -> None:
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="{radius:g}" fill="{box.fill}" stroke="{box.line}"/>'
        )

    def _circle(self, x: float, y: float, text: str) -> None:
        box = self.theme.path
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="{box.fill}"/>')
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y + 3.8:.1f}" font-size="10.5" font-weight="bold" '
            f'text-anchor="middle" fill="{box.text}">{text}</text>'
        )

    def _clock(self, x: float, y: float) -> None:
        self.shapes.append(
            f'<g fill="none" stroke="{self.theme.ink}" stroke-width="1.3">'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
            f'<path d="M{x:.1f} {y - 3.6:.1f} V{y:.1f} l2.6 1.8"/></g>'
        )

    def _badges_width(self, row: Row) -> float:
        return sum(Line(rule, 9.5).width + 14 for rule in row.rules)

    def _badges(self, x: float, rules: tuple[str, ...]) -> None:
        box, y = self.theme.badge, self.y + 3
        for rule in rules:
            line = Line(rule, 9.5)
            self._rect(x, y, line.width + 8, 14, box, radius=7)
            self.shapes.append(
                f'<text x="{x + 4 + line.width / 2:.1f}" y="{y + 10.3:.1f}" font-size="9.5" '
                f'text-anchor="middle" fill="{box.text}">{escape(rule)}</text>'
            )
            x += line.width + 14

    def _text(self, x: float, lines: list[Line], fill: str = "", anchor: str = "start") -> None:
        """The lines below each other, from `self.y` on."""
        for line in lines:
            colour = fill or (self.theme.faint if line.soft else self.theme.ink)
            base = self.y + line.size * 1.08
            weight = ' font-weight="bold"' if line.bold else ""
            place = f' text-anchor="{anchor}"' if anchor != "start" else ""
            self.shapes.append(
                f'<text x="{x:.1f}" y="{base:.1f}" font-size="{line.size:g}"{weight}{place} '
                f'fill="{colour}">{escape(line.text)}</text>'
            )
            self.y += line.height
