"""Expressions as maps from values to diagrams: where does it have which value, or which fault?

A map is the right form here: the domains are small, every operator of the language works value by
value, and so every fault (out of range, division, index) is a set of states like any other. Bit
vectors would be shorter for wide arithmetic, which tickets do not have, and would wrap.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.fields import Field
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import Node

Wrong = tuple[str, str, int]  # kind, subject and value of a fault, as in `LoweredFault`
Cases = dict[int, Diagram]
WIDEST_PAIR = 1 << 18  # pairs of values that an operator looks at


class Meaning(Struct, frozen=True):
    """Where an expression has which value, and where it has none and why. The sets are disjoint
    and cover everything; the first fault in the order of reading counts."""

    values: Cases
    faults: dict[Wrong, Diagram] = {}


class Evaluator:
    """Reads expressions over the slots, the configuration (by place in the spec, with the code of
    each digit), and the memory of an observer."""

    def __init__(
        self,
        diagrams: Diagrams,
        slots: Sequence[Field],
        configuration: Mapping[int, tuple[Field, tuple[int, ...]]],
        memory: Sequence[Field] = (),
    ) -> None:
        self.diagrams, self.slots, self.configuration = diagrams, slots, configuration
        self.memory = memory
        self._known: dict[Node, Meaning] = {}

    def true(self, node: Node) -> Diagram:
        """Where the expression is true; a fault counts as false."""
        values = self.of(node).values
        return self.diagrams.any(where for value, where in values.items() if value)

    def of(self, node: Node) -> Meaning:
        """The meaning of an expression. O(pairs of values) operations for each operator."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._of(node)
        return found

    def _of(self, node: Node) -> Meaning:
        match node:
            case ir.Const(value=value):
                return Meaning({value: self.diagrams.true})
            case ir.Slot(index=index):
                return Meaning(self.slots[index].where())
            case ir.Watch(index=index):
                return Meaning(self.memory[index].where())
            case ir.Param(index=index):
                return Meaning(self._configured(index))
            case ir.Index(value=value, length=length, stride=stride, array=array):
                return self._checked(value, length, stride, array)
            case ir.Indexed(base=base, indices=indices):
                return self._select(base, indices, lambda place: self.slots[place].where())
            case ir.Pick(table=table, indices=indices):
                return self._select(0, indices, lambda place: {table[place]: self.diagrams.true})
            case ir.Choose(condition=condition, then=then, otherwise=otherwise):
                return self._choice(condition, then, otherwise)
            case ir.Within(subject=subject, values=members):
                inner = self.of(subject)
                return self._truth(inner, lambda value: value in members)
            case ir.ClockTest(clock=clock, op=op, bound=bound, unit=unit):
                return self._clock(clock, op, bound, unit)
            case ir.Calc(op=Op.AND | Op.OR | Op.IMPLIES as op, operands=operands):
                return self._junction(op, operands)
            case ir.Calc(op=op, operands=(only,)) if op not in (Op.ADD, Op.MIN, Op.MAX):
                inner = self.of(only)
                return self._gather(
                    [(ir.compute(op, [v]), w) for v, w in inner.values.items()], inner.faults
                )
            case ir.Calc(op=op, operands=operands):
                found = self.of(operands[0])
                for operand in operands[1:]:
                    found = self._pair(op, found, operand)
                return found

    # --- one case a kind of expression --------------------------------------------------------

    def slots_of(self, target: Node) -> Meaning:
        """The number of the slot that an assignment or a reset names."""
        if isinstance(target, ir.Slot):
            return Meaning({target.index: self.diagrams.true})
        assert isinstance(target, ir.Indexed)
        return self._sum(target.base, target.indices)

    def _configured(self, place: int) -> Cases:
        field, codes = self.configuration[place]
        cases: Cases = {}
        for digit, code in enumerate(codes):
            cases[code] = cases.get(code, self.diagrams.false) | field.value(digit)
        return cases

    def _checked(self, value: Node, length: int, stride: int, array: str) -> Meaning:
        inner = self.of(value)
        inside = {v * stride: w for v, w in inner.values.items() if 0 <= v < length}
        faults = dict(inner.faults)
        for v, w in inner.values.items():
            if not 0 <= v < length:
                self._blame(faults, ("index", array, v), w)
        return Meaning(inside, faults)

    def _sum(self, base: int, indices: tuple[ir.Index, ...]) -> Meaning:
        found = Meaning({base: self.diagrams.true})
        for index in indices:
            found = self._pair(Op.ADD, found, index)
        return found

    def _select(
        self, base: int, indices: tuple[ir.Index, ...], cell: Callable[[int], Cases]
    ) -> Meaning:
        places = self._sum(base, indices)
        pairs = [
            (value, here & where)
            for place, here in places.values.items()
            for value, where in cell(place).items()
        ]
        return self._gather(pairs, places.faults)

    def _choice(self, condition: Node, then: Node, otherwise: Node) -> Meaning:
        test = self.of(condition)
        pairs: list[tuple[int, Diagram]] = []
        faults = dict(test.faults)
        for side, wanted in ((then, True), (otherwise, False)):
            here = self.diagrams.any(w for v, w in test.values.items() if bool(v) is wanted)
            if here != self.diagrams.false:
                self._within(self.of(side), here, pairs, faults)
        return self._gather(pairs, faults)

    def _junction(self, op: Op, operands: tuple[Node, ...]) -> Meaning:
        """And, or, implies: an operand is read only where those before it leave it open."""
        goes_on = op is not Op.OR
        left = self.diagrams.true
        faults: dict[Wrong, Diagram] = {}
        decided = self.diagrams.false
        for k, operand in enumerate(operands):
            inner = self.of(operand)
            for wrong, where in inner.faults.items():
                self._blame(faults, wrong, where & left)
            truth = self.diagrams.any(w for v, w in inner.values.items() if v)
            falsehood = self.diagrams.any(w for v, w in inner.values.items() if not v)
            if op is Op.IMPLIES and k == 1:
                decided, left = decided | left & truth, left & falsehood
                break
            decided |= left & (falsehood if goes_on else truth)
            left &= truth if goes_on else falsehood
            if left == self.diagrams.false:
                break
        one, zero = (left, decided) if op is Op.AND else (decided, left)
        return self._gather([(1, one), (0, zero)], faults)

    def _clock(self, clock: Node, op: Op, bound: Node, unit: int) -> Meaning:
        where, limit = self.of(clock).values, self.of(bound)
        pairs = []
        for value, here in limit.values.items():
            late = self.diagrams.any(
                w for v, w in where.items() if ir.compute(op, [v * unit, value])
            )
            pairs += [(1, here & late), (0, here & ~late)]
        return self._gather(pairs, limit.faults)

    def _pair(self, op: Op, left: Meaning, right: Node) -> Meaning:
        other = self.of(right)
        if len(left.values) * len(other.values) > WIDEST_PAIR:
            raise UsageError(
                "F693",
                f"an expression combines {len(left.values)} with {len(other.values)} values; the "
                f"symbolic engine looks at no more than {WIDEST_PAIR} pairs",
                "give the variables smaller ranges, or leave out --engine symbolic",
            )
        pairs: list[tuple[int, Diagram]] = []
        faults = dict(left.faults)
        valued = self.diagrams.any(left.values.values()) if other.faults else None
        for wrong, where in other.faults.items():
            self._blame(faults, wrong, where & valued)
        for b, there in other.values.items():
            if b == 0 and op in (Op.DIV, Op.MOD):
                here = self.diagrams.any(left.values.values())
                self._blame(faults, ("division", "", 0), here & there)
            else:
                pairs += [(ir.compute(op, [a, b]), here & there) for a, here in left.values.items()]
        return self._gather(pairs, faults)

    # --- what is common -----------------------------------------------------------------------

    def _truth(self, inner: Meaning, test: Callable[[int], bool]) -> Meaning:
        pairs = [(int(test(value)), where) for value, where in inner.values.items()]
        return self._gather(pairs, inner.faults)

    def _within(
        self, inner: Meaning, here: Diagram, pairs: list[tuple[int, Diagram]],
        faults: dict[Wrong, Diagram],
    ) -> None:  # fmt: skip
        pairs += [(value, where & here) for value, where in inner.values.items()]
        for wrong, where in inner.faults.items():
            self._blame(faults, wrong, where & here)

    def _gather(self, pairs: list[tuple[int, Diagram]], faults: dict[Wrong, Diagram]) -> Meaning:
        by_value: dict[int, list[Diagram]] = {}
        for value, where in pairs:
            if where != self.diagrams.false:
                by_value.setdefault(value, []).append(where)
        return Meaning({v: self.diagrams.any(parts) for v, parts in by_value.items()}, faults)

    def _blame(self, faults: dict[Wrong, Diagram], wrong: Wrong, where: Diagram) -> None:
        if where != self.diagrams.false:
            faults[wrong] = faults.get(wrong, self.diagrams.false) | where
