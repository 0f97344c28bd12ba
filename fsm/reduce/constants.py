"""Which values an expression can take that reads no state: literals, configuration, bound names."""

from collections.abc import Mapping, Sequence
from itertools import product

from msgspec import Struct

from fsm.expressions import (
    Apply,
    Conditional,
    Config,
    Element,
    Expr,
    Literal,
    Local,
    Op,
    Type,
    Value,
)  # fmt: skip
from fsm.semantics.ir import compute
from fsm.semantics.layout import encode, shape

MOST = 1_000  # values of one expression; with more, it counts as computed
_ARITHMETIC = (Op.NEGATE, Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.MIN, Op.MAX)


class Carrier(Struct, frozen=True):
    """Something that holds a value chosen elsewhere: a variable (all of an array's elements and
    all copies together), a field of an event, or a value that a transition chooses.

    `owner` is "" for a variable, the event for a field, `machine:number` for a choice.
    """

    owner: str
    name: str


Names = Mapping[str, Carrier | frozenset[int]]  # what local names stand for


def codes_of(value: Value, type_: Type) -> frozenset[int]:
    """The codes of a scalar, or of all elements of an array."""
    if isinstance(value, tuple):
        return frozenset[int]().union(*(codes_of(inner, type_) for inner in value))
    return frozenset((encode(value, type_),))


def leaves(expr: Expr) -> list[Expr]:
    """The expressions that the value is one of: `if … then a else b` is `a` or `b`."""
    if isinstance(expr, Conditional):
        return [*leaves(expr.then), *leaves(expr.otherwise)]
    return [expr]


def constants(
    expr: Expr, names: Names, codes: Mapping[str, Sequence[int]]
) -> frozenset[int] | None:
    """The codes that the expression can have, or a few more; None where it reads the state, or
    has more than `MOST`.

    `codes` gives those of each configuration variable.
    """
    match expr:
        case Literal(value=value, type=type_):
            found = codes_of(value, type_)
        case Element(value=table, type=type_):
            found = codes_of(table, shape(type_)[1])
        case Config(name=name):
            found = frozenset(codes[name])
        case Local(name=name):
            known = names.get(name)
            if not isinstance(known, frozenset):
                return None
            found = known
        case Conditional(then=then, otherwise=otherwise):
            sides = [constants(side, names, codes) for side in (then, otherwise)]
            if None in sides:
                return None
            found = frozenset[int]().union(*(s for s in sides if s is not None))
        case Apply(op=op, operands=operands) if op in _ARITHMETIC:
            return _computed(op, operands, names, codes)
        case _:
            return None
    return found if len(found) <= MOST else None


def _computed(
    op: Op, operands: tuple[Expr, ...], names: Names, codes: Mapping[str, Sequence[int]]
) -> frozenset[int] | None:
    parts = []
    for operand in operands:
        values = constants(operand, names, codes)
        if values is None:
            return None
        parts.append(values)
    found = set()
    for numbers in product(*parts):
        if not (op in (Op.DIV, Op.MOD) and numbers[1] == 0):  # a fault, and no value
            found.add(compute(op, list(numbers)))
        if len(found) > MOST:
            return None
    return frozenset(found)
