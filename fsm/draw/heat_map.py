"""For which values of one or two constants a property holds, as a map of coloured cells.

Each region has a letter, on the map and in the legend, and what does not hold is hatched as well:
nothing is told by colour alone. A ring marks the values of the spec.
"""

from collections.abc import Iterator
from html import escape

from fsm.draw.sequence_shapes import (
    FONTS,
    Line,
    chip,
    chip_width,
    height_of,
    rect,
    stroke,
    text,
    wrapped,
)
from fsm.draw.stamp import Stamp, digest, says
from fsm.draw.theme import THEMES, Box
from fsm.report.labels import Labels
from fsm.report.solution import Sayings
from fsm.solve.lattice import Axis, Point
from fsm.solve.solution import Region, Solution, Status

_TITLE, _WORDS, _SMALL = 16.0, 12.5, 10.5  # sizes of letters, in points
_MARGIN, _PLOT, _NARROWEST = 24.0, 480.0, 480.0
_CELL = (4.0, 34.0)  # the least and the largest width of a cell
_MOST_REGIONS = 12  # that the legend tells one by one


def heat_map_svg(solution: Solution, labels: Labels, theme: str = "light") -> str:
    """The picture as SVG text, its hash in a comment. Complexity: linear in points and words.

    The first name runs to the right, the second upwards. `theme` is light, dark or print.
    """
    svg = _Map(solution, labels, theme).svg()
    head, _, rest = svg.partition("\n")
    return f"{head}\n<!-- {says(Stamp(digest(svg), 'fsm'))} -->\n{rest}"


