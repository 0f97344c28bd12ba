"""Small changes to a condition or a value: each gives a well typed expression that means less,
more, or the opposite."""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import (
    Apply,
    ClockRead,
    Conditional,
    Config,
    DurationType,
    Expr,
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
)
from fsm.model import ConfigVariable
from fsm.spec.intervals import ANY, Interval, before, combine, disjoint, hull, negate

_FLIPPED = {
    Op.LT: Op.LE, Op.LE: Op.LT, Op.GT: Op.GE, Op.GE: Op.GT, Op.EQ: Op.NE, Op.NE: Op.EQ,
}  # fmt: skip
_ARITHMETIC = (Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.MIN, Op.MAX)

Rebuild = Callable[[Expr], Expr]
Configuration = dict[str, tuple[Scalar, ...]]


class Change(Struct, frozen=True):
    """A part of an expression before and after, and the whole expression with it."""

    before: Expr
    after: Expr | None  # None: the part is left out
    whole: Expr


def values_of(configuration: tuple[ConfigVariable, ...]) -> Configuration:
    """The values of each switch, parameter and question."""
    return {c.name: c.values for c in configuration}


def parts_dropped(expr: Expr, joint: Op) -> Iterator[Change]:
    """Each operand of an `and` (an `or`) left out, wherever in the condition it stands."""
    for node, rebuild in _conditions(expr):
        if isinstance(node, Apply) and node.op is joint:
            parts = _flat(node, joint)
            for k, part in enumerate(parts):
                rest = [*parts[:k], *parts[k + 1 :]]
                yield Change(part, None, rebuild(_joined(joint, rest)))


def comparisons_flipped(expr: Expr, configuration: Configuration) -> Iterator[Change]:
    """`<` becomes `<=` and back, `==` becomes `!=` and back, `in` becomes `not in`."""
    for node, rebuild in _conditions(expr):
        match node:
            case Apply(op=op) if op in _FLIPPED:
                flipped: Expr = replace(node, op=_FLIPPED[op])
                if _is_open(flipped, configuration):
                    yield Change(node, flipped, rebuild(flipped))
            case InState() | OneOf():
                flipped = Apply(Op.NOT, (node,))
                yield Change(node, flipped, rebuild(flipped))


def constants_shifted(expr: Expr, configuration: Configuration, unit: int) -> Iterator[Change]:
    """Each integer constant one lower and one higher; each duration that a clock is compared with
    a `unit` (of milliseconds) shorter and longer."""
    for node, rebuild in _numbers(expr):
        timed = isinstance(node.type, DurationType)
        for step in (-1, 1):
            value = int(node.value) + step * (unit if timed else 1)
            if timed and value < 0:
                continue
            kind = DurationType() if timed else IntType(value, value)
            shifted = Literal(value, kind)
            whole = rebuild(shifted)
            if all(_is_open(part, configuration) for part, _ in _conditions(whole)):
                yield Change(node, shifted, whole)


def interval_of(expr: Expr, configuration: Configuration) -> Interval:
    """Between which bounds a number or duration lies, as far as its declarations tell."""
    match expr:
        case Literal(value=int(value)):
            return value, value
        case Read(type=IntType(low=low, high=high)) | Local(type=IntType(low=low, high=high)):
            return low, high
        case Config(name=name, type=IntType() | DurationType()):
            numbers = [int(v) for v in configuration[name]]
            return min(numbers), max(numbers)
        case Apply(op=Op.NEGATE, operands=(inner,)):
            return negate(interval_of(inner, configuration))
        case Apply(op=op, operands=(left, right)) if op in _ARITHMETIC:
            return combine(op, interval_of(left, configuration), interval_of(right, configuration))
        case Conditional(then=then, otherwise=otherwise):
            return hull(interval_of(then, configuration), interval_of(otherwise, configuration))
        case Quantified(quantifier=Quantifier.COUNT, low=first, high=last):
            return 0, max(0, last - first + 1)
        case _:
            return ANY


def _is_open(expr: Expr, configuration: Configuration) -> bool:
    """May the comparison be true as well as false? A spec may not hold one that is decided."""
    match expr:
        case Apply(op=op, operands=(left, right)) if op in _FLIPPED:
            if any(isinstance(side, ClockRead) for side in (left, right)):
                return True
            a, b = interval_of(left, configuration), interval_of(right, configuration)
            if op in (Op.EQ, Op.NE):
                return not disjoint(a, b) and not (a == b and None not in a and a[0] == a[1])
            if op in (Op.GT, Op.LE):
                a, b = b, a
            # Now it is `a < b` or its negation.
            return not before(a, b) and not before(b, a, touching=True)
        case _:
            return True


def _conditions(expr: Expr) -> Iterator[tuple[Expr, Rebuild]]:
    """The condition and every condition inside it, outermost first, each with the way to replace
    it. What copies and indices are made of is left alone."""
    yield expr, lambda new: new
    match expr:
        case Apply(operands=operands):
            for k, operand in enumerate(operands):
                yield from _inside(operand, _operand_of(expr, k))
        case Quantified(body=body):
            yield from _inside(body, lambda new: replace(expr, body=new))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from _inside(condition, lambda new: replace(expr, condition=new))
            yield from _inside(then, lambda new: replace(expr, then=new))
            yield from _inside(otherwise, lambda new: replace(expr, otherwise=new))
        case _:
            return


def _inside(part: Expr, outer: Rebuild) -> Iterator[tuple[Expr, Rebuild]]:
    for node, rebuild in _conditions(part):
        yield node, _one_after_the_other(rebuild, outer)


def _one_after_the_other(first: Rebuild, second: Rebuild) -> Rebuild:
    return lambda new: second(first(new))


def _operand_of(expr: Apply, k: int) -> Rebuild:
    before, after = expr.operands[:k], expr.operands[k + 1 :]
    return lambda new: replace(expr, operands=(*before, new, *after))


def _numbers(expr: Expr) -> Iterator[tuple[Literal, Rebuild]]:
    """The integer and duration literals among the operands, each with the way to replace it."""
    for node, rebuild in _conditions(expr):
        if isinstance(node, Literal) and isinstance(node.type, IntType | DurationType):
            yield node, rebuild


def _flat(expr: Expr, joint: Op) -> list[Expr]:
    if isinstance(expr, Apply) and expr.op is joint:
        return [part for operand in expr.operands for part in _flat(operand, joint)]
    return [expr]


def _joined(joint: Op, parts: list[Expr]) -> Expr:
    whole = parts[0]
    for part in parts[1:]:
        whole = Apply(joint, (whole, part))
    return whole
