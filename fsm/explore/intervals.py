"""Intervals of lowered expressions: the least and the greatest value that they may have."""

from collections.abc import Sequence
from functools import cache

from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import Node
from fsm.semantics.lowered import SlotInfo

LIMIT = 1 << 61
_TESTS = frozenset({
    Op.AND, Op.OR, Op.IMPLIES, Op.NOT, Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE,
})  # fmt: skip
Interval = tuple[int, int]


class TooLarge(Exception):
    """A value might not fit into a word."""


class Intervals:
    """The least and the greatest value that expressions may have: never too narrow."""

    def __init__(self, slots: Sequence[SlotInfo], codes: Sequence[Sequence[int]]) -> None:
        self.slots, self.codes = slots, codes
        self.of = cache(self._of)

    def inside(self, node: Node, low: int, high: int) -> bool:
        """Is the value, where there is one, surely within these bounds?"""
        try:
            least, greatest = self.of(node)
        except TooLarge:
            return False
        return low <= least and greatest <= high

    def _of(self, node: Node) -> Interval:
        low, high = self._bare(node)
        if low < -LIMIT or high > LIMIT:
            raise TooLarge
        return low, high

    def _bare(self, node: Node) -> Interval:
        inside = [self.of(part) for part in ir.parts(node)]
        match node:
            case ir.Const(value=value):
                return value, value
            case ir.Slot(index=index):
                return self.slots[index].low, self.slots[index].high
            case ir.Param(index=index):
                return min(self.codes[index]), max(self.codes[index])
            case ir.Index(stride=stride):
                return inside[0][0] * stride, inside[0][1] * stride
            case ir.Indexed(base=base, indices=indices):
                size = 1 + sum((i.length - 1) * i.stride for i in indices)
                picked = self.slots[base : base + size]
                return min(s.low for s in picked), max(s.high for s in picked)
            case ir.Pick(table=table):
                return min(table), max(table)
            case ir.Choose():
                return _union(inside[1:])
            case ir.ClockTest(unit=unit):
                return self._within(inside[0][0] * unit, inside[0][1] * unit)
            case ir.Calc(op=op) if op in _TESTS:
                return 0, 1
            case ir.Calc(op=op):
                return _calculated(op, inside)
            case ir.Within():
                return 0, 1
            case _:
                raise TooLarge

    def _within(self, low: int, high: int) -> Interval:
        if low < -LIMIT or high > LIMIT:
            raise TooLarge
        return 0, 1


def _calculated(op: Op, inside: Sequence[Interval]) -> Interval:
    (a, b), (c, d) = inside[0], inside[-1]
    match op:
        case Op.NEGATE:
            return -b, -a
        case Op.ADD:
            return sum(low for low, _ in inside), sum(high for _, high in inside)
        case Op.SUB:
            return a - d, b - c
        case Op.MUL:
            corners = (a * c, a * d, b * c, b * d)
            return min(corners), max(corners)
        case Op.DIV:
            most = max(abs(a), abs(b))
            return -most, most
        case Op.MOD if c > 0:
            return 0, d - 1
        case Op.MOD:
            most = max(abs(c), abs(d))
            return -most, most
        case Op.MIN | Op.MAX:
            best = min if op is Op.MIN else max
            return best(low for low, _ in inside), best(high for _, high in inside)
        case _:
            raise TooLarge


def _union(intervals: Sequence[Interval]) -> Interval:
    return min(low for low, _ in intervals), max(high for _, high in intervals)
