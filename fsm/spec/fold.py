"""Constant folding: what an expression is worth where no state and no configuration is read."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from fsm.expressions import (
    TRUE,
    Apply,
    ArrayType,
    BoolType,
    ClockRead,
    Conditional,
    Config,
    DurationType,
    Element,
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

_CALCULATE: dict[Op, Callable[..., Any]] = {
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
            return replace(expr, copy=copy and again(copy), indices=tuple(map(again, indices)))
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
    return _literal(value, type_)


def _literal(value: Scalar, type_: Type) -> Literal:
    if isinstance(type_, IntType):
        return _number(int(value))
    return Literal(value, type_)


def _apply(op: Op, operands: tuple[Expr, ...]) -> Expr:
    first = operands[0]
    if len(operands) == 2 and op in (Op.AND, Op.OR, Op.IMPLIES):
        return _logic(op, first, operands[1])
    known = [operand for operand in operands if isinstance(operand, Literal)]
    if len(known) < len(operands):
        return Apply(op, operands)
    values = [literal.value for literal in known]
    if op in (Op.DIV, Op.MOD) and values[1] == 0:
        return Apply(op, operands)
    result = _CALCULATE[op](*values)
    if op not in _KEEPS_TYPE:
        return Literal(bool(result), BoolType())
    if abs(result) > _FAR:
        return Apply(op, operands)
    times = any(isinstance(literal.type, DurationType) for literal in known)
    return _literal(int(result), DurationType() if times else IntType())


def _logic(op: Op, left: Expr, right: Expr) -> Expr:
    """A right side that is not read, because the left one decides, may be dropped; a left one
    may not, for it may fault."""
    if isinstance(left, Literal):
        if op is Op.IMPLIES:
            return right if left.value else TRUE
        return left if bool(left.value) is (op is Op.OR) else right
    if isinstance(right, Literal) and op is not Op.IMPLIES and bool(right.value) is (op is Op.AND):
        return left
    return Apply(op, (left, right))


def _one_of(subject: Expr, values: tuple[Expr, ...]) -> Expr:
    known = [value for value in values if isinstance(value, Literal)]
    if isinstance(subject, Literal) and len(known) == len(values):
        return Literal(subject.value in [value.value for value in known], BoolType())
    return OneOf(subject, values)


def _quantified(expr: Quantified, bound: dict[str, int]) -> Expr:
    body = _fold(expr.body, bound)
    if not _reads_only(body, {*bound, expr.variable}):
        return replace(expr, body=body)
    results: list[Scalar] = []
    for value in range(expr.low, expr.high + 1):
        worth = _fold(body, {**bound, expr.variable: value})
        if not isinstance(worth, Literal):
            return replace(expr, body=body)
        results.append(worth.value)
    match expr.quantifier:
        case Quantifier.ALL:
            return Literal(all(results), BoolType())
        case Quantifier.ANY:
            return Literal(any(results), BoolType())
        case Quantifier.COUNT:
            return _number(sum(bool(result) for result in results))
        case Quantifier.SUM:
            return _number(sum(int(result) for result in results))


def _reads_only(expr: Expr, names: set[str]) -> bool:
    """Are constants and these bound names (or those of inner ranges) all that is read?"""
    parts = walk(expr)
    inner = names | {part.variable for part in parts if isinstance(part, Quantified)}
    return all(
        part.name in inner
        if isinstance(part, Local)
        else not isinstance(part, Read | ClockRead | InState | Ghost | Config)
        for part in parts
    )
