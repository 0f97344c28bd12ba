"""Lowered expressions: integers over the slots of a state; what every engine compiles.

Truth is 0 or 1, a name of an enum is its place in the type, a duration is milliseconds, a clock
counts whole units. Copies, choices, fields and quantifiers are already unfolded; configuration
is still symbolic, so that one system serves every variant.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Union

from msgspec import Struct

from fsm.expressions import Op


class LoweredFault(Exception):
    """Evaluating went wrong: (kind, subject, value); kind as in `fsm.semantics.lowered.Fault`."""


class Const(Struct, frozen=True):
    """An integer."""

    value: int


class Slot(Struct, frozen=True):
    """The value of a slot of the state."""

    index: int


class Watch(Struct, frozen=True):
    """The value of a ghost: a slot of the observer that runs beside the system."""

    index: int


class Param(Struct, frozen=True):
    """The value of a configuration variable, by its place in the spec."""

    index: int


class Index(Struct, frozen=True):
    """`value`, which must lie in 0..length-1, times `stride`; `array` names it in faults."""

    value: "Node"
    length: int
    stride: int
    array: str


class Indexed(Struct, frozen=True):
    """The slot `base` + the sum of the indices."""

    base: int
    indices: tuple[Index, ...]


class Pick(Struct, frozen=True):
    """The element of a constant table at the sum of the indices."""

    table: tuple[int, ...]
    indices: tuple[Index, ...]


class Calc(Struct, frozen=True):
    """An operator on its operands; logical ones read no further than they must."""

    op: Op
    operands: tuple["Node", ...]


class Choose(Struct, frozen=True):
    """`then` if `condition` else `otherwise`; only the chosen side is read."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


class Within(Struct, frozen=True):
    """Is the value in this set?"""

    subject: "Node"
    values: tuple[int, ...]


class ClockTest(Struct, frozen=True):
    """Compare a clock (units; a Slot or a Watch) with `bound` (milliseconds)."""

    clock: "Slot | Watch"
    op: Op
    bound: "Node"
    unit: int


Node = Union[
    Const, Slot, Watch, Param, Index, Indexed, Pick, Calc, Choose, Within, ClockTest
]  # fmt: skip

TRUE, FALSE = Const(1), Const(0)


def parts(node: Node) -> tuple[Node, ...]:
    """The direct subexpressions, left to right."""
    if isinstance(node, Const | Slot):  # most are
        return ()
    match node:
        case Calc(operands=operands):
            return operands
        case Index(value=value):
            return (value,)
        case Indexed(indices=indices) | Pick(indices=indices):
            return indices
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Within(subject=subject):
            return (subject,)
        case ClockTest(clock=clock, bound=bound):
            return (clock, bound)
        case _:
            return ()


@cache
def params(node: Node) -> frozenset[int]:
    """The configuration variables that the value depends on."""
    own = frozenset((node.index,)) if isinstance(node, Param) else frozenset()
    return own.union(*map(params, parts(node)))


@cache
def clock_tests(node: Node) -> tuple[ClockTest, ...]:
    """The comparisons of clocks in an expression, in the order of reading."""
    found, waiting = [], [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ClockTest):
            found.append(part)
        waiting.extend(reversed(parts(part)))
    return tuple(found)


def settle(node: Node, ghosts: Sequence[int]) -> Node:
    """The expression with every ghost replaced by its value, and folded."""
    return specialise(node, {}, ghosts)