class _Map:
    def __init__(self, solution: Solution, labels: Labels, theme: str) -> None:
        self.solution, self.theme = solution, THEMES[theme]
        self.say = Sayings(solution, labels)
        self.across, *more = solution.lattice.axes
        self.up = more[0] if more else Axis("", (0,))
        longest = max(len(self.across.values), len(self.up.values))
        self.cell = min(max(_PLOT / longest, _CELL[0]), _CELL[1])
        self.width = self.cell * len(self.across.values)
        self.height = self.cell * len(self.up.values)
        if not more:
            self.height = max(self.height, 34.0)
        self.row = self.height / len(self.up.values)
        ticks = [self._tick(self.up, value) for value in self.up.values] if more else []
        self.left = _MARGIN + max((line.width for line in ticks), default=0.0) + 10
        self.right = max(self.left + self.width, _NARROWEST)
        self.shapes: list[str] = []
        self.y = _MARGIN

    def svg(self) -> str:
        head = self.say.head()
        room = self.right - _MARGIN
        self._put(wrapped(head, room, _TITLE, self.theme.ink, strong=True))
        for term in self.say.terms():
            self._put(wrapped(term, room, _WORDS, self.theme.ink))
        self.y += 10
        if len(self.solution.lattice.axes) > 1:
            self._put(wrapped(f"↑ {self.up.name}", room, _WORDS, self.theme.ink, strong=True))
            self.y += 4
        self._cells()
        self._ticks()
        name = wrapped(f"{self.across.name} →", room, _WORDS, self.theme.ink, strong=True)
        self._put(name)
        self.y += 12
        self._legend()
        width, height = f"{self.right + _MARGIN:.0f}", f"{self.y + _MARGIN:.0f}"
        said = " ".join([head, *self.say.terms()])
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" font-family="{FONTS}" '
            'aria-labelledby="title">',
            f'<title id="title">{escape(said, quote=False)}</title>',
            f'<rect width="{width}" height="{height}" fill="{self.theme.page}"/>',
            *self.shapes, "</svg>", "",
        ])  # fmt: skip

    def _put(self, lines: list[Line], x: float = _MARGIN) -> None:
        self.shapes += text(x, self.y, lines)
        self.y += height_of(lines)

    # --- the map ------------------------------------------------------------------------------

    def _box(self, status: Status) -> Box:
        theme = self.theme
        return {
            Status.HOLDS: theme.final, Status.SOME: theme.pending, Status.FAILS: theme.trap,
            Status.UNDECIDED: theme.badge, Status.WRONG: theme.badge,
        }[status]  # fmt: skip

    def _point(self, column: int, row: int) -> Point:
        values = (self.across.values[column], self.up.values[row])
        return values[: len(self.solution.lattice.axes)]

    def _corner(self, column: int, row: int) -> tuple[float, float]:
        """The upper left corner of a cell; row 0 is the lowest."""
        return self.left + column * self.cell, self.y + self.height - (row + 1) * self.row

    def _cells(self) -> None:
        of = {point: k for k, r in enumerate(self.solution.regions) for point in r.points}
        columns, rows = range(len(self.across.values)), range(len(self.up.values))
        whose = {(c, r): of[self._point(c, r)] for c in columns for r in rows}
        for row in rows:
            start = 0
            for column in columns:
                if whose.get((column + 1, row)) != whose[column, row]:  # the run of a region ends
                    x, y = self._corner(start, row)
                    width = (column + 1 - start) * self.cell
                    self._run(self.solution.regions[whose[column, row]].status, x, y, width)
                    start = column + 1
        lines = []
        for (column, row), number in whose.items():
            x, y = self._corner(column, row)
            if whose.get((column + 1, row), number) != number:
                lines.append(f"M{x + self.cell:.1f} {y:.1f} v{self.row:.1f}")
            if whose.get((column, row + 1), number) != number:
                lines.append(f"M{x:.1f} {y:.1f} h{self.cell:.1f}")
        if lines:
            self.shapes.append(stroke(" ".join(lines), self.theme.ink, 1.6))
        frame = Box("none", self.theme.line, "")
        self.shapes.append(rect(self.left, self.y, self.width, self.height, frame))
        self._own()
        for number, region in enumerate(self.solution.regions[:_MOST_REGIONS]):
            self._letter(number, [place for place, k in whose.items() if k == number], region)
        self.y += self.height

    def _run(self, status: Status, x: float, y: float, width: float) -> None:
        box = self._box(status)
        self.shapes.append(rect(x, y, width, self.row, Box(box.fill, "", ""), 0, 0))
        if status is not Status.HOLDS:
            path = " ".join(_hatched(x, y, width, self.row, double=status is Status.UNDECIDED))
            self.shapes.append(stroke(path, box.line, 0.6))

    def _own(self) -> None:
        """A ring around the values of the spec."""
        own = [axis.own for axis in self.solution.lattice.axes]
        axes = self.solution.lattice.axes
        if all(v in axis.values for axis, v in zip(axes, own, strict=True)):
            places = [a.values.index(v) for a, v in zip(axes, own, strict=True) if v is not None]
            x, y = self._corner(places[0], places[1] if len(places) > 1 else 0)
            self.shapes.append(
                f'<circle cx="{x + self.cell / 2:.1f}" cy="{y + self.row / 2:.1f}" r="5" '
                f'fill="none" stroke="{self.theme.ink}" stroke-width="2"/>'
            )

    def _letter(self, number: int, places: list[tuple[int, int]], region: Region) -> None:
        """The letter of a region at the cell nearest to its middle."""
        middle = [sum(p[k] for p in places) / len(places) for k in (0, 1)]
        column, row = min(
            places, key=lambda p: ((p[0] - middle[0]) ** 2 + (p[1] - middle[1]) ** 2, p)
        )
        x, y = self._corner(column, row)
        letter, box = chr(ord("A") + number), self._box(region.status)
        left = x + self.cell / 2 - chip_width(letter, 11) / 2
        self.shapes += chip(left, y + self.row / 2 - 8, letter, 11,
                            Box(self.theme.card, box.line, self.theme.ink))[0]  # fmt: skip

    def _tick(self, axis: Axis, value: int) -> Line:
        return Line(self.say.value(axis, value), _SMALL, self.theme.faint)

    def _ticks(self) -> None:
        """As many values at the axes as there is room for."""
        lines = [self._tick(self.across, value) for value in self.across.values]
        every = 1 + int((max(line.width for line in lines) + 8) / self.cell)
        for column in range(0, len(lines), every):
            x = self.left + (column + 0.5) * self.cell
            self.shapes.append(stroke(f"M{x:.1f} {self.y:.1f} v4", self.theme.line))
            self.shapes += text(x, self.y + 5, [lines[column]], centred=True)
        if len(self.solution.lattice.axes) > 1:
            every = 1 + int(16 / self.row)
            for row in range(0, len(self.up.values), every):
                line = self._tick(self.up, self.up.values[row])
                y = self.y - (row + 0.5) * self.row
                self.shapes.append(stroke(f"M{self.left:.1f} {y:.1f} h-4", self.theme.line))
                self.shapes += text(self.left - 7 - line.width, y - 7.5, [line])
        self.y += 24

    # --- the legend ---------------------------------------------------------------------------

    def _legend(self) -> None:
        for number, region in enumerate(self.solution.regions[:_MOST_REGIONS]):
            box = self._box(region.status)
            self._swatch(region.status)
            letter = Box(self.theme.card, box.line, self.theme.ink)
            self.shapes += chip(_MARGIN + 28, self.y, chr(ord("A") + number), 11, letter)[0]
            x = _MARGIN + 54
            room = self.right - x
            said = f"{self.say.status(region)} · {self.say.count(region)}"
            self._put(wrapped(said, room, _WORDS, self.theme.ink, strong=True), x)
            for where in self.say.where(region)[:3]:
                self._put(wrapped(where, room, _SMALL, self.theme.faint), x)
            self.y += 6
        own = self.say.own()
        if own:
            ring = self.y + 8
            self.shapes.append(
                f'<circle cx="{_MARGIN + 11:.1f}" cy="{ring:.1f}" r="5" fill="none" '
                f'stroke="{self.theme.ink}" stroke-width="2"/>'
            )
            self._put(wrapped(own, self.right - _MARGIN - 54, _SMALL, self.theme.ink), _MARGIN + 54)
            self.y += 4

    def _swatch(self, status: Status) -> None:
        keep, self.row = self.row, 16.0
        self._run(status, _MARGIN, self.y, 22)
        self.row = keep
        frame = Box("none", self.theme.line, "")
        self.shapes.append(rect(_MARGIN, self.y, 22, 16, frame, 0, 0.8))


def _hatched(x: float, y: float, width: float, height: float, *, double: bool) -> Iterator[str]:
    """Lines of 45 degrees, 7 points apart, that continue from one rectangle to the next."""
    for way in (1, -1) if double else (1,):
        # On such a line x + way * y is constant.
        low = x + min(way * y, way * (y + height))
        high = x + width + max(way * y, way * (y + height))
        place = low - low % 7 + 7
        while place < high:
            ends = sorted(
                (px, py)
                for px, py in (
                    (x, way * (place - x)), (x + width, way * (place - x - width)),
                    (place - way * y, y), (place - way * (y + height), y + height),
                )
                if x - 1e-6 <= px <= x + width + 1e-6 and y - 1e-6 <= py <= y + height + 1e-6
            )  # fmt: skip
            if ends and ends[0] != ends[-1]:
                (ax, ay), (bx, by) = ends[0], ends[-1]
                yield f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}"
            place += 7
