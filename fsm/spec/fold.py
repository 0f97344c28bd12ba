"""Constant folding: what an expression is worth where no state and no configuration is read."""

from dataclasses import replace
from functools import partial

from fsm.expressions import (
    Apply,
    ArrayType,
    BoolType,
    ClockRead,
    Conditional,
    DurationType,
    Element,
    EnumType,
    Expr,
    Ghost,
    InState,
    IntType,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
    Scalar,
    Type,
    Value,
    walk,
)

_FAR = 10**18  # what grows beyond this is left as it is written

_CALCULATE = {
    Op.NOT: lambda a: not a,
    Op.NEGATE: lambda a: -a,
    Op.AND: lambda a, b: a and b,
    Op.OR: lambda a, b: a or b,
    Op.IMPLIES: lambda a, b: not a or b,
    Op.EQ: lambda a, b: a == b,
    Op.NE: lambda a, b: a != b,
    Op.LT: lambda a, b: a < b,
    Op.LE: lambda a, b: a <= b,
    Op.GT: lambda a, b: a > b,
    Op.GE: lambda a, b: a >= b,
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a // b,
    Op.MOD: lambda a, b: a % b,
    Op.MIN: min,
    Op.MAX: max,
}
_KEEPS_TYPE = (Op.NEGATE, Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.MIN, Op.MAX)


def fold(expr: Expr) -> Expr:
    """The same expression with constant parts calculated.

    What would fault (a division by zero, an index outside an array) stays as it is, so that it
    still faults when it is read, and not before. A range whose body reads nothing but its
    variables is calculated value by value: time O(size times the product of such ranges).
    """
    return _fold(expr, {})


def _fold(expr: Expr, bound: dict[str, int]) -> Expr:
    again = partial(_fold, bound=bound)
    match expr:
        case Local(name=name) if name in bound:
            return _number(bound[name])
        case Element():
            return _element(replace(expr, indices=tuple(map(again, expr.indices))))
        case Read(copy=copy, indices=indices):
            return replace(
                expr, copy=copy and again(copy), indices=tuple(map(again, indices))
            )
        case ClockRead(copy=copy) | InState(copy=copy) | Ghost(copy=copy):
            return replace(expr, copy=copy and again(copy))
        case Apply(op=op, operands=operands):
            return _apply(op, tuple(map(again, operands)))
        case OneOf(subject=subject, values=values):
            return _one_of(again(subject), tuple(map(again, values)))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            decided = again(condition)
            if isinstance(decided, Literal):
                return again(then if decided.value else otherwise)
            return Conditional(decided, again(then), again(otherwise))
        case Quantified():
            return _quantified(expr, bound)
        case _:
            return expr


def _number(value: int) -> Literal:
    return Literal(value, IntType(value, value))


def _element(expr: Element) -> Expr:
    value: Value = expr.value
    type_: Type = expr.type
    for index in expr.indices:
        if not isinstance(index, Literal) or not isinstance(value, tuple):
            return expr
        if not 0 <= int(index.value) < len(value):
            return expr
        value = value[int(index.value)]
        type_ = type_.element if isinstance(type_, ArrayType) else type_
    if isinstance(value, tuple):
        return expr
    return _number(value) if isinstance(type_, IntType) else Literal(value, type_)  # type: ignore
