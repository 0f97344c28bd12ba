"""What expressions are worth, in the plainest way: an oracle for folding and for ranges."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

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

_PLAIN: dict[Op, Callable[..., Any]] = {
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


def worth(expr: Expr, world: Mapping[str, int | str]) -> Any:
    """The value; ArithmeticError or LookupError where the expression faults."""
    match expr:
        case Literal(value=value):
            return value
        case Local(name=name) | Config(name=name) | Read(variable=name):
            return world[name]
        case Element(value=value, indices=indices):
            found: Any = value
            for index in indices:
                found = found[worth(index, world)]
            return found
        case Apply(op=Op.AND, operands=(left, right)):
            return worth(left, world) and worth(right, world)
        case Apply(op=Op.OR, operands=(left, right)):
            return worth(left, world) or worth(right, world)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            return not worth(left, world) or worth(right, world)
        case Apply(op=op, operands=operands):
            return _PLAIN[op](*[worth(x, world) for x in operands])
        case OneOf(subject=subject, values=values):
            return worth(subject, world) in [worth(value, world) for value in values]
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return worth(then if worth(condition, world) else otherwise, world)
        case Quantified(quantifier=kind, variable=name, low=low, high=high, body=body):
            results = [int(worth(body, {**world, name: i})) for i in range(low, high + 1)]
            if kind is Quantifier.ALL:
                return 0 not in results
            return any(results) if kind is Quantifier.ANY else sum(results)
        case _:
            raise AssertionError(expr)
