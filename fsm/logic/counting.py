"""How far an event must be counted for a formula to be decided exactly."""

from fsm.errors import UsageError
from fsm.expressions import (
    Apply,
    Config,
    Expr,
    Ghost,
    GhostKind,
    IntType,
    Literal,
    Local,
    Op,
    Read,
    children,
    walk,
)  # fmt: skip
from fsm.semantics.lower_expressions import Lowering

_COMPARISONS = {Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE}


def count_limit(formula: Expr, event: str, lowering: Lowering) -> int:
    """The largest number that counts of the event are compared with.

    A count, or a sum of counts, must stand beside something bounded and without counts.
    Raises `UsageError` F608 otherwise.
    """
    limit = 0
    for node in walk(formula):
        if isinstance(node, Apply) and node.op in _COMPARISONS:
            left, right = node.operands
            if _counts(left, event):
                limit = max(limit, _beside(left, right, lowering))
            if _counts(right, event):
                limit = max(limit, _beside(right, left, lowering))
        elif _holds_count(node) and not (isinstance(node, Apply) and node.op is Op.ADD):
            raise _unbounded()
    return limit


def _holds_count(node: Expr) -> bool:
    return any(isinstance(c, Ghost) and c.kind is GhostKind.COUNT for c in children(node))


def _counts(expr: Expr, event: str) -> bool:
    return any(
        isinstance(n, Ghost) and n.kind is GhostKind.COUNT and n.event == event for n in walk(expr)
    )


def _beside(counting: Expr, other: Expr, lowering: Lowering) -> int:
    sums = all(
        isinstance(n, Ghost | Literal | Local) or (isinstance(n, Apply) and n.op is Op.ADD)
        for n in walk(counting)
    )
    if not sums or any(isinstance(n, Ghost) for n in walk(other)):
        raise _unbounded()
    return max(0, _upper(other, lowering))


def _upper(expr: Expr, lowering: Lowering) -> int:
    match expr:
        case Literal(value=int() as value):
            return value
        case Config(name=name):
            return max(lowering.codes[lowering.params[name]])
        case Read(type=IntType(high=int() as high)) | Local(type=IntType(high=int() as high)):
            return high
        case Apply(op=Op.ADD, operands=(left, right)):
            return _upper(left, lowering) + _upper(right, lowering)
        case _:
            raise _unbounded()


def _unbounded() -> UsageError:
    return UsageError(
        "F608",
        "a count is compared with something that has no bound",
        "compare it with a number, a variable or a parameter: count(refund) <= 1",
    )