def changed(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The expression with each part for which `change` gives another one replaced by that, the
    outermost first; what stands around them is kept as it is. O(size)."""
    found = change(node)
    if found is not None:
        return found

    def go(part: Node) -> Node:
        return changed(part, change)

    def at(index: Index) -> Index:
        return Index(go(index.value), index.length, index.stride, index.array)

    match node:
        case Index():
            return at(node)
        case Indexed(base=base, indices=indices):
            return Indexed(base, tuple(map(at, indices)))
        case Pick(table=table, indices=indices):
            return Pick(table, tuple(map(at, indices)))
        case Calc(op=op, operands=operands):
            return Calc(op, tuple(map(go, operands)))
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return Choose(go(condition), go(then), go(otherwise))
        case Within(subject=subject, values=values):
            return Within(go(subject), values)
        case ClockTest(clock=clock, op=op, bound=bound, unit=unit):
            return ClockTest(clock, op, go(bound), unit)
        case _:
            return node


def conjunction(*nodes: Node) -> Node:
    """All of them, folded where constants decide."""
    rest = tuple([n for n in nodes if n is not TRUE and n != TRUE])
    if FALSE in rest:
        return FALSE
    if not rest:
        return TRUE
    return rest[0] if len(rest) == 1 else Calc(Op.AND, rest)


def specialise(node: Node, values: Mapping[int, int], ghosts: Sequence[int] = ()) -> Node:
    """The expression with configuration variables replaced by `values`, ghosts by theirs (if there
    are any), and folded.

    Where folding meets a fault the expression stays as it is: it faults when it is evaluated.
    """
    if isinstance(node, Const | Slot):  # most are
        return node
    if isinstance(node, Param):
        return Const(values[node.index]) if node.index in values else node
    match node:
        case Calc(op=op, operands=operands):
            return _calc(op, tuple([specialise(x, values, ghosts) for x in operands]))
        case Watch(index=index) if ghosts:
            return Const(ghosts[index])
        case Index(value=value, length=length, stride=stride, array=array):
            return Index(specialise(value, values, ghosts), length, stride, array)
        case Indexed(base=base, indices=indices):
            return folded(Indexed(base, tuple([_index(i, values, ghosts) for i in indices])))
        case Pick(table=table, indices=indices):
            return folded(Pick(table, tuple([_index(i, values, ghosts) for i in indices])))
        case Choose(condition=condition, then=then, otherwise=otherwise):
            test = specialise(condition, values, ghosts)
            if isinstance(test, Const):
                return specialise(then if test.value else otherwise, values, ghosts)
            return Choose(
                test, specialise(then, values, ghosts), specialise(otherwise, values, ghosts)
            )
        case Within(subject=subject, values=members):
            return folded(Within(specialise(subject, values, ghosts), members))
        case ClockTest(clock=Watch(index=index), op=op, bound=bound, unit=unit) if ghosts:
            return _calc(op, (Const(ghosts[index] * unit), specialise(bound, values, ghosts)))
        case ClockTest(clock=clock, op=op, bound=bound, unit=unit):
            return ClockTest(clock, op, specialise(bound, values, ghosts), unit)
        case _:
            return node


def folded(node: Node) -> Node:
    """An expression whose parts are folded, folded itself. O(parts)."""
    match node:
        case Calc(op=op, operands=operands):
            return _calc(op, operands)
        case Indexed(base=base, indices=indices) if all(map(_settled, indices)):
            return Slot(base + sum(map(_offset, indices)))
        case Pick(table=table, indices=indices) if all(map(_settled, indices)):
            return Const(table[sum(map(_offset, indices))])
        case Choose(condition=Const(value=value), then=then, otherwise=otherwise):
            return then if value else otherwise
        case Within(subject=Const(value=value), values=members):
            return Const(int(value in members))
        case Within(values=()):
            return FALSE
        case _:
            return node


def _index(index: Index, values: Mapping[int, int], ghosts: Sequence[int]) -> Index:
    return Index(specialise(index.value, values, ghosts), index.length, index.stride, index.array)


def _settled(index: Index) -> bool:
    return isinstance(index.value, Const) and 0 <= index.value.value < index.length


def _offset(index: Index) -> int:
    assert isinstance(index.value, Const)
    return index.value.value * index.stride


def _calc(op: Op, operands: tuple[Node, ...]) -> Node:
    first = operands[0]
    if op is Op.AND or op is Op.OR:
        return _junction(op, operands)
    if op is Op.IMPLIES:
        if isinstance(first, Const):
            return operands[1] if first.value else TRUE
        return TRUE if operands[1] == TRUE else Calc(op, operands)
    numbers = [x.value for x in operands if isinstance(x, Const)]
    if len(numbers) == len(operands):
        if op in (Op.DIV, Op.MOD) and numbers[1] == 0:
            return Calc(op, operands)
        return Const(compute(op, numbers))
    return Calc(op, operands)


def _junction(op: Op, operands: tuple[Node, ...]) -> Node:
    """Drop neutral operands; cut after an absorbing one (what stands before it may fault)."""
    neutral, absorbing = (TRUE, FALSE) if op is Op.AND else (FALSE, TRUE)
    kept: list[Node] = []
    for operand in operands:
        if operand == neutral:
            continue
        if operand == absorbing and not kept:
            return absorbing
        kept.append(operand)
        if operand == absorbing:
            break
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else Calc(op, tuple(kept))


def compute(op: Op, x: list[int]) -> int:
    """The value of a strict operator on integers. Raises ZeroDivisionError."""
    match op:
        case Op.NOT:
            return 1 - x[0]
        case Op.NEGATE:
            return -x[0]
        case Op.EQ:
            return int(x[0] == x[1])
        case Op.NE:
            return int(x[0] != x[1])
        case Op.LT:
            return int(x[0] < x[1])
        case Op.LE:
            return int(x[0] <= x[1])
        case Op.GT:
            return int(x[0] > x[1])
        case Op.GE:
            return int(x[0] >= x[1])
        case Op.ADD:
            return sum(x)
        case Op.SUB:
            return x[0] - x[1]
        case Op.MUL:
            return x[0] * x[1]
        case Op.DIV:
            return x[0] // x[1]
        case Op.MOD:
            return x[0] % x[1]
        case Op.MIN:
            return min(x)
        case Op.MAX:
            return max(x)
        case _:
            raise AssertionError(op)
