"""Guards over clocks that may have any value: a condition as the boxes in which it is true.

The comparisons in a condition cut the values of each clock into intervals; on a product of them, a
*cell*, no comparison changes. So the condition is read once in each cell, with any values from
inside, by the very function that whole-unit engines use; whatever stands around the comparisons
(`or`, `not`, arithmetic, faults) keeps its meaning.
Complexity: the product of the intervals, for each distinct state; guards compare one or two clocks.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import cast

from msgspec import Struct

from fsm.explore.emit import Values, watching
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import LoweredFault, Node
from fsm.timed.boxes import ALWAYS, Box, Where, gathered, joined, meet
from fsm.timed.dbm import opposite, strict, weak

Reading = tuple[tuple[int, int], ...]  # values for slots: inside a cell, one for each clock


class Cell(Struct, frozen=True):
    """A box in which no comparison changes, and values from inside for the slots of the state and
    for the ghosts of the observer."""

    box: Box
    slots: Reading
    ghosts: Reading


class Numbering(Struct, frozen=True):
    """The numbers of clocks in boxes: slot k of the state is k + 1, ghost k of the observer comes
    after all slots."""

    slots: int

    def of(self, clock: ir.Slot | ir.Watch) -> int:
        """The number of a clock."""
        return clock.index + 1 + (self.slots if isinstance(clock, ir.Watch) else 0)


def comparison(test: ir.ClockTest) -> tuple[Op, int]:
    """The operator and the bound, in units, of a comparison without configuration."""
    assert isinstance(test.bound, ir.Const), "validated: bounds are known in each variant"
    units, rest = divmod(test.bound.value, test.unit)
    assert not rest, "the unit divides every duration"
    return test.op, units


def cells(tests: Iterable[ir.ClockTest], numbering: Numbering) -> tuple[Cell, ...]:
    """All cells of these comparisons; one without bounds where there are none."""
    cuts: dict[ir.Slot | ir.Watch, set[int]] = {}
    for test in tests:
        op, units = comparison(test)
        mine = cuts.setdefault(test.clock, set())
        if op in (Op.LT, Op.GE, Op.EQ, Op.NE) and units > 0:
            mine.add(strict(units))
        if op in (Op.LE, Op.GT, Op.EQ, Op.NE) and units >= 0:
            mine.add(weak(units))
    clocks = [clock for clock, bounds in cuts.items() if bounds]
    intervals = [list(_intervals(numbering.of(c), sorted(cuts[c]))) for c in clocks]
    found = []
    for choice in product(*intervals):
        box: Box | None = ALWAYS
        for piece, _ in choice:
            assert box is not None
            box = meet(box, piece)
        assert box is not None, "intervals of different clocks meet"
        # Rationals compare and add like the integers that readers of a state expect.
        values = [(c, cast(int, value)) for c, (_, value) in zip(clocks, choice, strict=True)]
        found.append(
            Cell(
                box,
                tuple((c.index, v) for c, v in values if isinstance(c, ir.Slot)),
                tuple((c.index, v) for c, v in values if isinstance(c, ir.Watch)),
            )
        )
    return tuple(found)


def _intervals(clock: int, cuts: Sequence[int]) -> Iterable[tuple[Box, Fraction]]:
    """The intervals between bounds from above, in order, each with a value from inside."""
    lower: int | None = None  # the bound that the interval starts beyond
    for upper in (*cuts, None):
        below = () if lower is None else ((0, clock, opposite(lower)),)
        above = () if upper is None else ((clock, 0, upper),)
        low = Fraction(0) if lower is None else Fraction(lower >> 1)
        value = low
        if lower is not None and lower & 1:  # starts just above
            value = low + 1 if upper is None else (low + (upper >> 1)) / 2
        yield (*below, *above), value
        lower = upper


def replaced(values: Values, reading: Reading) -> Values:
    """The state with values from inside a cell."""
    if not reading:
        return values
    new = list(values)
    for place, value in reading:
        new[place] = value
    return tuple(new)


class Guard:
    """A condition over states, clocks and ghosts, for a family of variants."""

    def __init__(self, node: Node, variants: Variants, numbering: Numbering) -> None:
        self._cases = [
            (mask, cells(ir.clock_tests(special), numbering), watching(special))
            for mask, special in variants.cases(node)
            if special != ir.FALSE
        ]

    def true(self, state: Values, ghosts: Values = ()) -> Where:
        """Where it is true. What faults is not true."""
        return self._read(state, ghosts)[0]

    def read(self, state: Values, ghosts: Values) -> tuple[Where, Where]:
        """Where it is true, and where it has no value."""
        return self._read(state, ghosts)

    def _read(self, state: Values, ghosts: Values) -> tuple[Where, Where]:
        found: Where = []
        faulty: Where = []
        for mask, parts, test in self._cases:
            true: list[Box] = []
            for cell in parts:
                try:
                    if test(replaced(state, cell.slots), replaced(ghosts, cell.ghosts)):
                        true.append(cell.box)
                except (LoweredFault, ZeroDivisionError):
                    faulty.append((mask, cell.box))
            if len(true) == len(parts):
                true = [ALWAYS]
            elif len(true) > 1:
                true = joined(true)
            found += [(mask, box) for box in true]
        return gathered(found), faulty
