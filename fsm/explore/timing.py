"""The bounds of a transition inside its lowered guards: which they are, what is left without them,
and which slots a guard reads."""

from fsm.explore.emit import span
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import Node
from fsm.semantics.lowered import Edge


def late_of(edge: Edge) -> Node:
    """Is the time of a deadline over, and its guard true?"""
    if edge.forced is None:
        return ir.FALSE
    upper = bound_of(edge.forced)
    passed: dict[Node, Node] = {
        test: ir.ClockTest(test.clock, Op.GT, test.bound, test.unit)
        for test in ir.clock_tests(upper)
    }
    return rewritten(edge.forced, {upper: rewritten(upper, passed)})


def bound_of(node: Node) -> Node:
    """The bound of a transition, which stands before its guard (`fsm.semantics.lower`)."""
    return node.operands[0] if isinstance(node, ir.Calc) and node.op is Op.AND else node


def rewritten(node: Node, new: dict[Node, Node]) -> Node:
    """The expression with parts replaced."""
    if node in new:
        return new[node]
    match node:
        case ir.Calc(op=op, operands=operands):
            return ir.Calc(op, tuple(rewritten(x, new) for x in operands))
        case ir.Choose(condition=condition, then=then, otherwise=otherwise):
            return ir.Choose(
                rewritten(condition, new), rewritten(then, new), rewritten(otherwise, new)
            )
        case _:
            return node


def slots_of(node: Node) -> frozenset[int]:
    """The slots that an expression may read."""
    own: frozenset[int] = frozenset()
    if isinstance(node, ir.Slot):
        own = frozenset((node.index,))
    elif isinstance(node, ir.Indexed):
        own = frozenset(range(node.base, node.base + span(node.indices)))
    return own.union(*(slots_of(part) for part in ir.parts(node)))
