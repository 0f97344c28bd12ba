"""A sequence diagram as SVG: lifelines with their states, messages, time on the left.

Everything is placed from the widths of its words, row by row, so nothing overlaps: a row is the
card that says what happens, the arrow below it, and the states that change below that.
"""

from collections.abc import Iterator
from html import escape

from fsm.draw.diagram import EdgeKind, Words
from fsm.draw.sequence import Change, Lifeline, Row, Sequence
from fsm.draw.sequence_shapes import (
    FONTS,
    Line,
    arrow_head,
    bold,
    chip,
    chip_width,
    disc,
    disc_width,
    height_of,
    rect,
    sign,
    stroke,
    text,
    widest,
    wrapped,
)
from fsm.draw.signs import CLOCK
from fsm.draw.stamp import Stamp, digest, says
from fsm.draw.theme import THEMES, Box, Theme

_TITLE, _WORDS, _SMALL, _BADGE = 17.0, 12.5, 10.5, 9.0  # sizes of letters, in points
_MARGIN, _GAP, _PAD = 24.0, 14.0, 8.0
_CARD = (290.0, 460.0)  # how wide the words of a card are at most: for short arrows, for long ones
_COLUMN = 118.0  # the narrowest column of a lifeline
_CHIP = 150.0  # the widest state, before its words are wrapped
_NARROWEST = 640.0  # what lies to the right of the times
_TALL = 1000.0  # from here on the names of the lifelines are said again below


def sequence_svg(sequence: Sequence, theme: str = "light") -> str:
    """The picture as SVG text, its hash in a comment. Complexity: linear in the words.

    `theme` is light, dark or print.
    """
    svg = _Drawing(sequence, THEMES[theme]).svg()
    head, _, rest = svg.partition("\n")
    return f"{head}\n<!-- {says(Stamp(digest(svg), 'fsm'))} -->\n{rest}"


def _distinct(words: Words) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))


