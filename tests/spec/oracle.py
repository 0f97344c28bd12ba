"""What expressions are worth, in the plainest way: an oracle for folding and for ranges."""

import operator
from collections.abc import Mapping

from fsm.expressions import (
    Apply,
    Conditional,
    Config,
    Element,
    Expr,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
)

_PLAIN = {
    Op.NOT: operator.not_,
    Op.NEGATE: operator.neg,
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.ADD: operator.add,
    Op.SUB: operator.sub,
    Op.MUL: operator.mul,
    Op.DIV: operator.floordiv,
    Op.MOD: operator.mod,
    Op.MIN: min,
    Op.MAX: max,
}


def worth(expr: Expr, world: Mapping[str, object]) -> object:
    """The value; ArithmeticError or LookupError where the expression faults."""
    match expr:
        case Literal(value=value):
            return value
        case Local(name=name) | Config(name=name) | Read(variable=name):
            return world[name]
        case Element(value=value, indices=indices):
            found: object = value
            for index in indices:
                assert isinstance(found, tuple)
                found = found[worth(index, world)]  # type: ignore[call-overload]
            return found
        case Apply(op=Op.AND, operands=(left, right)):
            return worth(left, world) and worth(right, world)
        case Apply(op=Op.OR, operands=(left, right)):
            return worth(left, world) or worth(right, world)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            return not worth(left, world) or worth(right, world)
        case Apply(op=op, operands=operands):
            return _PLAIN[op](*[worth(x, world) for x in operands])  # type: ignore[operator]
        case OneOf(subject=subject, values=values):
            return worth(subject, world) in [worth(value, world) for value in values]
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return worth(then if worth(condition, world) else otherwise, world)
        case Quantified(quantifier=kind, variable=name, low=low, high=high, body=body):
            values = [worth(body, {**world, name: i}) for i in range(low, high + 1)]
            results = {Quantifier.ALL: all, Quantifier.ANY: any}
            return results.get(kind, sum)(values)  # type: ignore[operator]
        case _:
            raise AssertionError(expr)
