"""When a lowered expression has a value, as an expression that always has one.

So generated code needs no exceptions: it asks first, and reads what has a value.
"""

from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import FALSE, TRUE, Node, conjunction, folded


def defined(node: Node) -> Node:
    """True where evaluating `node` meets no division by zero and no index outside its array.

    Operands that are not read need no value: `and`, `or`, `->` and `if` stop as they do when they
    are evaluated. The result itself may be read everywhere. O(size).
    """
    if isinstance(node, ir.Const | ir.Slot):  # most are
        return TRUE
    match node:
        case ir.Index(value=value, length=length):
            known = value.value if isinstance(value, ir.Const) else None
            if known is not None:
                return TRUE if 0 <= known < length else FALSE
            inside = (
                ir.Calc(Op.GE, (value, ir.Const(0))),
                ir.Calc(Op.LT, (value, ir.Const(length))),
            )
            return conjunction(defined(value), *inside)
        case ir.Choose(condition=condition, then=then, otherwise=otherwise):
            return conjunction(defined(condition), _chosen(condition, then, otherwise))
        case ir.Calc(op=Op.AND | Op.OR | Op.IMPLIES as op, operands=operands):
            return _in_turn(op, operands)
        case ir.Calc(op=Op.DIV | Op.MOD, operands=(left, right)):
            if isinstance(right, ir.Const):
                return FALSE if right.value == 0 else defined(left)
            nonzero = ir.Calc(Op.NE, (right, ir.Const(0)))
            return conjunction(defined(left), defined(right), nonzero)
        case _:
            return conjunction(*map(defined, ir.parts(node)))


def pruned(node: Node) -> Node:
    """An expression that always has a value, without parts that make no difference: `p and false`
    is false, which `fsm.semantics.ir.specialise` leaves alone, since `p` might fault."""
    match node:
        case ir.Calc(op=Op.AND | Op.OR as op, operands=operands):
            neutral, absorbing = (TRUE, FALSE) if op is Op.AND else (FALSE, TRUE)
            done = [part for part in map(pruned, operands) if part != neutral]
            if absorbing in done or not done:
                return absorbing if done else neutral
            return done[0] if len(done) == 1 else ir.Calc(op, tuple(done))
        case ir.Calc(op=op, operands=operands):
            return folded(ir.Calc(op, tuple(map(pruned, operands))))
        case ir.Choose(condition=condition, then=then, otherwise=otherwise):
            return folded(ir.Choose(pruned(condition), pruned(then), pruned(otherwise)))
        case _:
            return node


def _chosen(condition: Node, then: Node, otherwise: Node) -> Node:
    then, otherwise = defined(then), defined(otherwise)
    if then == otherwise:
        return then
    return ir.Choose(condition, then, otherwise)


def _in_turn(op: Op, operands: tuple[Node, ...]) -> Node:
    """The first operand has a value, and the rest too unless the first one settles it."""
    first, *rest = operands
    if not rest:
        return defined(first)
    remaining = _in_turn(op, tuple(rest)) if op is not Op.IMPLIES else defined(rest[0])
    if remaining == TRUE:
        return defined(first)
    settles = first if op is Op.OR else ir.Calc(Op.NOT, (first,))
    return conjunction(defined(first), ir.Calc(Op.OR, (settles, remaining)))