class _Drawing:
    """Collects shapes from top to bottom; `self.y` is how far it has come."""

    def __init__(self, sequence: Sequence, theme: Theme) -> None:
        self.sequence, self.theme = sequence, theme
        self.behind: list[str] = []  # bands, the frame of a loop, lifelines
        self.shapes: list[str] = []
        self.stripe = Box(theme.composite.fill, theme.composite.fill, theme.ink)
        clocks = [line for row in sequence.rows for line in self._clock_lines(row.clock)]
        self.left = _MARGIN + (widest(clocks) + 34 if clocks else 0.0)
        self.number = disc_width(len(sequence.rows)) + 6  # the room for the number of a step
        columns = self._columns()
        if (spare := _NARROWEST - sum(columns)) > 0:
            columns = [width + spare / len(columns) for width in columns]
        self.x, edge = [], self.left
        for width in columns:
            self.x.append(round(edge + width / 2, 1))
            edge += width
        self.right = edge
        self.width = edge + _MARGIN
        self.y = _MARGIN

    def svg(self) -> str:
        self._head()
        top = self._names()
        self._rows()
        if self.y - top > _TALL:
            bottom = self.y
            self._names()
        else:
            bottom = self.y
        for x, line in zip(self.x, self.sequence.lifelines, strict=True):
            color = self._color(line)
            self.behind.append(stroke(f"M{x:g} {top:.1f} V{bottom:.1f}", color, 1, "2 4"))
        self._foot()
        width, height = f"{self.width:.0f}", f"{self.y + _MARGIN:.0f}"
        title = " / ".join(_distinct(self.sequence.title)) or " — ".join(
            line.words[0] for line in self.sequence.lifelines
        )
        told = " ".join(f"{row.number}. {row.told[0]}." for row in self.sequence.rows if row.told)
        described = " ".join([told, *self.sequence.conclusion[:1]])
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
                f'height="{height}" viewBox="0 0 {width} {height}" font-family="{FONTS}" '
                'aria-labelledby="title" aria-describedby="story">',
                f'<title id="title">{escape(title, quote=False)}</title>',
                f'<desc id="story">{escape(described, quote=False)}</desc>',
                f'<rect width="{width}" height="{height}" fill="{self.theme.page}"/>',
                *self.behind,
                *self.shapes,
                "</svg>",
                "",
            ]
        )

    # --- where things are -------------------------------------------------------------------

    def _columns(self) -> list[float]:
        """The width of each lifeline's column: its name and its states fit into it."""
        lines = self.sequence.lifelines
        widths = [max(_COLUMN, self._name_size(line)[0] + _GAP) for line in lines]
        for row in self.sequence.rows:
            for change in row.changes:
                needed = widest(self._state(change)) + 2 * _PAD + _GAP
                widths[change.lifeline] = max(widths[change.lifeline], needed)
        return widths

    def _name_lines(self, line: Lifeline) -> list[Line]:
        ink = self.theme.actor.text
        first, *others = _distinct(line.words) or [line.name]
        return [bold(first, _WORDS, ink), *(Line(o, _SMALL, self.theme.faint) for o in others)]

    def _name_size(self, line: Lifeline) -> tuple[float, float]:
        lines = self._name_lines(line)
        letter = chip_width(line.owner.sign, _BADGE) + 6 if line.owner else 0.0
        return widest(lines) + letter + 2 * _PAD, height_of(lines) + 1.4 * _PAD

    def _clock_lines(self, clock: Words) -> list[Line]:
        first, *others = _distinct(clock) or [""]
        lines = [bold(first, _WORDS, self.theme.ink)] if first else []
        return [*lines, *(Line(other, _SMALL, self.theme.faint) for other in others)]

    def _color(self, line: Lifeline) -> str:
        return self.theme.owner(line.owner.number).line if line.owner else self.theme.line

    # --- parts ------------------------------------------------------------------------------

    def _put(self, x: float, lines: list[Line]) -> None:
        self.shapes += text(x, self.y, lines)
        self.y += height_of(lines)

    def _head(self) -> None:
        room = self.right - _MARGIN
        for place, word in enumerate(_distinct(self.sequence.title)):
            size, color = (_TITLE, self.theme.ink) if place == 0 else (13.0, self.theme.faint)
            self._put(_MARGIN, wrapped(word, room, size, color, strong=True))
        for setting in self.sequence.setting:
            self.y += 6 if setting else 0
            for said in setting:
                indent = _MARGIN + 6.0 * (len(said) - len(said.lstrip()))
                lines = wrapped(said.strip(), self.right - indent, _SMALL, self.theme.faint)
                self._put(indent, lines)
        self.y += 1.4 * _GAP

    def _names(self) -> float:
        """The heads of the lifelines; answers where they end."""
        lines = self.sequence.lifelines
        height = max((self._name_size(line)[1] for line in lines), default=0.0)
        top = self.y
        for x, line in zip(self.x, lines, strict=True):
            width = self._name_size(line)[0]
            color, left = self._color(line), x - width / 2
            box = Box(self.theme.actor.fill, color, self.theme.actor.text)
            self.shapes.append(rect(left, top, width, height, box, 5, 1.4))
            words, middle = self._name_lines(line), x
            if line.owner is not None:
                owner = self.theme.owner(line.owner.number)
                y = top + (height - 1.5 * _BADGE) / 2
                shapes, used = chip(left + _PAD, y, line.owner.sign, _BADGE, owner)
                self.shapes += shapes
                middle += (used + 6) / 2
            self.shapes += text(middle, top + (height - height_of(words)) / 2, words, centred=True)
        self.y = top + height
        return self.y

    def _rows(self) -> None:
        """Row by row: a new band where time has passed, a frame around what repeats."""
        sequence = self.sequence
        clock: Words = ()
        start, striped, framed = self.y, False, 0.0
        for number, row in enumerate(sequence.rows):
            if row.clock != clock:
                if number:
                    self.y += _GAP
                    self._band(start, striped)
                    start, striped = self.y, not striped
                    line = f"M{_MARGIN / 2:g} {self.y:.1f} H{self.width - _MARGIN / 2:g}"
                    self.behind.append(stroke(line, self.theme.dimmed, 0.8))
                clock = row.clock
                now = True
            else:
                now = False
            if number == sequence.loop:
                framed = self.y + 6
                self._tab(framed)
            self.y += _GAP
            if now and any(clock):
                self._time(clock, passed=row.passed)
            self._row(row)
        self.y += _GAP
        self._band(start, striped)
        if framed:
            box = Box("none", self.theme.path.line, "")
            width = self.right - self.left + 16
            self.behind.append(rect(self.left - 8, framed, width, self.y - framed, box, 6, 2))
            self.y += 6

    def _band(self, start: float, striped: bool) -> None:
        """What happens at one time is on one ground."""
        if striped:
            width = self.width - _MARGIN
            stripe = rect(_MARGIN / 2, start, width, self.y - start, self.stripe, 0, 0)
            self.behind.insert(0, stripe)

    def _time(self, clock: Words, *, passed: bool) -> None:
        """The time since the start, in the left margin."""
        lines = self._clock_lines(clock)
        if passed:
            self.shapes.append(sign(CLOCK, _MARGIN - 4, self.y + 1.5, 14, self.theme.ink))
        self.shapes += text(_MARGIN + 14, self.y, lines)

    def _tab(self, top: float) -> None:
        """What a loop is called, on the upper border of its frame."""
        box = self.theme.path
        lines = [bold(word, _SMALL, box.text) for word in _distinct(self.sequence.for_ever)]
        width, height = widest(lines) + 2 * _PAD, height_of(lines) + 6
        self.shapes.append(rect(self.left - 8, top, width, height, box, 6))
        self.shapes += text(self.left - 8 + _PAD, top + 3, lines)
        self.y = top + height

    def _row(self, row: Row) -> None:
        theme = self.theme
        ends = [self.x[n] for n in (*(() if row.actor is None else (row.actor,)), *row.targets)]
        span = max(ends) - min(ends) if ends else 0.0
        lines = list(self._card(row, min(max(_CARD[0], span - 60), _CARD[1])))
        clock = 22.0 if row.kind is EdgeKind.DEADLINE else 0.0
        badges = sum(chip_width(rule, _BADGE) + 5 for rule in row.rules)
        width = max(widest(lines) + clock, badges) + self.number + 2 * _PAD
        inside = height_of(lines) + (1.5 * _BADGE + 4 if row.rules else 0)
        height = max(inside, 18.0) + 1.6 * _PAD
        middle = (min(ends) + max(ends)) / 2 if ends else (self.left + self.right) / 2
        x = min(max(middle - width / 2, self.left), self.right - width)
        top = self.y
        self.shapes.append(rect(x, top, width, height, Box(theme.card, theme.dimmed, theme.ink), 6))
        self.shapes += disc(
            x + (self.number + _PAD) / 2 - 1, top + 0.8 * _PAD + 8.5, row.number, theme.path
        )
        if clock:
            side = x + width - _PAD - 15
            self.shapes.append(sign(CLOCK, side, top + 0.8 * _PAD, 15, theme.ink))
        self.y = top + 0.8 * _PAD
        self._put(x + self.number + _PAD, lines)
        side = x + self.number + _PAD
        for rule in row.rules:
            shapes, used = chip(side, self.y + 3, rule, _BADGE, theme.badge)
            self.shapes += shapes
            side += used + 5
        self.y = top + height
        if row.actor is not None:
            self._arrows(row, row.actor)
            self._states(row)

    def _card(self, row: Row, room: float) -> Iterator[Line]:
        for place, word in enumerate(_distinct(row.words)):
            size, color = (_WORDS, self.theme.ink) if place == 0 else (11.0, self.theme.faint)
            yield from wrapped(word, room, size, color)
        for detail in row.details:
            said = " · ".join(_distinct(detail))
            yield from wrapped(said, room, _SMALL, self.theme.faint)

    def _arrows(self, row: Row, actor: int) -> None:
        """From the actor to everyone whom it moves, to itself where that is nobody; a deadline is
        dashed. Where all take part alike, a head points at the first of them, too."""
        dashes = "6 4" if row.kind is EdgeKind.DEADLINE else ""
        color, start = self._color(self.sequence.lifelines[actor]), self.x[actor]
        self.y += 13
        y = self.y
        for target in row.targets:
            end, way = self.x[target], 1 if self.x[target] > start else -1
            self.shapes.append(stroke(f"M{start:g} {y:.1f} H{end - 8 * way:g}", color, 1.6, dashes))
            self.shapes.append(arrow_head(end, y, way, color))
            if row.mutual:
                self.shapes.append(arrow_head(start, y, -way, color))
        if not row.targets:
            loop = f"M{start:g} {y - 4:.1f} h26 v12 h-18"
            self.shapes.append(stroke(loop, color, 1.6, dashes))
            self.shapes.append(arrow_head(start, y + 8, -1, color))
            y, self.y = y - 4, self.y + 8
        if not row.mutual or not row.targets:
            self.shapes.append(f'<circle cx="{start:g}" cy="{y:.1f}" r="4" fill="{color}"/>')
        self.y += 8

    def _states(self, row: Row) -> None:
        """The states that change, each on its own lifeline."""
        top, lowest = self.y, self.y
        for change in row.changes:
            lines, x = self._state(change), self.x[change.lifeline]
            width, height = widest(lines) + 2 * _PAD, height_of(lines) + _PAD
            box = self.theme.final if change.final else self.theme.pending
            self.shapes.append(rect(x - width / 2, top, width, height, box, 9, 1.2))
            self.shapes += text(x, top + _PAD / 2, lines, centred=True)
            lowest = max(lowest, top + height)
        self.y = lowest

    def _state(self, change: Change) -> list[Line]:
        """`old → new` in each language, the new state in bold in the first."""
        ink = (self.theme.final if change.final else self.theme.pending).text
        found: list[Line] = []
        pairs = dict.fromkeys(zip(change.old, change.new, strict=True))
        for place, (old, new) in enumerate(pairs):
            size = _SMALL if place == 0 else _SMALL - 1
            whole = (
                Line(f"{old} → ", size, ink, new)
                if place == 0
                else Line(f"{old} → {new}", size, ink)
            )
            if whole.width <= _CHIP:
                found.append(whole)
                continue
            found += wrapped(old, _CHIP, size, ink)
            found += wrapped(f"→ {new}", _CHIP, size, ink, strong=place == 0)
        return found

    def _foot(self) -> None:
        """What follows, and what the run shows."""
        self.y += _GAP
        if self.sequence.remark:
            for place, word in enumerate(_distinct(self.sequence.remark)):
                color = self.theme.ink if place == 0 else self.theme.faint
                self._put(
                    self.left, wrapped(word, self.right - self.left, _WORDS, color, place == 0)
                )
            self.y += _GAP
        room = self.right - _MARGIN - 14
        lines = [
            line
            for place, word in enumerate(_distinct(self.sequence.conclusion))
            for line in wrapped(
                word, room, _WORDS if place == 0 else 11.0,
                self.theme.ink if place == 0 else self.theme.faint, place == 0,
            )
        ]  # fmt: skip
        if lines:
            bar = Box(self.theme.path.fill, self.theme.path.line, "")
            self.shapes.append(rect(_MARGIN, self.y, 4, height_of(lines) + 4, bar, 2, 0))
            self.y += 2
            self._put(_MARGIN + 14, lines)
            self.y += 2
